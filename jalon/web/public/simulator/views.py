"""The applicability simulator: public, without account, every choice in the address. Nothing is stored."""

from dataclasses import dataclass, replace
from typing import Any, get_args

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jalon.programmes.definition.applicability import Applicability
from jalon.programmes.definition.choices import Choices
from jalon.web.access import public, standing_in
from jalon.web.answers import said
from jalon.web.choices import CLAIM, NO, Read, choice_lines, choice_pairs, choice_query, read_choices
from jalon.web.public.offers import Card, Offer, cards, choose_url, offer_of
from jalon.web.public.simulator.edition import REVISION, Edition, Editions, editions
from jalon.web.public.simulator.files import Sheet, csv_bytes, xlsx_bytes
from jalon.web.public.simulator.listing import View, chapters, counts, search_words
from jalon.web.public.simulator.summary import form_fields, simulate, summary

VIEW, SEARCH, UNFOLD = "voir", "q", "deplier"
OPEN_AT_MOST = 3  # chapters: so few are shown open
BRIEF_FROM = 150  # requirements: so long a list, folded, leaves scenarios to the chapters' pages


@dataclass(frozen=True)
class Asked:
    """A request, read: the démarche, the list, the choices, and what is wanted of the list."""

    card: Card
    offer: Offer
    editions: Editions
    read: Read
    view: View
    search: str
    unfold: bool

    @property
    def edition(self) -> Edition:
        return self.editions.shown

    @property
    def choices(self) -> Choices:
        return self.read.choices

    @property
    def unknown(self) -> list[str]:
        return [*([self.editions.unknown] if self.editions.unknown else []), *self.read.unknown]

    def found(self) -> Applicability:
        return simulate(self.edition.compiled, self.choices)

    def kept(self) -> dict[str, str]:
        """Parameters of the list, beside the choices, as links keep them."""
        view = "" if self.view == "applies" else self.view
        return {REVISION: self.edition.parameter, VIEW: view, SEARCH: self.search, UNFOLD: "1" * self.unfold}

    def url(self, name: str = "simulate", *args: str, anchor: str = "", **changes: str) -> str:
        query = choice_query(self.choices, **{**self.kept(), **changes})
        return f"{reverse(name, args=[self.offer.code, *args])}{query}{anchor}"


def _asked(request: HttpRequest, code: str) -> Asked:
    found = offer_of(code)
    if found is None:
        raise Http404
    card, offer = found
    offered = editions(offer.programme, request.GET.get(REVISION, ""))
    if offered is None:
        raise Http404
    view = request.GET.get(VIEW, "")
    return Asked(
        card,
        offer,
        offered,
        read_choices(request.GET, offered.shown.compiled.definition),
        view if view in get_args(View) else "applies",  # type: ignore[arg-type]
        request.GET.get(SEARCH, "").strip()[:200],
        request.GET.get(UNFOLD) == "1",
    )


