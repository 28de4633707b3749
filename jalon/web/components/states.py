"""What each state looks like: one table (DESIGN §3). A state is icon + word + colour, always.

The word is the label of the state itself, the same for both sides; whose turn it is stands beside it.
"""

from dataclasses import dataclass
from typing import Literal

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jalon.applications.states import ApplicationState, ChapterState, StepState, Turn
from jalon.awards.states import ConventionState, OpinionOutcome
from jalon.evidence.states import ReportVerdict, SlotState
from jalon.programmes.definition.schema import Text

Tone = Literal["info", "wait", "fix", "ok", "no", "req", "off", "accent"]
TurnMark = Literal["you", "other", "third", "none"]
Side = Literal["vendor", "agency"]


@dataclass(frozen=True)
class Look:
    icon: str
    tone: Tone


LOCKED = Look("lock-line", "off")
TO_DO = Look("pencil-line", "info")
READY = Look("send-plane-line", "accent")
GIVEN = Look("file-line", "accent")
WAITING = Look("time-line", "wait")
AGAIN = Look("refresh-line", "wait")
TO_MEND = Look("arrow-go-back-line", "fix")
TO_REVIEW = Look("refresh-line", "req")
DONE = Look("check-line", "ok")

# The kind is the first word of the tag: `{% chip "step" part.state %}`.
KINDS: dict[str, type[TextChoices]] = {
    "application": ApplicationState,
    "step": StepState,
    "chapter": ChapterState,
    "slot": SlotState,
    "report": ReportVerdict,
    "convention": ConventionState,
    "opinion": OpinionOutcome,
}

LOOKS: dict[type[TextChoices], dict[TextChoices, Look]] = {
    ApplicationState: {
        ApplicationState.TO_COMPLETE: TO_DO,
        ApplicationState.SUBMITTED: WAITING,
        ApplicationState.TO_MODIFY: TO_MEND,
        ApplicationState.ELIGIBLE: DONE,
        ApplicationState.PROOFS_VALIDATED: DONE,
        ApplicationState.CONVENTION_SIGNING: Look("quill-pen-line", "wait"),
        ApplicationState.LISTED: Look("award-line", "ok"),
        ApplicationState.REFUSED: Look("close-circle-line", "no"),
        ApplicationState.WITHDRAWN: Look("logout-box-r-line", "off"),
        ApplicationState.LATE: Look("alert-line", "no"),
    },
    StepState: {
        StepState.LOCKED: LOCKED,
        StepState.TO_COMPLETE: TO_DO,
        StepState.SUBMITTED: WAITING,
        StepState.TO_MODIFY: TO_MEND,
        StepState.VALIDATED: DONE,
        StepState.REFUSED: Look("close-circle-line", "no"),
    },
    ChapterState: {
        ChapterState.TO_COMPLETE: TO_DO,
        ChapterState.READY: READY,
        ChapterState.SUBMITTED: WAITING,
        ChapterState.TO_MODIFY: TO_MEND,
        ChapterState.RESUBMITTED: AGAIN,
        ChapterState.VALIDATED: DONE,
    },
    SlotState: {
        SlotState.TO_DEPOSIT: TO_DO,
        SlotState.DEPOSITED: GIVEN,
        SlotState.SUBMITTED: WAITING,
        SlotState.CONFORMING: DONE,
        SlotState.TO_MODIFY: TO_MEND,
        SlotState.TO_REQUALIFY: TO_REVIEW,
        SlotState.NA_REQUESTED: Look("subtract-line", "off"),
        SlotState.NA_ACCEPTED: DONE,
    },
    ReportVerdict: {
        ReportVerdict.PASSED: DONE,
        ReportVerdict.FAILED: Look("close-line", "no"),
        ReportVerdict.UNDEFINED: Look("question-line", "off"),
    },
    ConventionState: {
        ConventionState.SIGNING: Look("quill-pen-line", "wait"),
        ConventionState.SIGNED: DONE,
        ConventionState.VOID: Look("close-circle-line", "off"),
    },
    OpinionOutcome: {
        OpinionOutcome.FAVOURABLE: DONE,
        OpinionOutcome.UNFAVOURABLE: Look("close-circle-line", "no"),
    },
}


def look_of(kind: str, value: str) -> tuple[Look, str | Promise]:
    """The look and the word of a state. `value` as stored, or the member itself."""
    member = KINDS[kind](value)
    return LOOKS[KINDS[kind]][member], member.label


# Of a step that an application was in when it ended.
STOPPED = Look("subtract-line", "off")
_OPEN_STEPS = (StepState.TO_COMPLETE, StepState.SUBMITTED, StepState.TO_MODIFY)


@dataclass(frozen=True)
class StepShown:
    """A step of an application, for the bar of steps. `complete`: a form with nothing left to mend, not handed in."""

    number: int
    title: Text | str
    state: str
    kind: str  # form, proofs, convention
    url: str
    current: bool = False
    complete: bool = False
    ended: bool = False  # the application is refused or withdrawn

    @property
    def look(self) -> tuple[Look, str | Promise]:
        """The state of the step, said as it is: nothing is left to do in what has ended, and once a convention
        is drawn, both sides read that it is being signed.
        """
        if self.ended and self.state in _OPEN_STEPS:
            return STOPPED, _("Interrompue")
        if self.kind == "convention" and self.state in _OPEN_STEPS:
            return look_of("convention", ConventionState.SIGNING)
        if self.complete:
            return DONE, _("Complète")
        return look_of("step", self.state)


def turn_mark(turn: str, side: Side) -> TurnMark:
    """Filled disc: you (or you both); ring: the other side; square: a third party."""
    member = Turn(turn)
    if member is Turn.BOTH:
        return "you"
    if member is Turn.NOBODY:
        return "none"
    if member in (Turn.VENDOR, Turn.AGENCY):
        return "you" if member.value == side else "other"
    return "third"
