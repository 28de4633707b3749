"""The two signatures of a convention (G19; situation 9).

A link opens by a click and not by being fetched: mail filters follow links before people do, and the evidence
must say when a person opened it. So the page shows names and document only after that click.
"""

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from jalon.accounts.models import User
from jalon.accounts.standing import Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.actions.steps import lock_application, lock_application_by_id, ring_bell
from jalon.applications.models import Application
from jalon.applications.queries import visible_application
from jalon.applications.states import ApplicationState, StepState
from jalon.awards.actions.files import keep_pdf, make_pdf, read_pdf
from jalon.awards.actions.steps import (
    journal,
    pass_turn,
    set_convention_step,
    tell_agency,
    tell_followers,
    tell_vendor,
)
from jalon.awards.models import Convention, Signature, SigningInvitation
from jalon.awards.notices import CODE_MAIL, AgencySigned, SignatureAwaited, VendorSigned
from jalon.awards.paper import Representative, SigningFact, evidence_data, invitation_facts
from jalon.awards.policy import can_sign_for_agency
from jalon.awards.queries import live_convention, opinion_of, signature_of, signer_language
from jalon.awards.queries.links import MAX_CODE_ATTEMPTS, MAX_CODES, LinkState, invitation_for, link_state
from jalon.awards.secret_links import is_code
from jalon.awards.states import CONVENTION_TRANSITIONS, ConventionState, OpinionOutcome, Party
from jalon.connectors.signature import NoAuthority, sign_pdf
from jalon.core import clock
from jalon.core.actions import act, verb
from jalon.core.errors import InvalidInput, NotAllowed, TransitionRefused
from jalon.documents.models import Document
from jalon.notices.actions import mail_to

logger = logging.getLogger(__name__)

CODE_LASTS = timedelta(minutes=10)
BETWEEN_CODES = timedelta(seconds=30)


class WrongCode(InvalidInput):
    """The six digits are not those that were sent. `attempts_left` says how often one may still try."""

    def __init__(self, attempts_left: int) -> None:
        if attempts_left:
            message = ngettext(
                "Ce code n’est pas le bon. Il vous reste %(n)s essai.",
                "Ce code n’est pas le bon. Il vous reste %(n)s essais.",
                attempts_left,
            ) % {"n": attempts_left}
        else:
            message = _("Ce code n’est pas le bon, et il ne sert plus. Demandez-en un nouveau.")
        super().__init__({"code": message})
        self.attempts_left = attempts_left


@dataclass(frozen=True)
class Signed:
    """A signature made but not yet on record: the signed file and the evidence."""

    signer: Representative
    document: Document
    evidence: Document
    before_id: int
    at: datetime


# --- By link, for the vendor --------------------------------------------------------------------------------


@verb
def open_invitation(*, actor: Standing, token: str, ip: str) -> None:
    """The first click on the link's page. Later ones change nothing."""
    application, invitation = _lock_link(token)
    state = link_state(invitation, clock.now())
    if state is LinkState.TO_OPEN:
        invitation.opened_at, invitation.opened_from = clock.now(), ip
        invitation.save(update_fields=["opened_at", "opened_from"])
        journal(application, actor, "invitation.opened", invitation=invitation.pk)
        return
    _refuse_dead(state)


@verb
def send_code(*, actor: Standing, token: str, language: str = "") -> None:
    """Send six digits to the frozen address; they hold for ten minutes. A double click sends them once.

    `language`: that of the page on which they are asked for.
    """
    application, invitation = _lock_link(token)
    now = clock.now()
    state = link_state(invitation, now)
    _refuse_dead(state)
    if state is LinkState.USED:
        return
    if state is LinkState.TO_OPEN:
        raise TransitionRefused(_("Ouvrez d’abord la convention."))
    just_sent = invitation.code_sent_at is not None and now - invitation.code_sent_at < BETWEEN_CODES
    if state is LinkState.CODE_SENT and just_sent:
        return
    if invitation.codes_sent >= MAX_CODES:
        raise TransitionRefused(
            _("Trop de codes ont été demandés avec ce lien. Demandez un nouveau lien à votre entreprise.")
        )
    invitation.code_nonce, invitation.code_attempts = secrets.token_urlsafe(16), 0
    invitation.code_sent_at, invitation.code_expires_at = now, now + CODE_LASTS
    invitation.codes_sent += 1
    invitation.save(
        update_fields=["code_nonce", "code_attempts", "code_sent_at", "code_expires_at", "codes_sent"]
    )
    mail_to(
        email=invitation.signer_email,
        locale=language or signer_language(application, invitation.signer_email),
        kind=CODE_MAIL,
        params={"invitation": invitation.pk, "sent": invitation.codes_sent},
        dedupe_key=f"{invitation.pk}:{invitation.codes_sent}",
    )
    journal(application, actor, "code.sent", invitation=invitation.pk, count=invitation.codes_sent)


