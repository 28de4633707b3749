"""Withdrawing an application: asked twice, with the consequence named (situation 6)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jalon.applications.models import Application
from jalon.applications.states import APPLICATION_TRANSITIONS, ApplicationState
from jalon.awards.actions.decisions import withdraw_application
from jalon.awards.policy import can_withdraw
from jalon.core.errors import NotAllowed, TransitionRefused
from jalon.web.access import standing_in
from jalon.web.components.fields import Field
from jalon.web.vendor.frame import (
    address,
    application_page,
    crumbs_of,
    frame,
    see_other,
)


@application_page
@require_http_methods(["GET", "HEAD", "POST"])
def withdrawal(request: HttpRequest, application: Application) -> HttpResponse:
    """First what it entails; then, with `confirmer` in the address, the number to type."""
    if request.method != "POST":
        return _page(request, application, second="confirmer" in request.GET)
    typed = request.POST.get("number", "").strip().upper()
    if typed != application.number:
        error = _("Recopiez le numéro de la candidature : %(number)s.") % {"number": application.number}
        return _page(request, application, second=True, typed=typed, error=error, status=422)
    try:
        withdraw_application(actor=standing_in(request), number=application.number)
    except (TransitionRefused, NotAllowed) as refused:
        status = 403 if isinstance(refused, NotAllowed) else 409
        return _page(request, application, second=False, alert=refused.message, status=status)
    messages.success(request, _("La candidature est retirée. Elle reste lisible ici."))
    return see_other(address(application))


def _page(
    request: HttpRequest, application: Application, *, second: bool, typed: str = "", error: str = "",
    alert: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    state = ApplicationState(application.state)
    field = Field(
        "number", _("Numéro de la candidature"), value=typed, error=error, required=True, upper_case=True,
        hint=_("Recopiez %(number)s pour confirmer.") % {"number": application.number}, max_length=20,
    )  # fmt: skip
    context = {
        **frame(application),
        "crumbs": crumbs_of(application, (_("Retirer la candidature"), "")),
        "second": second,
        "field": field,
        "errors": [(field.id, error)] if error else [],
        "alert": alert,
        "may_withdraw": can_withdraw(standing_in(request), application),
        "possible": APPLICATION_TRANSITIONS.allows(state, ApplicationState.WITHDRAWN),
        "page_url": address(application, "retrait"),
    }
    return render(request, "vendor/withdrawal.html", context, status=status)


urls = [path("candidatures/<str:number>/retrait", withdrawal, name="withdrawal")]
