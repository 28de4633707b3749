"""…/convention: the opinion of the college, the convention and its signatures, the award; and what awaits both."""

from collections.abc import Mapping
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jalon.accounts.standing import Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.models import Application
from jalon.applications.queries import definition_for
from jalon.applications.queries.dates import gate_progress
from jalon.applications.states import ApplicationState
from jalon.awards.actions.conventions import reissue_invitation
from jalon.awards.actions.decisions import record_opinion
from jalon.awards.actions.signing import sign_as_agency
from jalon.awards.policy import can_change_signatory, can_record_opinion, can_sign_for_agency
from jalon.awards.queries.opinions import opinion_obstacle
from jalon.awards.queries.step4 import Dossier
from jalon.awards.queries.step4 import dossier as step4
from jalon.awards.states import OpinionOutcome
from jalon.core import clock, dates
from jalon.core.errors import DomainError, InvalidInput, NotAllowed
from jalon.desk.queries.files import decided_opinions
from jalon.desk.queries.inbox import Task, awaiting_opinion, awaiting_signature
from jalon.web.access import staff_only, standing_in
from jalon.web.agency.frame import (
    Confirmation,
    complain,
    confirm,
    file_context,
    file_page,
    gives_opinion,
    is_confirmed,
    refused,
    see_other,
    tell,
)
from jalon.web.agency.overview import short_missing
from jalon.web.answers import said
from jalon.web.components.fields import Choice, Field
from jalon.web.paging import page_of


@file_page
@require_safe
def convention(request: HttpRequest, application: Application) -> HttpResponse:
    return _page(request, application)


def _page(
    request: HttpRequest,
    application: Application,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    general: str = "",
    status: int = 200,
) -> HttpResponse:
    typed, errors = typed or {}, errors or {}
    standing = standing_in(request)
    found = step4(standing, application.number)
    invitation = found.convention.invitation if found.convention else None
    may_reissue = (
        invitation is not None
        and not invitation.used
        and found.application.state == ApplicationState.CONVENTION_SIGNING
        and can_change_signatory(standing, found.application)
    )
    context = {
        **file_context(request, found.application, "convention", _("Convention")),
        "found": found,
        "missing": short_missing(found.missing),
        "opinion_fields": _opinion_fields(typed, errors)
        if gives_opinion(standing, found.application)
        else (),
        "opinion_obstacle": opinion_obstacle(found.application),
        "may_sign": can_sign_for_agency(standing, found.application) and _is_in_signing(found),
        "obstacle": _signing_obstacle(found),
        "may_reissue": may_reissue,
        "errors": [(_ids().get(name, ""), sentence) for name, sentence in errors.items()],
        "general": general,
    }
    return render(request, "agency/convention.html", context, status=status)


def _is_in_signing(found: Dossier) -> bool:
    signed = found.convention is not None and found.convention.agency_signature is not None
    return found.application.state == ApplicationState.CONVENTION_SIGNING and not signed


def _signing_obstacle(found: Dossier) -> str:
    """Why the agency cannot sign yet, or "": the reason under the inactive button."""
    if found.convention is None:
        return _("La convention n’est pas encore établie.")
    if found.convention.vendor_signature is None:
        return _("L’agence signe en dernier : l’éditeur n’a pas encore signé.")
    if found.opinion is None:
        return _("L’agence signe après un avis favorable du collège : il n’est pas encore rendu.")
    return ""


# --- Opinion ------------------------------------------------------------------------------------------------


def _ids() -> dict[str, str]:
    return {name: f"f-{name}" for name in ("session_on", "outcome", "reasons", "remedies")}


def _opinion_fields(typed: Mapping[str, str], errors: Mapping[str, str]) -> tuple[Field, ...]:
    return (
        Field(
            name="session_on",
            label=_("Date de la séance"),
            kind="date",
            value=typed.get("session_on", ""),
            required=True,
            error=errors.get("session_on", ""),
        ),
        Field(
            name="outcome",
            label=_("Avis"),
            kind="radios",
            value=typed.get("outcome", ""),
            required=True,
            error=errors.get("outcome", ""),
            options=tuple(Choice(o.value, str(o.label)) for o in OpinionOutcome),
        ),
        Field(
            name="reasons",
            label=_("Motifs"),
            kind="long_text",
            value=typed.get("reasons", ""),
            hint=_("Obligatoires pour un avis défavorable : l’éditeur les lira."),
            error=errors.get("reasons", ""),
            max_length=8000,
        ),
        Field(
            name="remedies",
            label=_("Remèdes"),
            kind="long_text",
            value=typed.get("remedies", ""),
            hint=_("Ce qui permettrait une nouvelle candidature."),
            error=errors.get("remedies", ""),
            rows=3,
            max_length=8000,
        ),
    )


