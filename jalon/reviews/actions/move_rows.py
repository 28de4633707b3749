"""Parts of the verbs that move a file: the rows that a move changes, written, kept, and put back."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models

from jalon.accounts.standing import Standing
from jalon.applications.actions.moves import (
    APPLICATION_FIELDS,
    PART_FIELDS,
    ROUND_FIELDS,
    add_chapter,
    forget_chapters,
    write_application,
    write_parts,
    write_rounds,
)
from jalon.applications.actions.steps import (
    close_round,
    recount_application,
)
from jalon.applications.models import Application, Part, Round
from jalon.applications.queries import latest_round, parts_of
from jalon.applications.states import ChapterState, PartKind, RoundOutcome
from jalon.core import clock
from jalon.core.actions import step
from jalon.core.canonical import canonical_json
from jalon.evidence.actions.handovers import SLOT_FIELDS, write_slots
from jalon.evidence.models import Proof, Slot
from jalon.evidence.queries import outdated_by
from jalon.evidence.states import SlotState
from jalon.reviews.actions.proofs import settle_proofs
from jalon.reviews.models import Move
from jalon.reviews.rules.moves import ChapterAfter, Effects, SlotAfter

Rows = dict[str, dict[int, dict[str, Any]]]


@step
def apply_effects(application: Application, made: Effects, *, actor: Standing) -> None:
    """Write what a move does to the chapters and slots of a file in step 3, then to the file itself."""
    parts = parts_of(application)
    _end_rounds([parts[f"chapter:{key}"] for key in made.vanished], actor)
    chapters = {c.key: _chapter(application, parts, c) for c in made.chapters}
    chapters |= {key: parts[f"chapter:{key}"] for key in made.vanished}
    _write_chapters(application, parts, made, chapters)
    _write_moved_slots(application, made, {**{_key(p): p for p in parts.values()}, **chapters})
    _date_validated_chapters(application)
    recount_application(application)
    settle_proofs(application)


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
    first = _first_submission(parts, after)
    return add_chapter(application, key=after.key, position=0, state=after.state, first_submitted_at=first)


def _first_submission(parts: Mapping[str, Part], after: ChapterAfter) -> datetime | None:
    """Made of what was handed in already, in other chapters: handed in as long as these were."""
    firsts = [parts[f"chapter:{key}"].first_submitted_at for key in after.sources]
    return max((first for first in firsts if first is not None), default=None)


def _write_chapters(
    application: Application, parts: Mapping[str, Part], made: Effects, chapters: Mapping[str, Part]
) -> None:
    start = sum(part.kind != PartKind.CHAPTER for part in parts.values())
    rows: dict[int, dict[str, Any]] = {}
    for position, after in enumerate(made.chapters):
        part = chapters[after.key]
        first = part.first_submitted_at
        if first is None and (after.is_new or after.state == ChapterState.VALIDATED):
            first = _first_submission(parts, after)
        rows[part.pk] = {
            "position": start + position, "first_submitted_at": first, **_state(part, after.state),
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


def _date_validated_chapters(application: Application) -> None:
    """An accepted proof was handed in, wherever it stands now: so was a chapter that holds nothing else."""
    asked = parts_of(application, PartKind.CHAPTER).values()
    undated = [p for p in asked if p.state == ChapterState.VALIDATED and p.first_submitted_at is None]
    if not undated:
        return
    handed_in = Proof.objects.filter(
        slot__part__in=undated, slot__asked=True, submitted_at__isnull=False
    ).values_list("slot__part_id", "slot_id", "submitted_at")
    firsts: dict[int, dict[int, datetime]] = {part.pk: {} for part in undated}
    for part_id, slot_id, at in handed_in.order_by("-submitted_at"):
        if at is not None:
            firsts[part_id][slot_id] = at
    write_parts(
        application, {pk: {"first_submitted_at": max(of.values())} for pk, of in firsts.items() if of}
    )


def _state(part: Part, state: ChapterState) -> dict[str, Any]:
    return {} if part.state == state else {"state": state, "state_since": clock.now()}


def _key(part: Part) -> str:
    return part.key.removeprefix("chapter:")


def _write_moved_slots(application: Application, made: Effects, chapters: Mapping[str, Part]) -> None:
    slots = {slot.item_key: slot for slot in Slot.objects.filter(application=application)}
    judged_anew = set(made.judged_anew)
    numbers = _submitted_numbers(application)
    outdated = outdated_by([slots[after.key].pk for after in made.slots if after.redo])
    rows = {}
    for after in made.slots:
        slot = slots[after.key]
        values = _slot_values(slot, after, chapters[after.chapter].pk, numbers.get(slot.pk, 0))
        if after.redo:
            values["outdated"] = outdated[slot.pk]
        now = {name: getattr(slot, name) for name in values}
        # Another text is another thing to judge: what was judged before, or is on an open page, holds no more.
        anew = after.new_key in judged_anew
        if now != values or anew:
            fresh = slot.version + 1
            only_renamed = not anew and {**now, "item_key": after.new_key} == values
            rows[slot.pk] = {
                **values, "version": fresh,
                "content_version": slot.content_version if only_renamed else fresh,
            }  # fmt: skip
    write_slots(application, rows)


def _slot_values(slot: Slot, after: SlotAfter, part_id: int, submitted_n: int) -> dict[str, Any]:
    returned = slot.returned_n
    if after.state == SlotState.TO_REQUALIFY and slot.state != SlotState.TO_REQUALIFY:
        returned = submitted_n if after.redo else 0
    return {
        "item_key": after.new_key, "part_id": part_id, "state": after.state, "asked": after.asked,
        "returned_n": returned, "outdated": slot.outdated,
    }  # fmt: skip


def _submitted_numbers(application: Application) -> dict[int, int]:
    """The number of the current proof of each slot, where it was submitted."""
    current = Proof.objects.filter(
        slot__application=application, superseded_at=None, submitted_at__isnull=False
    )
    return dict(current.values_list("slot_id", "n"))


# --- What was before ------------------------------------------------------------------------------------------


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


@step
def changed_rows(application: Application, before: Rows) -> str:
    """Only what the move changed, as it was; `made`: chapters that were not there."""
    after = rows_of(application)
    changed = {
        table: {str(pk): row for pk, row in rows.items() if after[table].get(pk) != row}
        for table, rows in before.items()
    }
    return canonical_json({**changed, "made": sorted(set(after["parts"]) - set(before["parts"]))})


_TABLES: dict[str, type[models.Model]] = {
    "application": Application, "parts": Part, "rounds": Round, "slots": Slot,
}  # fmt: skip


@step
def put_back(application: Application, move: Move) -> None:
    kept = json.loads(move.before)
    rows = {table: _restored(model, kept[table]) for table, model in _TABLES.items()}
    # A version once shown or judged never comes to mean something else: it only grows.
    versions = Slot.objects.filter(pk__in=rows["slots"]).values_list("pk", "version")
    for pk, version in versions:
        rows["slots"][pk]["version"] = version + 1
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
