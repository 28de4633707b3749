"""A browser's session: opened after proof, closed on request; where people go next."""

from dataclasses import asdict

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from jalon.accounts.models import User
from jalon.accounts.standing import Standing, standing_of
from jalon.connectors.identity.provider import PendingSignIn
from jalon.core import clock

BACKEND = "jalon.accounts.backends.StaffBackend"
PENDING_SECONDS = 900
PENDING_AT_ONCE = 5


def open_session(request: HttpRequest, user: User, *, id_token: str = "") -> Standing:
    """Sign this browser in under a new session key; nothing of another account's session is kept."""
    login(request, user, backend=BACKEND)
    request.session.pop("company_id", None)
    if id_token:
        request.session["id_token"] = id_token  # proves to the provider, at sign-out, whose session ends
    return standing_of(user)


def landing(standing: Standing) -> str:
    """Where somebody works: the agency's inbox, the company's dashboard, else the own account."""
    if standing.is_staff:
        return _reverse_or_home("inbox")
    return _reverse_or_home("dashboard" if standing.company_id else "account")


def _reverse_or_home(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return "/"


def is_local(request: HttpRequest, target: str) -> bool:
    """A page of this platform, not of somebody who sends people elsewhere."""
    return url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ) or target.startswith(f"{settings.BASE_URL}/")


def safe_next(request: HttpRequest) -> str:
    """The local page asked for by `next`, or an empty string."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    return target if target and is_local(request, target) else ""


def keep_pending(request: HttpRequest, pending: PendingSignIn, target: str) -> None:
    """Remember what was begun. Several tabs may begin; the oldest fall out."""
    kept = {s: p for s, p in request.session.get("pending_sign_ins", {}).items() if _is_fresh(p)}
    kept = dict(list(kept.items())[-(PENDING_AT_ONCE - 1) :])
    kept[pending.state] = asdict(pending) | {"target": target, "at": clock.now().timestamp()}
    request.session["pending_sign_ins"] = kept


def take_pending(request: HttpRequest, state: str) -> tuple[PendingSignIn, str] | None:
    """What was begun under this state, once: a second return with the same answer finds nothing."""
    kept = request.session.get("pending_sign_ins", {})
    found = kept.pop(state, None)
    request.session["pending_sign_ins"] = kept
    if found is None or not _is_fresh(found):
        return None
    target = found.pop("target")
    found.pop("at")
    return PendingSignIn(**found), target


def _is_fresh(found: dict[str, object]) -> bool:
    at = found.get("at")
    return isinstance(at, float) and clock.now().timestamp() - at < PENDING_SECONDS
