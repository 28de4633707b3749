"""Writes on slots: drafts of the vendor, and the steps of hand-overs that `reviews` calls."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.applications.actions.steps import (
    lock_application,
    recount_application,
    set_chapter_state,
    set_counts,
)
from jalon.applications.models import Application, Part
from jalon.applications.queries import definition_for, state_words
from jalon.applications.queries.answers import company_document
from jalon.applications.states import ApplicationState, ChapterState
from jalon.core import clock
from jalon.core.actions import draft, step
from jalon.core.errors import InvalidInput, NotAllowed, NotVisible, TransitionRefused
from jalon.evidence.models import ItemKind, Proof, ProofItem, Slot
from jalon.evidence.policy import can_deposit
from jalon.evidence.queries import expected_proof, items_by_proof, marks_of, outdated_by
from jalon.evidence.rules import kind_for_file, kind_for_link, kinds_of, link_error, record_error
from jalon.evidence.states import ACCEPTED, GIVEN, OPEN_TO_VENDOR, SLOT_TRANSITIONS, SlotState
from jalon.programmes.definition.schema import ExpectedProof, ProofKind

# What a move of a file changes in a slot.
SLOT_FIELDS = (
    "item_key", "part_id", "state", "asked", "returned_n", "outdated", "version", "content_version",
)  # fmt: skip
EDITABLE = (ChapterState.TO_COMPLETE, ChapterState.READY, ChapterState.TO_MODIFY)


@draft
def deposit_file(*, actor: Standing, number: str, item_key: str, document_id: int) -> None:
    """Put a file into a slot. The same file twice is there once."""
    place = _open_slot(actor, number, item_key)
    document = company_document(place.application, document_id)
    kind = kind_for_file(place.kinds, document.name)
    if kind is None:
        raise InvalidInput({item_key: _("Cette preuve n’accepte pas ce type de fichier.")})
    if document.size > kind.max_mb * 1024 * 1024:
        raise InvalidInput(
            {
                item_key: _("Ce fichier dépasse la limite de %(max)s Mo pour cette preuve.")
                % {"max": kind.max_mb}
            }
        )
    _add_item(actor, place, kind=ItemKind.FILE, proof_kind=kind.key, document=document)


@draft
def deposit_link(*, actor: Standing, number: str, item_key: str, url: str) -> None:
    """Put a link into a slot."""
    place = _open_slot(actor, number, item_key)
    url = url.strip()
    error = link_error(place.kinds, url)
    kind = None if error else kind_for_link(place.kinds, url)
    if error or kind is None:
        raise InvalidInput({item_key: error})
    _add_item(actor, place, kind=ItemKind.LINK, proof_kind=kind.key, url=url)


@draft
def deposit_record(*, actor: Standing, number: str, item_key: str, kind_key: str, text: str) -> None:
    """Put a number into a slot: an MSSanté execution number."""
    place = _open_slot(actor, number, item_key)
    kind = next((k for k in place.kinds if k.key == kind_key and k.form == "record"), None)
    if kind is None:
        raise InvalidInput({item_key: _("Cette preuve ne se donne pas par un numéro.")})
    text = " ".join(text.replace("\x00", "").split())
    if error := record_error(kind, text):
        raise InvalidInput({item_key: error})
    _add_item(actor, place, kind=ItemKind.RECORD, proof_kind=kind.key, text=text)


@draft
def remove_item(*, actor: Standing, number: str, item_key: str, item_id: int) -> None:
    """Take a piece out of a draft. What was submitted stays on record: a new proof goes on without it."""
    place = _open_slot(actor, number, item_key)
    slot, proof = place.slot, place.slot and _current(place.slot)
    item = ProofItem.objects.filter(pk=item_id, proof=proof).first() if proof else None
    if slot is None or item is None:
        return
    edited = _draft_proof(actor, slot)
    kept = edited.items.filter(position=item.position).first()
    if kept is not None:
        kept.delete()
    _settle_draft(place, slot, edited)


@draft
def request_not_applicable(*, actor: Standing, number: str, item_key: str, reason: str) -> None:
    """Ask that a proof be held not applicable, with a reason; a verifier decides (R3). Empty: take it back."""
    place = _open_slot(actor, number, item_key)
    slot = _row(place)
    proof = _draft_proof(actor, slot)
    proof.na_reason = reason.replace("\x00", "").strip()[:4000]
    proof.save(update_fields=["na_reason"])
    _settle_draft(place, slot, proof)


@draft
def comment_proof(*, actor: Standing, number: str, item_key: str, comment: str) -> None:
    """The vendor's answer to the verifier, beside the new pieces. Words alone hand nothing in."""
    place = _open_slot(actor, number, item_key)
    slot = _row(place)
    proof = _draft_proof(actor, slot)
    proof.comment = comment.replace("\x00", "").strip()[:4000]
    proof.save(update_fields=["comment"])
    _write_draft(place, slot, SlotState(slot.state))


