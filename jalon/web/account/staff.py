"""Sign-in of the agency's people with a local account; too many wrong tries close the door for a while."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from jalon.accounts.models import User
from jalon.accounts.rules import normal_login
from jalon.web.access import public, standing_in
from jalon.web.account.session import landing, open_session, safe_next
from jalon.web.components.fields import Field


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def staff_sign_in(request: HttpRequest) -> HttpResponse:
    standing = standing_in(request)
    if request.method == "GET":
        return redirect(landing(standing)) if standing.is_signed_in else _form(request)
    login = normal_login(request.POST.get("login", ""))
    user = authenticate(request, username=login, password=request.POST.get("password", ""))
    if not isinstance(user, User):
        return _form(
            request,
            login=login,
            error=_("Identifiant ou mot de passe inconnu. Vérifiez-les, puis recommencez."),
            status=400,
        )
    return redirect(safe_next(request) or landing(open_session(request, user)))


def _form(request: HttpRequest, *, login: str = "", error: str = "", status: int = 200) -> HttpResponse:
    fields = (
        Field("login", _("Identifiant"), value=login, required=True, autocomplete="username", max_length=254),
        Field("password", _("Mot de passe"), kind="password", required=True, autocomplete="current-password"),
    )
    page = {"fields": fields, "error": error, "next": safe_next(request)}
    return render(request, "account/staff_sign_in.html", page, status=status)


def locked_out(request: HttpRequest, *_details: Any) -> HttpResponse:
    """What axes shows instead, once there were too many wrong tries (AXES_LOCKOUT_CALLABLE)."""
    minutes = int(timedelta(hours=settings.AXES_COOLOFF_TIME).total_seconds() // 60)
    response = render(request, "account/locked_out.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response
