"""Films: is there a moving picture, in which codec, how long, and does it decode at its start, middle and end?"""

import contextlib
import math
import time
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from jalon.documents.checks.readers.trouble import Read, Trouble

FAULTS = (av.FFmpegError, ValueError)
PLACES = (0.0, 0.5, 0.9)  # of its length
PACKETS = 400  # read at most at one place: a film whose pictures lie farther apart than that plays badly
COUNTING = 8.0  # seconds spent at most on finding out how long a film lasts that does not say so
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
    except FAULTS:
        raise Trouble("readable", "damaged") from None


def _told(opened: InputContainer) -> dict[str, Any]:
    seconds = opened.duration / av.time_base if opened.duration else _counted(opened)
    lasts = {"seconds": round(seconds, 2)} if seconds else {}
    if not opened.streams.video:
        return lasts
    stream = opened.streams.video[0]
    context: VideoCodecContext | None = stream.codec_context  # none where nothing here decodes it
    told: dict[str, Any] = {
        "codec": context.codec.canonical_name if context is not None else "unknown",
        **lasts,
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


def _counted(opened: InputContainer) -> float | None:
    """By its packets, where the header does not say: a browser that records does not come back to it. None: unknown."""
    length = None
    with contextlib.suppress(*FAULTS):  # what is broken shows in its pictures
        length = _from_first_to_last(opened)
    with contextlib.suppress(*FAULTS):
        opened.seek(0)
    return length


def _from_first_to_last(opened: InputContainer) -> float | None:
    """Seconds; None where there is no time to come to the last. Nothing is decoded."""
    begins, ends, until = math.inf, -math.inf, time.monotonic() + COUNTING
    for packet in opened.demux():
        if time.monotonic() > until:
            return None
        if packet.pts is not None and packet.time_base is not None:
            begins = min(begins, float(packet.pts * packet.time_base))
            ends = max(ends, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    return ends - begins if ends > begins else None


def _picture_at(
    opened: InputContainer, stream: VideoStream, place: float, seconds: float | None
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
    except FAULTS:
        return None
    return None


def _is_blank(picture: VideoFrame) -> bool:
    small = picture.reformat(width=32, height=32, format="gray")
    plane = small.planes[0]
    data = bytes(plane)
    rows = [data[y * plane.line_size : y * plane.line_size + plane.width] for y in range(plane.height)]
    return max(map(max, rows)) - min(map(min, rows)) < BLANK
