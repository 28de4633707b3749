"""A file that may take proofs, a person who sends them, and the protocol as a client speaks it."""

import base64
import io
from dataclasses import dataclass
from typing import Any

import pikepdf
import pytest
from django.http import HttpResponse
from django.test import Client

from jalon.applications.queries import definition_for
from jalon.evidence.models import ProofItem
from jalon.evidence.queries import SlotView, slot_views
from jalon.evidence.rules import kinds_of
from jalon.uploads.models import Upload
from tests.documents.antivirus import clamd
from tests.documents.conftest import tables_that_can_be_emptied
from tests.scenarios.cast import Company, open_application_of_everybody
from tests.web.vendors import signed_in

__all__ = ["clamd", "tables_that_can_be_emptied"]

HOW = {"Tus-Resumable": "1.0.0"}
BYTES = "application/offset+octet-stream"


@pytest.fixture
def files_dir(settings):
    """Where files are kept; what other tests left half sent is gone."""
    for path in (settings.FILES_DIR / "incoming").glob("*"):
        path.unlink()
    return settings.FILES_DIR


@pytest.fixture
def world(files_dir, db) -> Company:
    return open_application_of_everybody().eligible()


def padded(size: int) -> bytes:
    """A PDF that is a little larger than that."""
    document = pikepdf.new()
    document.add_blank_page()
    document.Root.Padding = document.make_stream(b"x" * size)
    out = io.BytesIO()
    document.save(out, compress_streams=False)
    return out.getvalue()


@dataclass
class Sender:
    """One person who sends to one slot."""

    world: Company
    client: Client
    slot: SlotView

    @property
    def base(self) -> str:
        return f"/candidatures/{self.world.number}/envois"

    def begin(self, name: str = "preuve.pdf", size: Any = 1000, **headers: str) -> HttpResponse:
        words = {"slot": self.slot.key, "filename": name}
        meta = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in words.items())
        said = {**HOW, "Upload-Length": str(size), "Upload-Metadata": meta, **headers}
        return self.client.post(self.base, headers=said)

    def patch(self, where: str, offset: Any, data: bytes, **headers: str) -> HttpResponse:
        said = {**HOW, "Upload-Offset": str(offset), **headers}
        return self.client.patch(where, data, content_type=said.pop("Content-Type", BYTES), headers=said)

    def head(self, where: str) -> HttpResponse:
        return self.client.head(where, headers=HOW)

    def state(self, where: str) -> dict[str, Any]:
        return self.client.get(where).json()

    def send(self, data: bytes, name: str = "preuve.pdf", step: int = 10**9) -> str:
        where = self.begin(name, len(data))["Location"]
        for start in range(0, len(data), step):
            answer = self.patch(where, start, data[start : start + step])
            assert answer.status_code == 204, answer.content
        return where

    def row(self) -> Upload:
        return Upload.objects.get()

    def pieces(self) -> list[ProofItem]:
        return list(ProofItem.objects.select_related("document__content").order_by("pk"))


def sender_of(world: Company, name: str = "agent") -> Sender:
    definition = definition_for(world.application)
    slot = next(
        view
        for chapter in definition.chapters
        for view in slot_views(world.application, chapter.key)
        if any("pdf" in kind.formats for kind in kinds_of(definition, view.expected))
    )
    return Sender(world, signed_in(world.users[name]), slot)


@pytest.fixture
def sender(world) -> Sender:
    return sender_of(world)
