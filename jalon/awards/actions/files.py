"""Making and keeping the files of step 4: always outside any transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jalon.awards.paper import TEMPLATES
from jalon.connectors.pdf import render
from jalon.core.actions import act
from jalon.core.canonical import sha256_hex
from jalon.documents.actions import store_generated
from jalon.documents.models import Document
from jalon.documents.queries import stored_bytes


class DamagedFile(RuntimeError):
    """The bytes on disk are no longer those whose digest was recorded."""


@act
def make_pdf(template: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    return render(TEMPLATES / f"{template}.typ", data, at=at)


@act
def keep_pdf(company_id: int, name: str, data: bytes) -> Document:
    return store_generated(company_id=company_id, name=name, data=data, media_type="application/pdf")


@act
def read_pdf(document: Document) -> bytes:
    """The stored bytes, whole and as they were recorded: nobody signs a file that changed on disk."""
    data = b"".join(stored_bytes(document))
    if sha256_hex(data) != document.sha256:
        raise DamagedFile(f"document {document.pk} no longer has the digest {document.sha256}")
    return data
