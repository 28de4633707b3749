"""HL7 v2: who sends what to whom, then one segment a line; v3 is XML, and shown as such."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jalon.documents.previews.running import Unreadable, read
from jalon.documents.previews.text import Window, window
from jalon.web.viewers.shown import Source

MOST_SEGMENT = 4000


@dataclass(frozen=True)
class Segment:
    name: str
    rest: str


@dataclass(frozen=True)
class Message:
    """`header`: what the first segment says of the message, by name; `xml`: of a message of version 3, else None."""

    header: dict[str, str]
    segments: tuple[Segment, ...]
    window: Window | None
    xml: dict[str, Any] | None = None

    @property
    def before(self) -> int | None:
        return (self.window.n - 1 or None) if self.window else None

    @property
    def after(self) -> int | None:
        return self.window.n + 1 if self.window and self.window.n < self.window.count else None


# Fields of MSH, counted as the norm does: the separator itself is the first.
_HEADER = {
    "sender": 3, "sender_place": 4, "receiver": 5, "receiver_place": 6, "at": 7, "type": 9, "id": 10, "version": 12,
}  # fmt: skip


def content(source: Source) -> Message:
    with source.open() as file:
        if file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
            return Message({}, (), None, read(file, "xml"))
        seen = window(file, source.document.size, source.page)
    segments = tuple(_segments(seen))
    if not segments:
        raise Unreadable("damaged")
    return Message(_header(segments), segments, seen)


def _segments(seen: Window) -> Iterator[Segment]:
    """A long segment takes several rows of the window."""
    joined: list[str] = []
    for row in seen.rows:
        text = row.text.lstrip("␋").rstrip("␜␍")  # the frame of the wire (MLLP)
        if row.line is None and joined:
            joined[-1] = (joined[-1] + text)[:MOST_SEGMENT]
        elif text.strip():
            joined.append(text)
    for text in joined:
        yield Segment(text[:3], text[3:])


def _header(segments: tuple[Segment, ...]) -> dict[str, str]:
    first = segments[0]
    if first.name != "MSH" or not first.rest:
        return {}
    fields = ["MSH", *first.rest.split(first.rest[0])]  # the second is empty: the separator counts as a field
    return {name: fields[n] if n < len(fields) else "" for name, n in _HEADER.items()}
