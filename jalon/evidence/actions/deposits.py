"""What a vendor gives in a slot: drafts, until the chapter is handed in.

`arrived_at`: when what is given, or the click, was here (`places.open_slot`).
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.applications.actions.steps import lock_application
from jalon.applications.queries.answers import company_document
from jalon.core import clock
from jalon.core.actions import draft, step
from jalon.core.errors import InvalidInput, NotVisible, TransitionRefused
from jalon.documents.actions import ask_reading
from jalon.documents.checks.dating import date_read
from jalon.documents.checks.registry import reads_files
from jalon.documents.queries import facts_of
from jalon.evidence.actions.links import ask_answers
from jalon.evidence.actions.places import (
    add_item,
    ask_readings,
    current_proof,
    draft_proof,
    next_proof,
    open_slot,
    row_of,
    settle_draft,
    substance,
    why_it_is_not_enough,
    write_draft,
    write_reason,
)
from jalon.evidence.models import ItemKind, Proof, ProofItem
from jalon.evidence.queries import items_by_proof, mark_of, piece_given_before, why_shut
from jalon.evidence.rules import (
    SCOPE_LENGTH,
    backing_error,
    dated_error,
    kind_for_file,
    kind_for_link,
    kinds_refused,
    link_error,
    record_error,
)
from jalon.evidence.states import GIVEN, SlotState
from jalon.programmes.definition.declared import declared_checks


@draft
def deposit_file(
    *, actor: Standing, number: str, item_key: str, document_id: int, arrived_at: datetime | None = None
) -> None:
    """Put a file into a slot. The same file twice is there once."""
    put_file(actor=actor, number=number, item_key=item_key, document_id=document_id, arrived_at=arrived_at)


@step
def put_file(
    *,
    actor: Standing,
    number: str,
    item_key: str,
    document_id: int,
    said: Mapping[str, Any] | None = None,
    arrived_at: datetime | None = None,
) -> None:
    """The same, inside the transaction of whoever made the document. `said`: its date and scope, known already."""
    place = open_slot(actor, number, item_key, arrived_at)
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
    add_item(actor, place, kind=ItemKind.FILE, proof_kind=kind.key, document=document, **(said or {}))
    if reads_files(declared_checks(kind, place.expected)):
        ask_reading(document)


@step
def put_file_instead(
    *, actor: Standing, number: str, item_key: str, document_id: int, n: int, arrived_at: datetime | None
) -> None:
    """Put a file into a slot instead of what the n-th proof gives; that stays on record. Later ones: beside it."""
    place = open_slot(actor, number, item_key, arrived_at)
    current = current_proof(place.slot) if place.slot else None
    if place.slot is not None and current is not None and current.n == n:
        next_proof(actor, place.slot, current, None)
    put_file(actor=actor, number=number, item_key=item_key, document_id=document_id, arrived_at=arrived_at)


@draft
def reuse_file(
    *,
    actor: Standing,
    number: str,
    item_keys: Collection[str],
    document_id: int,
    arrived_at: datetime | None = None,
) -> None:
    """Give a file that was given before, here or in another application, in each of these slots, or in none of them.

    Each of these pieces is one of its own, with a verdict of its own.
    """
    application = lock_application(actor, number)
    before = piece_given_before(actor, application.company_id, document_id)
    if before is None:
        raise NotVisible(str(document_id))
    if refusal := why_shut([before]):
        raise TransitionRefused(refusal)
    said = {"dated_on": before.dated_on, "scope": before.scope}
    for item_key in item_keys:
        put_file(
            actor=actor,
            number=number,
            item_key=item_key,
            document_id=document_id,
            said=said,
            arrived_at=arrived_at,
        )


@draft
def deposit_link(
    *, actor: Standing, number: str, item_key: str, url: str, arrived_at: datetime | None = None
) -> None:
    """Put a link into a slot. A test report's is refused: a link alone has no verdict (`reports.import_report`)."""
    place = open_slot(actor, number, item_key, arrived_at)
    url = url.strip()
    error = link_error(place.kinds, url)
    kind = None if error else kind_for_link(place.kinds, url)
    if error or kind is None:
        raise InvalidInput({item_key: error})
    if kind.reports:
        raise InvalidInput(
            {
                item_key: _(
                    "Ce lien mène à un rapport de test, qui ne compte qu’avec son résultat : importez le rapport, "
                    "pour que Jalon en garde la copie."
                )
            }
        )
    add_item(actor, place, kind=ItemKind.LINK, proof_kind=kind.key, url=url)
    ask_answers(place.application)


@draft
def deposit_record(
    *,
    actor: Standing,
    number: str,
    item_key: str,
    kind_key: str,
    text: str,
    arrived_at: datetime | None = None,
) -> None:
    """Put a number into a slot: an MSSanté execution number."""
    place = open_slot(actor, number, item_key, arrived_at)
    kind = next((k for k in place.kinds if k.key == kind_key and k.form == "record"), None)
    if kind is None:
        raise InvalidInput({item_key: _("Cette preuve ne se donne pas par un numéro.")})
    text = " ".join(text.replace("\x00", "").split())
    if error := record_error(kind, text):
        raise InvalidInput({item_key: error})
    add_item(actor, place, kind=ItemKind.RECORD, proof_kind=kind.key, text=text)


@draft
def remove_item(
    *, actor: Standing, number: str, item_key: str, item_id: int, arrived_at: datetime | None = None
) -> None:
    """Take a piece, or a file behind a reason, out. What was submitted stays on record: a new proof goes on without."""
    place = open_slot(actor, number, item_key, arrived_at)
    slot, proof = place.slot, place.slot and current_proof(place.slot)
    item = ProofItem.objects.filter(pk=item_id, proof=proof).first() if proof else None
    if slot is None or item is None:
        return
    edited = draft_proof(actor, slot)
    kept = edited.items.filter(position=item.position).first()
    if kept is not None:
        kept.delete()
    settle_draft(place, slot, edited)