@file_page
@require_POST
def opinion(request: HttpRequest, application: Application) -> HttpResponse:
    """The college's opinion: once, confirmed with its consequence."""
    standing = standing_in(request)
    if not can_record_opinion(standing, application):
        raise NotAllowed(_("Seul un membre du collège enregistre son avis."))
    typed = {key: str(value) for key, value in request.POST.items()}
    try:
        session_on, outcome = _opinion_typed(typed)
        if not is_confirmed(request):
            context = file_context(request, application, "convention", _("Confirmer l’avis"))
            return confirm(request, context, _ask_opinion(application, typed, session_on, outcome))
        record_opinion(
            actor=standing,
            number=application.number,
            session_on=session_on,
            outcome=outcome,
            reasons=typed.get("reasons", ""),
            remedies=typed.get("remedies", ""),
        )
    except DomainError as error:
        errors, general, status = refused(error)
        return _page(request, application, typed=typed, errors=errors, general=general, status=status)
    tell(request, _("L’avis du collège est enregistré."))
    return see_other("staff-convention", application.number)


def _opinion_typed(typed: Mapping[str, str]) -> tuple[date, OpinionOutcome]:
    """What was typed, or InvalidInput: before the confirmation, so that it confirms something that can be."""
    errors = {}
    try:
        session_on = date.fromisoformat(typed.get("session_on", "").strip())
    except ValueError:
        session_on = date.min
        errors["session_on"] = _("Indiquez la date de la séance, comme 13/05/2027.")
    if session_on > clock.paris_date(clock.now()):
        errors["session_on"] = _("La séance est à venir : indiquez la date d’une séance tenue.")
    outcome = typed.get("outcome", "")
    if outcome not in OpinionOutcome.values:
        errors["outcome"] = _("Choisissez un avis favorable ou défavorable.")
    elif outcome == OpinionOutcome.UNFAVOURABLE and not typed.get("reasons", "").strip():
        errors["reasons"] = _("Un avis défavorable indique ses motifs : l’éditeur les lira.")
    if errors:
        raise InvalidInput(errors)
    return session_on, OpinionOutcome(outcome)


def _ask_opinion(
    application: Application, typed: Mapping[str, str], session_on: date, outcome: OpinionOutcome
) -> Confirmation:
    facts = [(_("Séance"), dates.day(session_on)), (_("Avis"), str(outcome.label))]
    facts += [
        (label, typed[name].strip())
        for name, label in (("reasons", _("Motifs")), ("remedies", _("Remèdes")))
        if typed.get(name, "").strip()
    ]
    favourable = outcome == OpinionOutcome.FAVOURABLE
    sentence = (
        _("L’avis est définitif. L’agence pourra signer la convention une fois que l’éditeur aura signé.")
        if favourable
        else _("L’avis est définitif : la candidature est refusée, la convention en signature est annulée.")
    )
    return Confirmation(
        title=_("Enregistrer l’avis du collège ?"),
        sentence=sentence,
        label=_("Enregistrer l’avis"),
        back_url=reverse("staff-convention", args=[application.number]),
        danger=not favourable,
        facts=facts,
    )


# --- Signature ----------------------------------------------------------------------------------------------


@file_page
@require_POST
def sign(request: HttpRequest, application: Application) -> HttpResponse:
    """The agency signs: the page says what is signed, on whose behalf, with what effect."""
    standing = standing_in(request)
    if not can_sign_for_agency(standing, application):
        raise NotAllowed(_("Seul un signataire de l’agence signe la convention."))
    found = step4(standing, application.number)
    obstacle = _signing_obstacle(found)
    if obstacle:
        return _page(request, application, general=obstacle, status=422)
    if not is_confirmed(request) or request.POST.get("checked") != "yes":
        context = file_context(request, application, "convention", _("Signer la convention"))
        return confirm(request, context, _ask_signature(standing, found))
    try:
        sign_as_agency(actor=standing, number=application.number, ip=request.META.get("REMOTE_ADDR", ""))
    except DomainError as error:
        _errors, general, status = refused(error)
        return _page(request, application, general=general, status=status)
    tell(request, _("La convention est signée par l’agence."))
    return see_other("staff-convention", application.number)


