"""Text, logs, settings: lines with their numbers, a window at a time, and search by the server."""

from collections.abc import Iterator
from dataclasses import dataclass

from jalon.documents.previews.text import Found, Row, Window, pieces, search, window
from jalon.web.viewers.shown import Source

MOST_WORDS = 100


@dataclass(frozen=True)
class Line:
    """`parts`: the text, each piece with whether it is what was searched for."""

    number: int | None
    parts: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Text:
    window: Window
    lines: tuple[Line, ...]
    words: str
    found: Found | None

    @property
    def encoding_is_guessed(self) -> bool:
        return self.window.encoding.codec == "cp1252"

    @property
    def before(self) -> int | None:
        return self.window.n - 1 or None

    @property
    def after(self) -> int | None:
        return self.window.n + 1 if self.window.n < self.window.count else None


def content(source: Source) -> Text:
    words = source.asked.get("q", "").strip()[:MOST_WORDS]
    with source.open() as file:
        size = source.document.size
        seen = window(file, size, source.page)
        found = search(file, size, words) if words else None
    return Text(seen, tuple(_lines(seen.rows, words)), words, found)


def _lines(rows: tuple[Row, ...], words: str) -> Iterator[Line]:
    for row in rows:
        yield Line(row.line, tuple(piece for piece in pieces(row.text, words) if piece[0]))
