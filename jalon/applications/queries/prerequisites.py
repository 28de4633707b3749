"""Reads about what comes from other desks (R11)."""

from dataclasses import dataclass

from jalon.applications.models import Application, Milestone, MilestoneKind, MilestoneState
from jalon.applications.queries import definition_for
from jalon.applications.queries.facts import current_facts, milestones
from jalon.applications.rules.prerequisites import Stage, stage
from jalon.programmes.definition.schema import Prerequisite


@dataclass(frozen=True)
class PrerequisiteView:
    """One prerequisite that applies: where it stands, what it waits for, the latest fact about it."""

    prerequisite: Prerequisite
    stage: Stage
    waits_for: tuple[Prerequisite, ...]
    latest: Milestone | None


def prerequisite_views(application: Application) -> list[PrerequisiteView]:
    """The prerequisites of the programme that these facts call for, in order (G17)."""
    known, held = current_facts(application), milestones(application, MilestoneKind.PREREQUISITE)
    due = [p for p in definition_for(application).prerequisites if p.when is None or p.when.holds(known)]
    recorded = {key for key, row in held.items() if row.state == MilestoneState.CONFIRMED}
    by_key = {p.key: p for p in due}
    views = []
    for p in due:
        latest = held.get(p.key)
        awaited = [key for key in p.waits_for if key in by_key and key not in recorded]
        views.append(
            PrerequisiteView(
                p,
                stage(latest.state if latest else "", blocked=bool(awaited)),
                tuple(by_key[key] for key in awaited),
                latest,
            )
        )
    return views
