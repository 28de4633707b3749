"""Mails: headers, the way it went, the words, what is attached (named, never opened)."""

from typing import Any

from jalon.documents.previews.running import read
from jalon.documents.previews.text import shown
from jalon.web.viewers.shown import Source


def content(source: Source) -> dict[str, Any]:
    with source.open() as file:
        mail = read(file, "mail")
    return {
        **mail,
        "body": "\n".join(shown(line.removesuffix("\r")) for line in mail["body"].split("\n")),
        "headers": [(name, shown(value)) for name, value in mail["headers"]],
    }
