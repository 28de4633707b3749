"""What is shown of the pieces of a proof: all by name, one of them opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from jalon.documents.models import Document
from jalon.documents.policy import is_not_analysed
from jalon.evidence.models import ExternalRecord, ItemKind, ProofItem
from jalon.web.checked import Checked
from jalon.web.keys import whole
from jalon.web.viewers import show
from jalon.web.viewers.kinds import viewer_for
from jalon.web.viewers.shown import Shown

PIECE, EARLIER = CHOOSERS = (
    "piece",
    "avant",
)  # in the address: what is read of the proof, and of the one before
_ICONS = {
    "image": "image-line",
    "video": "video-line",
    "pdf": "file-pdf-2-line",
    "mail": "mail-line",
    "archive": "folder-2-line",
    "certificate": "shield-line",
    "text": "terminal-box-line",
    "hl7": "terminal-box-line",
}


@dataclass(frozen=True)
class Piece:
    """One piece of a proof: a file, a link or a record. `page_url`: the file on its own page."""

    key: int
    kind: str
    title: str
    icon: str
    document: Document | None = None
    url: str = ""
    page_url: str = ""
    text: str = ""
    host: str = ""
    note: str = ""
    report: ExternalRecord | None = None  # what Jalon took over from behind the link


@dataclass(frozen=True)
class PieceLink:
    piece: Piece
    url: str
    is_here: bool
    has_findings: bool


@dataclass(frozen=True)
class Opened:
    """The pieces of one proof, and the one that is read; `shown` is None for a link or a record."""

    links: tuple[PieceLink, ...]
    here: int
    shown: Shown | None
    checked: Checked | None  # what the machine says of the one that is read

    @property
    def piece(self) -> Piece:
        return self.links[self.here].piece

    @property
    def before(self) -> str:
        return self.links[self.here - 1].url if self.here else ""

    @property
    def after(self) -> str:
        return self.links[self.here + 1].url if self.here + 1 < len(self.links) else ""


@dataclass(frozen=True)
class Asked:
    """The page, and what its address asks. `place`: the parameters that say which proof is in sight."""

    page_url: str
    place: Mapping[str, str]
    query: Mapping[str, str]


def opened(
    number: str,
    items: Sequence[ProofItem],
    kinds: Mapping[str, str],
    said: Mapping[int, Checked],
    asked: Asked,
    name: str,
    otherwise: int,
) -> Opened | None:
    """The piece that the parameter `name` chooses, else that of this position; only this one is read.

    `said`: what the machine says of them, by id.
    """
    found = [_piece(number, item, kinds.get(item.proof_kind, item.proof_kind)) for item in items]
    if not found:
        return None
    wanted = whole(asked.query.get(name))
    otherwise = min(otherwise, len(found) - 1)
    here = next((n for n, piece in enumerate(found) if piece.key == wanted), otherwise)
    document = found[here].document
    shown = (
        show(document, url=found[here].url, page_url=asked.page_url, asked={**asked.query, **asked.place})
        if document
        else None
    )
    chosen = {key: asked.query[key] for key in CHOOSERS if key in asked.query}
    links = (
        PieceLink(
            piece,
            f"{asked.page_url}?{urlencode({**chosen, **asked.place, name: str(piece.key)})}#slot",
            n == here,
            piece.key in said and bool(said[piece.key].findings),
        )
        for n, piece in enumerate(found)
    )
    return Opened(tuple(links), here, shown, said.get(found[here].key))


def _report_piece(number: str, item: ProofItem, kind: str, record: ExternalRecord) -> Piece:
    return Piece(
        item.pk,
        "report",
        kind,
        "file-list-3-line",
        document=record.document,
        url=reverse("staff-document", args=[number, record.document_id]),
        page_url=reverse("staff-piece", args=[number, record.document_id]),
        report=record,
    )


def _piece(number: str, item: ProofItem, kind: str) -> Piece:
    if item.record:
        return _report_piece(number, item, kind, item.record)
    if item.kind == ItemKind.LINK:
        host = urlsplit(item.url).hostname or ""
        return Piece(item.pk, "link", kind, "link", url=item.url, host=host)
    document = item.document
    if item.kind == ItemKind.RECORD or document is None:
        return Piece(item.pk, "record", kind, "file-text-line", text=item.text)
    viewer = viewer_for(document.media_type, document.name)
    return Piece(
        item.pk,
        "file",
        document.name,
        _ICONS.get(viewer, "file-line"),
        document=document,
        url=reverse("staff-document", args=[number, document.pk]),
        page_url=reverse("staff-piece", args=[number, document.pk]),
        note=_("Non analysé par un antivirus") if is_not_analysed(document) else "",
    )
