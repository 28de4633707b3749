"""How the bytes of a text stand for characters. Imports nothing of Django: the readers use it too."""

import codecs
from dataclasses import dataclass

HEAD = 256 * 1024  # bytes at the start that are looked at


@dataclass(frozen=True)
class Encoding:
    """`start`: bytes of the mark before the text; `unit`: of the smallest character; `newline`: what ends a line."""

    codec: str
    label: str
    start: int
    unit: int
    newline: bytes


def encoding_of(head: bytes) -> Encoding:
    """From the first bytes of a file. What is neither marked nor UTF-8 is read as the West's old tables."""
    for mark, codec, label, unit in (
        (codecs.BOM_UTF8, "utf-8", "UTF-8", 1),
        (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16", 2),
        (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16", 2),
    ):
        if head.startswith(mark):
            return Encoding(codec, label, len(mark), unit, _newline(head, codec))
    if _is_utf8(head):
        return Encoding("utf-8", "UTF-8", 0, 1, _newline(head, "utf-8"))
    return Encoding("cp1252", "Latin-1", 0, 1, _newline(head, "cp1252"))


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # the last character may be cut
    except UnicodeDecodeError:
        return False
    return True


def _newline(head: bytes, codec: str) -> bytes:
    """HL7 v2, and old Macintosh, end a line with CR alone."""
    feed, carriage = "\n".encode(codec), "\r".encode(codec)
    return carriage if feed not in head and carriage in head else feed
