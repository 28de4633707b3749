"""A window on a text of any size, and search in it: a few windows of it are in memory, never the whole.

The file is cut at fixed places, each moved on to the end of its line; so any window is found without reading those
before it, and every byte is in exactly one. A line longer than a window goes on in the next. Only the numbers of its
lines want what stands before: they are counted as far as that is quickly read.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from jalon.documents.previews.encoding import HEAD, Encoding, encoding_of
from jalon.documents.previews.legible import shown

WINDOW = 32 * 1024  # bytes
ROW = 1000  # characters: a longer line goes on in the next rows
BLOCK = 1024 * 1024
NUMBERED = 256 * 1024 * 1024  # bytes before a window whose lines are counted
SEARCHED = 256 * 1024  # bytes between two looks at the clock
LONGEST_CHARACTER = 4  # bytes
MOST_HITS = 200
SECONDS = 3.0  # for one search
AROUND = 60  # characters of a hit's line, before and after


@dataclass(frozen=True)
class Row:
    """`line` is None where a line goes on, and far into a large file."""

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
    lines = _lines_before(file, encoding, start)
    goes_on = not _ends_line(file, encoding, start)
    file.seek(start)
    text = file.read(end - start).decode(encoding.codec, errors="replace")
    return Window(n, count, tuple(_rows(text, encoding, lines, goes_on=goes_on)), encoding)


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


def _lines_before(file: BinaryIO, encoding: Encoding, start: int) -> int | None:
    """How many lines end before this byte; None where counting them would read too much."""
    if start > NUMBERED:
        return None
    file.seek(encoding.start)
    left, lines = start - encoding.start, 0
    while left > 0 and (block := file.read(min(BLOCK, left))):
        lines += block.count(encoding.newline)
        left -= len(block)
    return lines


def _ends_line(file: BinaryIO, encoding: Encoding, start: int) -> bool:
    """Whether a line begins at this byte."""
    if start <= encoding.start:
        return True
    file.seek(start - len(encoding.newline))
    return file.read(len(encoding.newline)) == encoding.newline


def _rows(text: str, encoding: Encoding, before: int | None, *, goes_on: bool) -> Iterator[Row]:
    """`before`: how many lines there are before; None: not known."""
    newline = encoding.newline.decode(encoding.codec)
    for n, line in enumerate(text.removesuffix(newline).split(newline), 1):
        whole = shown(line.removesuffix("\r"))
        number = None if before is None or (goes_on and n == 1) else before + n
        yield Row(number, whole[:ROW])
        for start in range(ROW, len(whole), ROW):
            yield Row(None, whole[start : start + ROW])


# --- Search -------------------------------------------------------------------------------------------------


def fold(text: str) -> str:
    """The text whatever its case, as long as it was: each character stays at its place."""
    return text.replace("\u0130", "i").lower().replace("\u03c2", "\u03c3")


def pieces(text: str, words: str) -> Iterator[tuple[str, bool]]:
    """The text cut where the words stand; True for the words themselves."""
    folded, wanted, at = fold(text), fold(words), 0
    while wanted and (found := folded.find(wanted, at)) >= 0:
        yield text[at:found], False
        at = found + len(wanted)
        yield text[found:at], True
    yield text[at:], False


def search(file: BinaryIO, size: int, words: str) -> Found:
    """Where the words stand, whatever their case: the first hits, within a few seconds.

    No pattern: `str.find` takes as long as the text is, whatever it holds; and the time is looked at often, since
    meanwhile no other thread of the process runs.
    """
    encoding = _encoding(file)
    hits: list[_Place] = []
    until, looked = time.monotonic() + SECONDS, 0
    for block in _blocks(file, encoding, len(words) * LONGEST_CHARACTER):
        looked = block.offset + len(block.data)
        hits += _hits(block, words, encoding, MOST_HITS + 1 - len(hits))
        if len(hits) > MOST_HITS or time.monotonic() > until:
            break
    placed = tuple(_placed(file, encoding, size, hits[:MOST_HITS]))
    return Found(placed, len(hits) > MOST_HITS or looked < size, looked)


@dataclass(frozen=True)
class _Block:
    """`line`: the number of its first; `behind`: what follows, for words that begin in this block and end there."""

    offset: int
    line: int
    data: bytes
    behind: bytes


def _blocks(file: BinaryIO, encoding: Encoding, overlap: int) -> Iterator[_Block]:
    """Whole lines of some hundred kilobytes; of a longer line, a part."""
    file.seek(encoding.start)
    offset, line, rest = encoding.start, 1, b""
    while part := file.read(SEARCHED):
        data = rest + part
        cut = _cut(data, encoding, overlap)
        block = _Block(offset, line, data[:cut], data[cut : cut + overlap])
        yield block
        line += _decoded(block.data, encoding).count(_newline(encoding))
        offset, rest = offset + cut, data[cut:]
    if rest:
        yield _Block(offset, line, rest, b"")


def _cut(data: bytes, encoding: Encoding, overlap: int) -> int:
    """Behind the last line that ends here; where none does, between two characters, far enough before the end."""
    found = data.rfind(encoding.newline)
    while found % encoding.unit > 0:
        found = data.rfind(encoding.newline, 0, found)
    if found >= 0:
        return found + len(encoding.newline)
    cut = max(len(data) - overlap, 0) // encoding.unit * encoding.unit
    while (
        encoding.codec == "utf-8" and cut > 0 and data[cut] & 0xC0 == 0x80 and len(data) - cut < overlap + 4
    ):
        cut -= 1
    return cut


def _decoded(data: bytes, encoding: Encoding) -> str:
    """So that its bytes can be counted again, broken ones too."""
    return data[: len(data) // encoding.unit * encoding.unit].decode(encoding.codec, errors=_broken(encoding))


def _broken(encoding: Encoding) -> str:
    return "surrogateescape" if encoding.unit == 1 else "surrogatepass"


def _newline(encoding: Encoding) -> str:
    return encoding.newline.decode(encoding.codec)


@dataclass(frozen=True)
class _Place:
    offset: int
    hit: Hit


def _hits(block: _Block, words: str, encoding: Encoding, most: int) -> list[_Place]:
    """One hit a line, or a row of a long line."""
    text, newline = _decoded(block.data, encoding), _newline(encoding)
    here = len(text)
    text += _decoded(block.behind, encoding)
    folded, wanted = fold(text), fold(words)
    places: list[_Place] = []
    at, line, byte = 0, block.line, block.offset
    start = folded.find(wanted)
    while 0 <= start < here and len(places) < most:
        passed = text[at:start]
        line += passed.count(newline)
        byte += len(passed.encode(encoding.codec, errors=_broken(encoding)))
        at, end = start, start + len(wanted)
        places.append(_Place(byte, _hit(text, start, end, line, newline)))
        closed = text.find(newline, end, end + ROW)
        start = folded.find(wanted, closed + 1 if closed >= 0 else end + ROW)
    return places


def _hit(text: str, start: int, end: int, line: int, newline: str) -> Hit:
    before = text[max(0, start - AROUND) : start].rpartition(newline)[2]
    after = text[end : end + AROUND].partition(newline)[0].removesuffix("\r")
    return Hit(line, 0, shown(before), shown(text[start:end]), shown(after))


def _placed(file: BinaryIO, encoding: Encoding, size: int, places: list[_Place]) -> Iterator[Hit]:
    boundaries: dict[int, int] = {}
    for place in places:
        n = place.offset // WINDOW
        if n not in boundaries:
            boundaries[n] = _boundary(file, encoding, size, n)
        number = n + 1 if place.offset >= boundaries[n] else n
        yield Hit(place.hit.line, number, place.hit.before, place.hit.found, place.hit.after)
