"""An order to move every running file of a programme: placed by a manager, worked off one file at a time."""

from datetime import datetime, time

from django.utils.translation import gettext as _

from jalon.accounts.standing import SYSTEM, Standing, conflicting_companies
from jalon.applications.actions.steps import lock_application_by_id
from jalon.applications.models import Application
from jalon.core import clock
from jalon.core.actions import draft, verb
from jalon.core.errors import NotAllowed, NotVisible
from jalon.jobs.queue import enqueue, enqueue_missing
from jalon.journal.actions import record
from jalon.programmes.models import Programme, Revision
from jalon.programmes.queries import revision_by_number
from jalon.reviews.actions.moves import check_not_replaced, move_locked_file
from jalon.reviews.models import HeldFile, Move, MoveOrder
from jalon.reviews.policy import can_order_moves
from jalon.reviews.queries.impact import BATCH, stay_of
from jalon.reviews.queries.orders import files_to_move, held_files, replaced_by
from jalon.reviews.states import Stay

SPREAD = "reviews.spread_moves"
MOVE_ONE = "reviews.move_ordered_file"


@verb
def order_moves(*, actor: Standing, programme_code: str, revision_number: int) -> MoveOrder:
    """Move every running file, each in a transaction of its own, by the background worker.

    For an announced revision the work waits for its day. Asked again by the same person while files are left, it is
    the same order, and those that stayed are looked at anew; a colleague's is another one, in his or her own name.
    """
    programme = Programme.objects.select_for_update().filter(code=programme_code).first()
    if programme is None:
        raise NotVisible(programme_code)
    if not can_order_moves(actor, programme_code):
        raise NotAllowed(
            _("Seul un gestionnaire du programme fait passer les dossiers à une autre révision.")
        )
    revision = revision_by_number(programme, revision_number)
    if revision is None:
        raise NotVisible(str(revision_number))
    last = MoveOrder.objects.filter(revision__programme=programme).order_by("-pk").first()
    check_not_replaced(revision)
    if last is not None and last.revision_id == revision.pk and _goes_on(last, actor):
        if held_files(last).exists():
            held_files(last).delete()
            _record(last, actor, "reordered")
        _spread_later(last, revision)
        return last
    order = MoveOrder.objects.create(revision=revision, by_id=actor.user_id, at=clock.now())
    _spread_later(order, revision)
    _record(order, actor, "ordered")
    return order


def _record(order: MoveOrder, actor: Standing, act: str) -> None:
    record(
        chain=f"programme:{order.revision.programme.code}",
        event=f"reviews.moves.{act}",
        actor_ref=actor.user_ref,
        revision=order.revision.number,
        order=order.pk,
    )


def _goes_on(order: MoveOrder, actor: Standing) -> bool:
    return order.by_id == actor.user_id and files_to_move(order).exists()


def _spread_later(order: MoveOrder, revision: Revision) -> None:
    starts = datetime.combine(revision.effective_on, time(), tzinfo=clock.PARIS)
    enqueue(SPREAD, key=str(order.pk), run_after=max(starts, clock.now()), order_id=order.pk)


@draft
def spread_moves(*, order_id: int, after_id: int) -> int:
    """Ask for a job per file, a hundred at a time; returns the last file asked for, 0 when none is left.

    Jobs that wait already are left alone: asked again, nothing is asked twice.
    """
    order = MoveOrder.objects.select_related("revision__programme").get(pk=order_id)
    left = files_to_move(order).filter(pk__gt=after_id).order_by("pk")
    ids = list(left.values_list("pk", flat=True)[:BATCH])
    payloads = {f"{order_id}:{pk}": {"order_id": order_id, "application_id": pk} for pk in ids}
    enqueue_missing(MOVE_ONE, payloads)
    return ids[-1] if ids else 0


@verb
def move_ordered_file(*, actor: Standing, order_id: int, application_id: int) -> Move | None:
    """The worker's part of an order, once per file. One that stays is left as it is, and why is kept (`HeldFile`)."""
    if actor is not SYSTEM:
        raise NotAllowed(_("Cet acte est celui de l’horloge."))
    application = lock_application_by_id(application_id)
    order = MoveOrder.objects.select_related("revision__programme", "by").get(pk=order_id)
    if not files_to_move(order).filter(pk=application_id).exists() or replaced_by(order.revision):
        return None
    stay = stay_of(application, order.revision) or _conflict(order, application)
    if stay is not None:
        kept = {"stay": stay, "at": clock.now()}
        HeldFile.objects.update_or_create(order=order, application=application, defaults=kept)
        return None
    held_files(order).filter(application=application).delete()
    return move_locked_file(application, order.revision, actor=actor, order=order)


def _conflict(order: MoveOrder, application: Application) -> Stay | None:
    """Nobody decides on a file of a company with which he or she has a conflict of interest, not by an order either."""
    if order.by is None or application.company_id not in conflicting_companies(order.by):
        return None
    return Stay.COLLEAGUE