def _ask_signature(standing: Standing, found: Dossier) -> Confirmation:
    application = found.application
    paper = next(p for p in found.papers if p.kind == "convention")
    return Confirmation(
        title=_("Signer la convention"),
        sentence=said(definition_for(application).award.on_signature),
        label=_("Signer la convention"),
        back_url=reverse("staff-convention", args=[application.number]),
        check=_("J’ai lu la convention et je la signe au nom de l’agence."),
        facts=[
            (_("Convention"), paper.name),
            (_("Produit"), f"{application.product_name} {application.version_label}"),
            (_("Éditeur"), application.company_name),
            (_("Signataire"), standing.name),
        ],
    )


@file_page
@require_POST
def reissue(request: HttpRequest, application: Application) -> HttpResponse:
    """Another link for the vendor's signer; the one before leads nowhere any more."""
    sent = request.POST.get("invitation", "")
    try:
        reissue_invitation(
            actor=standing_in(request),
            number=application.number,
            invitation_id=int(sent) if sent.isdecimal() and len(sent) < 18 else 0,
        )
    except DomainError as error:
        _errors, general, _status = refused(error)
        complain(request, general)
    else:
        tell(request, _("Un nouveau lien est envoyé au signataire de l’éditeur."))
    return see_other("staff-convention", application.number)


# --- What awaits --------------------------------------------------------------------------------------------


@staff_only(StaffRoleName.COLLEGE, StaffRoleName.MANAGER, StaffRoleName.SIGNATORY)
@require_safe
def college(request: HttpRequest) -> HttpResponse:
    """Files that await an opinion, and the opinions given."""
    standing = standing_in(request)
    visible = Application.objects.visible_to(standing)
    context = {
        "nav_current": "college",
        "title": _("Collège"),
        "page": _tasks_page(request, awaiting_opinion(visible)),
        "empty_title": _("Aucun dossier n’attend d’avis"),
        "empty_text": _("Un dossier arrive ici quand toutes ses preuves sont validées."),
        "act": _("Rendre l’avis") if standing.has_staff_role(StaffRoleName.COLLEGE) else _("Ouvrir"),
        "opinions": page_of(request, decided_opinions(visible), param="avis"),
    }
    return _awaiting(request, context)


@staff_only(StaffRoleName.SIGNATORY, StaffRoleName.MANAGER)
@require_safe
def signatures(request: HttpRequest) -> HttpResponse:
    """Conventions that only the agency's signature is missing on."""
    standing = standing_in(request)
    context = {
        "nav_current": "signatures",
        "title": _("Signatures"),
        "page": _tasks_page(request, awaiting_signature(Application.objects.visible_to(standing))),
        "empty_title": _("Aucune convention à signer"),
        "empty_text": _(
            "Une convention arrive ici après la signature de l’éditeur et un avis favorable du collège."
        ),
        "act": _("Lire et signer") if standing.has_staff_role(StaffRoleName.SIGNATORY) else _("Ouvrir"),
        "opinions": (),
    }
    return _awaiting(request, context)


def _tasks_page(request: HttpRequest, tasks: list[Task]) -> object:
    oldest_first = sorted(tasks, key=lambda t: (t.since, t.application_id))
    return page_of(request, oldest_first)


def _awaiting(request: HttpRequest, context: dict[str, object]) -> HttpResponse:
    tasks: list[Task] = list(context["page"].object_list)  # type: ignore[attr-defined]
    related = Application.objects.select_related("programme", "revision").defer("revision__content")
    found = related.in_bulk([t.application_id for t in tasks])
    gates = gate_progress(list(found.values()))
    rows = [(t, found[t.application_id], gates.get(t.application_id, [])) for t in tasks]
    return render(request, "agency/awaiting.html", {**context, "rows": rows})


urls = [
    path("instruction/college", college, name="college"),
    path("instruction/signatures", signatures, name="signatures"),
    path("instruction/<str:number>/convention", convention, name="staff-convention"),
    path("instruction/<str:number>/convention/avis", opinion, name="staff-opinion"),
    path("instruction/<str:number>/convention/signature", sign, name="staff-sign"),
    path("instruction/<str:number>/convention/lien", reissue, name="staff-reissue"),
]
