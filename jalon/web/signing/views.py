"""Signing without an account (situation 9): open, read, ask for the code, sign.

Reading the page writes nothing: mail filters fetch links, and the evidence must say when a person opened it.
"""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jalon.awards.actions.conventions import renew_link
from jalon.awards.actions.signing import WrongCode, open_invitation, send_code, sign_as_vendor
from jalon.awards.queries.links import LinkState, document_behind, signing_page
from jalon.core.errors import NotVisible, TransitionRefused
from jalon.web.access import public, standing_in
from jalon.web.components.fields import Field
from jalon.web.downloads import document_response

READABLE = (LinkState.OPEN, LinkState.CODE_SENT, LinkState.CODE_SPENT)


def private(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The address is a secret: not kept by caches, not given on to other sites, not indexed."""

    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponseBase:
        response = never_cache(view)(request, token)
        # Not "no-referrer": browsers then send "Origin: null" with our own forms, which Django rightly refuses.
        response["Referrer-Policy"] = "same-origin"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return public(guarded)


@private
@require_safe
def page(request: HttpRequest, token: str) -> HttpResponse:
    return _show(request, token)


@private
@require_safe
def convention(request: HttpRequest, token: str) -> HttpResponseBase:
    """The file to sign; once signed, the signed one."""
    return document_response(request, document_behind(token))


@private
@require_POST
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    return _done(
        request, token, lambda: open_invitation(actor=standing_in(request), token=token, ip=_ip(request))
    )


@private
@require_POST
def ask_code(request: HttpRequest, token: str) -> HttpResponse:
    def ask() -> None:
        send_code(actor=standing_in(request), token=token, language=get_language() or "")
        messages.success(request, _("Le code est envoyé. Il arrive en général en moins d’une minute."))

    return _done(request, token, ask)


@private
@require_POST
def sign(request: HttpRequest, token: str) -> HttpResponse:
    code = request.POST.get("code", "")[:40]
    if not code.strip():
        return _show(request, token, error=_("Saisissez le code à six chiffres reçu par courriel."))
    try:
        sign_as_vendor(actor=standing_in(request), token=token, code=code, ip=_ip(request))
    except WrongCode as refusal:
        return _show(request, token, error=refusal.message)
    except TransitionRefused as refusal:
        messages.error(request, refusal.message)
    return redirect("signing", token=token)


@private
@require_POST
def renew(request: HttpRequest, token: str) -> HttpResponse:
    def again() -> None:
        renew_link(actor=standing_in(request), token=token)
        messages.success(request, _("Un nouveau lien est envoyé à l’adresse du signataire."))

    return _done(request, token, again)


def _done(request: HttpRequest, token: str, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except TransitionRefused as refusal:
        messages.error(request, refusal.message)
    return redirect("signing", token=token)


def _show(request: HttpRequest, token: str, error: str = "") -> HttpResponse:
    try:
        link = signing_page(token)
    except NotVisible:
        return render(request, "signing/nowhere.html", status=404)
    code = Field(
        name="code",
        label=_("Code reçu par courriel"),
        hint=_("Six chiffres, par exemple 123 456."),
        required=True,
        error=error,
        inputmode="numeric",
        autocomplete="one-time-code",
        max_length=12,
    )
    context = {"link": link, "token": token, "code": code, "state": link.state.value, "error": error}
    context["readable"] = link.state in READABLE
    return render(request, "signing/page.html", context, status=400 if error else 200)


def _ip(request: HttpRequest) -> str:
    """The address that the server sees; behind a proxy, the server is told the real one (see docs/operations)."""
    return str(request.META.get("REMOTE_ADDR", ""))
