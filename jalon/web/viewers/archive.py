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
    return Archive(said["entries"], said["count"], said["size"], page - 1 or None, after)
