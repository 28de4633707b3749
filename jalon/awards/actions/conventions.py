"""Drawing up the convention, inviting its signer, and drawing it up anew for another one (G19; situation 8)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from jalon.accounts.standing import SYSTEM, Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.actions.steps import lock_application, lock_application_by_id, set_application_state
from jalon.applications.models import Application
from jalon.applications.queries import visible_application
from jalon.applications.queries.versions import is_unsettled
from jalon.applications.rules.identifiers import email_error
from jalon.applications.states import ApplicationState, StepState, Turn
from jalon.awards.actions.files import keep_pdf, make_pdf
from jalon.awards.actions.steps import (
    invite,
    journal,
    pass_turn,
    set_convention_step,
    tell_agency,
    tell_vendor,
    void_convention,
    void_invitations,
)
from jalon.awards.models import Convention, SigningInvitation
from jalon.awards.notices import ConventionDrawn, InvitationReissued, OpinionAwaited
from jalon.awards.paper import Representative, convention_data, representative_of
from jalon.awards.policy import can_change_signatory
from jalon.awards.queries import (
    frozen_representative,
    live_convention,
    live_invitation,
    opinion_of,
    signature_of,
)
from jalon.awards.queries.links import LinkState, invitation_for, link_state
from jalon.awards.states import ConventionState, Party
from jalon.core import clock
from jalon.core.actions import act, verb
from jalon.core.canonical import canonical_json, sha256_hex
from jalon.core.errors import Conflict, InvalidInput, NotAllowed, TransitionRefused
from jalon.documents.models import Document


@dataclass(frozen=True)
class Drawing:
    """A convention made but not yet in force: what it says, and its file."""

    data: dict[str, Any]
    representative: Representative
    at: datetime
    document: Document


# --- Drawing up ---------------------------------------------------------------------------------------------


@act
def draw_convention(*, actor: Standing = SYSTEM, application_id: int) -> Convention | None:
    """Draw up the convention once all proofs are validated; None when it is not due, or stands already."""
    application = _read(application_id)
    if application.state != ApplicationState.PROOFS_VALIDATED:
        return live_convention(application)
    if is_unsettled(application):
        return None
    if live_convention(application) is not None:
        return _take_up(actor=actor, application_id=application_id)
    drawing = _draw(application, representative_of(application))
    return _keep_drawing(actor=actor, application_id=application_id, drawing=drawing)


def _read(application_id: int) -> Application:
    related = Application.objects.select_related("programme", "revision", "company", "version__product")
    return related.get(pk=application_id)


def _draw(application: Application, representative: Representative) -> Drawing:
    at, n = clock.now(), application.conventions.count() + 1
    data = convention_data(application, n=n, at=at, representative=representative)
    name = f"convention-{application.number}-{n}.pdf"
    document = keep_pdf(application.company_id, name, make_pdf("convention", data, at=at))
    return Drawing(data, representative, at, document)


@verb
def _keep_drawing(*, actor: Standing, application_id: int, drawing: Drawing) -> Convention | None:
    application = lock_application_by_id(application_id)
    if application.state != ApplicationState.PROOFS_VALIDATED or live_convention(application) is not None:
        return live_convention(application)
    if is_unsettled(application):
        return None
    convention = _insert(application, drawing)
    set_application_state(application, ApplicationState.CONVENTION_SIGNING, Turn.VENDOR)
    set_convention_step(application, StepState.TO_COMPLETE)
    journal(application, actor, "convention.drawn", n=convention.n, sha256=drawing.document.sha256)
    tell_vendor(application, ConventionDrawn, f"convention:{convention.pk}")
    if opinion_of(application) is None:
        tell_agency(application, OpinionAwaited, f"application:{application.pk}", StaffRoleName.COLLEGE)
    return convention


@verb
def _take_up(*, actor: Standing, application_id: int) -> Convention | None:
    """Proofs were reopened and validated again: the convention that stands goes on where it was."""
    application = lock_application_by_id(application_id)
    convention = live_convention(application)
    if application.state != ApplicationState.PROOFS_VALIDATED or convention is None:
        return convention
    set_application_state(application, ApplicationState.CONVENTION_SIGNING, Turn.VENDOR)
    pass_turn(application)
    journal(application, actor, "convention.taken_up", n=convention.n)
    return convention


def _insert(application: Application, drawing: Drawing) -> Convention:
    """The rows of a drawing, if what it prints is still so; else the drawing is made again."""
    n = application.conventions.count() + 1
    now_so = convention_data(application, n=n, at=drawing.at, representative=drawing.representative)
    if canonical_json(now_so) != canonical_json(drawing.data):
        raise Conflict(_("La candidature a changé pendant l’établissement de la convention. Recommencez."))
    convention = Convention.objects.create(
        application=application,
        n=n,
        snapshot=canonical_json(drawing.data),
        drawn_at=drawing.at,
        unsigned=drawing.document,
        latest=drawing.document,
    )
    invite(convention, drawing.at)
    return convention


# --- Another representative ---------------------------------------------------------------------------------


@act
def void_and_redraw(
    *, actor: Standing, number: str, reason: str, representative: Representative
) -> Convention:
    """The legal representative changed before signing: convention and link are voided and made anew.

    A signature given in office stands: once the vendor has signed this is refused. Asking again for the
    representative for whom the convention is already drawn up changes nothing.
    """
    _check_input(reason, representative)
    application = visible_application(actor, number)
    standing = _check_redraw(actor, application)
    if frozen_representative(standing) == representative:
        return standing
    drawing = _draw(application, representative)
    return _keep_redrawing(actor=actor, number=number, reason=reason, drawing=drawing)


def _check_input(reason: str, representative: Representative) -> None:
    errors = {}
    if not representative.name.strip():
        errors["name"] = _("Indiquez le prénom et le nom du nouveau responsable légal.")
    if not representative.function.strip():
        errors["function"] = _("Indiquez la fonction du nouveau responsable légal.")
    if error := email_error(representative.email):
        errors["email"] = error
    if not reason.strip():
        errors["reason"] = _("Indiquez pourquoi la convention est refaite.")
    if errors:
        raise InvalidInput(errors)


def _check_redraw(actor: Standing, application: Application) -> Convention:
    if not can_change_signatory(actor, application):
        raise NotAllowed(_("Seuls un mandataire, un responsable ou un gestionnaire changent le signataire."))
    convention = live_convention(application)
    if application.state != ApplicationState.CONVENTION_SIGNING or convention is None:
        raise TransitionRefused(_("Aucune convention n’est en signature pour cette candidature."))
    if signature_of(convention, Party.VENDOR) is not None:
        raise TransitionRefused(
            _(
                "L’éditeur a déjà signé : une signature donnée en fonction reste valable, rien n’est à refaire."
            )
        )
    return convention


@verb
def _keep_redrawing(*, actor: Standing, number: str, reason: str, drawing: Drawing) -> Convention:
    application = lock_application(actor, number)
    former = _check_redraw(actor, application)
    if frozen_representative(former) == drawing.representative:
        return former
    void_convention(former, reason)
    convention = _insert(application, drawing)
    pass_turn(application)
    journal(
        application,
        actor,
        "convention.redrawn",
        former=former.n,
        n=convention.n,
        sha256=drawing.document.sha256,
        reason=sha256_hex(f"{convention.pk}:{reason}"),
    )
    tell_vendor(application, ConventionDrawn, f"convention:{convention.pk}")
    return convention


# --- Another link -------------------------------------------------------------------------------------------


@verb
def reissue_invitation(*, actor: Standing, number: str, invitation_id: int) -> SigningInvitation:
    """Void the link that the person saw and send another, to the same frozen signer.

    A second click finds the link already replaced, and sends nothing more.
    """
    application = lock_application(actor, number)
    convention = _check_redraw(actor, application)
    return _reissue(application, actor, convention, invitation_id)


@verb
def renew_link(*, actor: Standing, token: str) -> SigningInvitation:
    """The holder of a link that is over asks for another: it goes to the frozen address, nowhere else."""
    invitation = invitation_for(token)
    application = lock_application_by_id(invitation.convention.application_id)
    invitation = invitation_for(token)
    convention, current = invitation.convention, live_invitation(invitation.convention)
    if convention.state != ConventionState.SIGNING or invitation.used_at is not None or current is None:
        raise TransitionRefused(_("Cette convention n’est plus à signer par ce lien."))
    if current.pk == invitation.pk and link_state(invitation, clock.now()) is not LinkState.EXPIRED:
        raise TransitionRefused(_("Ce lien est encore valable : utilisez-le."))
    return _reissue(application, actor, convention, invitation.pk)


def _reissue(
    application: Application, actor: Standing, convention: Convention, invitation_id: int
) -> SigningInvitation:
    current = live_invitation(convention)
    if current is not None and current.pk != invitation_id:
        return current
    void_invitations(convention)
    invitation = invite(convention, clock.now())
    journal(application, actor, "invitation.reissued", convention=convention.n, invitation=invitation.pk)
    tell_vendor(application, InvitationReissued, f"invitation:{invitation.pk}")
    return invitation
