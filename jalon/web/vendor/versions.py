"""/candidatures/<number>/version: the version of the software, and the declaration of a new one (situation 4)."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jalon.applications.models import Application
from jalon.applications.rules.versions import MAX_LABEL, MAX_TEXT
from jalon.core.errors import InvalidInput, TransitionRefused
from jalon.reviews.actions.versions import declare_version
from jalon.reviews.policy import can_declare_version
from jalon.web.access import standing_in
from jalon.web.components.fields import Field
from jalon.web.paging import page_of
from jalon.web.vendor.frame import address, application_page, crumbs_of, frame, see_other
from jalon.web.versions import SHOWN_VERSIONS, versions_of


@application_page
@require_http_methods(["GET", "HEAD", "POST"])
def version(request: HttpRequest, application: Application) -> HttpResponse:
    if request.method != "POST":
        return _page(request, application)
    typed = {"label": request.POST.get("label", ""), "changes": request.POST.get("changes", "")}
    try:
        declared = declare_version(actor=standing_in(request), number=application.number, **typed)
    except InvalidInput as refused:
        return _page(request, application, typed=typed, errors=refused.errors, status=422)
    except TransitionRefused as refused:
        return _page(request, application, typed=typed, alert=refused.message, status=409)
    messages.success(
        request,
        _("La version %(label)s est déclarée. L’agence vous répondra dans la conversation.")
        % {"label": declared.label},
    )
    return see_other(address(application, "version"))


def _page(
    request: HttpRequest,
    application: Application,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    alert: str = "",
    status: int = 200,
) -> HttpResponse:
    typed, errors = typed or {}, errors or {}
    versions = versions_of(application)
    fields = _fields(typed, errors)
    may_declare = not versions.obstacle and versions.pending is None
    context = {
        **frame(application),
        "crumbs": crumbs_of(application, (_("Version du logiciel"), "")),
        "versions": versions,
        "page": page_of(request, versions.rows, SHOWN_VERSIONS),
        "fields": fields,
        "errors": [(f.id, f.error) for f in fields if f.error],
        "alert": alert,
        # What was typed is never lost, even when somebody else declared meanwhile.
        "shows_form": can_declare_version(standing_in(request), application) and (may_declare or bool(typed)),
        "page_url": address(application, "version"),
    }
    return render(request, "vendor/version.html", context, status=status)


def _fields(typed: Mapping[str, str], errors: Mapping[str, str]) -> list[Field]:
    return [
        Field(
            "label", _("Nouvelle version"), value=typed.get("label", ""), error=errors.get("label", ""),
            required=True, max_length=MAX_LABEL,
            hint=_("Telle qu’elle s’affiche dans le logiciel, par exemple 4.2.1."),
        ),
        Field(
            "changes", _("Ce qui change"), "long_text", typed.get("changes", ""), error=errors.get("changes", ""),
            required=True, max_length=MAX_TEXT, rows=6,
            hint=_("L’agence en déduit les preuves à refaire : dites ce qui est corrigé, ajouté ou retiré, et où."),
        ),
    ]  # fmt: skip


urls = [path("candidatures/<str:number>/version", version, name="version")]
