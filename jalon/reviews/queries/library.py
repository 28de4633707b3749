"""The proofs of a company: every file that was given as one, where it is used, and what became of each use."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from jalon.accounts.standing import Standing
from jalon.applications.models import Application, Part
from jalon.applications.queries import definition_for
from jalon.applications.states import CHAPTER_OPEN_TO_VENDOR, PartKind, RoundOutcome
from jalon.core.text import fold
from jalon.documents.models import Content, Document
from jalon.documents.policy import is_shut, open_refusal
from jalon.evidence.models import ProofItem
from jalon.evidence.queries import SlotView, all_slot_views, chapter_key
from jalon.evidence.rules import kind_for_file, kinds_of, proof_code
from jalon.evidence.states import SlotState
from jalon.programmes.definition.schema import Chapter, ProofKind, Text
from jalon.programmes.queries import compiled
from jalon.reviews.models import Outcome, Verdict


@dataclass(frozen=True)
class Use:
    """One slot in which a file was given, the last time; each has a verdict of its own."""

    application: Application
    chapter: str  # its key
    item_key: str
    code: str
    title: Text | None  # of the requirement; None where the pinned revision has it no more
    state: SlotState
    is_current: bool  # it stands in the slot now
    given_at: datetime
    programme: Text
    verdict: Verdict | None  # in effect, on the proof that held it

    @property
    def is_accepted(self) -> bool:
        return self.verdict is not None and self.verdict.outcome == Outcome.CONFORMING


@dataclass(frozen=True)
class Given:
    """One file of the library: the same bytes, whatever their name."""

    document: Document  # the latest of those names
    document_ids: frozenset[int]  # all of them
    kinds: tuple[str, ...]
    uses: tuple[Use, ...]  # the latest first

    @property
    def refusal(self) -> str:
        """Why it cannot be given again, or "": it is sealed, or carries a virus."""
        return open_refusal(self.document) if is_shut(self.document) else ""

    @property
    def accepted(self) -> tuple[Use, ...]:
        return tuple(use for use in self.uses if use.is_accepted)

    @property
    def given_at(self) -> datetime:
        return self.uses[0].given_at


def library(standing: Standing, company_id: int, words: str = "") -> list[Given]:
    """What a company gave as proofs, as far as this person sees its files; the latest first. Three queries."""
    found = _given(_pieces(standing, company_id))
    wanted = fold(words).split()
    return [one for one in found if all(word in _searched(one) for word in wanted)]


def given_before(standing: Standing, company_id: int, document_id: int) -> Given | None:
    """One file of the library, with all its uses; None where this person sees none of them."""
    same = Content.objects.filter(documents=document_id, company=company_id)
    found = _given(_pieces(standing, company_id).filter(document__content__in=same))
    return next((one for one in found if document_id in one.document_ids), None)


@dataclass(frozen=True)
class Accepted:
    """Where the agency accepted the files of an application before, as far as this person sees."""

    application: Application
    uses: Mapping[int, tuple[Use, ...]]  # by content

    def elsewhere(self, item: ProofItem, item_key: str) -> tuple[Use, ...]:
        """In other slots than that one: what was accepted there is its own history."""
        found = self.uses.get(item.document.content_id, ()) if item.document else ()
        here = (self.application.pk, item_key)
        return tuple(use for use in found if (use.application.pk, use.item_key) != here)


def accepted_before(standing: Standing, application: Application, items: Iterable[ProofItem]) -> Accepted:
    """Of these pieces. Three queries."""
    contents = {item.document.content_id for item in items if item.document}
    if not contents:
        return Accepted(application, {})
    pieces = _pieces(standing, application.company_id).filter(document__content__in=contents)
    found = {one.document.content_id: one.accepted for one in _given(pieces) if one.accepted}
    return Accepted(application, found)


def _pieces(standing: Standing, company_id: int) -> QuerySet[ProofItem]:
    files = Application.objects.visible_to(standing).filter(company_id=company_id)
    pieces = ProofItem.objects.filter(
        proof__slot__application__in=files.order_by().values("pk"),
        document__content__company=company_id,
        backs=False,
    )
    if standing.is_staff:
        pieces = pieces.filter(proof__submitted_at__isnull=False)  # what is only prepared is the vendor's
    rows = pieces.select_related(
        "document__content", "proof__slot__part", "proof__slot__application__revision",
        "proof__slot__application__programme", "proof__slot__application__version__product",
    )  # fmt: skip
    rows = rows.defer("proof__slot__application__revision__content", "document__facts")
    return rows.order_by("-proof__added_at", "-pk")


def _given(pieces: Iterable[ProofItem]) -> list[Given]:
    grouped: dict[int, list[ProofItem]] = {}
    for piece in pieces:
        if piece.document is not None:
            grouped.setdefault(piece.document.content_id, []).append(piece)
    verdicts = _verdicts({piece.proof_id for rows in grouped.values() for piece in rows})
    return [_one(rows, verdicts) for rows in grouped.values()]


def _one(rows: Sequence[ProofItem], verdicts: dict[int, Verdict]) -> Given:
    by_slot: dict[int, ProofItem] = {}
    for row in rows:  # the latest first: what was given again in a slot is one use of it
        known = by_slot.get(row.proof.slot_id)
        if known is None or (row.proof_id in verdicts and known.proof_id not in verdicts):
            by_slot[row.proof.slot_id] = row
    current = {row.proof.slot_id for row in rows if row.proof.superseded_at is None}
    document = rows[0].document
    if document is None:
        raise AssertionError("a piece of the library is a file")
    uses = tuple(
        _use(row, verdicts.get(row.proof_id), row.proof.slot_id in current) for row in by_slot.values()
    )
    ids = frozenset(row.document_id for row in rows if row.document_id)
    return Given(document, ids, tuple(dict.fromkeys(row.proof_kind for row in rows)), uses)


def _use(piece: ProofItem, verdict: Verdict | None, is_current: bool) -> Use:
    slot = piece.proof.slot
    found = compiled(slot.application.revision)
    item = found.items.get(slot.item_key)
    return Use(
        application=slot.application,
        chapter=chapter_key(slot.part),
        item_key=slot.item_key,
        code=proof_code(item.requirement, item.scenario, item.proof) if item else slot.item_key,
        title=item.requirement.title if item else None,
        state=SlotState(slot.state),
        is_current=is_current,
        given_at=piece.proof.added_at,
        programme=found.definition.title,
        verdict=verdict,
    )


def _verdicts(proofs: Collection[int]) -> dict[int, Verdict]:
    """The verdict in effect on each proof."""
    closed = Verdict.objects.filter(
        proof_id__in=proofs, round__outcome__in=[RoundOutcome.VALIDATED, RoundOutcome.RETURNED]
    )
    latest = {row.proof_id: row for row in closed.order_by("pk")}
    return {proof: row for proof, row in latest.items() if row.outcome != Outcome.WITHDRAWN}


def _searched(one: Given) -> str:
    words = [one.document.name]
    for use in one.uses:
        title = f"{use.title.fr} {use.title.en}" if use.title else ""
        words += [use.code, title, use.application.product_name, use.application.number]
    return fold(" ".join(words))


# --- Where a file may be given again --------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """An open slot that takes the file. `holds`: it is in it already."""

    view: SlotView
    holds: bool

    @property
    def key(self) -> str:
        return self.view.key

    @property
    def chapter(self) -> Chapter:
        return self.view.requirement.chapter


def takes(kinds: Sequence[ProofKind], document: Document) -> bool:
    """Whether a slot of these kinds takes that file, by its name and size."""
    kind = kind_for_file(kinds, document.name)
    return kind is not None and document.size <= kind.max_mb * 1024 * 1024


def places_for(application: Application, document: Document) -> list[Place]:
    """The open slots of an application that take that document, in the order of the programme. Four queries."""
    definition = definition_for(application)
    parts = Part.objects.filter(
        application=application, kind=PartKind.CHAPTER, state__in=CHAPTER_OPEN_TO_VENDOR
    )
    chapters = set(parts.values_list("key", flat=True))
    found = []
    for view in all_slot_views(application):
        still = view.is_open and f"chapter:{view.requirement.chapter.key}" in chapters
        if still and takes(kinds_of(definition, view.expected), document):
            holds = any(i.document and i.document.content_id == document.content_id for i in view.items)
            found.append(Place(view, holds))
    return found


def asks_the_same(place: Place, text: Text) -> bool:
    """Whether this slot wants, in the same words, what another one does, and nothing stands in it yet."""
    return place.view.state == SlotState.TO_DEPOSIT and fold(place.view.expected.text.fr) == fold(text.fr)
