"""A slot that a person may change now, its draft, and how its state follows from what is given in it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.applications.actions.steps import (
    lock_application,
    set_chapter_state,
)
from jalon.applications.models import Application, Part
from jalon.applications.queries import definition_for
from jalon.applications.queries.dates import chapter_due
from jalon.applications.states import ChapterState
from jalon.core import clock
from jalon.core.actions import step
from jalon.core.errors import InvalidInput, NotAllowed, NotVisible, TransitionRefused
from jalon.documents.actions import ask_reading
from jalon.evidence.actions.counts import recount
from jalon.evidence.models import Proof, ProofItem, Slot
from jalon.evidence.policy import can_deposit
from jalon.evidence.queries import (
    expected_proof,
    items_by_proof,
    mark_of,
    marks_of,
    why_closed,
    why_no_proofs,
)
from jalon.evidence.rules import SCOPE_LENGTH, kinds_of, scope_of, why_not_enough
from jalon.evidence.states import SLOT_TRANSITIONS, SlotState
from jalon.programmes.definition.schema import ExpectedProof, ProofKind

_INSTANTS = ("arrived_at", "settled_at")


class SlotClosed(TransitionRefused):
    """A slot that is asked for takes nothing as the application, its chapter or the dates stand now."""


class SlotFull(InvalidInput):
    """It takes nothing more before something is taken out."""


# What is good, and was refused for one of these, may have its place later.
NO_PLACE_NOW = (SlotClosed, SlotFull)


@dataclass(frozen=True)
class Place:
    application: Application
    part: Part
    expected: ExpectedProof
    kinds: list[ProofKind]
    slot: Slot | None
    max_items: int
    arrived_at: datetime  # what is put in counts from here


def check_may_deposit(actor: Standing, application: Application) -> None:
    """NotAllowed, or TransitionRefused, where this person can give no proof of it at all now."""
    if not can_deposit(actor, application):
        raise NotAllowed(_("Seules les personnes de l’entreprise candidate déposent des preuves."))
    if refusal := why_no_proofs(application):
        raise (TransitionRefused if application.is_final else SlotClosed)(refusal)


def open_slot(actor: Standing, number: str, item_key: str, arrived_at: datetime | None = None) -> Place:
    """The slot, locked through its application, if this person may change it now.

    What is put in counts from the instant at which it was here: of a click, when the server began to receive it; of a
    file that was sent by itself, its last byte (`arrived_at`; now, if nothing came between).
    """
    application = lock_application(actor, number)
    check_may_deposit(actor, application)
    found = expected_proof(application, item_key)
    if found is None:
        raise NotVisible(item_key)
    requirement, expected = found
    part = Part.objects.get(application=application, key=f"chapter:{requirement.chapter.key}")
    slot = Slot.objects.select_for_update().filter(application=application, item_key=item_key).first()
    now = clock.now()
    arrived_at = arrived_at or now
    if refusal := why_closed(part, slot, due=chapter_due(application, part, now), at=arrived_at):
        raise SlotClosed(refusal)
    definition = definition_for(application)
    return Place(
        application, part, expected, kinds_of(definition, expected), slot, definition.max_items_per_slot,
        arrived_at,
    )  # fmt: skip


@step
def row_of(place: Place) -> Slot:
    if place.slot is not None:
        return place.slot
    return Slot.objects.create(application=place.application, part=place.part, item_key=place.expected.key)


def current_proof(slot: Slot) -> Proof | None:
    return Proof.objects.filter(slot=slot, superseded_at=None).first()


@step
def draft_proof(actor: Standing, slot: Slot) -> Proof:
    """The proof being prepared. Over a submitted one, a new one begins with the same pieces (R9)."""
    current = current_proof(slot)
    if current is not None and current.submitted_at is None:
        return current
    return next_proof(actor, slot, current, current)


@step
def next_proof(actor: Standing, slot: Slot, current: Proof | None, source: Proof | None) -> Proof:
    """Put another proof in the place of the current one, with the pieces of `source`. Nothing is taken away (R9)."""
    now = clock.now()
    if current is not None:
        current.superseded_at = now
        current.save(update_fields=["superseded_at"])
    fresh = Proof.objects.create(
        slot=slot, n=current.n + 1 if current else 1, added_by_id=actor.person_id, added_at=now,
        na_reason=source.na_reason if source else "",
    )  # fmt: skip
    for item in items_by_proof([source.pk]).get(source.pk, ()) if source else ():
        item.pk, item.proof = None, fresh
        item.save(force_insert=True)
    return fresh


@step
def add_item(actor: Standing, place: Place, **values: Any) -> None:
    """A piece of the proof, which takes a request for "non applicable" back; or (`backs`) a file behind its reason.

    The request stays on record, with what was behind it: the piece may be a file that was long on its way.
    """
    slot = row_of(place)
    proof = draft_proof(actor, slot)
    item = ProofItem(proof=proof, added_by_id=actor.person_id, added_at=clock.now(), **values)
    if not (item.backs or item.scope):
        shown = item.record.product if item.record else ""
        ours = scope_of(place.application.product_name, place.application.version_label)
        item.scope = shown[:SCOPE_LENGTH] or ours
    there = list(proof.items.select_related("document__content", "record__document__content"))
    is_there = mark_of(item) in map(mark_of, there)
    takes_back = bool(proof.na_reason) and not item.backs
    if is_there and not takes_back:
        _note_instants(place, slot)
        slot.save(update_fields=_INSTANTS)
        return
    if not is_there and (refusal := no_room(place, there, backs=item.backs)):
        raise SlotFull({slot.item_key: refusal})
    if takes_back:
        item.proof = proof = next_proof(actor, slot, proof, proof)
        write_reason(proof, "")
    if not is_there:
        item.position = max((other.position for other in there), default=-1) + 1
        item.save(force_insert=True)
    settle_draft(place, slot, proof)


def no_room(place: Place, there: Iterable[ProofItem], *, backs: bool = False) -> str:
    """Why one more piece (or file behind a reason) finds no room beside those, or ""."""
    if sum(other.backs == backs for other in there) < place.max_items:
        return ""
    return _("%(max)s pièces au plus : retirez-en une d’abord.") % {"max": place.max_items}


@step
def ask_readings(application: Application) -> None:
    """Have read what never was: it was deposited where nothing asked for it, and may stand elsewhere now."""
    unread = ProofItem.objects.filter(
        proof__slot__application=application, proof__superseded_at=None, document__facts=""
    )
    for item in unread.select_related("document__content"):
        if item.document is not None:
            ask_reading(item.document)


@step
def write_reason(proof: Proof, reason: str) -> None:
    """Why a draft is asked to be held not applicable; taken back, with what was behind it."""
    proof.na_reason = reason
    proof.save(update_fields=["na_reason"])
    if not reason:
        proof.items.filter(backs=True).delete()


@step
def settle_draft(place: Place, slot: Slot, proof: Proof) -> None:
    """After a change of what is given: the slot's state follows from it."""
    write_draft(place, slot, _draft_state(slot, proof))


