"""What is judged: the slots of a chapter with their verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jalon.applications.models import Application, Part, Round
from jalon.applications.queries import latest_round, parts_of
from jalon.applications.states import CHAPTER_UNDER_EXAMINATION, RoundOutcome
from jalon.core.errors import NotVisible
from jalon.evidence.models import Proof, ProofItem
from jalon.evidence.queries import SlotView, chapter_of, choices_left, slot_history, slot_views
from jalon.evidence.states import SlotState
from jalon.programmes.definition.schema import Chapter
from jalon.reviews.models import Outcome, Verdict
from jalon.reviews.queries import asked_since, latest_verdicts

CHANGED = "change"

LEFT = "a-voir"

ALL = "tout"


@dataclass(frozen=True)
class Place:
    """One slot as the agency sees it: what was submitted, never what the vendor only prepares."""

    view: SlotView
    proof: Proof | None
    items: tuple[ProofItem, ...]
    backing: tuple[ProofItem, ...]  # behind the reason of a request for "non applicable"
    verdict: Verdict | None  # of this round
    again: bool  # sent back earlier, and given anew
    state: SlotState

    @property
    def key(self) -> str:
        return self.view.key

    @property
    def to_judge(self) -> bool:
        return self.view.awaits_verdict

    @property
    def left(self) -> bool:
        return self.to_judge and self.verdict is None

    @property
    def code(self) -> str:
        return self.view.code

    @property
    def word(self) -> str:
        """The state shown in the list: the verdict once given, else the slot's."""
        if self.verdict is not None:
            return str(self.verdict.outcome)
        return self.state.value


@dataclass(frozen=True)
class Workspace:
    """One chapter of one file, ready to be judged."""

    application: Application
    chapter: Chapter
    part: Part
    handed_in: Round | None
    places: tuple[Place, ...]
    history: Mapping[str, tuple[Any, ...]]  # submitted before, by key, the latest first

    @property
    def in_examination(self) -> bool:
        return (
            self.handed_in is not None
            and self.handed_in.outcome == RoundOutcome.PENDING
            and self.part.state in CHAPTER_UNDER_EXAMINATION
        )

    @property
    def left(self) -> int:
        return sum(place.left for place in self.places)

    @property
    def rejected(self) -> int:
        return sum(p.verdict is not None and p.verdict.outcome == Outcome.TO_MODIFY for p in self.places)

    @property
    def missing(self) -> tuple[str, ...]:
        """Codes of what is asked for since the hand-over: with any, the chapter can only go back."""
        asked = [view.code for view in asked_since(place.view for place in self.places)]
        return (*asked, *(choice.label.fr for choice in choices_left(self.application, self.chapter.key)))

    @property
    def goes_back(self) -> bool:
        return bool(self.rejected or self.missing)

    def of_view(self, view: str) -> list[Place]:
        if view == CHANGED:
            return [p for p in self.places if p.again and p.to_judge]
        if view == LEFT:
            return [p for p in self.places if p.left]
        return list(self.places)


def workspace(application: Application, key: str) -> Workspace:
    """A constant number of queries, however many slots."""
    chapter = chapter_of(application, key)
    part = parts_of(application).get(f"chapter:{key}")
    if chapter is None or part is None or part.first_submitted_at is None:
        raise NotVisible(key)
    handed_in = latest_round(part)
    views = slot_views(application, key)
    past = slot_history([v.slot.pk for v in views if v.slot])
    pending = handed_in is not None and handed_in.outcome == RoundOutcome.PENDING
    verdicts = latest_verdicts(handed_in) if handed_in is not None and pending else {}
    places = tuple(_place(view, past.get(view.slot.pk, []) if view.slot else [], verdicts) for view in views)
    history = {v.key: tuple(past.get(v.slot.pk, [])) for v in views if v.slot}
    return Workspace(application, chapter, part, handed_in, places, history)


def _place(view: SlotView, past: Sequence[Any], verdicts: Mapping[int, Verdict]) -> Place:
    proof, items, backing, state = view.proof, view.items, view.backing, view.state
    if proof is None or proof.submitted_at is None:  # a draft of the vendor: what was submitted before stands
        proof, items, backing = (past[0].proof, past[0].items, past[0].backing) if past else (None, (), ())
        if state not in (SlotState.TO_MODIFY, SlotState.TO_REQUALIFY):  # else the agency's own word stands
            state = SlotState.TO_MODIFY if view.slot and view.slot.returned_n else SlotState.TO_DEPOSIT
    verdict = verdicts.get(proof.pk) if proof else None
    if verdict is not None and verdict.outcome == Outcome.WITHDRAWN:
        verdict = None
    again = bool(view.slot and proof and 0 < view.slot.returned_n < proof.n)
    return Place(view, proof, items, backing, verdict, again, state)
