"""The local mailbox: one .eml file a mail, named by its Message-ID: sent twice, it is still one."""

import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import MIMEPart
from email.policy import SMTP
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings

from jalon.connectors.mail.message import MailRefused, OutgoingMail, wire_form
from jalon.core.canonical import sha256_hex


@dataclass(frozen=True)
class MailboxMessage:
    """`id` names the file; `date` is UTC."""

    id: str
    to: str
    subject: str
    date: datetime
    text: str
    html: str
    message_id: str


def store(mail: OutgoingMail, folder: Path) -> Path:
    """Write one mail, whole or not at all."""
    try:
        content = wire_form(mail).as_bytes()
    except ValueError as error:
        raise MailRefused(str(error)) from error
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{sha256_hex(mail.message_id)[:32]}.eml"
    handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)  # noqa: PTH105  (both names are in hand as text)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return target


def messages(folder: Path | None = None) -> list[MailboxMessage]:
    """Every mail in the mailbox, newest first."""
    where = settings.MAILBOX_DIR if folder is None else folder
    return sorted((_read(path) for path in where.glob("*.eml")), key=lambda m: (m.date, m.id), reverse=True)


def message(message_id: str, folder: Path | None = None) -> MailboxMessage | None:
    """One mail by the `id` that `messages` gave."""
    return next((found for found in messages(folder) if found.id == message_id), None)


def _read(path: Path) -> MailboxMessage:
    parsed = message_from_bytes(path.read_bytes(), policy=SMTP)
    plain, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
    return MailboxMessage(
        id=path.stem,
        to=str(parsed["To"]),
        subject=str(parsed["Subject"]),
        date=parsedate_to_datetime(str(parsed["Date"])).astimezone(UTC),
        text=_content(plain),
        html=_content(html),
        message_id=str(parsed["Message-ID"]),
    )


def _content(part: MIMEPart | None) -> str:
    return str(part.get_content()).replace("\r\n", "\n") if part else ""
