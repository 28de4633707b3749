"""One mail as it leaves, and its form on the wire."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr


class MailRefused(Exception):
    """The recipient or the message was refused for good: no attempt will change that."""


@dataclass(frozen=True)
class OutgoingMail:
    """`message_id` with its angle brackets; `html` says the same as `text`."""

    recipient: str
    sender: str
    subject: str
    text: str
    html: str
    locale: str
    message_id: str
    date: datetime

    @property
    def sender_address(self) -> str:
        return parseaddr(self.sender)[1]


def wire_form(mail: OutgoingMail) -> EmailMessage:
    """multipart/alternative, UTF-8. The header classes refuse line breaks, so nothing can be smuggled in."""
    name, address = parseaddr(mail.sender)
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = mail.message_id
    message["Date"] = format_datetime(mail.date)
    message["From"] = Address(display_name=name, addr_spec=address)
    message["To"] = Address(addr_spec=mail.recipient)
    message["Subject"] = mail.subject
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies, please
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    message["Content-Language"] = mail.locale  # the line above moves what is set before into the first part
    return message
