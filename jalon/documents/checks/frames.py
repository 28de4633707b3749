"""Pictures and films: is their frame whole? A few octets at a time, in our own code, are harmless to read here.

What needs a parser of somebody else's (PDF, archives, XML) is opened by `readers`, in a process of its own.
"""

import re
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

TAIL = 64 * 1024
PIECE = 4 * 1024  # a file made of nothing but marks has each of them read
MOST_BEHIND = 1024 * 1024
MOST_PARTS = 200_000  # a film of hours has some thousands; a file made to keep us busy has more


def png(path: Path) -> str:
    """The code of the problem, or "ok": every chunk is there, and nothing behind the last."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(8)
        for _part in range(MOST_PARTS):
            header = file.read(8)
            if len(header) < 8:
                return "truncated"
            length, kind = struct.unpack(">I4s", header)
            if kind == b"IEND":
                return "ok" if file.tell() + length + 4 >= size else "goes_on"
            file.seek(length + 4, 1)
            if file.tell() > size:
                return "truncated"
    return "too_complex"


def iso_media(path: Path) -> str:
    """The code of the problem, or "ok": there is a film among the boxes at the top, and the last box is whole."""
    size, kinds = path.stat().st_size, set()
    with path.open("rb") as file:
        for _part in range(MOST_PARTS):
            left = size - file.tell()
            if not left:
                return "ok" if b"moov" in kinds else "damaged"
            if left < 8:
                return "truncated"
            length, kind = _box(file, left)
            kinds.add(kind)
            if length < 8:
                return "damaged"
            if length > left:
                return "truncated"
            file.seek(size - left + length)
    return "too_complex"


def _box(file: BinaryIO, left: int) -> tuple[int, bytes]:
    """Its length, this header included, and its kind."""
    header = file.read(16)
    length, kind = struct.unpack(">I4s", header[:8])
    if length == 1 and len(header) == 16:
        return struct.unpack(">Q", header[8:])[0], kind
    return length or left, kind  # 0: until the end of the file


def ebml(path: Path) -> str:
    """The code of the problem, or "ok": the segment, which is all but the header, ends where the file does."""
    size = path.stat().st_size
    with path.open("rb") as file:
        for _part in range(MOST_PARTS):
            identity = file.read(1)
            if not identity:
                return "damaged"
            file.read(_octets(identity[0]) - 1)
            first = file.read(1)
            if not first:
                return "truncated"
            octets = _octets(first[0])
            length = int.from_bytes(bytes([first[0] & (0xFF >> octets)]) + file.read(octets - 1), "big")
            is_unknown = length == (1 << 7 * octets) - 1  # of a film that was streamed: nothing to compare
            if not is_unknown and file.tell() + length > size:
                return "truncated"
            if identity == b"\x18":  # the segment
                return "ok"
            file.seek(length, 1)
    return "too_complex"


def _octets(first: int) -> int:
    """How many bytes a number of EBML takes, by its first one."""
    return 9 - first.bit_length() if first else 8


_END_OF_JPEG = b"\xff\xd9"


def jpeg(path: Path) -> str:
    """The code of the problem, or "ok": the picture ends. What stands behind is told by `behind`."""
    is_whole = _jpeg_end(path) or _END_OF_JPEG in tail(path, TAIL)
    return "ok" if is_whole else "truncated"


def _jpeg_end(path: Path) -> int:
    """Where the first byte behind the picture stands; 0: it cannot be told."""
    with path.open("rb") as file:
        file.seek(2)
        for _part in range(MOST_PARTS):
            marker = _next_marker(file)
            if marker == 0xD9:
                return file.tell()
            if not marker:
                return 0
            if marker not in (0x01, 0xD8):  # those have no length
                file.seek(max(0, int.from_bytes(file.read(2), "big") - 2), 1)
    return 0


# Neither a byte that is escaped, nor filling, nor where a decoder may start again.
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")


def _next_marker(file: BinaryIO) -> int:
    """The file stands behind it then; 0: there is none."""
    while len(piece := file.read(PIECE)) > 1:
        if found := _MARKER.search(piece):
            file.seek(found.end() - len(piece), 1)
            return found[0][1]
        file.seek(-1, 1)  # half a marker, perhaps
    return 0


def riff(path: Path) -> str:
    """The code of the problem, or "ok": WebP says at its start how long it is."""
    return "ok" if path.stat().st_size >= _riff_end(path) else "truncated"


def _riff_end(path: Path) -> int:
    with path.open("rb") as file:
        (length,) = struct.unpack("<4xI", file.read(8))
    return 8 + int(length)


def behind(path: Path, frame: str) -> bytes:
    """The first of what stands behind the end of a picture; of any other frame, nothing."""
    if frame not in _ENDS:
        return b""
    end = _ENDS[frame](path)
    if not end:  # an odd one, that ends somewhere near the end of the file
        return tail(path, TAIL).partition(_END_OF_JPEG)[2]
    with path.open("rb") as file:
        file.seek(end)
        return file.read(MOST_BEHIND)


def tail(path: Path, length: int) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - length))
        return file.read()


def is_also_archive(path: Path) -> bool:
    """Whether a ZIP reader opens it: an end record near the end, whatever follows it, leads to entries."""
    end = tail(path, 22 + 0xFFFF)
    begin = path.stat().st_size - len(end)
    place = end.rfind(b"PK\x05\x06")
    with path.open("rb") as file:
        while place >= 0:
            if _leads_to_entries(file, end, place, begin):
                return True
            place = end.rfind(b"PK\x05\x06", 0, place)
    return False


def _leads_to_entries(file: BinaryIO, end: bytes, place: int, begin: int) -> bool:
    """Of an end record at this place of the tail, which begins at that byte of the file."""
    if end[max(0, place - 20) : place].startswith(
        b"PK\x06\x07"
    ):  # that of a larger one (ZIP64) stands before it
        return True
    if len(end) < place + 22:
        return False
    length, start = struct.unpack("<II", end[place + 12 : place + 20])
    for directory in (begin + place - length, start):  # behind something else, or counted from the first byte
        file.seek(max(0, directory))
        if file.read(4) == b"PK\x01\x02":
            return True
    return False


_ENDS: Mapping[str, Callable[[Path], int]] = {"jpeg": _jpeg_end, "riff": _riff_end}
FRAMES: Mapping[str, Callable[[Path], str]] = {
    "png": png, "iso_media": iso_media, "jpeg": jpeg, "riff": riff, "ebml": ebml,
}  # fmt: skip
