"""Pictures and films: is their frame whole? A few octets at a time, in our own code, are harmless to read here.

What needs a parser of somebody else's (PDF, archives, XML) is opened by `readers`, in a process of its own.
"""

import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

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


def jpeg(path: Path) -> str:
    """The code of the problem, or "ok": the picture ends. Cameras add a little behind its end."""
    return "ok" if b"\xff\xd9" in tail(path, 64 * 1024) else "truncated"


def riff(path: Path) -> str:
    """The code of the problem, or "ok": WebP says at its start how long it is."""
    with path.open("rb") as file:
        (length,) = struct.unpack("<4xI", file.read(8))
    return "ok" if path.stat().st_size >= 8 + length else "truncated"


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


FRAMES: Mapping[str, Callable[[Path], str]] = {
    "png": png, "iso_media": iso_media, "jpeg": jpeg, "riff": riff, "ebml": ebml,
}  # fmt: skip
