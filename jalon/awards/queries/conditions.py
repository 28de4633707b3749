"""Reads about what an award still needs (R11), and whose turn that makes it."""

from django.utils.translation import get_language

from jalon.applications.models import Application, MilestoneKind, MilestoneState
from jalon.applications.queries import definition_for, parts_of
from jalon.applications.queries.answers import answers_of
from jalon.applications.queries.facts import declared_facts, frozen_facts, milestones, pending_claims
from jalon.applications.rules.answers import declared_claims, form_steps
from jalon.applications.states import ApplicationState, ChapterState, StepState, Turn
from jalon.awards.queries import live_convention, opinion_of
from jalon.awards.rules import AwardFacts, Code, Condition, Item, missing_conditions
from jalon.awards.states import OpinionOutcome, Party
from jalon.programmes.definition.applicability import applicability
from jalon.programmes.definition.conditions import Facts
from jalon.programmes.definition.schema import Definition, Text


def award_facts(application: Application) -> AwardFacts:
    """What R11 looks at, read anew; names are in the active language."""
    definition = definition_for(application)
    parts = {key: part.state for key, part in parts_of(application).items()}
    opinion = opinion_of(application)
    convention = live_convention(application)
    parties = {s.party for s in convention.signatures.all()} if convention else set()
    return AwardFacts(
        steps=tuple(
            Item(s.key, _in(s.title), parts.get(f"step:{s.key}") == StepState.VALIDATED)
            for s in form_steps(definition)
        ),
        claims=_claims(application, definition),
        chapters=_chapters(application, definition, parts),
        prerequisites=_prerequisites(application, definition),
        opinion=OpinionOutcome(opinion.outcome) if opinion else None,
        convention_drawn=convention is not None,
        vendor_signed=Party.VENDOR in parties,
        agency_signed=Party.AGENCY in parties,
        withdrawn=application.state == ApplicationState.WITHDRAWN,
    )


def missing_for(application: Application) -> list[Condition]:
    return missing_conditions(award_facts(application))


def _in(text: Text) -> str:
    return text.shown_in((get_language() or "fr")[:2])


def _facts(application: Application) -> Facts:
    """Frozen once the file is found eligible; before that, what is declared now."""
    return frozen_facts(application) if application.facts_are_frozen else declared_facts(application)


def _claims(application: Application, definition: Definition) -> tuple[Item, ...]:
    """What was declared and waits for an agent, or was confirmed. What an agent refused takes no effect: the file is
    proven without it, and nothing more is needed.
    """
    declared = declared_claims(definition, answers_of(application))
    if not declared:
        return ()
    waiting = pending_claims(application)
    rulings = milestones(application, MilestoneKind.CLAIM)
    refused = {key for key, row in rulings.items() if row.state == MilestoneState.REJECTED} - waiting
    return tuple(
        Item(claim.key, _in(claim.label), claim.key in rulings and claim.key not in waiting)
        for claim in definition.claims
        if claim.key in declared - refused
    )


def _chapters(application: Application, definition: Definition, parts: dict[str, str]) -> tuple[Item, ...]:
    """From what applies on the pinned revision, not from the rows: a chapter without a row is missing too."""
    due = applicability(definition, _facts(application)).chapters
    return tuple(
        Item(c.key, _in(c.title), parts.get(f"chapter:{c.key}") == ChapterState.VALIDATED) for c in due
    )


def _prerequisites(application: Application, definition: Definition) -> tuple[Item, ...]:
    held, facts = milestones(application, MilestoneKind.PREREQUISITE), _facts(application)
    return tuple(
        Item(
            p.key,
            f"{p.number} {_in(p.title)}".strip(),
            p.key in held and held[p.key].state == MilestoneState.CONFIRMED,
        )
        for p in definition.prerequisites
        if p.needed_for_award and (p.when is None or p.when.holds(facts))
    )


def turn_of(application: Application) -> Turn:
    """Who must act now that the convention is drawn up."""
    convention, opinion = live_convention(application), opinion_of(application)
    parties = {s.party for s in convention.signatures.all()} if convention else set()
    if Party.VENDOR not in parties:
        return Turn.VENDOR
    if opinion is None:
        return Turn.COLLEGE
    if Party.AGENCY not in parties:
        return Turn.SIGNATORY
    missing = {condition.code for condition in missing_for(application)}
    return Turn.VENDOR if missing == {Code.PREREQUISITE_MET} else Turn.AGENCY
