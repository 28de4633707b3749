"""What the platform calls, and what tests and the demo use to prepare the provider."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sandbox.isc import faults
from sandbox.isc.accounts import BadAccount, claims, save_account
from sandbox.isc.models import Account, Consent
from sandbox.isc.pages import signed_in_account
from sandbox.isc.provider import configuration, metadata, protector, public_keys, server, signed


@require_GET
def discovery(_request: HttpRequest) -> HttpResponse:
    return JsonResponse(metadata())


@require_GET
def jwks(_request: HttpRequest) -> HttpResponse:
    return JsonResponse(public_keys())


@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Sign-in, then consent (once per client and scope), then back to the platform with a code."""
    account = signed_in_account(request)
    try:
        grant = server.get_consent_grant(request, end_user=account)
    except OAuth2Error as error:
        if error.redirect_uri:
            return server.handle_error_response(None, error)
        return render(request, "isc/refused.html", {"error": error.get_error_description()}, status=400)
    if account is None or (grant.prompt == "login" and request.method == "GET"):
        return _to_sign_in(request)
    if request.method == "POST":
        accepted = request.POST.get("decision") == "accept"
        if accepted:
            _keep_consent(account, grant.request.scope)
        return server.create_authorization_response(request, account if accepted else None, grant=grant)
    known = Consent.objects.filter(account=account, client_id=grant.client.client_id).first()
    if known and known.scope == grant.request.scope and grant.prompt != "consent":
        return server.create_authorization_response(request, account, grant=grant)
    shared = claims(account, grant.request.scope, configuration().dialect)
    return render(request, "isc/consent.html", {"account": account, "shared": shared})


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    # `prompt=login` is met by signing in; kept in the address it would ask for ever.
    back = request.GET.copy()
    hint = back.get("login_hint", "")
    for name in ("prompt", "login_hint"):
        back.pop(name, None)
    return redirect(
        f"/connexion?{urlencode({'next': f'{request.path}?{back.urlencode()}', 'login_hint': hint})}"
    )


def _keep_consent(account: Account, scope: str) -> None:
    Consent.objects.update_or_create(
        account=account, client_id=configuration().client_id, defaults={"scope": scope}
    )


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    made: HttpResponse = server.create_token_response(request)
    return made


@csrf_exempt
@require_http_methods(["GET", "POST"])
def userinfo(request: HttpRequest) -> HttpResponse:
    try:
        bearer = protector.acquire_token(request, "openid")
    except OAuth2Error as error:
        return server.handle_error_response(None, error)
    dialect = configuration().dialect
    given = claims(bearer.account, bearer.scope, dialect)
    if faults.current.mode == "missing_claims":
        for name in ("isc_role", "company"):
            given.pop(dialect.rename.get(name, name), None)
    if faults.current.mode == "other_subject":
        given["sub"] = "somebody-else"
    if dialect.signed_userinfo:
        return HttpResponse(signed(given), content_type="application/jwt")
    return JsonResponse(given)


@csrf_exempt
@require_http_methods(["GET", "POST"])
def logout(request: HttpRequest) -> HttpResponse:
    """RP-Initiated Logout 1.0: at once with a valid id_token_hint, else after a question."""
    try:
        asked = server.validate_endpoint_request("end_session", request)
    except OAuth2Error as error:
        return render(request, "isc/refused.html", {"error": error.get_error_description()}, status=400)
    if asked.needs_confirmation:
        return redirect("sign-out")
    request.session.flush()
    back = server.create_endpoint_response("end_session", asked)
    return back or redirect("home")


def _json_only(view: Callable[[HttpRequest, Any], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """JSON bodies only: a form on another site cannot send one."""

    @csrf_exempt
    @require_POST
    @wraps(view)
    def run(request: HttpRequest) -> HttpResponse:
        if request.content_type != "application/json":
            return JsonResponse({"error": "send application/json"}, status=415)
        try:
            return view(request, json.loads(request.body))
        except (ValueError, KeyError, TypeError) as error:
            return JsonResponse({"error": str(error)}, status=400)

    return run


@_json_only
def fault(_request: HttpRequest, body: Any) -> HttpResponse:
    if body["mode"] not in faults.MODES:
        raise ValueError(f"mode is one of {', '.join(faults.MODES)}")
    faults.current.mode = body["mode"]
    faults.current.seconds = float(body.get("seconds", 8))
    return JsonResponse({"mode": faults.current.mode})


@_json_only
def accounts(_request: HttpRequest, body: Any) -> HttpResponse:
    """One account or a list of them, created or renewed; the answer gives the subjects."""
    try:
        saved = [save_account(entry) for entry in (body if isinstance(body, list) else [body])]
    except BadAccount as error:
        return JsonResponse({"error": str(error)}, status=400)
    return JsonResponse({"accounts": [{"username": a.username, "subject": a.subject} for a in saved]})
