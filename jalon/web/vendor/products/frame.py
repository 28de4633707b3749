"""What the pages of products share: where they stand, and what is asked of every product."""

from django.http import Http404
from django.urls import reverse
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