@act
def sign_as_vendor(*, actor: Standing, token: str, code: str, ip: str) -> Signature:
    """Sign with the code, as the person frozen in the convention. Done twice, it is signed once."""
    attempts_left = _try_code(actor=actor, token=token, code=code)
    if attempts_left is not None:
        raise WrongCode(attempts_left)
    invitation = invitation_for(token)
    convention = invitation.convention
    if (given := signature_of(convention, Party.VENDOR)) is not None:
        return given
    at = clock.now()
    signer = Representative(invitation.signer_name, invitation.signer_function, invitation.signer_email)
    facts = invitation_facts(invitation, signed_at=at, address=ip)
    signed = _sign(convention, Party.VENDOR, signer, facts, at)
    return _keep_vendor_signature(
        actor=actor, token=token, code_nonce=invitation.code_nonce, signed=signed, ip=ip
    )


@verb
def _try_code(*, actor: Standing, token: str, code: str) -> int | None:
    """None: the code is right, or was used already. Else how many attempts are left; this one counts."""
    application, invitation = _lock_link(token)
    state = link_state(invitation, clock.now())
    _refuse_dead(state)
    if state is LinkState.USED:
        return None
    if state is LinkState.CODE_SPENT:
        raise TransitionRefused(_("Ce code ne sert plus. Demandez-en un nouveau."))
    if state is not LinkState.CODE_SENT:
        raise TransitionRefused(_("Demandez d’abord un code."))
    if is_code(invitation.nonce, invitation.code_nonce, code):
        return None
    invitation.code_attempts += 1
    invitation.save(update_fields=["code_attempts"])
    journal(application, actor, "code.refused", invitation=invitation.pk, attempt=invitation.code_attempts)
    return MAX_CODE_ATTEMPTS - invitation.code_attempts


@verb
def _keep_vendor_signature(
    *, actor: Standing, token: str, code_nonce: str, signed: Signed, ip: str
) -> Signature:
    application, invitation = _lock_link(token)
    convention = invitation.convention
    if (given := signature_of(convention, Party.VENDOR)) is not None:
        return given
    _refuse_dead(link_state(invitation, signed.at))
    if invitation.code_nonce != code_nonce or convention.latest_id != signed.before_id:
        raise TransitionRefused(_("Un nouveau code a été demandé entre-temps. Utilisez le dernier reçu."))
    signature = _insert(convention, Party.VENDOR, signed, signer_user_id=None)
    invitation.used_at, invitation.used_from = signed.at, ip
    invitation.save(update_fields=["used_at", "used_from"])
    set_convention_step(application, StepState.SUBMITTED)
    pass_turn(application)
    _journal_signature(application, actor, signature)
    tell_vendor(application, VendorSigned, f"convention:{convention.pk}")
    tell_followers(application, VendorSigned, f"convention:{convention.pk}")
    opinion = opinion_of(application)
    if opinion is not None and opinion.outcome == OpinionOutcome.FAVOURABLE:
        tell_agency(application, SignatureAwaited, f"convention:{convention.pk}", StaffRoleName.SIGNATORY)
    ring_bell(application)
    return signature


def _lock_link(token: str) -> tuple[Application, SigningInvitation]:
    """The application behind a link, locked; then the link as it stands now."""
    application = lock_application_by_id(invitation_for(token).convention.application_id)
    return application, invitation_for(token)


def _refuse_dead(state: LinkState) -> None:
    if state is LinkState.VOIDED:
        raise TransitionRefused(
            _("Ce lien a été annulé : la convention a été refaite, ou la candidature est close.")
        )
    if state is LinkState.EXPIRED:
        raise TransitionRefused(
            _("Ce lien n’est plus valable : 48 heures sont passées. Demandez-en un nouveau.")
        )


# --- In Jalon, for the agency -------------------------------------------------------------------------------


