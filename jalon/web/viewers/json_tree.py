"""JSON as a tree whose branches fold."""

from typing import Any

from jalon.documents.previews.running import read
from jalon.web.viewers.shown import Source


def content(source: Source) -> dict[str, Any]:
    with source.open() as file:
        return read(file, "json")
