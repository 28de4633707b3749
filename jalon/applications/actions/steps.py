"""Parts of verbs that stand in higher packages: states, parts and rounds of a locked application."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from jalon.accounts.standing import Standing
from jalon.applications.models import Application, Part, Round
from jalon.applications.queries.facts import pending_claims, profiles_to_choose
from jalon.applications.queries.versions import pending_version
from jalon.applications.rules.turns import turn_of_proofs
from jalon.applications.states import (
    APPLICATION_TRANSITIONS,
    CHAPTER_TRANSITIONS,
    STEP_TRANSITIONS,
    ApplicationState,
    ChapterState,
    PartKind,
    RoundOutcome,
    StepState,
    Turn,
)
from jalon.core import clock
from jalon.core.actions import step
from jalon.core.canonical import canonical_json, sha256_hex
from jalon.core.errors import NotVisible, TransitionRefused
from jalon.jobs.queue import enqueue

RECONCILE = "awards.reconcile"


@step
def lock_application(standing: Standing, number: str) -> Application:
    """The application, if it exists for this person, locked until the verb ends."""
    application = (
        Application.objects.visible_to(standing).select_for_update(of=("self",)).filter(number=number).first()
    )
    if application is None:
        raise NotVisible(number)
    return application


@step
def lock_application_by_id(application_id: int) -> Application:
    """For the clock and the bell: no person asks, so no scope applies."""
    return Application.objects.select_for_update(of=("self",)).get(pk=application_id)


@step
def set_application_state(application: Application, state: ApplicationState, turn: Turn) -> None:
    """Move a locked application; refuses what the table of states does not hold."""
    now = clock.now()
    if application.state != state:
        APPLICATION_TRANSITIONS.check(ApplicationState(application.state), state)
        application.state, application.state_since = state, now
    if application.turn != turn:
        application.turn, application.turn_since = turn, now
    application.changed_at = now
    application.save(update_fields=["state", "state_since", "turn", "turn_since", "changed_at"])


@step
def set_turn(application: Application, turn: Turn) -> None:
    set_application_state(application, ApplicationState(application.state), turn)


@step
def pass_turn_of_proofs(application: Application) -> None:
    """After anything that moved a chapter or a profile, or a declaration to be answered, until the convention."""
    if application.state not in (ApplicationState.ELIGIBLE, ApplicationState.PROOFS_VALIDATED):
        return
    states = Part.objects.filter(application=application, kind=PartKind.CHAPTER)
    turn = turn_of_proofs(
        states.values_list("state", flat=True),
        answer_waits=pending_version(application) is not None or bool(pending_claims(application)),
        choice_waits=bool(profiles_to_choose(application)),
    )
    set_turn(application, turn)


@step
def set_step_state(part: Part, state: StepState) -> None:
    if part.state == state:
        return
    STEP_TRANSITIONS.check(StepState(part.state), state)
    _set(part, state)


@step
def set_chapter_state(part: Part, state: ChapterState) -> None:
    if part.state == state:
        return
    CHAPTER_TRANSITIONS.check(ChapterState(part.state), state)
    _set(part, state)


def _set(part: Part, state: str) -> None:
    part.state, part.state_since = state, clock.now()
    part.save(update_fields=["state", "state_since"])


@step
def open_round(part: Part, *, actor: Standing, received_at: datetime, snapshot: Any) -> Round:
    """A hand-over: what is handed in is frozen, with its digest. One round at a time."""
    if part.rounds.filter(outcome=RoundOutcome.PENDING).exists():
        raise TransitionRefused(part.key)
    text = canonical_json(snapshot)
    handed_in = Round.objects.create(
        part=part,
        n=part.round + 1,
        submitted_by_id=actor.person_id,
        submitted_at=received_at,
        snapshot=text,
        sha256=sha256_hex(text),
    )
    part.round = handed_in.n
    part.first_submitted_at = part.first_submitted_at or received_at
    part.save(update_fields=["round", "first_submitted_at"])
    return handed_in


@step
def open_for_examination(handed_in: Round, *, actor: Standing) -> None:
    """From now on the vendor can no longer recall what was handed in (G14)."""
    if handed_in.opened_at is None:
        handed_in.opened_by_id, handed_in.opened_at = actor.user_id, clock.now()
        handed_in.save(update_fields=["opened_by", "opened_at"])


@step
def close_round(handed_in: Round, *, actor: Standing, outcome: RoundOutcome) -> None:
    handed_in.outcome, handed_in.closed_by_id, handed_in.closed_at = outcome, actor.user_id, clock.now()
    handed_in.save(update_fields=["outcome", "closed_by", "closed_at"])


@step
def mark_first_submission(application: Application, *, received_at: datetime, nil: str) -> None:
    """The first time that the administrative file comes in; from then on the agency sees it."""
    application.first_submitted_at = application.first_submitted_at or received_at
    application.nil = nil
    application.save(update_fields=["first_submitted_at", "nil"])


@step
def freeze_facts(application: Application, kept: dict[str, Any]) -> None:
    """The profiles and confirmed claims that step 3 is made of (decision 7)."""
    application.facts = canonical_json(kept)
    application.save(update_fields=["facts"])


@step
def open_chapters(application: Application, chapters: Iterable[tuple[str, int]]) -> None:
    """Make the chapters of step 3: (key, number of expected proofs). A chapter without a slot is validated."""
    now = clock.now()
    first = Part.objects.filter(application=application).count()
    Part.objects.bulk_create(
        Part(
            application=application,
            key=f"chapter:{key}",
            kind=PartKind.CHAPTER,
            position=first + position,
            state=ChapterState.TO_COMPLETE if expected else ChapterState.VALIDATED,
            state_since=now,
            expected=expected,
        )
        for position, (key, expected) in enumerate(chapters)
    )
    recount_application(application)


@step
def set_counts(part: Part, *, expected: int, given: int, conform: int, to_modify: int) -> None:
    """Counters come from a recount of the part's slots, never from adding or taking one."""
    part.expected, part.given, part.conform, part.to_modify = expected, given, conform, to_modify
    part.save(update_fields=["expected", "given", "conform", "to_modify"])


@step
def recount_application(application: Application) -> None:
    """The application's counters are the sums of its chapters'."""
    chapters = list(Part.objects.filter(application=application, kind=PartKind.CHAPTER))
    for name in ("expected", "given", "conform", "to_modify"):
        setattr(application, name, sum(getattr(chapter, name) for chapter in chapters))
    application.changed_at = clock.now()
    application.save(update_fields=["expected", "given", "conform", "to_modify", "changed_at"])


@step
def ring_bell(application: Application) -> None:
    """Tell what stands above that something changed; asked twice while waiting, it is done once."""
    enqueue(RECONCILE, key=str(application.pk), application_id=application.pk)


def snapshot_of(handed_in: Round) -> Any:
    return json.loads(handed_in.snapshot)
