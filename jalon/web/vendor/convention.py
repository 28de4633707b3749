"""Step 4: what is missing, the convention and its signatures, the opinion, the award and every document (G19, G20)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jalon.accounts.standing import Standing
from jalon.applications.models import Application
from jalon.applications.queries import definition_for
from jalon.applications.states import ApplicationState, Turn
from jalon.awards.actions.conventions import reissue_invitation, void_and_redraw
from jalon.awards.paper import Representative
from jalon.awards.policy import can_change_signatory
from jalon.awards.queries.step4 import Dossier, dossier
from jalon.awards.rules import Code
from jalon.awards.states import ConventionState
from jalon.core.errors import Conflict, InvalidInput, TransitionRefused
from jalon.notices.queries import notices_about
from jalon.programmes.definition.schema import Text
from jalon.web.access import standing_in
from jalon.web.components.fields import Field
from jalon.web.keys import whole
from jalon.web.vendor.application import Panel, panel
from jalon.web.vendor.frame import (
    StepRow,
    address,
    application_page,
    awaited,
    crumbs_of,
    frame,
    questionnaire_title,
    see_other,
    side,
)
from jalon.web.vendor.notifications import Told


@application_page
@require_safe
def convention(request: HttpRequest, application: Application) -> HttpResponse:
    """The award, or what still separates the file from it."""
    return _page(request, application, "", 200)


def _page(request: HttpRequest, application: Application, alert: str, status: int) -> HttpResponse:
    standing = standing_in(request)
    found = dossier(standing, application.number)
    shown = _frame(found.application)
    context = {
        **shown,
        **side(standing, application),
        "crumbs": crumbs_of(application, (questionnaire_title(definition_for(application)), "")),
        "dossier": found,
        "told": _told(standing, found),
        "panel": _turn_panel(found, shown["steps"]),
        "solution_awarded": solution_awarded(found.application),
        "may_change": may_change(request, found),
        "missing": [m for m in found.missing if m.code is not Code.CHAPTER_VALIDATED],
        "chapters_missing": [m for m in found.missing if m.code is Code.CHAPTER_VALIDATED],
        "alert": alert,
        "documents_url": address(application, "documents"),
        "page_url": address(application, "convention"),
    }
    return render(request, "vendor/convention.html", context, status=status)


def _told(standing: Standing, found: Dossier) -> list[Told]:
    """The notices are papers of a listed application as the others are (G20)."""
    lines = notices_about(standing, found.application.number) if found.is_listed else []
    return [Told(line, "") for line in lines]


def _turn_panel(found: Dossier, steps: list[StepRow]) -> Panel:
    """Whose turn: while the convention is being signed, this page says who does what; else as on the application's."""
    application = found.application
    if application.state != ApplicationState.CONVENTION_SIGNING or found.convention is None:
        shown = panel(application, steps)
        to_here = shown.action is not None and shown.action["url"] == address(application, "convention")
        return replace(shown, action=None) if to_here else shown
    signer = found.convention.representative.name
    words = {
        Turn.VENDOR: _("%(name)s signe la convention, par le lien reçu par courriel") % {"name": signer},
        Turn.COLLEGE: _("Le collège rend son avis"),
        Turn.SIGNATORY: _("L’agence signe la convention"),
    }
    return Panel(application.turn, words.get(Turn(application.turn), awaited(application)), None, ())


def solution_awarded(application: Application) -> Text:
    """What is awarded to what, in the words of the programme."""
    words = definition_for(application).award.solution
    names = {"product": application.product_name, "version": application.version_label}
    return Text(fr=words.fr.format(**names), en=words.en.format(**names))


def _frame(application: Application) -> dict[str, Any]:
    step = next((s for s in definition_for(application).steps if s.kind == "convention"), None)
    if step is None:
        raise Http404
    return {**frame(application, step.key), "step": step}


def may_change(request: HttpRequest, found: Dossier) -> bool:
    """Send the link again, or name another representative: until the vendor has signed."""
    convention, application = found.convention, found.application
    return (
        convention is not None
        and convention.state == ConventionState.SIGNING
        and convention.vendor_signature is None
        and application.state == ApplicationState.CONVENTION_SIGNING
        and can_change_signatory(standing_in(request), application)
    )


@application_page
@require_POST
def reissue(request: HttpRequest, application: Application) -> HttpResponse:
    """Send the signer another link; the former one leads nowhere any more."""
    seen = request.POST.get("invitation", "")
    try:
        invitation = reissue_invitation(
            actor=standing_in(request),
            number=application.number,
            invitation_id=whole(seen),
        )
    except (TransitionRefused, Conflict) as refused:
        return _page(request, application, refused.message, 409)
    messages.success(
        request,
        _("Un nouveau lien est parti à %(email)s. Le précédent ne sert plus.")
        % {"email": invitation.signer_email},
    )
    return see_other(address(application, "convention"))


@application_page
@require_http_methods(["GET", "HEAD", "POST"])
def redraw(request: HttpRequest, application: Application) -> HttpResponse:
    """The legal representative changed: the unsigned convention and its link are voided and made anew."""
    found = dossier(standing_in(request), application.number)
    if request.method != "POST":
        if not may_change(request, found):
            raise Http404
        return _redraw_page(request, found, {}, {}, 200)
    typed = {name: request.POST.get(name, "").strip() for name in ("name", "function", "email", "reason")}
    try:
        void_and_redraw(
            actor=standing_in(request),
            number=application.number,
            reason=typed["reason"],
            representative=Representative(typed["name"], typed["function"], typed["email"]),
        )
    except InvalidInput as refused:
        return _redraw_page(request, found, typed, refused.errors, 422)
    except (TransitionRefused, Conflict) as refused:
        return _page(request, application, refused.message, 409)
    messages.success(request, _("La convention est refaite ; l’invitation à signer est partie."))
    return see_other(address(application, "convention"))


def _redraw_page(
    request: HttpRequest, found: Dossier, typed: Mapping[str, str], errors: Mapping[str, str], status: int
) -> HttpResponse:
    fields = (
        Field("name", _("Prénom et nom"), value=typed.get("name", ""), required=True, max_length=255),
        Field("function", _("Fonction"), value=typed.get("function", ""), required=True, max_length=150),
        Field(
            "email", _("Adresse électronique"), "email", typed.get("email", ""), required=True, max_length=254,
            hint=_("Le lien de signature y est envoyé : vérifiez-la."),
        ),
        Field(
            "reason", _("Motif du changement"), "long_text", typed.get("reason", ""), required=True,
            max_length=500, hint=_("Il reste au dossier."),
        ),
    )  # fmt: skip
    marked = [
        Field(**{**vars(f), "error": errors.get(f.name, "")}) if f.name in errors else f for f in fields
    ]
    application = found.application
    context = {
        **_frame(application),
        "crumbs": crumbs_of(
            application,
            (questionnaire_title(definition_for(application)), address(application, "convention")),
            (_("Changer de responsable légal"), ""),
        ),
        "dossier": found,
        "solution_awarded": solution_awarded(found.application),
        "fields": marked,
        "errors": [(f.id, f.error) for f in marked if f.error],
        "back_url": address(application, "convention"),
    }
    return render(request, "vendor/redraw_convention.html", context, status=status)


urls = [
    path("candidatures/<str:number>/convention", convention, name="convention"),
    path("candidatures/<str:number>/convention/lien", reissue, name="convention-link"),
    path("candidatures/<str:number>/convention/responsable", redraw, name="convention-redraw"),
]
