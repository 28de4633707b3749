"""Films: is there a moving picture, in which codec, how long, and does it decode at its start, middle and end?"""

from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from jalon.documents.checks.readers.trouble import Read, Trouble

PLACES = (0.0, 0.5, 0.9)  # of its length
PACKETS = 400  # read at most at one place: a film whose pictures lie farther apart than that plays badly
BLANK = 6  # of 255 grey levels: less between the darkest and the lightest is one colour


def film(path: Path, *, deep: bool) -> Read:
    """Light: nothing, its frame is read in-process. Formats are named: no playlist leads to other files."""
    if not deep:
        return {}
    with path.open("rb") as file:
        container = "mov" if file.read(4) != b"\x1a\x45\xdf\xa3" else "matroska"
    try:
        with av.open(str(path), format=container) as opened:
            return {"film": _told(opened)}
    except (av.FFmpegError, ValueError):
        raise Trouble("readable", "damaged") from None


def _told(opened: InputContainer) -> dict[str, Any]:
    seconds = opened.duration / av.time_base if opened.duration else 0.0
    if not opened.streams.video:
        return {"seconds": round(seconds, 2)}
    stream = opened.streams.video[0]
    context: VideoCodecContext | None = stream.codec_context  # none where nothing here decodes it
    told: dict[str, Any] = {
        "codec": context.codec.canonical_name if context is not None else "unknown",
        "seconds": round(seconds, 2),
        "width": stream.width,
        "height": stream.height,
        "asked": len(PLACES),
    }
    if context is None:
        return told
    context.thread_count = 1
    pictures = [
        found for place in PLACES if (found := _picture_at(opened, stream, place, seconds)) is not None
    ]
    return {**told, "frames": len(pictures), "blank": bool(pictures) and all(map(_is_blank, pictures))}


def _picture_at(
    opened: InputContainer, stream: VideoStream, place: float, seconds: float
) -> VideoFrame | None:
    try:
        if place and seconds:
            opened.seek(int(place * seconds * av.time_base))
        for n, packet in enumerate(opened.demux(stream)):
            for frame in packet.decode():
                if isinstance(frame, VideoFrame):
                    return frame
            if n > PACKETS:
                return None
    except (av.FFmpegError, ValueError):
        return None
    return None


def _is_blank(picture: VideoFrame) -> bool:
    small = picture.reformat(width=32, height=32, format="gray")
    plane = small.planes[0]
    data = bytes(plane)
    rows = [data[y * plane.line_size : y * plane.line_size + plane.width] for y in range(plane.height)]
    return max(map(max, rows)) - min(map(min, rows)) < BLANK
