"""What a revision would do to each running file: where it would go, what it keeps, why it stays."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Max, QuerySet

from jalon.applications.models import Application, Part
from jalon.applications.queries.facts import frozen_facts
from jalon.applications.rules import gates
from jalon.applications.states import ApplicationState, ChapterState, PartKind, StepState
from jalon.core import clock
from jalon.core.canonical import canonical_json
from jalon.evidence.models import Slot
from jalon.evidence.states import SlotState
from jalon.programmes.definition.applicability import answers_looked_at, applicability
from jalon.programmes.definition.compiled import Compiled
from jalon.programmes.definition.conditions import Facts
from jalon.programmes.definition.schema import Definition
from jalon.programmes.models import Draft, GateKind, Programme, Revision
from jalon.programmes.queries import (
    compiled,
    compiled_draft,
    draft_effects_from,
    effects_between,
    item_changes,
    latest_gates,
)
from jalon.reviews.queries.dates import DatesOver
from jalon.reviews.rules.moves import (
    COUNTED,
    RUNNING_ENDS,
    Asked,
    Change,
    ChapterNow,
    Effects,
    FileStanding,
    SlotNow,
    effects,
    why_it_stays,
)
from jalon.reviews.states import EXEMPT, Stay

BATCH = 100


# --- One file as it stands --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FileNow:
    """A file with what a move looks at."""

    application: Application
    chapters: tuple[ChapterNow, ...]
    slots: tuple[SlotNow, ...]
    standing: FileStanding

    @property
    def has_proofs(self) -> bool:
        """Whether step 3 was opened: before, a move changes the pin and nothing else."""
        return bool(self.chapters)


def files_now(applications: Sequence[Application]) -> list[FileNow]:
    """Two queries, however many files. Expects `revision` selected along."""
    ids = [application.pk for application in applications]
    parts: dict[int, list[tuple[Any, ...]]] = {pk: [] for pk in ids}
    rows = Part.objects.filter(application__in=ids).order_by("position")
    for row in rows.values_list(
        "application_id", "pk", "key", "kind", "state", "expected", "first_submitted_at"
    ):
        parts[row[0]].append(row[1:])
    slots: dict[int, list[tuple[Any, ...]]] = {pk: [] for pk in ids}
    touched = Slot.objects.filter(application__in=ids).order_by("pk")
    for slot in touched.values_list("application_id", "item_key", "part_id", "state", "asked"):
        slots[slot[0]].append(slot[1:])
    return [_file(a, parts[a.pk], slots[a.pk]) for a in applications]


def _file(
    application: Application, parts: Sequence[tuple[Any, ...]], slots: Sequence[tuple[Any, ...]]
) -> FileNow:
    chapters = [part for part in parts if part[2] == PartKind.CHAPTER]
    names = {pk: key.removeprefix("chapter:") for pk, key, *_ in chapters}
    return FileNow(
        application,
        tuple(
            ChapterNow(names[pk], ChapterState(state), expected, first is not None)
            for pk, _key, _kind, state, expected, first in chapters
        ),
        tuple(SlotNow(key, names[part], SlotState(state), asked) for key, part, state, asked in slots),
        FileStanding(
            ApplicationState(application.state),
            any(p[2] == PartKind.CONVENTION and p[3] != StepState.LOCKED for p in parts),
            tuple(part[5] for part in chapters if part[4]),
        ),
    )


def asked_of(definition: Definition, facts: Facts) -> Asked:
    """What is asked for with those facts, in the order of the programme."""
    found = applicability(definition, facts)
    waiting = found.waiting
    return Asked(
        {
            result.proof.key: requirement.chapter.key
            for requirement in found.applicable
            for result in requirement.applicable_proofs
        },
        {key: waiting.get(key, 0) for key in found.expected},
    )


# --- Where a file would go ------------------------------------------------------------------------------------


class Target:
    """A published revision, or the draft as it stands, with what it asks for and what it changes.

    Kept for one report or one move: what is asked for is computed once per revision and set of facts.
    """

    def __init__(
        self, definition: Compiled, *, number: int, effective_on: date, draft: Draft | None = None,
        revision: Revision | None = None,
    ) -> None:  # fmt: skip
        self.compiled, self.number, self.effective_on = definition, number, effective_on
        self._draft, self._revision = draft, revision
        self._changes: dict[int, Change] = {}
        self._asked: dict[tuple[str, str], Asked] = {}
        self._over: dict[GateKind, bool] = {}

    def change_from(self, pinned: Revision) -> Change:
        found = self._changes.get(pinned.pk)
        if found is None:
            rules = {}
            if self._revision is not None and self._revision.pk != pinned.pk:
                rules = effects_between(pinned, self._revision)
            elif self._draft is not None:
                rules = draft_effects_from(pinned, self._draft)
            renamed = item_changes(compiled(pinned), self.compiled).renamed
            found = self._changes[pinned.pk] = Change(rules, renamed)
        return found

    def effects_on(self, file: FileNow) -> Effects:
        """What the move would do to that file; nothing but the pin before step 3 was opened."""
        if not file.has_proofs:
            return Effects()
        facts, pinned = frozen_facts(file.application), file.application.revision
        return effects(
            self._asked_of(compiled(pinned), facts),
            self._asked_of(self.compiled, facts),
            file.slots,
            file.chapters,
            self.change_from(pinned),
        )

    def stay_of(self, file: FileNow, made: Effects) -> Stay | None:
        """Why the file would stay, given what the move would do to it."""
        return self.stays_of([(file, made)])[0]

    def stays_of(self, files: Sequence[tuple[FileNow, Effects]]) -> list[Stay | None]:
        """The same of several files. Four queries if a date of the programme is over, however many files."""
        stays = [self._standing_stay(file) for file, _made in files]
        late = [
            file.application
            for (file, made), stay in zip(files, stays, strict=True)
            if stay is None and self._may_be_late(file.application, made)
        ]
        dates, asked = DatesOver(late), {application.pk for application in late}
        return [
            dates.missed(file.application, made) if file.application.pk in asked else stay
            for (file, made), stay in zip(files, stays, strict=True)
        ]

    def _standing_stay(self, file: FileNow) -> Stay | None:
        pinned = file.application.revision
        return why_it_stays(
            file.standing,
            effective_on=self.effective_on,
            same_steps=_steps(compiled(pinned).definition) == _steps(self.compiled.definition),
            newer=pinned.number < self.number,
        )

    def _may_be_late(self, application: Application, made: Effects) -> bool:
        """Something is asked for of which the programme's date is over; the file may have another one (R4)."""
        over = self._is_over
        fresh = made.has_fresh_chapter and over(application, GateKind.FIRST_PROOFS)
        return fresh or (bool(made.chapters_to_correct) and over(application, GateKind.END_OF_EXCHANGES))

    def _is_over(self, application: Application, kind: GateKind) -> bool:
        """Whether the programme's date is over: extensions and the agency's days only move it on."""
        if kind not in self._over:
            gate = latest_gates(application.programme).get(kind)
            self._over[kind] = gates.is_passed(gate.due_at if gate else None, clock.now())
        return self._over[kind]

    def profiles_gone(self, file: FileNow) -> tuple[str, ...]:
        """Profiles that the file names and that are no more: kept, and to be chosen again (R5)."""
        named = frozen_facts(file.application).profiles
        return tuple(sorted(named - set(self.compiled.profiles)))

    def _asked_of(self, definition: Compiled, facts: Facts) -> Asked:
        key = (definition.sha256, _relevant(definition.definition, facts))
        found = self._asked.get(key)
        if found is None:
            found = self._asked[key] = asked_of(definition.definition, facts)
        return found


