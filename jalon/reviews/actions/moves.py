"""Files moved to another revision, one or all, and moved back (R2; decision 5)."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from jalon.accounts.models import User
from jalon.accounts.standing import SYSTEM, Standing
from jalon.applications.actions.moves import pin_revision
from jalon.applications.actions.steps import (
    lock_application,
    lock_application_by_id,
    pass_turn_of_proofs,
    ring_bell,
)
from jalon.applications.models import Application
from jalon.core import clock, dates
from jalon.core.actions import step, verb
from jalon.core.canonical import canonical_json
from jalon.core.errors import NotAllowed, NotVisible, TransitionRefused
from jalon.journal.actions import record
from jalon.journal.models import Entry
from jalon.messaging.actions import write
from jalon.notices.actions import tell
from jalon.programmes.models import Revision
from jalon.programmes.queries import revision_by_number
from jalon.reviews.actions.move_rows import Rows, apply_effects, changed_rows, put_back, rows_of
from jalon.reviews.models import Move, MoveOrder, MoveUndone
from jalon.reviews.notices import FileMoved, FileMovedBack, moved_back_text, moved_text
from jalon.reviews.policy import can_move
from jalon.reviews.queries.impact import files_now, revision_target, stay_of
from jalon.reviews.queries.move_notices import notice_of
from jalon.reviews.queries.moves import file_mark, is_undone
from jalon.reviews.queries.orders import replaced_by
from jalon.reviews.rules.moves import COUNTED, Effects, report_of
from jalon.reviews.states import MoveKind
from jalon.vendors.queries import people_with_access


@verb
def move_file(*, actor: Standing, number: str, revision_number: int) -> Move | None:
    """Move one file to a revision in force. One that is there already stays there: its last move, or None.

    Refused with the reason for files that are exempt, or that something holds (`Stay`).
    """
    application = lock_application(actor, number)
    if not can_move(actor, application):
        raise NotAllowed(_("Seul un gestionnaire du programme fait passer un dossier à une autre révision."))
    return _moved(application, revision_number, actor)


@verb
def move_named_file(*, actor: Standing, number: str, revision_number: int) -> Move | None:
    """The same from the console, for files that no agent sees yet too."""
    if actor is not SYSTEM:
        raise NotAllowed(_("Cet acte est celui de la console."))
    found = Application.objects.filter(number=number).values_list("pk", flat=True).first()
    if found is None:
        raise NotVisible(_("La candidature « %(number)s » n’existe pas.") % {"number": number})
    return _moved(lock_application_by_id(found), revision_number, actor)


@verb
def undo_move(*, actor: Standing, number: str, n: int) -> None:
    """Put a file back as it was before its last move, as long as nobody has acted on it. Both acts stay on record."""
    application = lock_application(actor, number)
    if not can_move(actor, application):
        raise NotAllowed(_("Seul un gestionnaire du programme fait passer un dossier à une autre révision."))
    move = (
        Move.objects.select_related("from_revision", "to_revision")
        .filter(application=application, n=n)
        .first()
    )
    if move is None:
        raise NotVisible(str(n))
    if is_undone(move):
        return
    if move.kind != MoveKind.REVISION:
        raise TransitionRefused(
            _("Une déclaration se corrige par une autre déclaration : elle ne s’annule pas.")
        )
    if file_mark(application) != move.after:
        raise TransitionRefused(_acted_since(application, move))
    put_back(application, move)
    MoveUndone.objects.create(move=move, by_id=actor.user_id, at=clock.now())
    record(
        chain=f"application:{application.number}",
        event="reviews.move.undone",
        actor_ref=actor.user_ref,
        n=n,
        revision=move.from_revision.number,
    )
    body = moved_back_text(move.from_revision.number, move.to_revision.number)
    _say(
        application,
        actor,
        FileMovedBack(application_number=application.number, n=n),
        body,
        f"undone:{move.pk}",
    )
    ring_bell(application)


def _moved(application: Application, revision_number: int, actor: Standing) -> Move | None:
    revision = revision_by_number(application.programme, revision_number)
    if revision is None:
        raise NotVisible(str(revision_number))
    if application.revision_id == revision.pk:
        return Move.objects.filter(application=application).order_by("-n").first()
    if revision.effective_on > clock.paris_date(clock.now()):
        raise TransitionRefused(
            _("La révision %(n)s prend effet le %(on)s : les dossiers n’y passent pas avant.")
            % {"n": revision.number, "on": dates.day(revision.effective_on)}
        )
    check_not_replaced(revision)
    if stay := stay_of(application, revision):
        raise TransitionRefused(str(stay.label))
    return move_locked_file(application, revision, actor=actor, order=None)


@step
def check_not_replaced(revision: Revision) -> None:
    """Files go to the revision in force, or to none: one that was replaced is asked of nobody any more."""
    if newer := replaced_by(revision):
        raise TransitionRefused(
            _("La révision %(n)s est remplacée par la révision %(newer)s : faites-y passer les dossiers.")
            % {"n": revision.number, "newer": newer.number}
        )


# --- Inside: the move itself ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """What is kept of a move beside the file itself."""

    kind: MoveKind
    from_revision_id: int
    to_revision: Revision
    order: MoveOrder | None
    made: Effects
    before: Rows
    profiles_gone: tuple[str, ...]


@step
def move_locked_file(
    application: Application, revision: Revision, *, actor: Standing, order: MoveOrder | None
) -> Move:
    file, target = files_now([application])[0], revision_target(revision)
    made, before, pinned = target.effects_on(file), rows_of(application), application.revision_id
    pin_revision(application, revision.pk)
    if file.has_proofs:
        apply_effects(application, made, actor=actor)
    else:
        pass_turn_of_proofs(application)
    gone = target.profiles_gone(file)
    kept = Kept(MoveKind.REVISION, pinned, revision, order, made, before, gone)
    return keep_move(application, kept, actor=actor)


@step
def keep_move(application: Application, kept: Kept, *, actor: Standing, from_agency: bool = True) -> Move:
    """Journal the move, tell the vendor once, and keep what it changed; the last thing that a verb does."""
    n = Move.objects.filter(application=application).count() + 1
    made = kept.made
    record(
        chain=f"application:{application.number}",
        event=f"reviews.move.{'made' if kept.kind == MoveKind.REVISION else 'declared'}",
        actor_ref=actor.user_ref,
        n=n,
        revision=kept.to_revision.number,
        order=kept.order.pk if kept.order else None,
        **{name: len(getattr(made, name)) for name in COUNTED},
    )
    values: dict[str, Any] = {
        "application": application, "n": n, "kind": kept.kind, "from_revision_id": kept.from_revision_id,
        "to_revision": kept.to_revision, "order": kept.order,
        "before": changed_rows(application, kept.before),
        "report": canonical_json(report_of(made, profiles_gone=kept.profiles_gone)),
        "by_id": (kept.order.by_id if kept.order else actor.user_id), "at": clock.now(),
    }  # fmt: skip
    said = notice_of(Move(**values))
    notice = FileMoved(application_number=application.number, n=n)
    _say(application, actor, notice, moved_text(said), f"move:{application.pk}:{n}", from_agency=from_agency)
    ring_bell(application)
    return Move.objects.create(**values, after=file_mark(application))


def _say(
    application: Application,
    actor: Standing,
    notice: FileMoved | FileMovedBack,
    body: str,
    dedupe: str,
    *,
    from_agency: bool = True,
) -> None:
    # Nobody in particular speaks when an order is worked off: the agency does.
    write(
        application, author_id=actor.user_id, from_agency=from_agency, body=body, ref_kind="move",
        ref_key=str(notice.n),
    )  # fmt: skip
    tell(notice, users=people_with_access(application.version.product), dedupe=dedupe)


def _acted_since(application: Application, move: Move) -> str:
    chain = f"application:{application.number}"
    last = Entry.objects.filter(chain=chain, at__gt=move.at).order_by("-seq").first()
    who = User.objects.filter(ref=last.actor_ref).first() if last else None
    if last is None or who is None:
        return _("Quelqu’un a agi sur ce dossier depuis : le passage ne s’annule plus.")
    return _("%(name)s a agi sur ce dossier le %(at)s : le passage ne s’annule plus.") % {
        "name": who.full_name,
        "at": dates.moment(last.at),
    }
