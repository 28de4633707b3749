"""Files moved to another revision, one or all, and moved back (R2; decision 5)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from jalon.accounts.models import User
from jalon.accounts.standing import SYSTEM, Standing
from jalon.applications.actions.moves import (
    APPLICATION_FIELDS,
    PART_FIELDS,
    ROUND_FIELDS,
    add_chapter,
    forget_chapters,
    pin_revision,
    write_application,
    write_parts,
    write_rounds,
)
from jalon.applications.actions.steps import (
    close_round,
    lock_application,
    lock_application_by_id,
    pass_turn_of_proofs,
    recount_application,
    ring_bell,
    set_application_state,
    set_step_state,
)
from jalon.applications.models import Application, Part, Round
from jalon.applications.queries import latest_round, parts_of
from jalon.applications.states import ApplicationState, ChapterState, PartKind, RoundOutcome, StepState, Turn
from jalon.core import clock
from jalon.core.actions import draft, step, verb
from jalon.core.canonical import canonical_json
from jalon.core.errors import NotAllowed, NotVisible, TransitionRefused
from jalon.evidence.actions import SLOT_FIELDS, write_slots
from jalon.evidence.models import Proof, Slot
from jalon.evidence.states import SlotState
from jalon.jobs.queue import enqueue, enqueue_missing
from jalon.journal.actions import record
from jalon.journal.models import Entry
from jalon.messaging.actions import write
from jalon.notices.actions import tell
from jalon.programmes.models import Programme, Revision
from jalon.programmes.queries import revision_by_number
from jalon.reviews.models import Move, MoveOrder, MoveUndone
from jalon.reviews.notices import FileMoved, FileMovedBack, moved_back_text, moved_text
from jalon.reviews.policy import can_move, can_order_moves
from jalon.reviews.queries.moves import (
    BATCH,
    file_mark,
    files_now,
    files_to_move,
    is_undone,
    notice_of,
    revision_target,
)
from jalon.reviews.rules.moves import COUNTED, ChapterAfter, Effects, SlotAfter, report_of
from jalon.reviews.states import MoveKind, Stay
from jalon.vendors.queries import people_with_access

SPREAD = "reviews.spread_moves"
MOVE_ONE = "reviews.move_ordered_file"
Rows = dict[str, dict[int, dict[str, Any]]]


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
def order_moves(*, actor: Standing, programme_code: str, revision_number: int) -> MoveOrder:
    """Move every running file, each in a transaction of its own, by the background worker.

    For an announced revision the work waits for its day. Asked again while files are left, it is the same order.
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
    if last is not None and last.revision_id == revision.pk and files_to_move(last).exists():
        _spread_later(last, revision)
        return last
    order = MoveOrder.objects.create(revision=revision, by_id=actor.user_id, at=clock.now())
    _spread_later(order, revision)
    record(
        chain=f"programme:{programme.code}",
        event="reviews.moves.ordered",
        actor_ref=actor.user_ref,
        revision=revision.number,
        order=order.pk,
    )
    return order


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
    """The worker's part of an order, once per file. A file that stays is left as it is: `order_progress` says why."""
    if actor is not SYSTEM:
        raise NotAllowed(_("Cet acte est celui de l’horloge."))
    application = lock_application_by_id(application_id)
    order = MoveOrder.objects.select_related("revision__programme").get(pk=order_id)
    if not files_to_move(order).filter(pk=application_id).exists():
        return None
    revision = _revision(application.programme, order.revision.number)
    if _stay(application, revision):
        return None
    return _move(application, revision, actor=actor, order=order)


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
    _put_back(application, move)
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
    revision = _revision(application.programme, revision_number)
    if application.revision_id == revision.pk:
        return Move.objects.filter(application=application).order_by("-n").first()
    if stay := _stay(application, revision):
        raise TransitionRefused(str(stay.label))
    return _move(application, revision, actor=actor, order=None)


# --- Inside: where a file would go ----------------------------------------------------------------------------


def _revision(programme: Programme, number: int) -> Revision:
    """A revision of the programme that is in force; files do not go to one that is only announced."""
    revision = revision_by_number(programme, number)
    if revision is None:
        raise NotVisible(str(number))
    if revision.effective_on > clock.paris_date(clock.now()):
        raise TransitionRefused(
            _("La révision %(n)s prend effet le %(on)s : les dossiers n’y passent pas avant.")
            % {"n": number, "on": revision.effective_on.strftime("%d/%m/%Y")}
        )
    return revision