@draft
def confirm_proof(*, actor: Standing, number: str, item_key: str) -> None:
    """ "Cette preuve vaut encore": what was accepted is handed in again as it is, for the text that changed.

    Only where the agency asked for a second look, not for another proof. It is judged again.
    """
    place = _open_slot(actor, number, item_key)
    slot = place.slot
    if slot is None or slot.state not in (SlotState.TO_REQUALIFY, *GIVEN):
        raise TransitionRefused(_("Rien n’a été donné pour cette preuve : déposez une pièce."))
    if slot.state in GIVEN:
        return
    if slot.returned_n or slot.outdated != "[]":
        raise TransitionRefused(
            _("L’agence attend autre chose que ce qui a été donné : ajoutez ou remplacez une pièce.")
        )
    _settle_draft(place, slot, _draft_proof(actor, slot))


# --- The steps of a hand-over (called by reviews) -----------------------------------------------------------


@step
def hand_in_slots(part: Part) -> dict[str, int]:
    """Submit every open slot of a chapter; returns the manifest: expected proof → proof (decision 6)."""
    now, manifest = clock.now(), {}
    for slot in _asked_of(part):
        proof = _current(slot)
        if proof is None:
            continue
        manifest[slot.item_key] = proof.pk
        if slot.state == SlotState.DEPOSITED:
            _move(slot, SlotState.SUBMITTED)
        if proof.submitted_at is None:
            proof.submitted_at = now
            proof.save(update_fields=["submitted_at"])
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
        proof = _current(slot)
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
        proof = _current(slot)
        slot.returned_n = proof.n if proof else 0
        slot.outdated = outdated[slot.pk]
        _move(slot, SlotState.TO_REQUALIFY)
    recount(part)


@step
def recount(part: Part) -> None:
    """Recount a chapter from its slots, then the application from its chapters."""
    asked = Slot.objects.filter(part=part, asked=True)
    states = [SlotState(s) for s in asked.values_list("state", flat=True)]
    set_counts(
        part,
        expected=part.expected,
        given=sum(s in GIVEN for s in states),
        conform=sum(s in ACCEPTED for s in states),
        to_modify=sum(s in (SlotState.TO_MODIFY, SlotState.TO_REQUALIFY) for s in states),
    )
    recount_application(part.application)


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


# --- Inside ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    application: Application
    part: Part
    expected: ExpectedProof
    kinds: list[ProofKind]
    slot: Slot | None
    max_items: int


def _open_slot(actor: Standing, number: str, item_key: str) -> _Place:
    """The slot, locked through its application, if this person may change it now."""
    application = lock_application(actor, number)
    if not can_deposit(actor, application):
        raise NotAllowed(_("Seules les personnes de l’entreprise candidate déposent des preuves."))
    found = expected_proof(application, item_key) if application.state == ApplicationState.ELIGIBLE else None
    if application.state != ApplicationState.ELIGIBLE:
        raise TransitionRefused(
            _("Le dossier est au statut « %(state)s » : les preuves ne se modifient pas.")
            % {"state": state_words(application)}
        )
    if found is None:
        raise NotVisible(item_key)
    requirement, expected = found
    part = Part.objects.get(application=application, key=f"chapter:{requirement.chapter.key}")
    slot = Slot.objects.select_for_update().filter(application=application, item_key=item_key).first()
    if part.state not in EDITABLE:
        raise TransitionRefused(
            _("Ce chapitre est au statut « %(state)s » : rappelez-le, ou attendez la réponse de l’agence.")
            % {"state": ChapterState(part.state).label}
        )
    if slot is not None and slot.state not in OPEN_TO_VENDOR:
        raise TransitionRefused(_("Cette preuve est conforme : elle est verrouillée."))
    definition = definition_for(application)
    return _Place(
        application, part, expected, kinds_of(definition, expected), slot, definition.max_items_per_slot
    )


