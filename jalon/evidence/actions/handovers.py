"""The steps of a hand-over, called by `reviews`: submitted, taken back, judged, moved."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from jalon.applications.models import Application, Part
from jalon.core.actions import step
from jalon.evidence.actions.counts import recount
from jalon.evidence.actions.links import ask_answers, ask_answers_anew
from jalon.evidence.actions.places import ask_readings, current_proof
from jalon.evidence.models import Slot
from jalon.evidence.queries import outdated_by
from jalon.evidence.states import SLOT_TRANSITIONS, SlotState

# What a move of a file changes in a slot.
SLOT_FIELDS = (
    "item_key", "part_id", "state", "asked", "returned_n", "outdated", "version", "content_version",
)  # fmt: skip


@step
def hand_in_slots(part: Part, *, received_at: datetime) -> dict[str, int]:
    """Submit every open slot of a chapter; returns the manifest: expected proof → proof (decision 6).

    `received_at`: when the click was here, as of which the proofs are judged.
    """
    manifest = {}
    for slot in _asked_of(part):
        proof = current_proof(slot)
        if proof is None:
            continue
        manifest[slot.item_key] = proof.pk
        if slot.state == SlotState.DEPOSITED:
            _move(slot, SlotState.SUBMITTED)
        if proof.submitted_at is None:
            proof.submitted_at = received_at
            proof.save(update_fields=["submitted_at"])
    ask_answers_anew(part.application, manifest.values())
    return manifest


@step
def take_back_slots(part: Part) -> None:
    """The vendor recalls a chapter: what was submitted is open again; it stays on record as submitted."""
    for slot in _asked_of(part).filter(state=SlotState.SUBMITTED):
        _move(slot, SlotState.DEPOSITED)
    recount(part)


@step
def settle_slots(part: Part, decisions: Mapping[int, bool]) -> None:
    """Apply the verdicts of a closed round: proof → accepted or to modify."""
    for slot in _asked_of(part):
        proof = current_proof(slot)
        if proof is None or proof.pk not in decisions:
            continue
        if decisions[proof.pk]:
            slot.outdated = "[]"
            _move(slot, SlotState.NA_ACCEPTED if proof.na_reason else SlotState.CONFORMING)
        else:
            slot.returned_n = proof.n
            _move(slot, SlotState.TO_MODIFY)
    recount(part)


@step
def requalify_slots(part: Part, item_keys: Collection[str]) -> None:
    """Accepted proofs that must be given anew; what was given stays on record, and no longer counts."""
    slots = list(_asked_of(part).filter(item_key__in=item_keys))
    outdated = outdated_by([slot.pk for slot in slots])
    for slot in slots:
        proof = current_proof(slot)
        slot.returned_n = proof.n if proof else 0
        slot.outdated = outdated[slot.pk]
        _move(slot, SlotState.TO_REQUALIFY)
    recount(part)


@step
def write_slots(application: Application, rows: Mapping[int, Mapping[str, Any]]) -> None:
    """Slots of a file, by id, as a move leaves them, or as its undoing finds them again.

    Written as computed: a move is no step in the life of a proof, so the table of its states does not apply.
    """
    found = list(Slot.objects.select_for_update().filter(application=application, pk__in=rows))
    for row in found:
        for name, value in rows[row.pk].items():
            setattr(row, name, value)
    Slot.objects.bulk_update(found, SLOT_FIELDS, batch_size=100)
    ask_readings(application)
    ask_answers(application)


def _asked_of(part: Part) -> QuerySet[Slot]:
    """The slots of a chapter that are asked for, locked; those that were dropped stay as they were."""
    return Slot.objects.select_for_update().filter(part=part, asked=True)


def _move(slot: Slot, state: SlotState) -> None:
    SLOT_TRANSITIONS.check(SlotState(slot.state), state)
    slot.state = state
    slot.version += 1
    slot.content_version = slot.version
    slot.save(update_fields=["state", "version", "content_version", "returned_n", "outdated"])
