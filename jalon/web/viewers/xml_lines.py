"""XML, one element a line, indented."""

from typing import Any

from jalon.documents.previews.running import read
from jalon.web.viewers.shown import Source


def content(source: Source) -> dict[str, Any]:
    with source.open() as file:
        return read(file, "xml")
