"""Reads about the dates of an application: what is due, extended, held, missed (R4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from jalon.applications.models import DECISION_STATES, Application, GateOverride, Part, Round
from jalon.applications.queries import definition_for
from jalon.applications.rules import gates
from jalon.applications.states import ApplicationState, ChapterState, PartKind
from jalon.core import clock
from jalon.programmes.definition.schema import Text
from jalon.programmes.models import Gate, GateKind
from jalon.programmes.queries import latest_gates

WITH_VENDOR = (ChapterState.TO_COMPLETE, ChapterState.READY, ChapterState.TO_MODIFY)


@dataclass(frozen=True)
class GateView:
    """One date as it holds for one application. `due_at` counts extensions and the agency's days."""

    kind: GateKind
    label: Text
    decided_at: datetime
    due_at: datetime
    extended: bool
    passed: bool


def calendar(application: Application) -> gates.Calendar:
    """The decided dates: the programme's, or the extension given to this application, whichever is later."""
    decided = {kind: gate.due_at for kind, gate in latest_gates(application.programme).items()}
    extended = {GateKind(o.kind): o.due_at for o in application.gate_overrides.order_by("pk")}
    return gates.Calendar(
        **{kind.value: gates.later(extended.get(kind), decided.get(kind)) for kind in GateKind}
    )


def administrative_holds(application: Application) -> tuple[gates.Hold, ...]:
    """When the agency had steps 1 and 2 in its hands."""
    rounds = Round.objects.filter(part__application=application, part__kind=PartKind.FORM)
    return tuple(gates.Hold(r.submitted_at, r.closed_at) for r in rounds.order_by("submitted_at"))


def chapter_due(application: Application, part: Part, now: datetime) -> datetime | None:
    """Until when a chapter that is with the vendor may be handed in, for the first time or again."""
    return chapters_due(application, [part], now)[part.key]


def chapters_due(
    application: Application, parts: Sequence[Part], now: datetime
) -> dict[str, datetime | None]:
    """The same of many, by key of the part. As many queries as for one."""
    dates, file_holds = calendar(application), administrative_holds(application)
    holds: dict[int, list[gates.Hold]] = {part.pk: [] for part in parts}
    for held in Round.objects.filter(part__in=holds):
        holds[held.part_id].append(gates.Hold(held.submitted_at, held.closed_at))
    return {
        part.key: gates.proofs_due(dates, file_holds, now)
        if part.first_submitted_at is None
        else gates.corrections_due(dates, holds[part.pk], now)
        for part in parts
    }


def chapter_clocks(
    application: Application, checks: Mapping[str, Sequence[gates.Hold]]
) -> list[gates.ChapterClock]:
    """`checks`: by key of the part, when the machine had files of it."""
    chapters = Part.objects.filter(application=application, kind=PartKind.CHAPTER, expected__gt=0)
    return [
        gates.ChapterClock(
            ever_submitted=part.first_submitted_at is not None,
            with_vendor=part.state in WITH_VENDOR,
            holds=tuple(gates.Hold(r.submitted_at, r.closed_at) for r in part.rounds.all()),
            checks=tuple(checks.get(part.key, ())),
        )
        for part in chapters.prefetch_related("rounds")
    ]


def gate_views(application: Application) -> list[GateView]:
    """The programme's dates as they hold for this application, in the order of the definition."""
    dates, now = calendar(application), clock.now()
    holds = administrative_holds(application)
    due = {
        GateKind.FIRST_ADMINISTRATIVE: dates.first_administrative,
        GateKind.FIRST_PROOFS: gates.proofs_due(dates, holds, now),
        GateKind.END_OF_EXCHANGES: dates.end_of_exchanges,
    }
    extended = set(application.gate_overrides.values_list("kind", flat=True))
    views = []
    for gate in definition_for(application).gates:
        kind = GateKind(gate.kind)
        decided, holding = getattr(dates, kind.value), due[kind]
        if decided is not None and holding is not None:
            views.append(
                GateView(
                    kind, gate.label, decided, holding, kind.value in extended, gates.is_passed(holding, now)
                )
            )
    return views


@dataclass(frozen=True)
class GateProgress:
    """One date of one application and where it stands: held (with its day), missed, next, later; off once it ended."""

    kind: GateKind
    label: Text
    at: datetime
    state: Literal["held", "missed", "next", "later", "off"]
    held_on: datetime | None


