"""Profiles and the earlier référencement declared otherwise after proofs were given (R5; FAQ of the agency)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.actions.answers import keep_answers
from jalon.applications.actions.steps import (
    freeze_facts,
    lock_application,
    pass_turn_of_proofs,
    ring_bell,
)
from jalon.applications.actions.tracking import decide_claim
from jalon.applications.models import Application, Milestone, MilestoneKind, MilestoneState
from jalon.applications.queries import definition_for, instructors
from jalon.applications.queries.answers import answers_of, restricted_fields
from jalon.applications.queries.facts import facts_as_json, frozen_facts, milestones, pending_claims
from jalon.applications.rules.versions import plain_text
from jalon.core.actions import verb
from jalon.core.errors import Conflict, InvalidInput, NotAllowed, TransitionRefused
from jalon.journal.actions import record
from jalon.messaging.actions import write
from jalon.notices.actions import tell
from jalon.programmes.definition.conditions import Facts
from jalon.programmes.definition.schema import Claim
from jalon.reviews.actions.move_rows import apply_effects, rows_of
from jalon.reviews.actions.moves import Kept, keep_move
from jalon.reviews.models import Move
from jalon.reviews.notices import ClaimRejected, DeclarationChanged
from jalon.reviews.policy import can_decide_eligibility, can_declare_again
from jalon.reviews.queries.declarations import (
    declaration_errors,
    declaration_obstacle,
    effects_refused,
    facts_declared,
    facts_effects,
    facts_with_claim,
)
from jalon.reviews.states import MoveKind
from jalon.vendors.queries import people_with_access


@verb
def declare_again(*, actor: Standing, number: str, values: Mapping[str, tuple[Any, int]]) -> Move | None:
    """Other profiles, or another answer about the earlier référencement: field → (value, version seen).

    What applies is computed anew at once; every proof and verdict is kept. What is claimed anew takes effect when
    an agent confirms it; what is claimed no more is over at once. The same answers again change nothing.
    """
    application = lock_application(actor, number)
    if not can_declare_again(actor, application):
        raise NotAllowed(
            _("La déclaration (profils, situation antérieure) revient à un mandataire ou à un responsable.")
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
    answers = answers_of(application)
    if errors := declaration_errors(definition, answers):
        raise InvalidInput(errors)
    known = facts_declared(definition, answers, frozen_facts(application), changed)
    move = _recompute(application, known, before, actor=actor, from_agency=False)
    tell(
        DeclarationChanged(application_number=number, n=move.n),
        users=instructors(application, StaffRoleName.VERIFIER),
        dedupe=f"move:{move.pk}",
    )
    return move


@verb
def decide_declared_claim(
    *, actor: Standing, number: str, key: str, confirmed: bool, evidence: str, reason: str = ""
) -> Move | None:
    """A verifier confirms what was claimed anew, or does not. Confirmed, it takes effect at once (G11).

    `evidence`: the answer that was checked; another one given meanwhile is not decided on unseen. What is not
    confirmed has a reason, which the vendor reads.
    """
    application = lock_application(actor, number)
    if not can_decide_eligibility(actor, application):
        raise NotAllowed(_("Seul un vérificateur de la démarche confirme une déclaration."))
    if obstacle := declaration_obstacle(application):
        raise TransitionRefused(obstacle)
    if key not in pending_claims(application):
        if _decided(application, key, confirmed=confirmed):
            return None
        raise TransitionRefused(_("Aucune déclaration n’attend de confirmation."))
    definition = definition_for(application)
    claim = next(claim for claim in definition.claims if claim.key == key)
    answers = answers_of(application)
    if str(answers.get(claim.evidence_field) or "") != evidence:
        raise Conflict(_("L’éditeur a changé cette déclaration entre-temps : relisez-la, puis décidez."))
    text = plain_text(reason)
    if not confirmed and not text:
        raise InvalidInput({"reason": _("Un refus est motivé : écrivez la raison, l’éditeur la lira.")})
    before = rows_of(application)
    decide_claim(application, actor=actor, key=key, confirmed=confirmed)
    record(
        chain=f"application:{application.number}",
        event=f"reviews.claim.{'confirmed' if confirmed else 'rejected'}",
        actor_ref=actor.user_ref,
        key=key,
    )
    if not confirmed:
        _tell_rejected(application, actor, claim, text)
        return None
    known = facts_with_claim(definition, answers, frozen_facts(application), key)
    return _recompute(application, known, before, actor=actor, from_agency=True)


def _tell_rejected(application: Application, actor: Standing, claim: Claim, reason: str) -> None:
    # What the agency writes in a conversation is in French, its language, whoever reads it.
    write(
        application, author_id=actor.person_id, from_agency=True, ref_kind="declaration", ref_key=claim.key,
        body=f"Cette déclaration n’est pas confirmée : {claim.label.fr}\n{reason}",
    )  # fmt: skip
    held = milestones(application, MilestoneKind.CLAIM)[claim.key]
    tell(
        ClaimRejected(application_number=application.number, key=claim.key),
        users=people_with_access(application.version.product),
        dedupe=f"claim:{held.pk}",
    )
    pass_turn_of_proofs(application)
    ring_bell(application)


def _recompute(
    application: Application,
    known: Facts,
    before: dict[str, dict[int, dict[str, Any]]],
    *,
    actor: Standing,
    from_agency: bool,
) -> Move:
    made = facts_effects(application, known)
    if refusal := effects_refused(application, made):
        raise TransitionRefused(refusal)
    freeze_facts(application, facts_as_json(known))
    apply_effects(application, made, actor=actor)
    revision = application.revision
    kept = Kept(MoveKind.FACTS, revision.pk, revision, None, made, before, ())
    return keep_move(application, kept, actor=actor, from_agency=from_agency)


def _decided(application: Application, key: str, *, confirmed: bool) -> bool:
    rows = Milestone.objects.filter(application=application, kind=MilestoneKind.CLAIM, key=key)
    last = rows.order_by("pk").last()
    wanted = MilestoneState.CONFIRMED if confirmed else MilestoneState.REJECTED
    return last is not None and last.state == wanted
