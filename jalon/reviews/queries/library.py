"""The proofs of a company: every file that was given as one, where it is used, and what became of each use."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from jalon.accounts.standing import Standing
from jalon.applications.models import Application, Part
from jalon.applications.queries import definition_for
from jalon.applications.states import CHAPTER_OPEN_TO_VENDOR, PartKind, RoundOutcome
from jalon.core.text import fold
from jalon.documents.models import Content, Document
from jalon.documents.policy import is_shut, open_refusal
from jalon.evidence.models import ProofItem
from jalon.evidence.queries import SlotView, all_slot_views, chapter_key
from jalon.evidence.queries.judged import Age, age_of
from jalon.evidence.rules import kind_for_file, kinds_of, proof_code
from jalon.evidence.states import SlotState
from jalon.programmes.definition.compiled import Item
from jalon.programmes.definition.schema import Chapter, ProofKind, Text
from jalon.programmes.models import Revision
from jalon.programmes.queries import compiled
from jalon.reviews.models import Outcome, Verdict
from jalon.reviews.policy import can_know_acceptances
from jalon.reviews.queries.moves import former_items


@dataclass(frozen=True)
class Use:
    """One slot in which a file was given, the last time; each has a verdict of its own."""

    application: Application
    chapter: str  # its key
    item_key: str
    code: str
    title: Text | None  # of the requirement
    is_gone: bool  # the pinned revision has it no more: code and title are the last that were known, if any
    state: SlotState
    is_current: bool  # it stands in the slot now
    given_at: datetime
    programme: Text
    verdict: Verdict | None  # in effect, on the proof that held it
    piece: ProofItem = field(repr=False, compare=False)
    # Of an application that this person may open; of another, requirement, programme and day of the verdict are all
    # that is told (`accepted_before`).
    is_within_reach: bool = True

    @property
    def is_accepted(self) -> bool:
        return self.verdict is not None and self.verdict.outcome == Outcome.CONFORMING

    @cached_property
    def age(self) -> Age:
        """Of which day it is, and how long that slot takes it."""
        found = compiled(self.application.revision)
        item = found.items.get(self.item_key)
        return age_of(found.definition, item.proof if item else None, self.piece)


@dataclass(frozen=True)
class Given:
    """One file of the library: the same bytes, whatever their name."""

    document: Document  # under the latest of those names, the latest that a slot takes, or the chosen one
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

    @property
    def scope(self) -> str:
        """Which product and version it shows, as was said last."""
        return self.uses[0].piece.scope

    @property
    def age(self) -> Age:
        """Its day as was said last; and the first day after which a slot takes it no more: of those that have still to
        accept it, where there are any.
        """
        last = self.uses[0].age
        waiting = [use for use in self.uses if use.is_current and not use.is_accepted]
        ends = (use.age.expires_on for use in waiting or self.uses)
        return Age(last.on, last.source, min(filter(None, ends), default=None))


class Shelf:
    """Files of the library, the latest first: counted, and read a page at a time, for a paginator."""

    def __init__(self, pieces: QuerySet[ProofItem], contents: Any, kinds: Sequence[ProofKind]) -> None:
        self._pieces, self._contents, self._kinds = pieces, contents, kinds

    def __len__(self) -> int:
        return self._counted

    @cached_property
    def _counted(self) -> int:
        return self._contents.count() if isinstance(self._contents, QuerySet) else len(self._contents)

    def __getitem__(self, part: slice) -> list[Given]:
        contents = list(self._contents[part])
        found = {
            one.document.content_id: one
            for one in _given(self._pieces.filter(document__content__in=contents), self._kinds)
        }
        return [found[content] for content in contents if content in found]  # some may go meanwhile


def library(
    standing: Standing,
    company_id: int,
    words: str = "",
    kinds: Sequence[ProofKind] = (),
    contents: Collection[int] | None = None,
) -> Shelf:
    """What a company gave as proofs, as far as this person sees its files.

    `kinds`: what a slot of these takes; `contents`: of these only. At most six queries for the count and a page.
    """
    pieces = _pieces(standing, company_id)
    fitting = pieces.filter(_takes(kinds)) if kinds else pieces
    if contents is not None:
        fitting = fitting.filter(document__content__in=contents)
    if wanted := fold(words).split():
        return Shelf(pieces, _with_words(fitting, wanted), kinds)
    latest = fitting.order_by().values("document__content").annotate(at=Max("added_at"), last=Max("pk"))
    return Shelf(pieces, latest.order_by("-at", "-last").values_list("document__content", flat=True), kinds)


def _takes(kinds: Sequence[ProofKind]) -> Q:
    """As `takes` says of one file: the first kind with its extension decides."""
    limits: dict[str, int] = {}
    for kind in kinds:
        if kind.form == "file":
            for extension in kind.formats:
                limits.setdefault(extension, kind.max_mb * 1024 * 1024)
    named = (
        Q(document__name__iendswith=f".{extension}", document__content__size__lte=most)
        for extension, most in limits.items()
    )
    return reduce(or_, named, Q(pk__in=()))


def _with_words(pieces: QuerySet[ProofItem], wanted: Sequence[str]) -> list[int]:
    """The contents that have all these words in a name, or in what their uses are called; the latest first."""
    rows = pieces.values_list(
        "document__content", "document__name", "proof__slot__item_key", "proof__slot__application",
        "proof__slot__application__revision", "proof__slot__application__product_name",
        "proof__slot__application__number",
    )  # fmt: skip
    found = list(rows)
    revisions = Revision.objects.defer("content").in_bulk({row[4] for row in found})
    items = _items((file, revisions[revision], key) for _c, _n, key, file, revision, *_rest in found)
    named = {place: _called(item) for place, item in items.items()}
    said: dict[int, set[str]] = {}
    for content, name, item_key, file, _revision, product, number in found:
        said.setdefault(content, set()).update((name, product, number, named.get((file, item_key), item_key)))
    folded = {content: fold(" ".join(words)) for content, words in said.items()}
    return [content for content, text in folded.items() if all(word in text for word in wanted)]


def _items(places: Iterable[tuple[int, Revision, str]]) -> dict[tuple[int, str], Item]:
    """What each slot is about, by application and key: as its revision says, else as a former one did."""
    found: dict[tuple[int, str], Item] = {}
    gone: dict[int, set[str]] = {}
    for file, revision, key in set(places):
        if item := compiled(revision).items.get(key):
            found[file, key] = item
        else:
            gone.setdefault(file, set()).add(key)
    return found | former_items(gone)


def _called(item: Item) -> str:
    title = item.requirement.title
    return f"{proof_code(item.requirement, item.scenario, item.proof)} {title.fr} {title.en}"


def given_before(standing: Standing, company_id: int, document_id: int) -> Given | None:
    """One file of the library under that name, with all its uses; None where this person sees no such piece."""
    same = Content.objects.filter(documents=document_id, company=company_id)
    pieces = list(_pieces(standing, company_id).filter(document__content__in=same))
    chosen = next((piece.document for piece in pieces if piece.document_id == document_id), None)
    return replace(_given(pieces)[0], document=chosen) if chosen else None


@dataclass(frozen=True)
class Accepted:
    """Where the agency accepted the files of an application before, as far as this person may know."""

    application: Application
    uses: Mapping[int, tuple[Use, ...]]  # by content

    def elsewhere(self, item: ProofItem, item_key: str) -> tuple[Use, ...]:
        """In other slots than that one: what was accepted there is its own history."""
        found = self.uses.get(item.document.content_id, ()) if item.document else ()
        here = (self.application.pk, item_key)
        return tuple(use for use in found if (use.application.pk, use.item_key) != here)


def accepted_before(standing: Standing, application: Application, items: Iterable[ProofItem]) -> Accepted:
    """Of these pieces, in any programme. Four queries at most."""
    contents = {item.document.content_id for item in items if item.document}
    if not contents:
        return Accepted(application, {})
    visible = Application.objects.visible_to(standing)
    files = visible
    if can_know_acceptances(standing, application):
        company = visible.filter(pk=application.pk).order_by().values("company_id")
        files = Application.objects.filter(company_id__in=company)
    pieces = _pieces_of(files, standing, application.company_id).filter(document__content__in=contents)
    rows = list(
        pieces.defer("proof__slot__application__revision__content", "document__facts").annotate(
            is_within_reach=Exists(visible.filter(pk=OuterRef("proof__slot__application")))
        )
    )
    reach = {row.proof.slot.application_id for row in rows if row.is_within_reach}
    return Accepted(
        application,
        {
            one.document.content_id: tuple(
                replace(use, is_within_reach=use.application.pk in reach) for use in one.accepted
            )
            for one in _given(rows)
        },
    )


def _pieces(standing: Standing, company_id: int) -> QuerySet[ProofItem]:
    return _pieces_of(Application.objects.visible_to(standing), standing, company_id)


def _pieces_of(files: QuerySet[Application], standing: Standing, company_id: int) -> QuerySet[ProofItem]:
    pieces = ProofItem.objects.filter(
        proof__slot__application__in=files.filter(company_id=company_id).order_by().values("pk"),
        document__content__company=company_id,
        backs=False,
    )
    if standing.is_staff:
        pieces = pieces.filter(proof__submitted_at__isnull=False)  # what is only prepared is the vendor's
    rows = pieces.select_related(
        "document__content", "proof__slot__part", "proof__slot__application__revision",
        "proof__slot__application__programme", "proof__slot__application__version__product",
    )  # fmt: skip
    rows = rows.defer("proof__slot__application__revision__content")
    return rows.order_by("-added_at", "-pk")


def _given(pieces: Iterable[ProofItem], kinds: Sequence[ProofKind] = ()) -> list[Given]:
    grouped: dict[int, list[ProofItem]] = {}
    for piece in pieces:
        if piece.document is not None:
            grouped.setdefault(piece.document.content_id, []).append(piece)
    verdicts = _verdicts({piece.proof_id for rows in grouped.values() for piece in rows})
    slots = [piece.proof.slot for rows in grouped.values() for piece in rows]
    items = _items((slot.application_id, slot.application.revision, slot.item_key) for slot in slots)
    return [_one(rows, verdicts, items, kinds) for rows in grouped.values()]


def _one(
    rows: Sequence[ProofItem],
    verdicts: Mapping[int, Verdict],
    items: Mapping[tuple[int, str], Item],
    kinds: Sequence[ProofKind],
) -> Given:
    by_slot: dict[int, ProofItem] = {}
    for row in rows:  # the latest first: what was given again in a slot is one use of it
        known = by_slot.get(row.proof.slot_id)
        if known is None or (row.proof_id in verdicts and known.proof_id not in verdicts):
            by_slot[row.proof.slot_id] = row
    current = {row.proof.slot_id for row in rows if row.proof.superseded_at is None}
    documents = [row.document for row in rows if row.document]
    document = next((one for one in documents if takes(kinds, one)), documents[0])
    uses = tuple(
        _use(row, verdicts.get(row.proof_id), items, row.proof.slot_id in current) for row in by_slot.values()
    )
    ids = frozenset(row.document_id for row in rows if row.document_id)
    return Given(document, ids, tuple(dict.fromkeys(row.proof_kind for row in rows)), uses)


def _use(
    piece: ProofItem, verdict: Verdict | None, items: Mapping[tuple[int, str], Item], is_current: bool
) -> Use:
    slot = piece.proof.slot
    found = compiled(slot.application.revision)
    item = items.get((slot.application_id, slot.item_key))
    return Use(
        application=slot.application,
        chapter=chapter_key(slot.part),
        item_key=slot.item_key,
        code=proof_code(item.requirement, item.scenario, item.proof) if item else "",
        title=item.requirement.title if item else None,
        is_gone=slot.item_key not in found.items,
        state=SlotState(slot.state),
        is_current=is_current,
        given_at=piece.added_at,
        programme=found.definition.title,
        verdict=verdict,
        piece=piece,
    )


def _verdicts(proofs: Collection[int]) -> dict[int, Verdict]:
    """The verdict in effect on each proof."""
    closed = Verdict.objects.filter(
        proof_id__in=proofs, round__outcome__in=[RoundOutcome.VALIDATED, RoundOutcome.RETURNED]
    )
    latest = {row.proof_id: row for row in closed.order_by("pk")}
    return {proof: row for proof, row in latest.items() if row.outcome != Outcome.WITHDRAWN}


# --- Where a file may be given again --------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """An open slot that takes the file. `holds`: it is in it already, and counts."""

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
            found.append(Place(view, _holds(view, document)))
    return found


def _holds(view: SlotView, document: Document) -> bool:
    """Whether to give it there would change nothing: under a reason, it takes the request back."""
    if view.proof is None or view.proof.na_reason:
        return False
    return any(i.document and i.document.content_id == document.content_id for i in view.items)


def asks_the_same(place: Place, text: Text) -> bool:
    """Whether this slot wants, in the same words, what another one does, and nothing stands in it yet."""
    return place.view.state == SlotState.TO_DEPOSIT and fold(place.view.expected.text.fr) == fold(text.fr)