@act
def sign_as_agency(*, actor: Standing, number: str, ip: str = "") -> Signature:
    """The agency signs last, after a favourable opinion. Done twice, it is signed once."""
    application = visible_application(actor, number)
    convention = _check_agency(actor, application)
    if (given := signature_of(convention, Party.AGENCY)) is not None:
        return given
    at = clock.now()
    person = User.objects.get(ref=actor.user_ref)
    signer = Representative(person.full_name, person.function or _function(), person.email)
    facts = [
        SigningFact("Avis favorable du collège enregistré", application.opinion.given_at),
        SigningFact("Convention signée dans un compte personnel de l’agence", at, ip),
    ]
    signed = _sign(convention, Party.AGENCY, signer, facts, at)
    return _keep_agency_signature(actor=actor, number=number, signed=signed)


def _function() -> str:
    """In French, like the convention on which it stands, whatever language the signatory reads."""
    with override("fr"):
        return str(StaffRoleName.SIGNATORY.label)


def _check_agency(actor: Standing, application: Application) -> Convention:
    if not can_sign_for_agency(actor, application):
        raise NotAllowed(_("Seul un signataire de l’agence signe la convention."))
    convention = live_convention(application)
    if convention is not None and convention.state == ConventionState.SIGNED:
        return convention
    if application.state != ApplicationState.CONVENTION_SIGNING or convention is None:
        raise TransitionRefused(_("Aucune convention n’est en signature pour cette candidature."))
    opinion = opinion_of(application)
    if opinion is None or opinion.outcome != OpinionOutcome.FAVOURABLE:
        raise TransitionRefused(
            _("L’agence signe après un avis favorable du collège : il n’est pas encore rendu.")
        )
    if signature_of(convention, Party.VENDOR) is None:
        raise TransitionRefused(_("L’agence signe en dernier : l’éditeur n’a pas encore signé."))
    return convention


@verb
def _keep_agency_signature(*, actor: Standing, number: str, signed: Signed) -> Signature:
    application = lock_application(actor, number)
    convention = _check_agency(actor, application)
    if (given := signature_of(convention, Party.AGENCY)) is not None:
        return given
    if convention.latest_id != signed.before_id:
        raise TransitionRefused(_("La convention a été refaite entre-temps : relisez-la avant de la signer."))
    CONVENTION_TRANSITIONS.check(ConventionState(convention.state), ConventionState.SIGNED)
    signature = _insert(convention, Party.AGENCY, signed, signer_user_id=actor.user_id)
    convention.state = ConventionState.SIGNED
    convention.save(update_fields=["state"])
    pass_turn(application)
    _journal_signature(application, actor, signature)
    tell_vendor(application, AgencySigned, f"convention:{convention.pk}")
    ring_bell(application)
    return signature


# --- Both ---------------------------------------------------------------------------------------------------


def _sign(
    convention: Convention, party: Party, signer: Representative, facts: list[SigningFact], at: datetime
) -> Signed:
    """The signed file and its evidence, kept. Outside any transaction."""
    application, before = convention.application, convention.latest
    frozen = evidence_data(
        convention,
        party=party,
        signer=signer,
        facts=facts,
        before=before.sha256,
        after="",
        file_name=before.name,
    )
    try:
        pdf = sign_pdf(
            read_pdf(before),
            signer_name=signer.name,
            organisation=next(row["value"] for row in frozen["signer"] if row["name"] == "Signe pour"),
            reason=f"{frozen['subtitle']}, candidature {application.number}",
            location="France",
            at=at,
        )
    except NoAuthority as error:  # for the operator to mend, and not for the signer
        logger.exception("A convention could not be signed: see `jalon doctor`")
        raise TransitionRefused(
            _("La signature électronique est indisponible. Rien n’a été signé : réessayez plus tard.")
        ) from error
    document = keep_pdf(application.company_id, before.name, pdf)
    frozen["document"]["after"] = document.sha256
    evidence = keep_pdf(
        application.company_id,
        f"preuve-signature-{application.number}-{convention.n}-{party.value}.pdf",
        make_pdf("evidence", frozen, at=at),
    )
    return Signed(signer, document, evidence, before.pk, at)


def _insert(convention: Convention, party: Party, signed: Signed, *, signer_user_id: int | None) -> Signature:
    signature = Signature.objects.create(
        convention=convention,
        party=party,
        signer_name=signed.signer.name,
        signer_function=signed.signer.function,
        signer_email=signed.signer.email,
        signer_user_id=signer_user_id,
        document=signed.document,
        evidence=signed.evidence,
        signed_at=signed.at,
    )
    convention.latest = signed.document
    convention.save(update_fields=["latest"])
    return signature


def _journal_signature(application: Application, actor: Standing, signature: Signature) -> None:
    journal(
        application,
        actor,
        "convention.signed",
        party=signature.party,
        convention=signature.convention.n,
        sha256=signature.document.sha256,
        evidence=signature.evidence.sha256,
    )
