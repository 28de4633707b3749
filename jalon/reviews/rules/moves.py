"""What happens to one file when what is asked of it changes: another revision, or other facts (R2, R5). Pure.

Nothing that was given or decided is thrown away. A slot that is no longer asked keeps its proofs and verdicts
and is counted nowhere; asked again, it stands where it stood, and an accepted proof is looked at again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from jalon.applications.states import CHAPTER_UNDER_EXAMINATION, ApplicationState, ChapterState
from jalon.core.clock import paris_date
from jalon.evidence.states import ACCEPTED, GIVEN, SlotState
from jalon.programmes.states import Rule
from jalon.reviews.states import Stay

TO_ASK_AGAIN = (SlotState.TO_MODIFY, SlotState.TO_REQUALIFY)


@dataclass(frozen=True, slots=True)
class SlotNow:
    """A touched slot as it stands. `chapter` is where it stands; not `asked`: kept from an earlier revision."""

    key: str
    chapter: str
    state: SlotState
    asked: bool = True


@dataclass(frozen=True, slots=True)
class ChapterNow:
    """A chapter of the file as it stands; `expected` 0: nothing in it is asked for any more."""

    key: str
    state: ChapterState
    expected: int
    ever_submitted: bool


@dataclass(frozen=True)
class Asked:
    """What is asked of a file. `waiting`: chapter → proofs that choices still to be made will ask for, at the least.

    `waiting` names every chapter of which something is asked, in the order of the programme.
    """

    proofs: Mapping[str, str] = field(default_factory=dict)  # expected proof → its chapter
    waiting: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """What sets the move off. `rules`: expected proofs whose text changed, by their key in the new revision."""

    rules: Mapping[str, Rule] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)  # key in the old revision → key in the new one
    facts_changed: bool = False


@dataclass(frozen=True, slots=True)
class SlotAfter:
    """A touched slot after the move; `key` is its key before it."""

    key: str
    new_key: str
    chapter: str
    state: SlotState
    asked: bool
    redo: bool  # another proof is wanted: whatever was given until now is not enough


@dataclass(frozen=True, slots=True)
class ChapterAfter:
    """A chapter after the move, in the order of the programme.

    `sources`: chapters that were handed in, and of whose proofs alone it is made.
    """

    key: str
    state: ChapterState
    expected: int  # with what an open choice will ask for
    given: int
    conform: int
    to_modify: int
    is_new: bool  # nothing of it was asked for before the move: it is made, or comes back
    fresh: bool  # new, and to be handed in for the first time
    reopened: bool  # what the vendor had handed in is with the vendor again
    grown: bool  # under examination, and more is asked for in it: it will be sent back
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Effects:
    """Keys of expected proofs (in the new revision, `drop` in the old one), each in the order of the programme.

    A proof stands in one list at most, but for `changed`: every proof asked for whose text changed.
    """

    add: tuple[str, ...] = ()  # new: to deposit
    requalify: tuple[str, ...] = ()  # accepted before: confirmed or replaced by the vendor, judged again
    redo: tuple[str, ...] = ()  # given before: another proof is wanted
    reread: tuple[
        str, ...
    ] = ()  # given or sent back, no verdict to lose: stays where it is, its text changed
    kept: tuple[str, ...] = ()  # accepted before and after
    drop: tuple[str, ...] = ()  # no longer asked: kept on record, counted nowhere
    back: tuple[str, ...] = ()  # asked again, with what was given then
    changed: tuple[str, ...] = ()
    choose: tuple[
        str, ...
    ] = ()  # chapters in which the vendor has a choice to make that was not to be made before
    judged_anew: tuple[str, ...] = ()  # a verdict given on what was asked before holds no more
    slots: tuple[SlotAfter, ...] = ()  # every touched slot, also those that stay as they are
    chapters: tuple[ChapterAfter, ...] = ()
    vanished: tuple[str, ...] = ()  # chapters of which nothing is asked any more

    @property
    def asks_the_vendor(self) -> bool:
        """Whether the vendor has something to do that was not to be done before."""
        return bool(self.add or self.requalify or self.redo or self.back or self.choose)

    @property
    def has_fresh_chapter(self) -> bool:
        """A chapter appears that has to be handed in for the first time."""
        return any(c.fresh for c in self.chapters)

    @property
    def chapters_to_correct(self) -> tuple[str, ...]:
        """Handed in once, and to be handed in again: what the end of exchanges closes."""
        return tuple(c.key for c in self.chapters if c.reopened or c.grown)

    @property
    def reopened_chapters(self) -> tuple[str, ...]:
        return tuple(c.key for c in self.chapters if c.reopened)

    @property
    def is_empty(self) -> bool:
        lists = (
            self.add, self.requalify, self.redo, self.reread, self.drop, self.back, self.changed, self.choose,
        )  # fmt: skip
        return not any(lists) and not self.vanished


def effects(
    before: Asked,
    after: Asked,
    slots: Collection[SlotNow],
    chapters: Sequence[ChapterNow],
    change: Change,
) -> Effects:
    """What is asked for in the order of the programme, for the facts before and after."""
    return _Move(before, after, slots, chapters, change).effects()


def slot_after(
    state: SlotState, rule: Rule | None, *, returns: bool, examined: bool, facts_changed: bool
) -> SlotState:
    """The state of a slot that is asked for. `returns`: it was not asked for until now.

    `examined`: it stands in a chapter that the agency has in its hands, where what was submitted stays submitted.
    A "non applicable" was accepted for the facts as they were: other facts, and it is looked at again.
    """
    if rule == Rule.NEW_PROOF and state in GIVEN:
        return SlotState.TO_REQUALIFY
    doubtful = returns or rule == Rule.REQUALIFY
    if state in ACCEPTED and (doubtful or (facts_changed and state == SlotState.NA_ACCEPTED)):
        return SlotState.TO_REQUALIFY
    if state == SlotState.SUBMITTED and not examined:
        return SlotState.DEPOSITED
    return state


def chapter_after(
    before: ChapterState | None, states: Collection[SlotState], *, ever_submitted: bool
) -> ChapterState:
    """The state of a chapter from those of the slots asked for in it. `before` None: it is new.

    A chapter under examination stays there: what the agency holds is not taken from it. It cannot be validated as
    long as something asked for is missing; it can be sent back.
    """
    if before in CHAPTER_UNDER_EXAMINATION and states:
        return before
    if all(state in ACCEPTED for state in states):
        return ChapterState.VALIDATED
    if before in (ChapterState.VALIDATED, ChapterState.TO_MODIFY) and ever_submitted:
        return ChapterState.TO_MODIFY
    complete = all(state in GIVEN for state in states)
    return ChapterState.READY if complete else ChapterState.TO_COMPLETE


class _Move:
    def __init__(
        self,
        before: Asked,
        after: Asked,
        slots: Collection[SlotNow],
        chapters: Sequence[ChapterNow],
        change: Change,
    ) -> None:
        self.asked_before, self.asked_after, self.change = before.proofs, after.proofs, change
        self.waited_before, self.waiting = before.waiting, after.waiting
        self.slots = {slot.key: slot for slot in slots}
        self.chapters = {chapter.key: chapter for chapter in chapters}
        # A key that an older slot already bears is not given to another: that one comes back instead.
        self.renamed = {old: new for old, new in change.renamed.items() if new not in self.slots}
        self.former = {new: old for old, new in self.renamed.items()}

    def effects(self) -> Effects:
        after = {key: self._slot(key, chapter) for key, chapter in self.asked_after.items()}
        lists: dict[str, list[str]] = {}
        for key in self.asked_after:
            if name := self._list(key, after[key]):
                lists.setdefault(name, []).append(key)
        still = {self.former.get(key, key) for key in self.asked_after}
        left = [SlotAfter(s.key, self.renamed.get(s.key, s.key), s.chapter, s.state, False, False)
                for s in self.slots.values() if s.key not in still]  # fmt: skip
        chapters = self._chapters(after)
        now = {chapter.key for chapter in chapters}
        listed: dict[str, Any] = {name: tuple(keys) for name, keys in lists.items()}
        return Effects(
            **listed,
            drop=tuple(key for key in self.asked_before if key not in still),
            changed=tuple(key for key in self.asked_after if key in self.change.rules),
            choose=tuple(key for key in self.waiting if self._has_more_to_choose(key)),
            judged_anew=tuple(key for key, slot in after.items() if slot and self._is_judged_anew(key, slot)),
            slots=(*(slot for slot in after.values() if slot is not None), *left),
            chapters=chapters,
            vanished=tuple(c.key for c in self.chapters.values() if c.expected and c.key not in now),
        )

    def _slot(self, key: str, chapter: str) -> SlotAfter | None:
        former = self.former.get(key, key)
        slot = self.slots.get(former)
        if slot is None:
            return None
        rule = self.change.rules.get(key)
        there = self.chapters.get(chapter)
        state = slot_after(
            slot.state,
            rule,
            returns=not self._was_asked(slot),
            examined=there is not None and there.expected > 0 and there.state in CHAPTER_UNDER_EXAMINATION,
            facts_changed=self.change.facts_changed,
        )
        redo = rule == Rule.NEW_PROOF and slot.state != SlotState.TO_DEPOSIT
        return SlotAfter(former, key, chapter, state, True, redo)

    def _is_judged_anew(self, key: str, slot: SlotAfter) -> bool:
        doubted = self.change.facts_changed and slot.state == SlotState.NA_REQUESTED
        return doubted or self.change.rules.get(key, Rule.KEEP) != Rule.KEEP

    def _was_asked(self, slot: SlotNow) -> bool:
        return slot.asked and slot.key in self.asked_before

    def _list(self, key: str, after: SlotAfter | None) -> str:
        if after is None:
            return "" if self.former.get(key, key) in self.asked_before else "add"
        before = self.slots[after.key]
        if after.redo:
            return "redo"
        if not self._was_asked(before):
            return "back"
        if before.state in ACCEPTED:
            return "kept" if after.state in ACCEPTED else "requalify"
        moved_text = key in self.change.rules and before.state != SlotState.TO_DEPOSIT
        return "reread" if moved_text else ""

    def _chapters(self, after: Mapping[str, SlotAfter | None]) -> tuple[ChapterAfter, ...]:
        keys: dict[str, list[str]] = {chapter: [] for chapter in self.waiting}
        for key, chapter in self.asked_after.items():
            keys.setdefault(chapter, []).append(key)
        return tuple(
            self._chapter(chapter, {k: after[k] for k in inside}) for chapter, inside in keys.items()
        )

    def _chapter(self, key: str, asked: Mapping[str, SlotAfter | None]) -> ChapterAfter:
        inside = list(asked.values())
        waiting = self.waiting.get(key, 0)
        states = [slot.state if slot else SlotState.TO_DEPOSIT for slot in inside]
        states += [SlotState.TO_DEPOSIT] * waiting
        before = self.chapters.get(key)
        given = [slot for slot in inside if slot is not None and slot.state in GIVEN]
        whole = len(given) == len(inside) and not waiting
        sources = tuple(dict.fromkeys(self.slots[s.key].chapter for s in given)) if whole else ()
        ever = before is not None and before.ever_submitted
        state = chapter_after(before.state if before else None, states, ever_submitted=ever)
        is_new = before is None or before.expected == 0
        done, handed_in = state == ChapterState.VALIDATED, self._were_handed_in(sources)
        was_closed = ever and before is not None and before.state == ChapterState.VALIDATED
        return ChapterAfter(
            key=key,
            state=state,
            expected=len(states),
            given=len(given),
            conform=sum(state in ACCEPTED for state in states),
            to_modify=sum(state in TO_ASK_AGAIN for state in states),
            is_new=is_new,
            fresh=is_new and not (done or ever or handed_in),
            reopened=not done and (was_closed or (is_new and not ever and handed_in)),
            grown=state in CHAPTER_UNDER_EXAMINATION
            and (
                self._has_more_to_choose(key)
                or any(self._asks_more(k, slot, key) for k, slot in asked.items())
            ),
            sources=sources if handed_in else (),
        )

    def _has_more_to_choose(self, chapter: str) -> bool:
        return self.waiting.get(chapter, 0) > self.waited_before.get(chapter, 0)

    def _were_handed_in(self, sources: Collection[str]) -> bool:
        """The chapter is made of proofs all of which stood in chapters that were handed in."""
        return bool(sources) and all(self.chapters[source].ever_submitted for source in sources)

    def _asks_more(self, key: str, slot: SlotAfter | None, chapter: str) -> bool:
        """The move asks in that chapter for something that it does not hold, and that was not asked in it before."""
        if slot is None:
            return self.asked_before.get(self.former.get(key, key)) != chapter
        was = self.slots[slot.key]
        if slot.state in (*ACCEPTED, SlotState.SUBMITTED):
            return False
        moved = was.chapter != chapter
        if slot.state == SlotState.NA_REQUESTED:
            return moved and self.chapters[was.chapter].state not in CHAPTER_UNDER_EXAMINATION
        return moved or slot.state != was.state or not self._was_asked(was)


def report_of(made: Effects, *, profiles_gone: Collection[str] = ()) -> dict[str, object]:
    """What is kept of a move, as plain data; `from_report` reads it again."""
    return {**{name: list(getattr(made, name)) for name in REPORTED}, "profiles_gone": sorted(profiles_gone)}


def from_report(kept: Mapping[str, Sequence[str]]) -> Effects:
    lists: dict[str, Any] = {name: tuple(kept.get(name, ())) for name in REPORTED}
    return Effects(**lists)


# The lists of a move that people read; the rows that it wrote are kept beside them.
COUNTED = ("add", "requalify", "redo", "reread", "kept", "drop", "back")
REPORTED = (*COUNTED, "changed", "choose", "vanished")
RUNNING_ENDS = (ApplicationState.LISTED, ApplicationState.REFUSED, ApplicationState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class FileStanding:
    """As much of a file as decides whether it moves. `firsts`: first hand-over of each chapter asked for."""

    state: ApplicationState
    convention_drawn: bool
    firsts: tuple[datetime | None, ...]


def why_it_stays(file: FileStanding, *, effective_on: date, same_steps: bool, newer: bool) -> Stay | None:
    """Why a running file keeps its revision, or None (R2; decision 5).

    Exempt is what was handed in whole before the revision takes effect, and what has a convention.
    """
    if not newer:
        return Stay.OLDER
    if file.convention_drawn or file.state == ApplicationState.CONVENTION_SIGNING:
        return Stay.CONVENTION
    handed_in = [first for first in file.firsts if first is not None]
    if handed_in and len(handed_in) == len(file.firsts) and paris_date(max(handed_in)) < effective_on:
        return Stay.COMPLETE
    if not same_steps:
        return Stay.STEPS
    return Stay.LATE if file.state == ApplicationState.LATE else None
