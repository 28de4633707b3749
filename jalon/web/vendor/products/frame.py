"""What the pages of products share: where they stand, and what is asked of every product."""

from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jalon.accounts.standing import Standing
from jalon.applications.rules.answers import asks_for_nil
from jalon.programmes.queries import tracks

NIL = gettext_lazy("N° d’Identification (NIL délivré par le CNDA)")


def trail() -> list[tuple[str, str]]:
    return [(_("Tableau de bord"), reverse("dashboard"))]


def nil_is_asked() -> bool:
    """Whether any programme in force has a use for the number that the CNDA gives."""
    return any(p.definition and asks_for_nil(p.definition) for track in tracks() for p in track.programmes)


def company_of(standing: Standing) -> int:
    if standing.company_id is None:
        raise Http404
    return standing.company_id


def typed(request: HttpRequest) -> dict[str, Any]:
    """What a form of a product sent, as `vendors.rules` reads it."""
    plain = {
        name: request.POST.get(name, "") for name in ("name", "version", "nil", "responsible", "description")
    }
    lines = request.POST.get("certifications", "").splitlines()
    return {**plain, "certifications": lines, "interests": request.POST.getlist("interests")}


def return_address(request: HttpRequest) -> str:
    """Where to go once it is done: the choice of a product for a programme, for instance. Never another site."""
    wanted = request.GET.get("retour", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else ""
