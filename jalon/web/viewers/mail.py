"""Mails: headers, the way it went, the words, what is attached (named, never opened)."""

from typing import Any

from jalon.documents.previews.running import read
from jalon.web.viewers.shown import Source


def content(source: Source) -> dict[str, Any]:
    with source.open() as file:
        return read(file, "mail")