def _relevant(definition: Definition, facts: Facts) -> str:
    """As much of the facts as applicability looks at: files differ in their answers, hardly in these."""
    answers = {name: facts.answers.get(name) for name in sorted(answers_looked_at(definition))}
    return canonical_json([sorted(facts.profiles), sorted(facts.claims), answers, dict(facts.ways)])


def _steps(definition: Definition) -> list[tuple[str, str]]:
    return [(step.kind, step.key) for step in definition.steps]


def revision_target(revision: Revision) -> Target:
    """Exempt is what was whole before the revision took effect: never before people could read it."""
    day = max(revision.effective_on, clock.paris_date(revision.published_at))
    return Target(compiled(revision), number=revision.number, effective_on=day, revision=revision)


def stay_of(application: Application, revision: Revision) -> Stay | None:
    """Why that file would stay on its own revision, or None."""
    target, file = revision_target(revision), files_now([application])[0]
    return target.stay_of(file, target.effects_on(file))


def draft_target(draft: Draft, effective_on: date | None = None) -> Target:
    """The draft as if it were published now, to take effect on that day (today)."""
    last = draft.programme.revisions.aggregate(last=Max("number"))["last"] or 0
    today = clock.paris_date(clock.now())
    day = max(effective_on or today, today)
    return Target(compiled_draft(draft), number=last + 1, effective_on=day, draft=draft)


# --- Impact ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FileImpact:
    """What would happen to one running file. `stays`: why nothing will; the effects then say what it is spared."""

    application: Application
    effects: Effects
    stays: Stay | None
    profiles_gone: tuple[str, ...]

    @property
    def exempt(self) -> bool:
        return self.stays in EXEMPT


@dataclass(frozen=True)
class ImpactTotals:
    """Sums over the files that would move; `stays`: files that would not, by reason."""

    files: int = 0
    moved: int = 0
    asked_to_act: int = 0  # files in which the vendor has something to do
    proofs: Mapping[str, int] = field(
        default_factory=dict
    )  # by list: add, requalify, redo, reread, kept, drop, back
    stays: Mapping[Stay, int] = field(default_factory=dict)

    @property
    def exempt(self) -> int:
        return sum(n for stay, n in self.stays.items() if stay in EXEMPT)


def running_files(programme: Programme) -> QuerySet[Application]:
    return Application.objects.filter(programme=programme).exclude(state__in=RUNNING_ENDS)


def impact_of(
    programme: Programme, target: Target, *, files: QuerySet[Application] | None = None
) -> Iterator[FileImpact]:
    """Every running file, by age; three queries a hundred files, four more once a date is over; no more in memory."""
    chosen = running_files(programme) if files is None else files
    rows = chosen.select_related("revision").defer("revision__content").order_by("pk")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        pairs = [(file, target.effects_on(file)) for file in files_now(batch)]
        for (file, made), stay in zip(pairs, target.stays_of(pairs), strict=True):
            yield FileImpact(file.application, made, stay, target.profiles_gone(file))
        last = batch[-1].pk


def impact_totals(programme: Programme, target: Target) -> ImpactTotals:
    files = moved = act = 0
    proofs, stays = Counter[str](), Counter[Stay]()
    for one in impact_of(programme, target):
        files += 1
        if one.stays is not None:
            stays[one.stays] += 1
            continue
        moved += 1
        act += one.effects.asks_the_vendor
        for name in COUNTED:
            proofs[name] += len(getattr(one.effects, name))
    return ImpactTotals(files, moved, act, {name: proofs[name] for name in COUNTED}, dict(stays))
