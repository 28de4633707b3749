"""SMTP by address: smtp://, smtps:// (TLS from the start), smtp+starttls:// (TLS after the greeting)."""

import smtplib
import ssl
from contextlib import AbstractContextManager
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from jalon.connectors.mail.message import MailRefused, OutgoingMail, wire_form

TIMEOUT = 20.0  # seconds, for each exchange
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587, "starttls": 587}


@dataclass(frozen=True)
class Server:
    scheme: str
    host: str
    port: int
    user: str
    password: str


def server_of(url: str) -> Server:
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError(
            f"JALON_SMTP_URL must begin with one of {', '.join(f'{s}://' for s in PORTS)} and name a host"
        )
    return Server(
        scheme=parts.scheme,
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def send(mail: OutgoingMail, url: str) -> None:
    server = server_of(url)
    try:
        message = wire_form(mail)
    except ValueError as error:  # an address or a header that no mail can carry
        raise MailRefused(str(error)) from error
    try:
        with _connection(server) as smtp:
            if server.scheme in ("smtp+starttls", "starttls"):
                smtp.starttls(context=ssl.create_default_context())
            if server.user:
                smtp.login(server.user, server.password)
            smtp.send_message(message, from_addr=mail.sender_address, to_addrs=[mail.recipient])
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = error.recipients[mail.recipient]
        if 500 <= code < 600:
            raise MailRefused(f"{code} {_text(answer)}") from error
        raise
    except smtplib.SMTPDataError as error:
        if 500 <= error.smtp_code < 600:
            raise MailRefused(f"{error.smtp_code} {_text(error.smtp_error)}") from error
        raise


def _text(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer


def _connection(server: Server) -> AbstractContextManager[smtplib.SMTP]:
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(
            server.host, server.port, timeout=TIMEOUT, context=ssl.create_default_context()
        )
    return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