def gate_progress(applications: Sequence[Application]) -> dict[int, list[GateProgress]]:
    """The dates of several applications, by application id. Four queries, however many.

    Expects `programme` and `revision` selected along.
    """
    chapters: dict[int, list[tuple[datetime | None, str]]] = {}
    rows = Part.objects.filter(
        application__in=[a.pk for a in applications], kind=PartKind.CHAPTER, expected__gt=0
    )
    for pk, first, state in rows.values_list("application_id", "first_submitted_at", "state"):
        chapters.setdefault(pk, []).append((first, state))
    dates = file_dates(applications)
    return {a.pk: _progress_of(a, dates[a.pk], chapters.get(a.pk, [])) for a in applications}


@dataclass(frozen=True)
class FileDates:
    """The decided dates of one application, and when the agency had its steps 1 and 2 in its hands."""

    calendar: gates.Calendar
    administrative_holds: tuple[gates.Hold, ...]


def file_dates(applications: Sequence[Application]) -> dict[int, FileDates]:
    """By application id. Three queries, however many."""
    ids = [a.pk for a in applications]
    set_for = Gate.objects.filter(programme__in={a.programme_id for a in applications})
    decided: dict[tuple[int, str], datetime] = {
        (gate.programme_id, gate.kind): gate.due_at for gate in set_for.order_by("set_at", "pk")
    }
    extended: dict[tuple[int, str], datetime] = {
        (o.application_id, o.kind): o.due_at
        for o in GateOverride.objects.filter(application__in=ids).order_by("pk")
    }
    holds: dict[int, list[gates.Hold]] = {}
    rounds = Round.objects.filter(part__application__in=ids, part__kind=PartKind.FORM).order_by(
        "submitted_at"
    )
    for pk, since, until in rounds.values_list("part__application_id", "submitted_at", "closed_at"):
        holds.setdefault(pk, []).append(gates.Hold(since, until))
    return {
        a.pk: FileDates(
            gates.Calendar(
                **{
                    kind: gates.later(extended.get((a.pk, kind)), decided.get((a.programme_id, kind)))
                    for kind in GateKind.values
                }
            ),
            tuple(holds.get(a.pk, ())),
        )
        for a in applications
    }


def _progress_of(
    application: Application, dates: FileDates, chapters: Sequence[tuple[datetime | None, str]]
) -> list[GateProgress]:
    now = clock.now()
    due: dict[str, datetime | None] = {kind: getattr(dates.calendar, kind) for kind in GateKind.values}
    due[GateKind.FIRST_PROOFS.value] = gates.proofs_due(dates.calendar, dates.administrative_holds, now)
    given = [first for first, _state in chapters if first is not None]
    # Nothing is left to be given in step 3, or nothing was ever asked in it: no date binds the vendor any more.
    all_given = application.facts_are_frozen and len(given) == len(chapters)
    nothing_open = application.state == ApplicationState.ELIGIBLE and all(
        state == ChapterState.VALIDATED for _first, state in chapters
    )
    held = {
        GateKind.FIRST_ADMINISTRATIVE: (
            application.first_submitted_at is not None,
            application.first_submitted_at,
        ),
        GateKind.FIRST_PROOFS: (all_given, max(given, default=None)),
        GateKind.END_OF_EXCHANGES: (nothing_open or application.state in DECISION_STATES, None),
    }
    found: list[GateProgress] = []
    waits_already = application.state == ApplicationState.LATE  # no date opens it again, only an extension
    for gate in definition_for(application).gates:
        kind, at = GateKind(gate.kind), due[gate.kind]
        if at is None:
            continue
        is_held, held_on = held[kind]
        state: Literal["held", "missed", "next", "later", "off"] = "later"
        if is_held:
            state = "held"
        elif application.is_ended:
            state = "off"
        elif gates.is_passed(at, now):
            state = "missed"
        elif not waits_already:
            state, waits_already = "next", True
        found.append(GateProgress(kind, gate.label, at, state, held_on if is_held else None))
    return found


def correction_gate(application: Application, part: Part) -> GateProgress | None:
    """Until when what the agency sent back of this part may be handed in again (R4): the end of exchanges, later
    by the days on which the agency held the part. None once it is over, or without such a gate.
    """
    kind, now = GateKind.END_OF_EXCHANGES, clock.now()
    rounds = part.rounds.order_by("submitted_at").values_list("submitted_at", "closed_at")
    due = gates.corrections_due(
        calendar(application), [gates.Hold(since, until) for since, until in rounds], now
    )
    gate = next((g for g in definition_for(application).gates if g.kind == kind.value), None)
    if gate is None or due is None or gates.is_passed(due, now):
        return None
    return GateProgress(kind, gate.label, due, "next", None)
