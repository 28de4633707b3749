"""Slots, derived from the pinned revision and the frozen facts; rows exist only for the touched ones."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.applications.models import Application, Part
from jalon.applications.queries import definition_for, state_words
from jalon.applications.queries.facts import frozen_facts
from jalon.applications.rules import gates
from jalon.applications.states import CHAPTER_OPEN_TO_VENDOR, ApplicationState, ChapterState
from jalon.core.canonical import canonical_json
from jalon.documents.models import Document
from jalon.documents.policy import is_shut, open_refusal
from jalon.evidence.models import Proof, ProofItem, Slot
from jalon.evidence.rules import kinds_refused, piece_mark, proof_code, why_not_enough
from jalon.evidence.states import ACCEPTED, OPEN_TO_VENDOR, SlotState
from jalon.programmes.definition.applicability import Applicability, RequirementResult, Verdict, applicability
from jalon.programmes.definition.conditions import Facts
from jalon.programmes.definition.one_of import OneOf
from jalon.programmes.definition.schema import Chapter, ExpectedProof, ProofKind, Scenario, Text
from jalon.programmes.models import Revision
from jalon.programmes.queries import definition_of


@dataclass(frozen=True)
class SlotView:
    """One expected proof of one application, touched or not."""

    requirement: RequirementResult
    scenario: Scenario
    expected: ExpectedProof
    slot: Slot | None
    proof: Proof | None
    items: tuple[ProofItem, ...]  # the pieces of the proof
    backing: tuple[ProofItem, ...] = ()  # what is behind the reason of a request for "non applicable"

    @property
    def key(self) -> str:
        return self.expected.key

    @property
    def code(self) -> str:
        return proof_code(self.requirement.requirement, self.scenario, self.expected)

    @property
    def state(self) -> SlotState:
        return SlotState(self.slot.state) if self.slot else SlotState.TO_DEPOSIT

    @property
    def version(self) -> int:
        return self.slot.version if self.slot else 0

    @property
    def awaits_verdict(self) -> bool:
        """Handed in and not accepted. What was only drafted is the vendor's, wherever its chapter stands."""
        handed_in = self.proof is not None and self.proof.submitted_at is not None
        return handed_in and self.state in (SlotState.SUBMITTED, SlotState.NA_REQUESTED)

    @property
    def verdict(self) -> Verdict:
        """Why it is asked for."""
        return next(r.verdict for r in self.requirement.proofs if r.proof.key == self.key)

    @property
    def marks(self) -> frozenset[str]:
        return marks_of(self.proof, (*self.items, *self.backing)) if self.proof else frozenset()

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_TO_VENDOR


@dataclass(frozen=True)
class PastProof:
    """A proof that another one has replaced: submitted, or a draft that the vendor has set aside."""

    proof: Proof
    items: tuple[ProofItem, ...]
    backing: tuple[ProofItem, ...] = ()

    @property
    def marks(self) -> frozenset[str]:
        return marks_of(self.proof, (*self.items, *self.backing))


def applicable(application: Application) -> Applicability:
    """What applies to this application."""
    return applicable_with(application, frozen_facts(application))


def applicable_with(application: Application, facts: Facts) -> Applicability:
    """What would apply to it with these facts; computed once per revision and facts in each process."""
    key = canonical_json(
        [*map(sorted, (facts.profiles, facts.claims)), dict(facts.answers), dict(facts.ways)]
    )
    return _applicable(application.revision.sha256, application.revision_id, key)


@lru_cache(maxsize=256)
def _applicable(sha256: str, revision_id: int, facts_key: str) -> Applicability:
    profiles, claims, answers, ways = json.loads(facts_key)
    definition = definition_of(Revision.objects.get(pk=revision_id, sha256=sha256))
    return applicability(definition, Facts(frozenset(profiles), frozenset(claims), answers, ways))


def chapter_of(application: Application, key: str) -> Chapter | None:
    return next((c for c in definition_for(application).chapters if c.key == key), None)


def chapter_key(part: Part) -> str:
    return part.key.removeprefix("chapter:")


def chapter_requirements(application: Application, key: str) -> list[RequirementResult]:
    """Every requirement of a chapter, applicable or not, in order."""
    return [r for r in applicable(application).requirements if r.chapter.key == key]


def choices_left(application: Application, key: str) -> tuple[OneOf, ...]:
    """The choices that the vendor has still to make in a chapter. No query."""
    found = applicable(application).open_choices
    return tuple(choice.one_of for choice in found if key in choice.at_least)


def slot_views(application: Application, key: str) -> list[SlotView]:
    """The slots of a chapter in the order of the programme. Four queries, however many slots."""
    rows = Slot.objects.filter(application=application, part__key=f"chapter:{key}")
    return _views(rows, chapter_requirements(application, key))