@draft
def describe_item(
    *,
    actor: Standing,
    number: str,
    item_key: str,
    item_id: int,
    dated_on: date | None,
    scope: str,
    arrived_at: datetime | None = None,
) -> None:
    """Of which day a piece is, and which product and version it shows. Words alone hand nothing in."""
    place = open_slot(actor, number, item_key, arrived_at)
    slot = place.slot
    seen = ProofItem.objects.filter(pk=item_id, proof__slot=slot, backs=False).first() if slot else None
    current = current_proof(slot) if slot else None
    if slot is None or current is None or seen is None:
        raise NotVisible(str(item_id))
    # What was seen may stand in a newer draft since, at its place.
    item = current.items.filter(position=seen.position).first()
    if item is None or mark_of(item) != mark_of(seen):
        raise TransitionRefused(_("Cette pièce n’est plus dans la preuve."))
    if error := dated_error(dated_on, clock.paris_date(clock.now())):
        raise InvalidInput({item_key: error})
    read = date_read(facts_of(item.document)) if item.document else None
    if read and read.on == dated_on:
        dated_on = None  # it says so itself
    scope = " ".join(scope.replace("\x00", "").split())[:SCOPE_LENGTH]
    if (item.dated_on, item.scope) == (dated_on, scope):
        return
    edited = draft_proof(actor, slot).items.get(position=item.position)
    edited.dated_on, edited.scope = dated_on, scope
    edited.save(update_fields=["dated_on", "scope"])
    write_draft(place, slot, SlotState(slot.state))


@draft
def request_not_applicable(
    *, actor: Standing, number: str, item_key: str, reason: str, arrived_at: datetime | None = None
) -> None:
    """Ask that a proof be held not applicable, with a reason; a verifier decides (R3). Empty: take it back."""
    place = open_slot(actor, number, item_key, arrived_at)
    slot = row_of(place)
    proof = draft_proof(actor, slot)
    write_reason(proof, reason.replace("\x00", "").strip()[:4000])
    settle_draft(place, slot, proof)


@draft
def back_not_applicable(
    *, actor: Standing, number: str, item_key: str, document_id: int, arrived_at: datetime | None = None
) -> None:
    """Put a file behind the reason of a request for "non applicable": read with it, and no piece of the proof."""
    place = open_slot(actor, number, item_key, arrived_at)
    document = company_document(place.application, document_id)
    proof = current_proof(place.slot) if place.slot else None
    if proof is None or not proof.na_reason:
        raise InvalidInput(
            {item_key: _("Écrivez pourquoi cette preuve ne s’applique pas, puis joignez le fichier.")}
        )
    if error := backing_error(document.name, document.size):
        raise InvalidInput({item_key: error})
    add_item(actor, place, kind=ItemKind.FILE, document=document, backs=True)


@draft
def restore_proof(
    *, actor: Standing, number: str, item_key: str, n: int, arrived_at: datetime | None = None
) -> None:
    """Give again what was given the n-th time. What stands in the slot now stays on record beside it."""
    place = open_slot(actor, number, item_key, arrived_at)
    slot = place.slot
    earlier = Proof.objects.filter(slot=slot, n=n).first() if slot else None
    if slot is None or earlier is None:
        raise NotVisible(str(n))
    current = current_proof(slot)
    if current is None or substance(current) == substance(earlier):
        return
    items = items_by_proof([earlier.pk]).get(earlier.pk, ())
    kinds = [item.proof_kind for item in items if not item.backs]
    if refusal := why_it_is_not_enough(slot, earlier) or kinds_refused(place.kinds, kinds) or why_shut(items):
        raise TransitionRefused(refusal)
    settle_draft(place, slot, next_proof(actor, slot, current, earlier))
    ask_readings(place.application)
    ask_answers(place.application)


@draft
def comment_proof(
    *, actor: Standing, number: str, item_key: str, comment: str, arrived_at: datetime | None = None
) -> None:
    """The vendor's answer to the verifier, beside the new pieces. Words alone hand nothing in."""
    place = open_slot(actor, number, item_key, arrived_at)
    slot = row_of(place)
    proof = draft_proof(actor, slot)
    proof.comment = comment.replace("\x00", "").strip()[:4000]
    proof.save(update_fields=["comment"])
    write_draft(place, slot, SlotState(slot.state))


@draft
def confirm_proof(*, actor: Standing, number: str, item_key: str, arrived_at: datetime | None = None) -> None:
    """ "Cette preuve vaut encore": what was accepted is handed in again as it is, for the text that changed.

    Only where the agency asked for a second look, not for another proof. It is judged again.
    """
    place = open_slot(actor, number, item_key, arrived_at)
    slot = place.slot
    if slot is None or slot.state not in (SlotState.TO_REQUALIFY, *GIVEN):
        raise TransitionRefused(_("Rien n’a été donné pour cette preuve : déposez une pièce."))
    if slot.state in GIVEN:
        return
    if slot.returned_n or slot.outdated != "[]":
        raise TransitionRefused(
            _("L’agence attend autre chose que ce qui a été donné : ajoutez ou remplacez une pièce.")
        )
    current = current_proof(slot)
    items = items_by_proof([current.pk]).get(current.pk, ()) if current else ()
    if refusal := why_shut(items):
        raise TransitionRefused(refusal)
    settle_draft(place, slot, draft_proof(actor, slot))
