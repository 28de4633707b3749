"""Archives: their table of contents."""

from dataclasses import dataclass
from typing import Any

from jalon.documents.previews.readers.archive import PAGE
from jalon.documents.previews.running import read
from jalon.web.viewers.shown import Source


@dataclass(frozen=True)
class Archive:
    entries: list[dict[str, Any]]
    count: int
    size: int
    before: int | None
    after: int | None


def content(source: Source) -> Archive:
    page = source.page
    with source.open() as file:
        said = read(file, "archive", page=page)
    after = page + 1 if page * PAGE < said["total"] else None
    entries = [entry | {"at": _when(entry["at"])} for entry in said["entries"]]
    return Archive(entries, said["count"], said["size"], page - 1 or None, after)


def _when(at: str) -> str:
    """02/03/2026 10:15: an archive tells the wall time of whoever made it, and may tell a 31 February."""
    day, _t, hour = at.partition("T")
    return f"{'/'.join(reversed(day.split('-')))} {hour}"