@public
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Which démarche to simulate."""
    listed = [(card, [_entry(offer) for offer in card.offers]) for card in cards() if card.offers]
    return render(
        request,
        "public/simulator_choose.html",
        {"listed": listed, "crumbs": [(_("Accueil"), reverse("home")), (_("Simulateur"), "")]},
    )


@dataclass(frozen=True)
class Entry:
    offer: Offer
    profile_count: int
    requirement_count: int


def _entry(offer: Offer) -> Entry:
    codes = {r.code for chapter in offer.definition.chapters for r in chapter.requirements}
    return Entry(offer, sum(not p.locked for p in offer.definition.profiles), len(codes))


@public
@require_safe
def simulation(request: HttpRequest, code: str) -> HttpResponse:
    """What these choices ask for: figures first, then the exact list."""
    asked = _asked(request, code)
    definition, found = asked.edition.compiled.definition, asked.found()
    shown = chapters(asked.edition.compiled, found, asked.view, search_words(asked.search))
    numbers = counts(found)
    context: dict[str, Any] = {
        "asked": asked,
        "definition": definition,
        "fields": form_fields(definition, asked.choices, found),
        "summary": summary(definition, asked.choices, found, asked.kept()),
        "chapters": shown,
        "shown_count": len({line.requirement.code for chapter in shown for line in chapter.lines}),
        "chapter_query": choice_query(asked.choices, **_without(asked, SEARCH, UNFOLD)),
        "counts": numbers,
        "pills": [
            _pill(asked, _("S’applique"), "applies", numbers.applies),
            _pill(asked, _("Sans objet"), "not", numbers.not_applying),
            _pill(asked, _("Tout"), "all", numbers.total),
        ],
        "brief": not (asked.unfold or asked.search) and sum(len(c.lines) for c in shown) > BRIEF_FROM,
        "unfolded": asked.unfold or bool(asked.search) or len(shown) <= OPEN_AT_MOST,
        "hidden": [*choice_pairs(asked.choices), *_without(asked, SEARCH, UNFOLD).items()],
        **_frame(request, asked, found),
    }
    return render(request, "public/simulator.html", context)


@public
@require_safe
def chapter(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """One chapter with its texts in full."""
    asked = _asked(request, code)
    found, compiled = asked.found(), asked.edition.compiled
    if key not in compiled.chapters:
        raise Http404
    here = compiled.chapters[key]
    shown = chapters(compiled, found, "all", (), only=key)
    wanted = chapters(compiled, found, asked.view, (), only=key)
    order = [c for c in compiled.definition.chapters if c.requirements]
    place = order.index(here) if here in order else 0
    return render(
        request,
        "public/simulator_chapter.html",
        {
            "asked": asked,
            "definition": compiled.definition,
            "chapter": here,
            "whole": shown[0] if shown else None,
            "lines": wanted[0].lines if wanted else (),
            "previous": _step(asked, order[place - 1]) if place else None,
            "following": _step(asked, order[place + 1]) if place + 1 < len(order) else None,
            "all_url": asked.url("simulate-chapter", key, **{VIEW: "all"}),
            "back_url": asked.url(anchor="#liste"),
            **_frame(request, asked, found),
            "crumbs": [*_crumbs(asked), (_("Simulateur"), asked.url()), (here.title, "")],
        },
    )


@public
@require_safe
def download(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """The list as the page shows it, with its choices: a workbook, or CSV as a French spreadsheet reads it."""
    if kind not in ("xlsx", "csv"):
        raise Http404
    asked = _asked(request, code)
    compiled, found = asked.edition.compiled, asked.found()
    sheet = Sheet(
        definition=compiled.definition,
        edition=asked.edition,
        address=request.build_absolute_uri(asked.url()),
        choices=choice_lines(compiled.definition, asked.choices, found.ways),
        filters=_filters(asked),
        summary=summary(compiled.definition, asked.choices, found, {}),
        chapters=chapters(compiled, found, asked.view, search_words(asked.search)),
    )
    media_type, content = (
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx_bytes(sheet))
        if kind == "xlsx"
        else ("text/csv; charset=utf-8", csv_bytes(sheet))
    )
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{code}-applicabilite.{kind}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _frame(request: HttpRequest, asked: Asked, found: Applicability) -> dict[str, Any]:
    """What the page and its chapters share: the way in, the list's state, the addresses."""
    standing = standing_in(request)
    may_start = standing.company_id is not None or not standing.is_signed_in
    start = choose_url(asked.offer) if may_start else ""
    return {
        "card": asked.card,
        "offer": asked.offer,
        "edition": asked.edition,
        "offered": [
            {"edition": e, "current": e == asked.edition, "url": asked.url(**{REVISION: e.parameter})}
            for e in asked.editions.offered
        ],
        "choice_query": choice_query(asked.choices),
        "choice_lines": choice_lines(asked.edition.compiled.definition, asked.choices, found.ways),
        "start_url": f"{start}{_start_query(asked)}" if start else "",
        "may_start": may_start,
        "xlsx_url": asked.url("simulate-download", "xlsx", **{UNFOLD: ""}),
        "csv_url": asked.url("simulate-download", "csv", **{UNFOLD: ""}),
        "plain_url": reverse("simulate", args=[asked.offer.code]),
        "unfold_url": asked.url(anchor="#liste", **{UNFOLD: "" if asked.unfold else "1"}),
        "clear_url": asked.url(anchor="#liste", **{SEARCH: "", VIEW: ""}),
        "crumbs": [*_crumbs(asked), (_("Simulateur d’applicabilité"), "")],
        "nav_current": asked.card.definition.menu,
    }


def _start_query(asked: Asked) -> str:
    """What is not claimed is said too: it answers a question of the form. Ways are chosen among the chapters."""
    claims = asked.edition.compiled.definition.claims
    no = {f"{CLAIM}{claim.key}": NO for claim in claims if claim.key not in asked.choices.claims}
    return choice_query(replace(asked.choices, ways={}), **no)


def _crumbs(asked: Asked) -> list[tuple[object, str]]:
    return [
        (asked.card.definition.title, reverse("track", args=[asked.card.definition.code])),
        (asked.offer.definition.title, reverse("programme", args=[asked.offer.code])),
    ]


def _pill(asked: Asked, label: str, view: View, count: int) -> dict[str, Any]:
    url = asked.url(anchor="#liste", **{VIEW: "" if view == "applies" else view})
    return {"label": label, "count": count, "url": url, "current": asked.view == view}


def _without(asked: Asked, *names: str) -> dict[str, str]:
    return {name: value for name, value in asked.kept().items() if value and name not in names}


def _step(asked: Asked, to: Any) -> dict[str, str]:
    return {
        "label": Truncator(said(to.title)).chars(60),
        "url": asked.url("simulate-chapter", to.key, **{SEARCH: "", UNFOLD: ""}),
    }


def _filters(asked: Asked) -> list[tuple[str, str]]:
    views = {
        "applies": _("exigences qui s’appliquent"),
        "not": _("exigences sans objet"),
        "all": _("toutes les exigences"),
    }
    lines = [(_("Liste"), views[asked.view])]
    return [*lines, (_("Recherche"), asked.search)] if asked.search else lines


urls = [
    path("simulateur", choose, name="simulator"),
    path("demarches/<slug:code>/simulateur", simulation, name="simulate"),
    path("demarches/<slug:code>/simulateur/chapitres/<str:key>", chapter, name="simulate-chapter"),
    path("demarches/<slug:code>/simulateur/liste.<str:kind>", download, name="simulate-download"),
]
