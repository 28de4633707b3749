"""Texts with a form of their own: XML, JSON, certificates, sources of e-mails."""

import email.policy
import json
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from jalon.core.clock import paris_date
from jalon.documents.checks.readers.markup import read_markup
from jalon.documents.checks.readers.trouble import Read, Trouble, plain

HEADERS = 60
MAIL_BYTES = 64 * 1024 * 1024


def text(path: Path, *, deep: bool) -> Read:
    """Plain text has no form to break; a text that is the source of an e-mail is read as one."""
    if not deep or path.stat().st_size > MAIL_BYTES:
        return {}
    return mail(path, deep=deep)


def mail(path: Path, *, deep: bool) -> Read:
    if not deep:
        return {}
    with path.open("rb") as file:
        message = BytesParser(EmailMessage, policy=email.policy.compat32).parsebytes(file.read(MAIL_BYTES))
    headers: dict[str, str] = {}
    for name, value in list(message.items())[:HEADERS]:
        headers.setdefault(name.lower()[:80], _decoded(value))
    parts = [part for part in message.walk() if not part.is_multipart()]
    has_body = any(str(part.get_payload() or "").strip() for part in parts)
    return {"mail": {"headers": headers, "parts": len(parts), "has_body": has_body}}


def _decoded(value: object) -> str:
    """Encoded words as people read them; what cannot be decoded stays as it came."""
    from email.errors import HeaderParseError  # noqa: PLC0415  (only e-mails pay for it)
    from email.header import decode_header, make_header  # noqa: PLC0415

    try:
        return plain(make_header(decode_header(str(value))), 300)
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return plain(value, 300)


def certificate(path: Path, *, deep: bool) -> Read:
    """PEM or DER, whole; and never a private key, which belongs on nobody else's machine."""
    del deep
    data = path.read_bytes()
    if b"PRIVATE KEY-----" in data:
        raise Trouble("private_key")
    if data[:1] != b"\x30":
        if b"-----BEGIN CERTIFICATE" not in data:
            raise Trouble("content_type", "other")
        if data.count(b"-----BEGIN ") != data.count(b"-----END "):
            raise Trouble("truncated")
        return {}
    octets = data[1] & 0x7F  # the length of the outer sequence takes that many bytes
    if 2 + octets + int.from_bytes(data[2 : 2 + octets], "big") != len(data):
        raise Trouble("truncated")
    return {}


def xml(path: Path, *, deep: bool) -> Read:
    with path.open("rb") as file:
        read_markup(file)
    return _report(path) if deep else {}


def json_text(path: Path, *, deep: bool) -> Read:
    try:
        json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise Trouble("readable", "damaged") from None
    return _report(path) if deep else {}


def _report(path: Path) -> Read:
    """What it says where it is the report of a test platform; in any other file, nothing."""
    from jalon.connectors.reports import reader  # noqa: PLC0415  (only these two formats pay for it)
    from jalon.connectors.reports.report import report_of  # noqa: PLC0415

    with path.open("rb") as file:
        found = reader.answer(file)
    if "problem" in found:
        return {}
    report = report_of(found)
    tested_on = paris_date(report.made_at).isoformat() if report.made_at else None
    return {
        "report": {
            "verdict": str(report.verdict), "said": report.said, "test": report.test, "product": report.product,
            "organisation": report.organisation, "tested_on": tested_on,
        }
    }  # fmt: skip
