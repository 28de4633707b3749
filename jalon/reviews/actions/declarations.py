"""Profiles and the earlier référencement declared otherwise after proofs were given (R5; FAQ of the agency)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.actions.answers import keep_answers
from jalon.applications.actions.steps import freeze_facts, lock_application
from jalon.applications.actions.tracking import decide_claim
from jalon.applications.models import Application, Milestone, MilestoneKind, MilestoneState
from jalon.applications.queries import (
    answers_of,
    definition_for,
    facts_as_json,
    frozen_facts,
    instructors,
    restricted_fields,
)
from jalon.applications.rules.answers import facts, form_steps, step_errors
from jalon.core.actions import verb
from jalon.core.errors import InvalidInput, NotAllowed, TransitionRefused
from jalon.journal.actions import record
from jalon.notices.actions import tell
from jalon.programmes.definition.conditions import Facts
from jalon.reviews.actions.moves import Kept, apply_effects, keep_move, rows_of
from jalon.reviews.models import Move
from jalon.reviews.notices import DeclarationChanged
from jalon.reviews.policy import can_decide_eligibility, can_declare_again
from jalon.reviews.queries.moves import (
    declaration_obstacle,
    exchanges_passed,
    facts_effects,
    first_proofs_passed,
    pending_claims,
)
from jalon.reviews.states import MoveKind


@verb
def declare_again(*, actor: Standing, number: str, values: Mapping[str, tuple[Any, int]]) -> Move | None:
    """Other profiles, or another answer about the earlier référencement: field → (value, version seen).

    What applies is computed anew at once; every proof and verdict is kept. What is claimed anew takes effect when
    an agent confirms it; what is claimed no more is over at once. The same answers again change nothing.
    """
    application = lock_application(actor, number)
    if not can_declare_again(actor, application):
        raise NotAllowed(
            _("Les profils et le référencement antérieur sont déclarés par un mandataire ou un responsable.")
        )
    if obstacle := declaration_obstacle(application):
        raise TransitionRefused(obstacle)
    definition = definition_for(application)
    for field in values:
        if field not in restricted_fields(definition):
            raise InvalidInput({field: _("Cette réponse ne se modifie plus : elle a été examinée.")})
    before = rows_of(application)
    changed = keep_answers(application, actor=actor, values=values)
    if not changed:
        return None
    _check(application)
    held = frozen_facts(application).claims
    doubted = {claim.key for claim in definition.claims if claim.evidence_field in changed}
    known = facts(definition, answers_of(application), held - doubted)
    move = _recompute(application, known, before, actor=actor, from_agency=False)
    tell(
        DeclarationChanged(application_number=number, n=move.n),
        users=instructors(application, StaffRoleName.VERIFIER),
        dedupe=f"move:{move.pk}",
    )
    return move


@verb
def decide_declared_claim(*, actor: Standing, number: str, key: str, confirmed: bool) -> Move | None:
    """A verifier confirms what was claimed anew, or does not. Confirmed, it takes effect at once (G11)."""
    application = lock_application(actor, number)
    if not can_decide_eligibility(actor, application):
        raise NotAllowed(_("Seul un vérificateur de la démarche confirme une déclaration."))
    if obstacle := declaration_obstacle(application):
        raise TransitionRefused(obstacle)
    if key not in pending_claims(application):
        if _decided(application, key, confirmed=confirmed):
            return None
        raise TransitionRefused(_("Aucune déclaration n’attend de confirmation."))
    before = rows_of(application)
    decide_claim(application, actor=actor, key=key, confirmed=confirmed)
    record(
        chain=f"application:{application.number}",
        event=f"reviews.claim.{'confirmed' if confirmed else 'rejected'}",
        actor_ref=actor.user_ref,
        key=key,
    )
    if not confirmed:
        return None
    definition, held = definition_for(application), frozen_facts(application).claims
    known = facts(definition, answers_of(application), held | {key})
    return _recompute(application, known, before, actor=actor, from_agency=True)


def _recompute(
    application: Application,
    known: Facts,
    before: dict[str, dict[int, dict[str, Any]]],
    *,
    actor: Standing,
    from_agency: bool,
) -> Move:
    made = facts_effects(application, known)
    if made.has_fresh_chapter and first_proofs_passed(application):
        raise TransitionRefused(
            _(
                "Cette déclaration ajoute un chapitre après la date limite des preuves : écrivez à votre référent."
            )
        )
    if made.reopened_chapters and exchanges_passed(application, made.reopened_chapters):
        raise TransitionRefused(
            _("Cette déclaration rouvre des preuves après la fin des échanges : écrivez à votre référent.")
        )
    freeze_facts(application, facts_as_json(known))
    apply_effects(application, made, actor=actor)
    revision = application.revision
    kept = Kept(MoveKind.FACTS, revision.pk, revision, None, made, before, ())
    return keep_move(application, kept, actor=actor, from_agency=from_agency)


def _check(application: Application) -> None:
    """Each answer about profiles and the earlier référencement is whole; the others were examined."""
    definition, answers = definition_for(application), answers_of(application)
    looked_at = restricted_fields(definition)
    errors: dict[str, str] = {}
    for step in form_steps(definition):
        errors |= {
            key: why for key, why in step_errors(step, answers, definition).items() if key in looked_at
        }
    if errors:
        raise InvalidInput(errors)


def _decided(application: Application, key: str, *, confirmed: bool) -> bool:
    rows = Milestone.objects.filter(application=application, kind=MilestoneKind.CLAIM, key=key)
    last = rows.order_by("pk").last()
    wanted = MilestoneState.CONFIRMED if confirmed else MilestoneState.REJECTED
    return last is not None and last.state == wanted
