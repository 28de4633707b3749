"""The opinion of the college, the withdrawal, and the award (G20; R11; situations 6 and 7)."""

from datetime import date
from functools import partial

from django.db.models import F
from django.utils.translation import gettext as _

from jalon.accounts.standing import SYSTEM, Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.actions.steps import (
    lock_application,
    lock_application_by_id,
    ring_bell,
    set_application_state,
)
from jalon.applications.models import Application
from jalon.applications.queries import definition_for, parts_of
from jalon.applications.states import APPLICATION_TRANSITIONS, ApplicationState, StepState, Turn
from jalon.awards.actions.conventions import draw_convention
from jalon.awards.actions.files import keep_pdf, make_pdf
from jalon.awards.actions.steps import (
    end_application,
    journal,
    pass_turn,
    set_convention_step,
    tell_agency,
    tell_followers,
    tell_vendor,
    void_open_convention,
)
from jalon.awards.models import Award, AwardDocument, AwardNumber, Opinion
from jalon.awards.notices import ApplicationListed, ApplicationWithdrawn, OpinionGiven, SignatureAwaited
from jalon.awards.paper import award_data, certificate_data
from jalon.awards.policy import can_record_opinion, can_withdraw
from jalon.awards.queries import award_of, convention_step_key, live_convention, opinion_of, signature_of
from jalon.awards.queries.conditions import missing_for
from jalon.awards.queries.opinions import opinion_obstacle
from jalon.awards.rules import award_number
from jalon.awards.states import AwardDocumentKind, OpinionOutcome, Party
from jalon.core import clock
from jalon.core.actions import act, verb
from jalon.core.canonical import canonical_json, sha256_hex
from jalon.core.errors import InvalidInput, NotAllowed, TransitionRefused
from jalon.documents.models import Document
from jalon.notices.base import MAX_PARAM_LENGTH

# --- Opinion ------------------------------------------------------------------------------------------------


@verb
def record_opinion(
    *,
    actor: Standing,
    number: str,
    session_on: date,
    outcome: OpinionOutcome,
    reasons: str = "",
    remedies: str = "",
) -> Opinion:
    """The opinion of the college, once, whatever the state of the signatures. Unfavourable, it refuses."""
    application = lock_application(actor, number)
    if not can_record_opinion(actor, application):
        raise NotAllowed(_("Seul un membre du collège enregistre son avis."))
    given = opinion_of(application)
    if given is not None:
        if (given.outcome, given.session_on, given.given_by_id) == (outcome, session_on, actor.user_id):
            return given
        raise TransitionRefused(
            _("Le collège a déjà rendu son avis sur cette candidature ; il ne change plus.")
        )
    if obstacle := opinion_obstacle(application):
        raise TransitionRefused(obstacle)
    _check_opinion(session_on, outcome, reasons)
    assert actor.user_id is not None
    opinion = Opinion.objects.create(
        application=application,
        session_on=session_on,
        outcome=outcome,
        reasons=reasons.strip(),
        remedies=remedies.strip(),
        given_by_id=actor.user_id,
        given_at=clock.now(),
    )
    if outcome == OpinionOutcome.UNFAVOURABLE:
        _refuse(application)
    else:
        pass_turn(application)
        _ask_for_signature(application)
    journal(
        application,
        actor,
        "opinion.recorded",
        outcome=outcome.value,
        session_on=session_on.isoformat(),
        texts=sha256_hex(canonical_json([opinion.pk, opinion.reasons, opinion.remedies])),
    )
    tell_vendor(application, OpinionGiven, f"opinion:{opinion.pk}")
    tell_followers(application, OpinionGiven, f"opinion:{opinion.pk}")
    ring_bell(application)
    return opinion


def _check_opinion(session_on: date, outcome: OpinionOutcome, reasons: str) -> None:
    errors = {}
    if session_on > clock.paris_date(clock.now()):
        errors["session_on"] = _("La séance est à venir : indiquez la date d’une séance tenue.")
    if outcome == OpinionOutcome.UNFAVOURABLE and not reasons.strip():
        errors["reasons"] = _("Un avis défavorable indique ses motifs : l’éditeur les lira.")
    if errors:
        raise InvalidInput(errors)


def _refuse(application: Application) -> None:
    """An unfavourable opinion ends the application; what was being signed is void (situation 7)."""
    void_open_convention(application, "unfavourable opinion")
    part = parts_of(application).get(convention_step_key(application) or "")
    if part is not None and part.state == StepState.SUBMITTED:
        set_convention_step(application, StepState.REFUSED)
    end_application(application, ApplicationState.REFUSED)


def _ask_for_signature(application: Application) -> None:
    convention = live_convention(application)
    if convention is not None and signature_of(convention, Party.VENDOR) is not None:
        tell_agency(application, SignatureAwaited, f"convention:{convention.pk}", StaffRoleName.SIGNATORY)


