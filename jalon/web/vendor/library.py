"""The proofs of the company, and giving one of them again: in one slot, or in several at once."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from jalon.applications.models import Application
from jalon.applications.queries import definition_for, title
from jalon.applications.states import ApplicationState
from jalon.core import clock
from jalon.core.errors import InvalidInput, NotVisible, TransitionRefused
from jalon.evidence.actions.deposits import reuse_file
from jalon.evidence.queries import expected_proof
from jalon.evidence.queries.ageing import ageing
from jalon.evidence.rules import kinds_of, proof_code, reminder_due, scope_of
from jalon.programmes.definition.schema import Chapter, ExpectedProof
from jalon.reviews.queries.library import (
    Given,
    Place,
    Shelf,
    asks_the_same,
    given_before,
    library,
    places_for,
)
from jalon.web.access import standing_in, vendor_only
from jalon.web.checked import said_of_it
from jalon.web.keys import whole
from jalon.web.vendor.chapter.page import focused_address
from jalon.web.vendor.frame import address, application_page, crumbs_of, frame, received_at, see_other

PER_PAGE = 25
OFFERED = 6  # applications named beside each file, the latest that moved; any other offers it from its slots


@vendor_only
@require_safe
def company_proofs(request: HttpRequest) -> HttpResponse:
    """Every file that was given as a proof, with each of its uses and what became of it."""
    standing, words, renewing = standing_in(request), _words(request), bool(request.GET.get("echeance"))
    files = Application.objects.visible_to(standing)
    contents = _to_renew(files) if renewing else None
    page = _page(request, library(standing, standing.company_id or 0, words, contents=contents))
    proving = files.filter(state=ApplicationState.ELIGIBLE)
    latest = proving.select_related("programme").order_by("-changed_at", "-pk")[:OFFERED]
    context = {
        "page": page,
        "wanted": words,
        "renewing": renewing,
        "any": words or renewing or page.paginator.count,
        "open_to": [(title(one), address(one, "reutiliser")) for one in latest],
        "crumbs": [(_("Tableau de bord"), "/tableau-de-bord"), (_("Preuves de l’entreprise"), "")],
    }
    return render(request, "vendor/library.html", context)


def _page(request: HttpRequest, shelf: Shelf) -> Page[Any]:
    """One page of files, each with what is said of it."""
    page = Paginator(cast(Any, shelf), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = [(one, _said(one)) for one in page.object_list]
    return page


@dataclass(frozen=True)
class _Said:
    """Of a file: its day, what it shows and until when it is taken, as label and value; whether that is soon over."""

    lines: tuple[tuple[str, str], ...] = ()
    ends: str = ""  # "soon", "over"


def _said(one: Given) -> _Said:
    """Nothing of what nobody opens any more."""
    if one.refusal:
        return _Said()
    age, today = one.age, clock.paris_date(clock.now())
    is_near = age.expires_on is not None and reminder_due(age.expires_on, today) is not None
    is_over = age.expires_on is not None and age.expires_on < today
    uses = (use.application for use in one.uses)
    as_used = {scope_of(file.product_name, file.version_label) for file in uses} == {one.scope}
    lines = said_of_it(age, "" if as_used else one.scope)  # each use names its software already
    return _Said(tuple(lines), "over" if is_over else "soon" if is_near else "")


def _to_renew(files: QuerySet[Application]) -> set[int]:
    """The files that have still to be accepted, and soon cannot be."""
    today = clock.paris_date(clock.now())
    return {
        one.piece.document.content_id
        for one in ageing(files)
        if one.piece.document and reminder_due(one.expires_on, today) is not None
    }


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
            arrived_at=received_at(request),
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
    page = _page(request, library(standing_in(request), application.company_id, words, kinds))
    scenario = next(p.scenario for p in requirement.proofs if p.proof.key == item_key)
    context = {
        **frame(application),
        "crumbs": crumbs_of(application, (_("Réutiliser une preuve"), "")),
        "page": page,
        "wanted": words,
        "any": words or page.paginator.count,
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
        "said": _said(given),
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
