"""What people see at the provider."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.hashers import check_password
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods

from sandbox.isc.accounts import ROLES, save_account
from sandbox.isc.configuration import HERE
from sandbox.isc.forms import EnrolmentForm, RoleForm
from sandbox.isc.models import Account
from sandbox.isc.provider import configuration


def page_context(request: HttpRequest) -> dict[str, Any]:
    return {"signed_in": signed_in_account(request), "platform": configuration().platform_name}


def signed_in_account(request: HttpRequest) -> Account | None:
    subject = request.session.get("subject")
    return Account.objects.filter(subject=subject, verified=True).first() if subject else None


def _safe_next(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or "/compte"
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return target if safe else "/compte"


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "isc/home.html")


@require_GET
def choose_role(request: HttpRequest) -> HttpResponse:
    return render(request, "isc/choose_role.html")


@require_http_methods(["GET", "POST"])
def enrol(request: HttpRequest, role: str) -> HttpResponse:
    if role not in ROLES:
        raise Http404(role)
    form = EnrolmentForm(request.POST or None, initial={"country": "FR"})
    if request.method == "POST" and form.is_valid():
        account = save_account(form.entry(role))
        request.session["enrolled"] = account.subject
        return redirect("verify")
    status = 400 if form.errors else 200
    return render(request, "isc/enrol.html", {"form": form, "role": ROLES[role]}, status=status)


@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """The identity check (mandataire) or the company's approval (others), simulated openly."""
    account = Account.objects.filter(subject=request.session.get("enrolled", "")).first()
    if account is None:
        return redirect("enrol")
    if request.method == "POST":
        account.verified = True
        account.save(update_fields=["verified"])
        request.session.cycle_key()
        request.session["subject"] = account.subject
        return redirect("account")
    return render(request, "isc/verify.html", {"account": account})


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    target = _safe_next(request)
    hint = request.GET.get("login_hint", "")
    known = Account.objects.filter(subject=hint).first() if hint else None
    username = request.POST.get("username", known.username if known else hint)
    error = ""
    if request.method == "POST":
        account = Account.objects.filter(username=username.strip().lower()).first()
        if account is None or not check_password(request.POST.get("password", ""), account.password):
            error = "Identifiant ou mot de passe inconnu. Vérifiez-les, ou inscrivez-vous."
        elif not account.verified:
            request.session["enrolled"] = account.subject
            return redirect("verify")
        else:
            request.session.flush()
            request.session["subject"] = account.subject
            return redirect(target)
    page = {"username": username, "next": target, "error": error}
    return render(request, "isc/sign_in.html", page, status=400 if error else 200)


@require_http_methods(["GET", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        request.session.flush()
        return redirect("home")
    return render(request, "isc/sign_out.html")


def _tile() -> str:
    """The platform's tile: OpenID Connect Core 1.0, §4, third-party-initiated login."""
    configured = configuration()
    query = urlencode({"iss": configured.issuer, "target_link_uri": f"{configured.platform_url}/"})
    return f"{configured.initiate_login_uri}?{query}"


@require_GET
def account(request: HttpRequest) -> HttpResponse:
    if signed_in_account(request) is None:
        return redirect(f"/connexion?{urlencode({'next': request.path})}")
    return render(request, "isc/account.html", {"tile": _tile()})


@require_GET
def services(request: HttpRequest) -> HttpResponse:
    if signed_in_account(request) is None:
        return redirect(f"/connexion?{urlencode({'next': request.path})}")
    return render(request, "isc/services.html", {"tile": _tile()})


@require_http_methods(["GET", "POST"])
def information(request: HttpRequest) -> HttpResponse:
    """ "Voir vos informations"; here one may also change role or leave, to see what the platform makes of it."""
    account = signed_in_account(request)
    if account is None:
        return redirect(f"/connexion?{urlencode({'next': request.path})}")
    form = RoleForm(request.POST or None, initial={"role": account.data["role"]})
    if request.method == "POST" and form.is_valid():
        account.data["role"] = form.cleaned_data["role"] or None
        account.save(update_fields=["data"])
        return redirect("information")
    page = {"account": account, "form": form, "role": ROLES.get(account.data["role"], "Aucun")}
    return render(request, "isc/information.html", page)


@require_GET
def style(_request: HttpRequest) -> HttpResponse:
    return HttpResponse((HERE / "style.css").read_bytes(), content_type="text/css; charset=utf-8")