# --- Withdrawal ---------------------------------------------------------------------------------------------


@verb
def withdraw_application(*, actor: Standing, number: str) -> None:
    """Give the application up, for good: it stays readable, open signatures are cancelled (situation 6)."""
    application = lock_application(actor, number)
    if not can_withdraw(actor, application):
        raise NotAllowed(_("Seuls un mandataire ou un responsable retirent une candidature."))
    if application.state == ApplicationState.WITHDRAWN:
        return
    state = ApplicationState(application.state)
    if not APPLICATION_TRANSITIONS.allows(state, ApplicationState.WITHDRAWN):
        raise TransitionRefused(
            _("La candidature est au statut « %(state)s » : elle ne se retire plus.") % {"state": state.label}
        )
    void_open_convention(application, "withdrawn")
    end_application(application, ApplicationState.WITHDRAWN)
    journal(application, actor, "application.withdrawn", former=state.value)
    tell_vendor(application, ApplicationWithdrawn, f"application:{application.pk}")
    if application.first_submitted_at is not None:
        tell_followers(application, ApplicationWithdrawn, f"application:{application.pk}")


# --- Award --------------------------------------------------------------------------------------------------


@act
def reconcile(*, actor: Standing = SYSTEM, application_id: int) -> None:
    """Do what has become due, whatever came last: convention, award, certificate. Done again, it does nothing."""
    draw_convention(actor=actor, application_id=application_id)
    award = pronounce_award(actor=actor, application_id=application_id)
    if award is not None:
        issue_certificate(actor=actor, award_id=award.pk)


@verb
def pronounce_award(*, actor: Standing, application_id: int) -> Award | None:
    """The référencement, when no condition of R11 is missing; the award that stands, when there is one."""
    application = lock_application_by_id(application_id)
    if (standing := award_of(application)) is not None:
        return standing
    convention = live_convention(application)
    if application.state != ApplicationState.CONVENTION_SIGNING or convention is None:
        return None
    if missing_for(application):
        pass_turn(application)
        return None
    at = clock.now()
    entry_into_force = clock.paris_date(at)
    number = _next_number(application.programme.code, entry_into_force.year)
    award = Award.objects.create(
        application=application,
        number=number,
        pronounced_at=at,
        entry_into_force_on=entry_into_force,
        snapshot=canonical_json(award_data(application, convention, number=number, at=at)),
    )
    set_application_state(application, ApplicationState.LISTED, Turn.NOBODY)
    set_convention_step(application, StepState.VALIDATED)
    journal(
        application,
        actor,
        "award.pronounced",
        number=number,
        entry_into_force_on=entry_into_force.isoformat(),
        convention=convention.latest.sha256,
        sha256=sha256_hex(award.snapshot),
    )
    words = definition_for(application).award.application
    listed = partial(ApplicationListed, fr=words.fr[:MAX_PARAM_LENGTH], en=words.en[:MAX_PARAM_LENGTH])
    tell_vendor(application, listed, f"award:{award.pk}")
    tell_followers(application, listed, f"award:{award.pk}")
    ring_bell(application)  # the registry and the certificate follow
    return award


def _next_number(programme_code: str, year: int) -> str:
    """One after the other, without holes: an award that is rolled back gives its number back."""
    counter, _made = AwardNumber.objects.select_for_update().get_or_create(
        programme_code=programme_code, year=year
    )
    AwardNumber.objects.filter(pk=counter.pk).update(last=F("last") + 1)
    counter.refresh_from_db()
    return award_number(programme_code, year, counter.last)


@act
def issue_certificate(*, actor: Standing = SYSTEM, award_id: int) -> Document:
    """The certificate of an award: made after it, because the award gives it its number."""
    award = Award.objects.select_related("application").get(pk=award_id)
    kept = AwardDocument.objects.filter(award=award, kind=AwardDocumentKind.CERTIFICATE).first()
    if kept is not None:
        return kept.document
    pdf = make_pdf("certificate", certificate_data(award), at=award.pronounced_at)
    document = keep_pdf(award.application.company_id, f"certificat-{award.number}.pdf", pdf)
    return _keep_certificate(actor=actor, award_id=award_id, document=document)


@verb
def _keep_certificate(*, actor: Standing, award_id: int, document: Document) -> Document:
    award = Award.objects.get(pk=award_id)
    application = lock_application_by_id(award.application_id)
    kept, made = AwardDocument.objects.get_or_create(
        award=award,
        kind=AwardDocumentKind.CERTIFICATE,
        defaults={"document": document, "made_at": clock.now()},
    )
    if made:
        journal(application, actor, "certificate.issued", number=award.number, sha256=document.sha256)
    return kept.document
