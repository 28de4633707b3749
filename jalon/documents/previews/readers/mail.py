"""The source of a mail: its headers, its body as text, the names of what is attached. Nothing is fetched or run."""

import email
import email.policy
from email.header import decode_header, make_header
from email.message import Message
from html.parser import HTMLParser
from typing import Any, BinaryIO

from jalon.documents.previews.readers.limits import MEGABYTE, cut, whole

MOST_BYTES = 48 * MEGABYTE
MOST_TEXT = 2000  # characters of a header
MOST_BODY = 200_000
MOST_HEADERS = 200
MOST_PARTS = 200
FIRST = ("From", "To", "Cc", "Reply-To", "Subject", "Date", "Message-ID")


def read(file: BinaryIO) -> dict[str, Any]:
    mail = email.message_from_bytes(whole(file, MOST_BYTES), policy=email.policy.compat32)
    headers = [(name, _header(value)) for name, value in mail.items()[:MOST_HEADERS]]
    first = [(name, value) for wanted in FIRST for name, value in headers if name.lower() == wanted.lower()]
    known = {wanted.lower() for wanted in FIRST} | {"received"}
    parts = [part for part in list(mail.walk())[:MOST_PARTS] if not part.is_multipart()]
    body, source = _body(parts)
    return {
        "headers": first,
        "received": [value for name, value in headers if name.lower() == "received"],
        "others": [(name, value) for name, value in headers if name.lower() not in known],
        "body": cut(body, MOST_BODY),
        "source": source,
        "attachments": [_attachment(part) for part in parts if _is_attached(part)],
    }


def _header(value: Any) -> str:
    try:
        text = str(make_header(decode_header(value)))
    except (ValueError, LookupError):  # an unknown or a wrong encoding: as it stands
        text = str(value)
    return cut(" ".join(text.split()), MOST_TEXT)


def _is_attached(part: "Message[str, str]") -> bool:
    return (
        bool(part.get_filename())
        or part.get_content_disposition() == "attachment"
        or (part.get_content_maintype() != "text")
    )


def _attachment(part: "Message[str, str]") -> dict[str, Any]:
    return {
        "name": cut(_header(part.get_filename() or ""), 300),
        "type": cut(part.get_content_type(), 100),
        "size": len(_octets(part)),
    }


def _octets(part: "Message[str, str]") -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _body(parts: list["Message[str, str]"]) -> tuple[str, str]:
    """The first text, else the words of the first page."""
    texts = [part for part in parts if not _is_attached(part)]
    for kind in ("plain", "html"):
        found = next((part for part in texts if part.get_content_subtype() == kind), None)
        if found is not None:
            text = _text(found)
            return (text if kind == "plain" else _words(text)), kind
    return "", ""


def _text(part: "Message[str, str]") -> str:
    charset = str(part.get_content_charset() or "utf-8")
    try:
        return _octets(part).decode(charset, errors="replace")
    except LookupError:
        return _octets(part).decode("utf-8", errors="replace")


class _Words(HTMLParser):
    """The words of a page, without what a browser would do with it."""

    silent = ("script", "style", "head", "title", "template")
    blocks = ("p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "table", "ul", "ol", "blockquote")

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.hidden += tag in self.silent
        if tag in self.blocks:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.hidden = max(0, self.hidden - (tag in self.silent))
        if tag in ("p", "div", "tr"):
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(" ".join(data.split()) + (" " if data[-1:].isspace() else ""))


def _words(page: str) -> str:
    parser = _Words()
    parser.feed(page[: 4 * MEGABYTE])
    lines = (line.strip() for line in "".join(parser.words).split("\n"))
    return "\n".join(line for line in lines if line)
