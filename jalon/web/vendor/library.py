"""The proofs of the company, and giving one of them again: in one slot, or in several at once."""

from dataclasses import dataclass
from itertools import groupby

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from jalon.applications.models import Application
from jalon.applications.queries import definition_for, title
from jalon.applications.states import ApplicationState
from jalon.core.errors import InvalidInput, NotVisible, TransitionRefused
from jalon.evidence.actions.deposits import reuse_file
from jalon.evidence.queries import expected_proof
from jalon.evidence.rules import kinds_of, proof_code
from jalon.programmes.definition.schema import Chapter, ExpectedProof
from jalon.reviews.queries.library import (
    Given,
    Place,
    asks_the_same,
    given_before,
    library,
    places_for,
    takes,
)
from jalon.web.access import standing_in, vendor_only
from jalon.web.keys import whole
from jalon.web.vendor.chapter.page import focused_address
from jalon.web.vendor.frame import address, application_page, crumbs_of, frame, see_other

PER_PAGE = 25
OFFERED = 6  # applications named beside each file, the latest that moved; any other offers it from its slots


@vendor_only
@require_safe
def company_proofs(request: HttpRequest) -> HttpResponse:
    """Every file that was given as a proof, with each of its uses and what became of it."""
    standing, words = standing_in(request), _words(request)
    found = library(standing, standing.company_id or 0, words)
    proving = Application.objects.visible_to(standing).filter(state=ApplicationState.ELIGIBLE)
    latest = proving.select_related("programme").order_by("-changed_at", "-pk")[:OFFERED]
    context = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "wanted": words,
        "any": words or found,
        "open_to": [(title(one), address(one, "reutiliser")) for one in latest],
        "crumbs": [(_("Tableau de bord"), "/tableau-de-bord"), (_("Preuves de l’entreprise"), "")],
    }
    return render(request, "vendor/library.html", context)


@application_page
@require_http_methods(["GET", "HEAD", "POST"])
def reuse(request: HttpRequest, application: Application) -> HttpResponse:
    """First which file (`preuve` says for which slot), then in which slots."""
    asked = request.POST if request.method == "POST" else request.GET
    document_id, item_key = whole(asked.get("document")), asked.get("preuve", "")
    if not document_id:
        return _choose_file(request, application, item_key)
    given = given_before(standing_in(request), application.company_id, document_id)
    if given is None:
        raise NotVisible(str(document_id))
    if request.method != "POST":
        return _choose_places(request, application, given, _proposed(application, item_key))
    chosen = request.POST.getlist("slot")
    if not chosen:
        error = _("Choisissez au moins une preuve.")
        return _choose_places(request, application, given, _Proposed(None, frozenset()), error)
    try:
        reuse_file(
            actor=standing_in(request),
            number=application.number,
            item_keys=chosen,
            document_id=given.document.pk,
        )
    except (InvalidInput, TransitionRefused) as refused:
        error = " ".join(refused.errors.values()) if isinstance(refused, InvalidInput) else refused.message
        return _choose_places(request, application, given, _Proposed(None, frozenset(chosen)), error)
    return see_other(_address_of(application, chosen[0]))


def _choose_file(request: HttpRequest, application: Application, item_key: str) -> HttpResponse:
    """Files of the library that this slot takes."""
    found = expected_proof(application, item_key)
    if found is None:
        raise Http404
    requirement, expected = found
    kinds = kinds_of(definition_for(application), expected)
    words = _words(request)
    known = library(standing_in(request), application.company_id, words)
    page = Paginator([one for one in known if takes(kinds, one.document)], PER_PAGE)
    scenario = next(p.scenario for p in requirement.proofs if p.proof.key == item_key)
    context = {
        **frame(application),
        "crumbs": crumbs_of(application, (_("Réutiliser une preuve"), "")),
        "page": page.get_page(request.GET.get("page")),
        "wanted": words,
        "any": words or page.count,
        "item_key": item_key,
        "expected": expected,
        "code": proof_code(requirement.requirement, scenario, expected),
        "back_url": _address_of(application, item_key),
        "reuse_url": address(application, "reutiliser"),
    }
    return render(request, "vendor/reuse.html", context)


@dataclass(frozen=True)
class _Proposed:
    """What stands ticked: the slots of these keys, and those that ask for the same as `like`."""

    like: ExpectedProof | None
    keys: frozenset[str]

    def holds(self, place: Place) -> bool:
        return place.key in self.keys or (self.like is not None and asks_the_same(place, self.like.text))


@dataclass(frozen=True)
class _Group:
    chapter: Chapter
    places: tuple[Place, ...]


def _proposed(application: Application, item_key: str) -> _Proposed:
    found = expected_proof(application, item_key) if item_key else None
    return _Proposed(found[1] if found else None, frozenset({item_key}))


def _choose_places(
    request: HttpRequest, application: Application, given: Given, proposed: _Proposed, error: str = ""
) -> HttpResponse:
    places = places_for(application, given.document)
    free = [place for place in places if not place.holds]
    ticked = [place for place in free if proposed.holds(place)]
    others = [place for place in free if place not in ticked]
    groups = [_Group(chapter, tuple(group)) for chapter, group in groupby(others, key=lambda p: p.chapter)]
    context = {
        **frame(application),
        "crumbs": crumbs_of(application, (_("Réutiliser une preuve"), "")),
        "given": given,
        "ticked": ticked,
        "groups": groups,
        "all_open": len(others) <= PER_PAGE,
        "held": [place for place in places if place.holds],
        "error": error or given.refusal,
        "counted": _counted(len(others)),
        "why_ticked": _ticked(len(ticked)) if proposed.like else "",
        "reuse_url": address(application, "reutiliser"),
        "list_url": address(application, "preuves"),
    }
    return render(request, "vendor/reuse_places.html", context, status=422 if error else 200)


def _counted(n: int) -> str:
    words = ngettext("%(n)s preuve attendue l’accepte", "%(n)s preuves attendues l’acceptent", n)
    return words % {"n": n}


def _ticked(n: int) -> str:
    """Said where more than the one asked for stands ticked: nobody gives a file somewhere unawares."""
    if n < 2:
        return ""
    return _(
        "%(n)s preuves attendent la même chose, mot pour mot : elles sont cochées. "
        "Décochez celles qui ne conviennent pas."
    ) % {"n": n}


def _address_of(application: Application, item_key: str) -> str:
    found = expected_proof(application, item_key)
    if found is None:
        return address(application, "preuves")
    requirement, _expected = found
    return focused_address(application, requirement.chapter.key, requirement.requirement.code, item_key)


def _words(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "")[:100].strip()


urls = [
    path("preuves-de-l-entreprise", company_proofs, name="library"),
    path("candidatures/<str:number>/reutiliser", reuse, name="reuse"),
]