def all_slot_views(application: Application) -> list[SlotView]:
    """The same, of every chapter."""
    return _views(Slot.objects.filter(application=application), applicable(application).requirements)


def _views(slots: QuerySet[Slot], requirements: Iterable[RequirementResult]) -> list[SlotView]:
    rows = {slot.item_key: slot for slot in slots}
    proofs = {p.slot_id: p for p in Proof.objects.filter(slot__in=rows.values(), superseded_at=None)}
    items = items_by_proof([p.pk for p in proofs.values()])
    views = []
    for requirement in requirements:
        if not requirement.verdict.applies:
            continue
        for result in requirement.applicable_proofs:
            slot = rows.get(result.proof.key)
            proof = proofs.get(slot.pk) if slot else None
            pieces, backing = _told_apart(items.get(proof.pk, ()) if proof else ())
            views.append(SlotView(requirement, result.scenario, result.proof, slot, proof, pieces, backing))
    return views


def items_by_proof(proof_ids: Sequence[int]) -> dict[int, tuple[ProofItem, ...]]:
    rows = ProofItem.objects.filter(proof_id__in=proof_ids).select_related(
        "document__content", "record__document__content", "record__taken_by", "added_by"
    )
    grouped: dict[int, list[ProofItem]] = {}
    for row in rows.order_by("proof_id", "position"):
        grouped.setdefault(row.proof_id, []).append(row)
    return {proof: tuple(items) for proof, items in grouped.items()}


def _told_apart(items: Iterable[ProofItem]) -> tuple[tuple[ProofItem, ...], tuple[ProofItem, ...]]:
    """The pieces of a proof, and what is behind its reason."""
    items = tuple(items)
    return tuple(i for i in items if not i.backs), tuple(i for i in items if i.backs)


def mark_of(item: ProofItem) -> str:
    """The same file as a piece and behind a reason is two things; so is a report that was taken again and differs."""
    value = item.document.sha256 if item.document else item.url or item.text
    if item.record:
        value = f"{value} {item.record.document.sha256}"
    return piece_mark("backs" if item.backs else item.kind, value)


def marks_of(proof: Proof, items: Iterable[ProofItem]) -> frozenset[str]:
    """What a proof gives: its reason and what is behind it where it is held not applicable, else its pieces."""
    pieces, backing = _told_apart(items)
    if proof.na_reason:
        return frozenset({piece_mark("not_applicable", proof.na_reason), *map(mark_of, backing)})
    return frozenset(map(mark_of, pieces))


def outdated_by(slot_ids: Collection[int]) -> dict[int, str]:
    """All that is on record in these slots, by slot, as `Slot.outdated` keeps it. Two queries."""
    proofs = list(Proof.objects.filter(slot_id__in=slot_ids))
    items = items_by_proof([proof.pk for proof in proofs])
    given: dict[int, frozenset[str]] = dict.fromkeys(slot_ids, frozenset())
    for proof in proofs:
        pieces = items.get(proof.pk, ())  # also those that a reason covers: taken back, it gives them again
        given[proof.slot_id] |= marks_of(proof, pieces) | marks_of(Proof(), pieces)
    return {pk: canonical_json(sorted(marks)) for pk, marks in given.items()}


@dataclass(frozen=True)
class NamedProof:
    """An expected proof that applies, as people name it."""

    key: str
    code: str
    chapter: Chapter
    requirement_code: str
    title: Text
    expected: ExpectedProof


def named_proofs(application: Application) -> list[NamedProof]:
    """Every expected proof that applies, in the order of the programme. No query."""
    return [
        NamedProof(
            result.proof.key,
            proof_code(found.requirement, result.scenario, result.proof),
            found.chapter,
            found.requirement.code,
            found.requirement.title,
            result.proof,
        )
        for found in applicable(application).applicable
        for result in found.applicable_proofs
    ]


def accepted_keys(application: Application) -> frozenset[str]:
    """Keys of the proofs that the agency has accepted."""
    rows = Slot.objects.filter(application=application, state__in=ACCEPTED, asked=True)
    return frozenset(rows.values_list("item_key", flat=True))


def expected_proof(application: Application, item_key: str) -> tuple[RequirementResult, ExpectedProof] | None:
    """The expected proof with that key, if it applies to this application."""
    for requirement in applicable(application).applicable:
        for result in requirement.applicable_proofs:
            if result.proof.key == item_key:
                return requirement, result.proof
    return None


