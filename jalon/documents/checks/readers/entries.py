"""The entries of an archive, read through: does each hold what the index says of it? Nothing is written or kept."""

import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from jalon.documents.checks.readers.trouble import Trouble, plain

MOST_READ = 512 * 1024 * 1024  # unpacked, of all entries: some two seconds; the sender waits
READ = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others are rare, and said by the index alone
_PIECE = 256 * 1024
_HEADER = struct.Struct("<4s22xHH")


def read_through(file: BinaryIO, entries: Iterable[zipfile.ZipInfo]) -> None:
    """Small ones first: whoever lies says that they are, and none of those stays unread. Raises Trouble."""
    left = MOST_READ
    for entry in sorted(entries, key=lambda one: one.file_size):
        left -= entry.file_size
        if left < 0:
            return
        if entry.compress_type in READ:
            _read_one(file, entry)


def broken(entry: zipfile.ZipInfo) -> Trouble:
    return Trouble("readable", "entry", entry=plain(entry.filename, 100))


def _read_one(file: BinaryIO, entry: zipfile.ZipInfo) -> None:
    size = digest = 0
    try:
        for piece in _pieces(file, entry):
            size += len(piece)
            digest = zlib.crc32(piece, digest)
            if size > entry.file_size:
                raise Trouble("archive_bomb")
    except (zlib.error, struct.error):
        raise broken(entry) from None
    if size != entry.file_size or digest != entry.CRC:
        raise broken(entry)


def _pieces(file: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """What is unpacked, never much at once however far a little bursts."""
    file.seek(entry.header_offset)
    begins, name, extra = _HEADER.unpack(file.read(_HEADER.size))
    if begins != b"PK\x03\x04":
        raise broken(entry)
    file.seek(name + extra, 1)
    if entry.compress_type == zipfile.ZIP_STORED:
        yield from _packed(file, entry.compress_size)
        return
    inflating = zlib.decompressobj(-zlib.MAX_WBITS)
    for packed in _packed(file, entry.compress_size):
        rest, piece = packed, b""
        while not inflating.eof and (rest or len(piece) == _PIECE):
            piece = inflating.decompress(rest, _PIECE)
            rest = inflating.unconsumed_tail
            yield piece


def _packed(file: BinaryIO, left: int) -> Iterator[bytes]:
    while left > 0 and (piece := file.read(min(left, _PIECE))):
        left -= len(piece)
        yield piece
