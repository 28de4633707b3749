"""Demo sign-in in one click: on the machine itself only (PRODUCT.md, situation 15)."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from jalon.accounts.queries import staff_people
from jalon.web.access import public
from jalon.web.account.session import landing, open_session, safe_next

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA")


def demo_is_offered(request: HttpRequest) -> bool:
    """Demo mode, and the browser is on this machine: peer and host are loopback, and nothing stands between."""
    if not settings.ENVIRONMENT.demo or any(name in request.META for name in FORWARDED):
        return False
    host = urlsplit(f"//{request.get_host()}").hostname or ""
    return _is_loopback(request.META.get("REMOTE_ADDR", "")) and (host == "localhost" or _is_loopback(host))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


@public
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """As somebody of the agency. People of companies go through the provider, whose demo accounts are listed."""
    if not demo_is_offered(request):
        raise Http404
    user = staff_people().filter(is_active=True, ref=request.POST.get("person", "")).first()
    if user is None:
        raise Http404
    return redirect(safe_next(request) or landing(open_session(request, user)))