def _row(place: _Place) -> Slot:
    if place.slot is not None:
        return place.slot
    return Slot.objects.create(application=place.application, part=place.part, item_key=place.expected.key)


def _asked_of(part: Part) -> QuerySet[Slot]:
    """The slots of a chapter that are asked for, locked; those that were dropped stay as they were."""
    return Slot.objects.select_for_update().filter(part=part, asked=True)


def _current(slot: Slot) -> Proof | None:
    return Proof.objects.filter(slot=slot, superseded_at=None).first()


def _draft_proof(actor: Standing, slot: Slot) -> Proof:
    """The proof being prepared. Over a submitted one, a new one begins with the same pieces (R9)."""
    current = _current(slot)
    if current is not None and current.submitted_at is None:
        return current
    now = clock.now()
    if current is not None:
        current.superseded_at = now
        current.save(update_fields=["superseded_at"])
    fresh = Proof.objects.create(
        slot=slot, n=current.n + 1 if current else 1, added_by_id=actor.person_id, added_at=now,
        na_reason=current.na_reason if current else "",
    )  # fmt: skip
    for item in items_by_proof([current.pk]).get(current.pk, ()) if current else ():
        item.pk, item.proof = None, fresh
        item.save(force_insert=True)
    return fresh


def _add_item(actor: Standing, place: _Place, **values: Any) -> None:
    slot = _row(place)
    proof = _draft_proof(actor, slot)
    given = list(proof.items.select_related("document"))
    if marks_of(Proof(), [ProofItem(**values)]) <= marks_of(Proof(), given):
        return
    if len(given) >= place.max_items:
        raise InvalidInput(
            {slot.item_key: _("%(max)s pièces au plus : retirez-en une d’abord.") % {"max": place.max_items}}
        )
    position = max((item.position for item in given), default=-1) + 1
    ProofItem.objects.create(
        proof=proof, position=position, added_by_id=actor.person_id, added_at=clock.now(), **values
    )
    proof.na_reason = ""
    proof.save(update_fields=["na_reason"])
    _settle_draft(place, slot, proof)


def _settle_draft(place: _Place, slot: Slot, proof: Proof) -> None:
    """After a change of what is given: the slot's state follows from it."""
    _write_draft(place, slot, _draft_state(slot, proof))


def _write_draft(place: _Place, slot: Slot, target: SlotState) -> None:
    """After any change of a draft: the slot's version, the chapter's state and counts."""
    slot.version += 1
    slot.content_version = slot.version
    if slot.state != target:
        SLOT_TRANSITIONS.check(SlotState(slot.state), target)
        slot.state = target
    slot.save(update_fields=["state", "version", "content_version"])
    recount(place.part)
    if place.part.state != ChapterState.TO_MODIFY:
        complete = place.part.given == place.part.expected
        set_chapter_state(place.part, ChapterState.READY if complete else ChapterState.TO_COMPLETE)


def _draft_state(slot: Slot, proof: Proof) -> SlotState:
    if _is_enough(slot, proof):
        return SlotState.NA_REQUESTED if proof.na_reason else SlotState.DEPOSITED
    if slot.state == SlotState.TO_REQUALIFY:
        return SlotState.TO_REQUALIFY
    wanted = slot.returned_n or slot.outdated != "[]"
    return SlotState.TO_MODIFY if wanted else SlotState.TO_DEPOSIT


def _is_enough(slot: Slot, proof: Proof) -> bool:
    """Something is given; it is not what was sent back, and not only what was given before another was wanted."""
    given = _substance(proof)
    returned = Proof.objects.filter(slot=slot, n=slot.returned_n).first() if slot.returned_n else None
    if not given or (returned is not None and given == _substance(returned)):
        return False
    outdated = json.loads(slot.outdated)
    return not outdated or not given.issubset(outdated)


def _substance(proof: Proof) -> frozenset[str]:
    """What a verifier judges: two proofs with the same are the same proof, whatever the comment says."""
    return marks_of(proof, proof.items.select_related("document"))


def _move(slot: Slot, state: SlotState) -> None:
    SLOT_TRANSITIONS.check(SlotState(slot.state), state)
    slot.state = state
    slot.version += 1
    slot.content_version = slot.version
    slot.save(update_fields=["state", "version", "content_version", "returned_n", "outdated"])
