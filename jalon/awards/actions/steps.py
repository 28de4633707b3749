"""Parts of the verbs of step 4, inside their transaction."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from jalon.accounts.standing import Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.actions.steps import set_application_state, set_step_state, set_turn
from jalon.applications.models import Application
from jalon.applications.queries import instructors, parts_of
from jalon.applications.states import ApplicationState, StepState, Turn
from jalon.awards.models import Convention, SigningInvitation
from jalon.awards.notices import INVITATION_MAIL, AboutStep4
from jalon.awards.queries import convention_step_key, frozen_representative, live_convention, signer_language
from jalon.awards.queries.conditions import turn_of
from jalon.awards.states import CONVENTION_TRANSITIONS, ConventionState
from jalon.core import clock
from jalon.core.actions import step
from jalon.journal.actions import record
from jalon.notices.actions import mail_to, tell
from jalon.vendors.queries import people_with_access

LINK_LASTS = timedelta(hours=48)


@step
def journal(application: Application, actor: Standing, event: str, **payload: Any) -> None:
    record(
        chain=f"application:{application.number}",
        event=f"awards.{event}",
        actor_ref=actor.user_ref or "link",
        **payload,
    )


@step
def tell_vendor(application: Application, kind: Callable[..., AboutStep4], dedupe: str) -> None:
    """The company's leaders and the collaborators with access to the product."""
    people = people_with_access(application.version.product)
    tell(kind(application_number=application.number), users=people, dedupe=dedupe)


@step
def tell_agency(
    application: Application, kind: Callable[..., AboutStep4], dedupe: str, *roles: StaffRoleName
) -> None:
    people = instructors(application, *roles)
    tell(kind(application_number=application.number, for_agency=True), users=people, dedupe=dedupe)


@step
def tell_followers(application: Application, kind: Callable[..., AboutStep4], dedupe: str) -> None:
    """The people of the agency who follow the file."""
    roles = (StaffRoleName.REFERENT, StaffRoleName.VERIFIER, StaffRoleName.MANAGER)
    tell_agency(application, kind, dedupe, *roles)


@step
def set_convention_step(application: Application, state: StepState) -> None:
    """Step 4's own state; a programme without such a step has none to set."""
    part = parts_of(application).get(convention_step_key(application) or "")
    if part is not None:
        set_step_state(part, state)


@step
def pass_turn(application: Application) -> None:
    """Whose turn it is follows from what was signed and said."""
    if application.state == ApplicationState.CONVENTION_SIGNING:
        turn = turn_of(application)
        if turn != application.turn:
            set_turn(application, turn)


@step
def invite(convention: Convention, at: datetime) -> SigningInvitation:
    """A new single-use link for the frozen signer, and the mail that carries it."""
    signer = frozen_representative(convention)
    invitation = SigningInvitation.objects.create(
        convention=convention,
        signer_name=signer.name,
        signer_function=signer.function,
        signer_email=signer.email,
        nonce=secrets.token_urlsafe(24),
        sent_at=at,
        expires_at=at + LINK_LASTS,
    )
    mail_to(
        email=signer.email,
        locale=signer_language(convention.application, signer.email),
        kind=INVITATION_MAIL,
        params={"invitation": invitation.pk},
        dedupe_key=str(invitation.pk),
    )
    return invitation


@step
def void_invitations(convention: Convention) -> None:
    """Links that were not used lead nowhere any more."""
    convention.invitations.filter(voided_at=None, used_at=None).update(voided_at=clock.now())


@step
def void_open_convention(application: Application, reason: str) -> None:
    """End what is still being signed; a convention signed by both is a fact and stays one."""
    convention = live_convention(application)
    if convention is not None and convention.state == ConventionState.SIGNING:
        void_convention(convention, reason)


@step
def void_convention(convention: Convention, reason: str) -> None:
    CONVENTION_TRANSITIONS.check(ConventionState(convention.state), ConventionState.VOID)
    convention.state, convention.voided_at, convention.void_reason = (
        ConventionState.VOID,
        clock.now(),
        reason[:500],
    )
    convention.save(update_fields=["state", "voided_at", "void_reason"])
    void_invitations(convention)


@step
def end_application(application: Application, state: ApplicationState) -> None:
    set_application_state(application, state, Turn.NOBODY)
