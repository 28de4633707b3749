"""What is shown of a piece of proof, beside the slot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.translation import gettext as _

from jalon.documents.models import Document
from jalon.documents.policy import is_not_analysed, open_refusal
from jalon.documents.queries import open_document, shows_inline
from jalon.evidence.models import ItemKind, ProofItem

EXCERPT = 20_000  # bytes of a text file that the page shows

TEXT_TYPES = ("text/plain", "text/csv", "application/json", "text/xml", "application/xml", "message/rfc822")

Shown = Literal["image", "pdf", "video", "text", "file", "refused"]


@dataclass(frozen=True)
class Piece:
    """One piece of a proof. `shown`: how a browser may show it; "file": only by downloading."""

    kind: str  # file, link, record
    title: str
    url: str = ""
    shown: Shown = "file"
    size: int = 0
    sha256: str = ""
    text: str = ""
    host: str = ""
    note: str = ""
    is_cut: bool = False


def pieces(number: str, items: Sequence[ProofItem], kinds: Mapping[str, str]) -> list[Piece]:
    return [_piece(number, item, kinds.get(item.proof_kind, item.proof_kind)) for item in items]


def _piece(number: str, item: ProofItem, kind: str) -> Piece:
    if item.kind == ItemKind.LINK:
        return Piece("link", kind, url=item.url, host=urlsplit(item.url).hostname or "")
    if item.kind == ItemKind.RECORD or item.document is None:
        return Piece("record", kind, text=item.text)
    return _file_piece(number, item.document)


def _file_piece(number: str, document: Document) -> Piece:
    shown = _shown_as(document)
    text, is_cut = _excerpt(document) if shown == "text" else ("", False)
    refusal = open_refusal(document)
    return Piece(
        "file",
        document.name,
        url="" if refusal else reverse("staff-document", args=[number, document.pk]),
        shown=shown,
        size=document.size,
        sha256=document.sha256,
        text=refusal or text,
        note=_("Non analysé par un antivirus") if is_not_analysed(document) else "",
        is_cut=is_cut,
    )


def _shown_as(document: Document) -> Shown:
    if open_refusal(document):
        return "refused"
    if document.media_type in TEXT_TYPES:
        return "text"
    if not shows_inline(document):
        return "file"
    kinds: tuple[tuple[str, Shown], ...] = (
        ("image/", "image"),
        ("video/", "video"),
        ("application/pdf", "pdf"),
    )
    return next((shown for prefix, shown in kinds if document.media_type.startswith(prefix)), "file")


def _excerpt(document: Document) -> tuple[str, bool]:
    """The beginning of a text file, and whether there is more."""
    with open_document(document) as file:
        head = file.read(EXCERPT + 1)
    return head[:EXCERPT].decode("utf-8", errors="replace"), len(head) > EXCERPT