def proof_document(
    application: Application, document_id: int, *, submitted_only: bool = False
) -> Document | None:
    """A file that is a piece of a proof of this application, now or in the past. The agency: of a submitted one."""
    pieces = _pieces_of(application, [document_id])
    if submitted_only:
        pieces = pieces.filter(proof__submitted_at__isnull=False)
    return Document.objects.filter(pk=document_id).first() if pieces.exists() else None


def proofs_with(
    application: Application, document_id: int, *, submitted_only: bool = False
) -> list[NamedProof]:
    """The expected proofs for which this file was given, now or in the past. The agency: and submitted. One query."""
    pieces = _pieces_of(application, [document_id])
    if submitted_only:
        pieces = pieces.filter(proof__submitted_at__isnull=False)
    keys = set(pieces.values_list("proof__slot__item_key", flat=True))
    return [proof for proof in named_proofs(application) if proof.key in keys] if keys else []


def _pieces_of(application: Application, documents: Iterable[Any]) -> QuerySet[ProofItem]:
    return ProofItem.objects.filter(made_of(documents), proof__slot__application=application)


def made_of(documents: Iterable[Any]) -> Q:
    """Of pieces: that they are one of these files (or keys of them), or that it is the copy of their report."""
    return Q(document__in=documents) | Q(record__document__in=documents)


def piece_given_before(standing: Standing, company_id: int, document_id: int) -> ProofItem | None:
    """The latest piece that is this file of the company, among the applications that this person sees."""
    seen = Application.objects.visible_to(standing).filter(company_id=company_id).order_by().values("pk")
    pieces = ProofItem.objects.filter(
        document_id=document_id, document__content__company=company_id, backs=False
    )
    found = pieces.filter(proof__slot__application__in=seen).select_related("document__content")
    return found.order_by("-proof__added_at", "-pk").first()


def slot_history(slot_ids: Collection[int], *, drafts: bool = False) -> dict[int, list[PastProof]]:
    """What was submitted in these slots before what stands there now, by slot id, the latest first.

    `drafts`: also what the vendor prepared and set aside, which is nobody else's.
    """
    rows = Proof.objects.filter(slot_id__in=slot_ids, superseded_at__isnull=False)
    if not drafts:
        rows = rows.filter(submitted_at__isnull=False)
    proofs = list(rows.select_related("added_by").order_by("-n"))
    items = items_by_proof([p.pk for p in proofs])
    grouped: dict[int, list[PastProof]] = {}
    for proof in proofs:
        pieces, backing = _told_apart(items.get(proof.pk, ()))
        grouped.setdefault(proof.slot_id, []).append(PastProof(proof, pieces, backing))
    return grouped


def why_not_restored(
    view: SlotView, history: Sequence[PastProof], past: PastProof, kinds: Sequence[ProofKind]
) -> str:
    """Why that earlier proof of the slot would not be taken there again, or ""."""
    if view.slot is None or past.marks == view.marks:
        return _("C’est ce qui est donné aujourd’hui.")
    returned = next((p.marks for p in history if p.proof.n == view.slot.returned_n), None)
    if view.proof is not None and view.proof.n == view.slot.returned_n:
        returned = view.marks
    outdated = frozenset(json.loads(view.slot.outdated))
    refused = kinds_refused(kinds, [item.proof_kind for item in past.items])
    shut = why_shut((*past.items, *past.backing))
    return why_not_enough(past.marks, returned, outdated) or refused or shut


def why_no_proofs(application: Application) -> str:
    """Why no proof of it can be given at all now, whoever asks, or ""."""
    if application.state == ApplicationState.ELIGIBLE:
        return ""
    return _("Le dossier est au statut « %(state)s » : les preuves ne se modifient pas.") % {
        "state": state_words(application)
    }


def why_closed(part: Part, slot: Slot | None, *, due: datetime | None, at: datetime) -> str:
    """Why nothing that was here `at` that instant can be given in a slot of that chapter, or "".

    `due`: until when the chapter may be handed in (`chapters_due`).
    """
    if part.state not in CHAPTER_OPEN_TO_VENDOR:
        return _(
            "Ce chapitre est au statut « %(state)s » : rappelez-le, ou attendez la réponse de l’agence."
        ) % {"state": ChapterState(part.state).label}
    if slot is not None and slot.state not in OPEN_TO_VENDOR:
        return _("Cette preuve est conforme : elle est verrouillée.")
    if gates.is_passed(due, at):
        return _(
            "La date limite est passée : les preuves de ce chapitre ne changent plus. Écrivez à votre référent."
        )
    return ""


def why_shut(items: Iterable[ProofItem]) -> str:
    """Why these pieces cannot be given again, or "": nobody opens one of them any more."""
    for item in items:
        if item.file and is_shut(item.file):
            return open_refusal(item.file)
    return ""