def _stay(application: Application, revision: Revision) -> Stay | None:
    target, file = revision_target(revision), files_now([application])[0]
    return target.stay_of(file, target.effects_on(file))


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


def _move(application: Application, revision: Revision, *, actor: Standing, order: MoveOrder | None) -> Move:
    file, target = files_now([application])[0], revision_target(revision)
    made, before, pinned = target.effects_on(file), rows_of(application), application.revision_id
    pin_revision(application, revision.pk)
    if file.has_proofs:
        apply_effects(application, made, actor=actor)
    gone = target.profiles_gone(file)
    kept = Kept(MoveKind.REVISION, pinned, revision, order, made, before, gone)
    return keep_move(application, kept, actor=actor)


@step
def apply_effects(application: Application, made: Effects, *, actor: Standing) -> None:
    """Write what a move does to the chapters and slots of a file in step 3, then to the file itself."""
    parts = parts_of(application)
    _end_rounds([parts[f"chapter:{key}"] for key in made.vanished], actor)
    chapters = {c.key: _chapter(application, parts, c) for c in made.chapters}
    chapters |= {key: parts[f"chapter:{key}"] for key in made.vanished}
    _write_chapters(application, parts, made, chapters)
    _write_moved_slots(application, made, {**{_key(p): p for p in parts.values()}, **chapters})
    recount_application(application)
    settle_file(application)


def _end_rounds(parts: list[Part], actor: Standing) -> None:
    """Nothing of these chapters is asked any more: what was handed in is taken back, as by a recall."""
    for part in parts:
        handed_in = latest_round(part)
        if handed_in is not None and handed_in.outcome == RoundOutcome.PENDING:
            close_round(handed_in, actor=actor, outcome=RoundOutcome.RECALLED)


def _chapter(application: Application, parts: Mapping[str, Part], after: ChapterAfter) -> Part:
    found = parts.get(f"chapter:{after.key}")
    if found is not None:
        return found
    # Made of what was handed in already, in other chapters: handed in as long as these were.
    firsts = [parts[f"chapter:{key}"].first_submitted_at for key in after.sources]
    known = [first for first in firsts if first is not None]
    first = max(known) if known and len(known) == len(firsts) else None
    return add_chapter(application, key=after.key, position=0, state=after.state, first_submitted_at=first)


def _write_chapters(
    application: Application, parts: Mapping[str, Part], made: Effects, chapters: Mapping[str, Part]
) -> None:
    start = sum(part.kind != PartKind.CHAPTER for part in parts.values())
    rows: dict[int, dict[str, Any]] = {}
    for position, after in enumerate(made.chapters):
        rows[chapters[after.key].pk] = {
            "position": start + position, **_state(chapters[after.key], after.state),
            "expected": after.expected, "given": after.given, "conform": after.conform,
            "to_modify": after.to_modify,
        }  # fmt: skip
    others = [part for part in parts.values() if part.kind == PartKind.CHAPTER and part.pk not in rows]
    for position, part in enumerate(others, start=start + len(made.chapters)):
        rows[part.pk] = {
            "position": position, **_state(part, ChapterState.VALIDATED),
            "expected": 0, "given": 0, "conform": 0, "to_modify": 0,
        }  # fmt: skip
    write_parts(application, rows)


def _state(part: Part, state: ChapterState) -> dict[str, Any]:
    return {} if part.state == state else {"state": state, "state_since": clock.now()}


def _key(part: Part) -> str:
    return part.key.removeprefix("chapter:")


def _write_moved_slots(application: Application, made: Effects, chapters: Mapping[str, Part]) -> None:
    slots = {slot.item_key: slot for slot in Slot.objects.filter(application=application)}
    judged_anew = set(made.judged_anew)
    numbers = _submitted_numbers(application)
    rows = {}
    for after in made.slots:
        slot = slots[after.key]
        values = _slot_values(slot, after, chapters[after.chapter].pk, numbers.get(slot.pk, 0))
        now = {name: getattr(slot, name) for name in values}
        # Another text is another thing to judge: what was judged before, or is on an open page, holds no more.
        if now != values or after.new_key in judged_anew:
            rows[slot.pk] = {**values, "version": slot.version + 1}
    write_slots(application, rows)


