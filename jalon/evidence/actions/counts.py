"""The counts of a chapter, always taken anew from its slots."""

from jalon.applications.actions.steps import (
    recount_application,
    set_counts,
)
from jalon.applications.models import Part
from jalon.core.actions import step
from jalon.evidence.models import Slot
from jalon.evidence.states import ACCEPTED, GIVEN, SlotState


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
