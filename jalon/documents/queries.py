"""Files as they are read."""

from collections.abc import Iterator
from typing import BinaryIO

from jalon.core.errors import TransitionRefused
from jalon.documents import storage
from jalon.documents.models import Document, Scan
from jalon.documents.policy import open_refusal
from jalon.documents.rules import FORMATS


def stored_bytes(document: Document) -> Iterator[bytes]:
    """The bytes, 1 MiB at a time, whatever the antivirus said: for Jalon's own use, not for people."""
    return storage.chunks_of(document.storage_key)


def open_document(document: Document) -> BinaryIO:
    """The file, for somebody who may see it. TransitionRefused while or because it must not be opened."""
    refusal = open_refusal(document)
    if refusal:
        raise TransitionRefused(refusal)
    return storage.open_object(document.storage_key)


def shows_inline(document: Document) -> bool:
    """Whether a browser may show it in its page; everything else is a download."""
    return any(known.inline and known.media_type == document.media_type for known in FORMATS.values())


def unscanned_ids(limit: int) -> list[int]:
    """What the antivirus has not looked at, oldest first."""
    waiting = Document.objects.filter(scan__in=[Scan.PENDING, Scan.NOT_ANALYSED]).order_by("added_at", "pk")
    return list(waiting.values_list("pk", flat=True)[:limit])