def _slot_values(slot: Slot, after: SlotAfter, part_id: int, submitted_n: int) -> dict[str, Any]:
    returned = slot.returned_n
    if after.state == SlotState.TO_REQUALIFY and slot.state != SlotState.TO_REQUALIFY:
        returned = submitted_n if after.redo else 0
    return {
        "item_key": after.new_key, "part_id": part_id, "state": after.state, "asked": after.asked,
        "returned_n": returned,
    }  # fmt: skip


def _submitted_numbers(application: Application) -> dict[int, int]:
    """The number of the current proof of each slot, where it was submitted."""
    current = Proof.objects.filter(
        slot__application=application, superseded_at=None, submitted_at__isnull=False
    )
    return dict(current.values_list("slot_id", "n"))


@step
def settle_file(application: Application) -> None:
    """Step 3 and the file itself, from the states of the chapters."""
    done = all(p.state == ChapterState.VALIDATED for p in parts_of(application, PartKind.CHAPTER).values())
    for part in parts_of(application, PartKind.PROOFS).values():
        set_step_state(part, StepState.VALIDATED if done else StepState.TO_COMPLETE)
    if done:
        set_application_state(application, ApplicationState.PROOFS_VALIDATED, Turn.AGENCY)
        return
    set_application_state(application, ApplicationState.ELIGIBLE, Turn.VENDOR)
    pass_turn_of_proofs(application)


@step
def keep_move(application: Application, kept: Kept, *, actor: Standing, from_agency: bool = True) -> Move:
    """Journal the move, tell the vendor once, and keep what it changed; the last thing that a verb does."""
    n = Move.objects.filter(application=application).count() + 1
    made, after = kept.made, rows_of(application)
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
        "before": canonical_json(_difference(kept.before, after)),
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


# --- Inside: what was before ----------------------------------------------------------------------------------


@step
def rows_of(application: Application) -> Rows:
    """The rows that a move may change, under its lock, as plain data: table → id → field → value."""
    of_file = {"application": application}
    return {
        "application": _plain(Application.objects.filter(pk=application.pk), APPLICATION_FIELDS),
        "parts": _plain(Part.objects.filter(**of_file), PART_FIELDS),
        "rounds": _plain(Round.objects.filter(part__application=application), ROUND_FIELDS),
        "slots": _plain(Slot.objects.filter(**of_file), SLOT_FIELDS),
    }


def _plain(rows: models.QuerySet[Any], fields: tuple[str, ...]) -> dict[int, dict[str, Any]]:
    return {row.pop("pk"): {k: _as_text(v) for k, v in row.items()} for row in rows.values("pk", *fields)}


def _as_text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _difference(before: Rows, after: Rows) -> dict[str, Any]:
    """Only what the move changed, as it was; `made`: chapters that were not there."""
    changed = {
        table: {str(pk): row for pk, row in rows.items() if after[table].get(pk) != row}
        for table, rows in before.items()
    }
    return {**changed, "made": sorted(set(after["parts"]) - set(before["parts"]))}


_TABLES: dict[str, type[models.Model]] = {
    "application": Application, "parts": Part, "rounds": Round, "slots": Slot,
}  # fmt: skip


@step
def _put_back(application: Application, move: Move) -> None:
    kept = json.loads(move.before)
    rows = {table: _restored(model, kept[table]) for table, model in _TABLES.items()}
    write_slots(application, rows["slots"])  # first: they leave the chapters that go
    write_rounds(application, rows["rounds"])
    write_parts(application, rows["parts"])
    forget_chapters(application, kept["made"])
    write_application(application, rows["application"].get(application.pk, {}))


def _restored(model: type[models.Model], rows: Mapping[str, Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
    """Values as the fields hold them; a reference is kept by its id."""
    moments = {f.attname for f in model._meta.concrete_fields if isinstance(f, models.DateTimeField)}  # noqa: SLF001
    return {
        int(pk): {
            name: datetime.fromisoformat(value) if name in moments and value else value
            for name, value in row.items()
        }
        for pk, row in rows.items()
    }


def _acted_since(application: Application, move: Move) -> str:
    chain = f"application:{application.number}"
    last = Entry.objects.filter(chain=chain, at__gt=move.at).order_by("-seq").first()
    who = User.objects.filter(ref=last.actor_ref).first() if last else None
    if last is None or who is None:
        return _("Quelqu’un a agi sur ce dossier depuis : le passage ne s’annule plus.")
    return _("%(name)s a agi sur ce dossier le %(at)s : le passage ne s’annule plus.") % {
        "name": who.full_name,
        "at": last.at.astimezone(clock.PARIS).strftime("%d/%m/%Y à %H:%M"),
    }
