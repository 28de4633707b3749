"""Parts of the verbs that move a file to another revision or to other facts (`reviews`)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from jalon.applications.models import Application, Part, Round
from jalon.applications.states import ChapterState, PartKind
from jalon.core import clock
from jalon.core.actions import step

# What a move changes in each kind of row.
APPLICATION_FIELDS = (
    "revision_id", "facts", "state", "state_since", "turn", "turn_since", "late_from",
    "expected", "given", "conform", "to_modify", "changed_at",
)  # fmt: skip
PART_FIELDS = (
    "position", "state", "state_since", "first_submitted_at", "expected", "given", "conform", "to_modify",
)  # fmt: skip
ROUND_FIELDS = ("outcome", "closed_by_id", "closed_at")


@step
def pin_revision(application: Application, revision_id: int) -> None:
    """From now on the file is read against that revision (R2)."""
    application.revision_id = revision_id
    application.changed_at = clock.now()
    application.save(update_fields=["revision", "changed_at"])


@step
def add_chapter(
    application: Application,
    *,
    key: str,
    position: int,
    state: ChapterState,
    first_submitted_at: datetime | None,
) -> Part:
    """A chapter that nothing of the file stood in until now. Its counts are written with those of the others."""
    return Part.objects.create(
        application=application, key=f"chapter:{key}", kind=PartKind.CHAPTER, position=position, state=state,
        state_since=clock.now(), first_submitted_at=first_submitted_at,
    )  # fmt: skip


@step
def write_parts(application: Application, rows: Mapping[int, Mapping[str, Any]]) -> None:
    """Parts of a file, by id, as a move leaves them, or as its undoing finds them again."""
    found = list(Part.objects.select_for_update().filter(application=application, pk__in=rows))
    for part in found:
        for name, value in rows[part.pk].items():
            setattr(part, name, value)
    Part.objects.bulk_update(found, PART_FIELDS, batch_size=100)


@step
def write_rounds(application: Application, rows: Mapping[int, Mapping[str, Any]]) -> None:
    """Undo: hand-overs that the move had ended."""
    for handed_in in Round.objects.select_for_update().filter(part__application=application, pk__in=rows):
        for name, value in rows[handed_in.pk].items():
            setattr(handed_in, name, value)
        handed_in.save(update_fields=["outcome", "closed_by", "closed_at"])


@step
def write_application(application: Application, values: Mapping[str, Any]) -> None:
    """Undo: the file as it was."""
    for name, value in values.items():
        setattr(application, name, value)
    application.save(update_fields=[name.removesuffix("_id") for name in values])


@step
def forget_chapters(application: Application, part_ids: Collection[int]) -> None:
    """Undo: chapters that the move had made, and in which nothing was ever given."""
    Part.objects.filter(application=application, pk__in=part_ids).delete()
