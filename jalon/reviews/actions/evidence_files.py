"""Files that back a claim, given after the file is eligible (R5)."""

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.actions.answers import keep_answer_document
from jalon.applications.actions.steps import lock_application, pass_turn_of_proofs, ring_bell
from jalon.applications.models import Application
from jalon.applications.queries import definition_for, instructors
from jalon.applications.queries.answers import company_document
from jalon.applications.queries.facts import frozen_facts, pending_claims
from jalon.core.actions import verb
from jalon.core.errors import InvalidInput, NotAllowed, TransitionRefused
from jalon.journal.actions import record
from jalon.notices.actions import tell
from jalon.reviews.notices import EvidenceGiven
from jalon.reviews.policy import can_declare_again
from jalon.reviews.queries.declarations import declaration_obstacle


@verb
def give_evidence(*, actor: Standing, number: str, field: str, document_id: int) -> bool:
    """A file for a claim that no agent has confirmed: one already declared waits for an agent anew.

    The same file again changes nothing. What a confirmed claim rests on stays as it was confirmed.
    """
    application = lock_application(actor, number)
    if not can_declare_again(actor, application):
        raise NotAllowed(
            _("La déclaration (profils, situation antérieure) revient à un mandataire ou à un responsable.")
        )
    if obstacle := declaration_obstacle(application):
        raise TransitionRefused(obstacle)
    _refuse_held(application, field)
    document = company_document(application, document_id)
    if not keep_answer_document(application, actor=actor, field=field, document_id=document_id):
        return False
    record(
        chain=f"application:{number}",
        event="reviews.evidence.given",
        actor_ref=actor.user_ref,
        field=field,
        sha256=document.sha256,
    )
    if pending_claims(application):
        tell(
            EvidenceGiven(application_number=number),
            users=instructors(application, StaffRoleName.VERIFIER),
            dedupe=f"evidence:{application.pk}:{document_id}",
        )
    pass_turn_of_proofs(application)
    ring_bell(application)
    return True


def _refuse_held(application: Application, field: str) -> None:
    backed = {claim.key for claim in definition_for(application).claims if claim.evidence_field == field}
    if not backed:
        raise InvalidInput({field: _("Cette réponse ne se modifie plus : elle a été examinée.")})
    if backed & frozen_facts(application).claims:
        raise InvalidInput(
            {field: _("L’agence a confirmé cette déclaration : ses pièces restent telles quelles.")}
        )