@step
def write_draft(place: Place, slot: Slot, target: SlotState) -> None:
    """After any change of a draft: the slot's version, the chapter's state and counts."""
    slot.version += 1
    slot.content_version = slot.version
    if slot.state != target:
        SLOT_TRANSITIONS.check(SlotState(slot.state), target)
        slot.state = target
    _note_instants(place, slot)
    slot.save(update_fields=["state", "version", "content_version", *_INSTANTS])
    recount(place.part)
    if place.part.state != ChapterState.TO_MODIFY:
        complete = place.part.given == place.part.expected
        set_chapter_state(place.part, ChapterState.READY if complete else ChapterState.TO_COMPLETE)


def _note_instants(place: Place, slot: Slot) -> None:
    slot.arrived_at, slot.settled_at = place.arrived_at, clock.now()


def _draft_state(slot: Slot, proof: Proof) -> SlotState:
    if not why_it_is_not_enough(slot, proof):
        return SlotState.NA_REQUESTED if proof.na_reason else SlotState.DEPOSITED
    if slot.state == SlotState.TO_REQUALIFY:
        return SlotState.TO_REQUALIFY
    wanted = slot.returned_n or slot.outdated != "[]"
    return SlotState.TO_MODIFY if wanted else SlotState.TO_DEPOSIT


def why_it_is_not_enough(slot: Slot, proof: Proof) -> str:
    """Why what stands in that proof is not enough in this slot now, or ""."""
    returned = Proof.objects.filter(slot=slot, n=slot.returned_n).first() if slot.returned_n else None
    outdated = frozenset(json.loads(slot.outdated))
    return why_not_enough(substance(proof), substance(returned) if returned else None, outdated)


def substance(proof: Proof) -> frozenset[str]:
    """What a verifier judges: two proofs with the same are the same proof, whatever the comment says."""
    return marks_of(proof, proof.items.select_related("document__content", "record__document__content"))
