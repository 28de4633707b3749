"""Reads about what a vendor declares otherwise after proofs were given (R5): what it would do, before it is said."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from jalon.applications.models import (
    DECISION_STATES,
    Application,
    Milestone,
    MilestoneKind,
    MilestoneState,
    Part,
)
from jalon.applications.queries import definition_for, state_words
from jalon.applications.queries.answers import answers_of, restricted_fields, stored_answers
from jalon.applications.queries.facts import answers_about, frozen_facts, pending_claims
from jalon.applications.queries.versions import VERSION_STATES
from jalon.applications.rules.answers import all_fields, facts, form_steps, is_empty, normalise, step_errors
from jalon.applications.states import PartKind, StepState
from jalon.programmes.definition.conditions import Facts
from jalon.programmes.definition.schema import Claim, Definition, FormField
from jalon.programmes.queries import compiled
from jalon.reviews.models import Move
from jalon.reviews.queries.dates import DatesOver
from jalon.reviews.queries.impact import asked_of, files_now
from jalon.reviews.queries.move_notices import NamedItem, named_item
from jalon.reviews.rules.moves import COUNTED, Change, Effects, effects
from jalon.reviews.states import MoveKind, Stay


def declaration_obstacle(application: Application) -> str:
    """Why profiles and the earlier référencement can no longer be declared otherwise, or ""."""
    drawn = Part.objects.filter(application=application, kind=PartKind.CONVENTION)
    if drawn.exclude(state=StepState.LOCKED).exists() or application.state in DECISION_STATES[1:]:
        return _("La convention est établie : la déclaration ne change plus.")
    if application.state not in VERSION_STATES:
        return _(
            "La déclaration se modifie ainsi une fois le dossier éligible (statut actuel : « %(state)s »)."
        ) % {"state": state_words(application)}
    return ""


def declared_fields(definition: Definition) -> tuple[FormField, ...]:
    """The questions about profiles and claims, in the order of the form."""
    keys = restricted_fields(definition)
    return tuple(f for f in all_fields(definition) if f.key in keys and f.kind != "shown")


def declaration_errors(definition: Definition, answers: Mapping[str, Any]) -> dict[str, str]:
    """What is missing or wrong in the answers about profiles and claims; the others were examined."""
    looked_at = restricted_fields(definition)
    return {
        key: why
        for step in form_steps(definition)
        for key, why in step_errors(step, answers, definition).items()
        if key in looked_at
    }


def facts_declared(
    definition: Definition, answers: Mapping[str, Any], held: Facts, changed: frozenset[str]
) -> Facts:
    """What holds with these answers: a claim held until now goes on, unless its number changed."""
    doubted = {claim.key for claim in definition.claims if claim.evidence_field in changed}
    return replace(facts(definition, answers, held.claims - doubted), ways=held.ways)


def facts_with_claim(definition: Definition, answers: Mapping[str, Any], held: Facts, claim: str) -> Facts:
    """What holds with these answers once that claim is confirmed."""
    return replace(facts(definition, answers, held.claims | {claim}), ways=held.ways)


def facts_effects(application: Application, known: Facts, *, declared: bool = True) -> Effects:
    """What other facts would do to a file in step 3, on the revision that it has. Two queries.

    `declared`: by a declaration, which casts doubt on what was held not applicable; else by a choice of one way.
    """
    file, definition = files_now([application])[0], compiled(application.revision).definition
    return effects(
        asked_of(definition, frozen_facts(application)),
        asked_of(definition, known),
        file.slots,
        file.chapters,
        Change(facts_changed=declared),
    )


def effects_refused(application: Application, made: Effects) -> str:
    """Why other facts come too late for what they would ask for (R4), or ""."""
    missed = DatesOver([application]).missed(application, made)
    if missed == Stay.GATE:
        return _(
            "Cette déclaration ajoute un chapitre après la date limite des preuves : écrivez à votre référent."
        )
    if missed == Stay.EXCHANGES:
        return _("Cette déclaration rouvre des preuves après la fin des échanges : écrivez à votre référent.")
    return ""


def named_effects(application: Application, made: Effects) -> dict[str, tuple[NamedItem, ...]]:
    """The lists of a move on the revision that the file has, with proofs as people name them; no empty list."""
    source = compiled(application.revision)
    lists = {name: tuple(named_item(source, key) for key in getattr(made, name)) for name in COUNTED}
    return {name: items for name, items in lists.items() if items}


# --- What a declaration would do ------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClaimAhead:
    """A claim that an agent would have to confirm, and what would then become of the file as it stands today."""

    claim: Claim
    effects: Effects
    refusal: str


@dataclass(frozen=True)
class DeclarationAhead:
    """What other answers would do. Nothing is written. `over`: claims that hold today and would end at once."""

    answers: Mapping[str, Any]  # all of the file, with these
    changed: frozenset[str]
    errors: Mapping[str, str]
    effects: Effects
    refusal: str
    awaited: tuple[ClaimAhead, ...]
    over: tuple[Claim, ...]


def declaration_ahead(application: Application, values: Mapping[str, Any]) -> DeclarationAhead:
    """`values`: raw answers by field, of those that may be declared again; others are left out."""
    definition, stored = definition_for(application), stored_answers(application)
    given = {
        field.key: normalise(field, values[field.key], definition)
        for field in declared_fields(definition)
        if field.key in values and field.kind != "documents"  # files are kept by themselves
    }
    changed = frozenset(
        key
        for key, value in given.items()
        if (stored[key].value != value if key in stored else not is_empty(value))
    )
    answers = {**answers_of(application), **{key: given[key] for key in changed}}
    held = frozen_facts(application)
    known = facts_declared(definition, answers, held, changed)
    made = facts_effects(application, known)
    return DeclarationAhead(
        answers=answers,
        changed=changed,
        errors=declaration_errors(definition, answers),
        effects=made,
        refusal=effects_refused(application, made),
        awaited=_awaited(application, definition, answers, known, changed),
        over=tuple(c for c in definition.claims if c.key in held.claims - known.claims),
    )


def _awaited(
    application: Application,
    definition: Definition,
    answers: Mapping[str, Any],
    known: Facts,
    changed: frozenset[str],
) -> tuple[ClaimAhead, ...]:
    declared, waiting = facts(definition, answers).claims, pending_claims(application)
    return tuple(
        claim_ahead(application, claim, known)
        for claim in definition.claims
        if claim.key in declared - known.claims and (claim.key in waiting or changed & answers_about(claim))
    )


def claim_ahead(application: Application, claim: Claim, known: Facts) -> ClaimAhead:
    """What confirming the claim would do, besides what is known."""
    made = facts_effects(application, replace(known, claims=known.claims | {claim.key}))
    return ClaimAhead(claim, made, effects_refused(application, made))


def claims_ahead(application: Application) -> tuple[ClaimAhead, ...]:
    """The claims that wait for an agent now, each with what confirming it would do."""
    definition, waiting = definition_for(application), pending_claims(application)
    if not waiting:
        return ()
    known = facts_declared(definition, answers_of(application), frozen_facts(application), frozenset())
    return tuple(claim_ahead(application, c, known) for c in definition.claims if c.key in waiting)


# --- What was declared ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DeclarationLine:
    """One act: a declaration of the vendor (`claim` None), or the agency's decision on a claim."""

    at: datetime
    by: str
    claim: Claim | None
    confirmed: bool
    move_n: int | None  # the notice of what it did


def declaration_history(application: Application) -> list[DeclarationLine]:
    """What was declared since the file is eligible and what the agency decided, the latest first. Two queries."""
    claims = {claim.key: claim for claim in definition_for(application).claims}
    rulings = Milestone.objects.filter(application=application, kind=MilestoneKind.CLAIM, key__in=claims)
    decided = list(rulings.select_related("by").order_by("pk"))
    moves = Move.objects.filter(application=application, kind=MoveKind.FACTS).select_related("by")
    lines, caused = [], dict[int, int]()
    for move in moves.defer("before", "report").order_by("n"):
        # What an agent confirms changes the file in the same act; nobody else of the agency declares.
        ruling = next((m for m in reversed(decided) if m.by_id == move.by_id and m.at <= move.at), None)
        if ruling is not None:
            caused[ruling.pk] = move.n
        else:
            lines.append(DeclarationLine(move.at, move.by.full_name if move.by else "", None, False, move.n))
    for m in decided:
        confirmed = m.state == MilestoneState.CONFIRMED
        who = m.by.full_name if m.by else ""
        lines.append(DeclarationLine(m.at, who, claims[m.key], confirmed, caused.get(m.pk)))
    return sorted(lines, key=lambda line: line.at, reverse=True)
