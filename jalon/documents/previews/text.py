"""A window on a text of any size, and search in it: a few windows of it are in memory, never the whole.

The file is cut at fixed places, each moved on to the end of its line; so any window is found without reading those
before it, and every byte is in exactly one. A line longer than a window goes on in the next.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from jalon.documents.previews.encoding import HEAD, Encoding, encoding_of
from jalon.documents.previews.legible import shown

WINDOW = 32 * 1024  # bytes
ROW = 1000  # characters: a longer line goes on in the next rows
BLOCK = 1024 * 1024
MOST_HITS = 200
SECONDS = 3.0  # for one search
AROUND = 60  # characters of a hit's line, before and after


@dataclass(frozen=True)
class Row:
    """`line` is None where a line goes on."""

    line: int | None
    text: str


@dataclass(frozen=True)
class Window:
    """`n` from 1; `count` of them in all."""

    n: int
    count: int
    rows: tuple[Row, ...]
    encoding: Encoding


@dataclass(frozen=True)
class Hit:
    line: int
    window: int
    before: str
    found: str
    after: str


@dataclass(frozen=True)
class Found:
    """`is_cut`: there may be more; `looked`: bytes that were searched."""

    hits: tuple[Hit, ...]
    is_cut: bool
    looked: int


def window(file: BinaryIO, size: int, n: int) -> Window:
    """The n-th window; beyond the last, the last."""
    encoding = _encoding(file)
    count = max(1, -(-size // WINDOW))
    n = min(max(n, 1), count)
    start, end = _boundary(file, encoding, size, n - 1), _boundary(file, encoding, size, n)
    lines, goes_on = _lines_before(file, encoding, start)
    file.seek(start)
    text = file.read(end - start).decode(encoding.codec, errors="replace")
    return Window(n, count, tuple(_rows(text, encoding, lines + 1, goes_on=goes_on)), encoding)


def _encoding(file: BinaryIO) -> Encoding:
    file.seek(0)
    return encoding_of(file.read(HEAD))


def _boundary(file: BinaryIO, encoding: Encoding, size: int, n: int) -> int:
    """Where the window after the n-th begins."""
    at = n * WINDOW
    if n == 0:
        return encoding.start
    if at >= size:
        return size
    file.seek(at - encoding.unit)
    part = file.read(WINDOW + encoding.unit)
    found = _aligned(part, encoding)
    if found >= 0:
        return at - encoding.unit + found + len(encoding.newline)
    return at + _rest_of_character(part[encoding.unit :], encoding)


def _aligned(part: bytes, encoding: Encoding) -> int:
    found = part.find(encoding.newline)
    while found % encoding.unit > 0:
        found = part.find(encoding.newline, found + 1)
    return found


def _rest_of_character(part: bytes, encoding: Encoding) -> int:
    if encoding.codec != "utf-8":
        return 0
    return next((n for n, byte in enumerate(part[:4]) if byte & 0xC0 != 0x80), 0)


def _lines_before(file: BinaryIO, encoding: Encoding, start: int) -> tuple[int, bool]:
    """How many lines end before this byte, and whether the one before it goes on."""
    file.seek(encoding.start)
    left, lines, last = start - encoding.start, 0, encoding.newline
    while left > 0 and (block := file.read(min(BLOCK, left))):
        lines += block.count(encoding.newline)
        left -= len(block)
        last = block[-len(encoding.newline) :]
    return lines, last != encoding.newline


def _rows(text: str, encoding: Encoding, first: int, *, goes_on: bool) -> Iterator[Row]:
    newline = encoding.newline.decode(encoding.codec)
    for n, line in enumerate(text.removesuffix(newline).split(newline)):
        whole = shown(line.removesuffix("\r"))
        number = None if goes_on and n == 0 else first + n
        yield Row(number, whole[:ROW])
        for start in range(ROW, len(whole), ROW):
            yield Row(None, whole[start : start + ROW])


# --- Search -------------------------------------------------------------------------------------------------


def search(file: BinaryIO, size: int, words: str) -> Found:
    """Where the words stand, whatever their case: the first hits, within a few seconds."""
    encoding = _encoding(file)
    wanted = re.compile(re.escape(words), re.IGNORECASE)
    hits: list[_Place] = []
    until, looked = time.monotonic() + SECONDS, 0
    for offset, line, block in _blocks(file, encoding):
        looked = offset + len(block)
        hits += _hits(block, offset, line, wanted, encoding, MOST_HITS + 1 - len(hits))
        if len(hits) > MOST_HITS or time.monotonic() > until:
            break
    placed = tuple(_placed(file, encoding, size, hits[:MOST_HITS]))
    return Found(placed, len(hits) > MOST_HITS or looked < size, looked)


def _blocks(file: BinaryIO, encoding: Encoding) -> Iterator[tuple[int, int, bytes]]:
    """(its first byte, the number of its first line, whole lines of about a megabyte)"""
    file.seek(encoding.start)
    offset, line, rest = encoding.start, 1, b""
    while part := file.read(BLOCK):
        block = rest + part
        cut = block.rfind(encoding.newline)
        cut = cut + len(encoding.newline) if cut >= 0 else len(block)
        yield offset, line, block[:cut]
        line += block.count(encoding.newline, 0, cut)
        offset += cut
        rest = block[cut:]
    if rest:
        yield offset, line, rest


@dataclass(frozen=True)
class _Place:
    offset: int
    hit: Hit


def _hits(
    block: bytes, offset: int, first: int, wanted: re.Pattern[str], encoding: Encoding, most: int
) -> list[_Place]:
    """One hit a line, or a row of a long line."""
    text, newline = block.decode(encoding.codec, errors="replace"), encoding.newline.decode(encoding.codec)
    places: list[_Place] = []
    at, line, byte = 0, first, offset
    found = wanted.search(text)
    while found and len(places) < most:
        passed = text[at : found.start()]
        line += passed.count(newline)
        byte += len(passed.encode(encoding.codec, errors="replace"))
        at = found.start()
        places.append(_Place(byte, _hit(text, found, line, newline)))
        end = text.find(newline, found.end(), found.end() + ROW)
        found = wanted.search(text, end + 1 if end >= 0 else found.end() + ROW)
    return places


def _hit(text: str, found: re.Match[str], line: int, newline: str) -> Hit:
    before = text[max(0, found.start() - AROUND) : found.start()].rpartition(newline)[2]
    after = text[found.end() : found.end() + AROUND].partition(newline)[0].removesuffix("\r")
    return Hit(line, 0, shown(before), shown(found.group()), shown(after))


def _placed(file: BinaryIO, encoding: Encoding, size: int, places: list[_Place]) -> Iterator[Hit]:
    boundaries: dict[int, int] = {}
    for place in places:
        n = place.offset // WINDOW
        if n not in boundaries:
            boundaries[n] = _boundary(file, encoding, size, n)
        number = n + 1 if place.offset >= boundaries[n] else n
        yield Hit(place.hit.line, number, place.hit.before, place.hit.found, place.hit.after)
