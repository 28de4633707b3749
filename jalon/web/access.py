"""Who may open a page. Each view carries one of these marks; a test walks the resolver and fails on one without.

A mark answers the coarse question only (which side of the house); scope and rights are the actions' and queries'.
Nobody signed in: the sign-in page, then back. The wrong side of the house: 404, as if the page did not exist.
Endpoints called by scripts (`json=True`) answer 401 and 404 as JSON instead.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.accounts.states import StaffRoleName
from jalon.core.errors import NotVisible

View = Callable[..., HttpResponseBase]
Access = Literal["public", "signed_in", "vendor", "staff"]


def standing_in(request: HttpRequest) -> Standing:
    """The standing that the middleware computed for this request."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    return standing


def public(view: View) -> View:
    """Anybody, without sign-in."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def _refuse_nobody(request: HttpRequest, json: bool) -> HttpResponse:
    if json:
        return JsonResponse(
            {"error": _("Vous n’êtes plus connecté. Reconnectez-vous, puis reprenez.")}, status=401
        )
    back = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
    return redirect_to_login(back, reverse("sign-in"))


def _answered(view: View, allowed: bool, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    if not allowed:
        raise Http404
    return view(request, *args, **kwargs)


def _guarded(view: View, access: Access, allowed: Callable[[Standing], bool], json: bool) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        standing = standing_in(request)
        if not standing.is_signed_in:
            return _refuse_nobody(request, json)
        if not json:
            return _answered(view, allowed(standing), request, *args, **kwargs)
        try:
            return _answered(view, allowed(standing), request, *args, **kwargs)
        except (Http404, NotVisible):
            return JsonResponse(
                {"error": _("Cette page n’existe pas, ou vous n’y avez pas accès.")}, status=404
            )

    guarded.access = access  # type: ignore[attr-defined]
    return guarded


def signed_in(view: View | None = None, *, json: bool = False) -> Any:
    """Anybody with an account, whichever side."""
    if view is None:
        return lambda v: signed_in(v, json=json)
    return _guarded(view, "signed_in", lambda _standing: True, json)


def vendor_only(view: View | None = None, *, json: bool = False) -> Any:
    """Somebody of a company."""
    if view is None:
        return lambda v: vendor_only(v, json=json)
    return _guarded(view, "vendor", lambda standing: standing.company_id is not None, json)


def staff_only(*roles: StaffRoleName, json: bool = False) -> Callable[[View], View]:
    """Somebody of the agency, holding one of `roles` (any role when none is named). Always written with brackets."""

    def mark(view: View) -> View:
        def allowed(standing: Standing) -> bool:
            return standing.has_staff_role(*roles) if roles else standing.is_staff

        return _guarded(view, "staff", allowed, json)

    return mark
