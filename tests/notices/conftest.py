"""People to tell, a notice of the tests' own, and an SMTP server that speaks the real protocol."""

import socket
from dataclasses import dataclass
from typing import ClassVar

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from jalon.accounts.models import User
from jalon.notices import base
from jalon.notices.base import MessageWaits, NoticeText


@pytest.fixture(autouse=True)
def own_registry(monkeypatch):
    """Kinds of a test are known to that test alone."""
    monkeypatch.setattr(base, "_notices", {})
    monkeypatch.setattr(base, "_renderers", {})


@pytest.fixture
def make_user(db):
    def make(name="Camille", **fields):
        values = {"given_name": name, "family_name": "Martin", "email": f"{name.lower()}@example.test"}
        return User.objects.create(issuer="https://isc.test", subject=name, **{**values, **fields})

    return make


@pytest.fixture
def chapter_sent_back():
    """A notice that mails "a message waits"; its parameter must not leave Jalon."""

    @dataclass(frozen=True, kw_only=True)
    class ChapterSentBack(MessageWaits):
        kind: ClassVar[str] = "tests.chapter_sent_back"
        chapter: str

        def title(self) -> str:
            return f"Chapitre à modifier : {self.chapter}"

        def path(self) -> str:
            return f"/candidatures/{self.application_number}/messages"

    return ChapterSentBack


@pytest.fixture
def silent_notice():
    @dataclass(frozen=True, kw_only=True)
    class Assigned(NoticeText):
        kind: ClassVar[str] = "tests.assigned"

        def title(self) -> str:
            return "Dossier attribué"

        def path(self) -> str:
            return f"/dossiers/{self.application_number}"

    return Assigned


class Inbox:
    """What an SMTP server received; `refusals` are answers that it gives first, one for each mail."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.refusals: list[str] = []

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.refusals:
            return self.refusals.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        return "250 OK"


@pytest.fixture
def smtp_inbox(settings):
    """A listening SMTP server, and Jalon configured to use it."""
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{port}"})
    yield inbox
    controller.stop()


@pytest.fixture
def mailbox_dir(settings, tmp_path):
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    return settings.MAILBOX_DIR
