"""…/chapitres/<key>/rapports/<item>: "Importer directement de Gazelle" (Guide RIS, étape 3): choose a report, or paste
its permanent link. The server takes a copy; nothing is fetched inside a transaction, and each call has its deadline.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from jalon.applications.models import Application
from jalon.applications.queries import definition_for
from jalon.connectors.gazelle import ListedReport, Source, list_reports
from jalon.connectors.web_fetch import FetchError
from jalon.core import clock
from jalon.core.errors import Conflict, InvalidInput, NotVisible, TransitionRefused
from jalon.core.text import fold, holds_words
from jalon.evidence.actions.reports import import_report
from jalon.evidence.queries import SlotView, slot_views
from jalon.evidence.queries.platforms import report_host, report_kind, report_source
from jalon.evidence.rules import kinds_of
from jalon.evidence.states import ReportVerdict
from jalon.programmes.definition.schema import ProofKind
from jalon.vendors.policy import can_manage_platforms
from jalon.vendors.rules import PLATFORMS
from jalon.web.access import standing_in
from jalon.web.keys import whole
from jalon.web.vendor.chapter.page import chapter_and_part, focused_address
from jalon.web.vendor.chapters import chapter_address
from jalon.web.vendor.frame import (
    address,
    application_page,
    crumbs_of,
    frame,
    questionnaire_title,
    received_at,
    see_other,
)

KEPT = 120  # seconds for which a list that was read is shown again
FETCHING = 10.0  # seconds after which no further report is begun in one request
PACE = timedelta(seconds=10)  # a list is not asked for again sooner
A_PAGE = 20


class Patience:
    """How long one request fetches, however many links it brings. What is not begun by then is left for the next."""

    def __init__(self) -> None:
        self._end = time.monotonic() + FETCHING

    def check(self, item_key: str) -> None:
        if time.monotonic() > self._end:
            raise InvalidInput(
                {
                    item_key: _(
                        "Le site des rapports répond lentement : ce rapport n’est pas encore importé. Son lien est "
                        "gardé ici, envoyez-le à nouveau."
                    )
                }
            )


@dataclass(frozen=True)
class Listing:
    """What the platform answered. `problem`: why there is no list."""

    reports: list[ListedReport]
    read_at: datetime
    problem: FetchError | None = None


@dataclass(frozen=True)
class Row:
    listed: ListedReport
    verdict: ReportVerdict
    expected: bool
    is_given: bool  # a copy of it is in the proof; another takes its place


@application_page
@require_http_methods(["GET", "POST"])
def reports(request: HttpRequest, application: Application, key: str, item: str) -> HttpResponse:
    """The company's reports at the platform of this proof; POST takes the chosen ones over."""
    view = next((v for v in slot_views(application, key) if v.key == item), None)
    kind = report_kind(kinds_of(definition_for(application), view.expected)) if view else None
    if view is None or kind is None:
        raise NotVisible(item)
    if request.method == "POST":
        return _import(request, application, key, view, kind)
    return _page(request, application, key, view, kind)


def _import(
    request: HttpRequest, application: Application, key: str, view: SlotView, kind: ProofKind
) -> HttpResponse:
    """What cannot be had, and what was chosen after it, stays chosen."""
    urls = list(dict.fromkeys(url.strip() for url in request.POST.getlist("url") if url.strip()))[:A_PAGE]
    if not urls:
        return _page(
            request, application, key, view, kind, _("Choisissez un rapport, ou collez son lien permanent.")
        )
    verdicts, error = _taken(request, application.number, view.key, urls)
    _say(request, verdicts)
    if error:
        return _page(request, application, key, view, kind, error, urls[len(verdicts) :])
    return see_other(focused_address(application, key, view.requirement.requirement.code, view.key))


def _taken(
    request: HttpRequest, number: str, item_key: str, urls: Sequence[str]
) -> tuple[list[ReportVerdict], str]:
    """One after the other, up to the first that cannot be had, and why."""
    verdicts: list[ReportVerdict] = []
    patience = Patience()
    place: dict[str, Any] = {
        "actor": standing_in(request), "number": number, "item_key": item_key, "arrived_at": received_at(request)
    }  # fmt: skip
    for url in urls:
        try:
            patience.check(item_key)
            verdicts.append(import_report(**place, url=url))
        except InvalidInput as refused:
            return verdicts, " ".join(refused.errors.values())
        except (TransitionRefused, Conflict) as refused:
            return verdicts, refused.message
    return verdicts, ""


def take_report_over(request: HttpRequest, patience: Patience, place: Mapping[str, Any], url: str) -> None:
    """The copy is taken and put into the slot, whichever form its link came from; the next page says how it went."""
    patience.check(place["item_key"])
    _say(request, [import_report(**place, url=url)])


def _say(request: HttpRequest, verdicts: Sequence[ReportVerdict]) -> None:
    if passed := sum(verdict == ReportVerdict.PASSED for verdict in verdicts):
        said = ngettext(
            "Le rapport est importé : sa copie est figée dans la preuve.",
            "%(n)s rapports sont importés : leurs copies sont figées dans la preuve.",
            passed,
        )
        messages.success(request, said % {"n": passed})
    for verdict in verdicts:
        if verdict != ReportVerdict.PASSED:
            messages.warning(
                request,
                _("Le rapport est importé, mais son résultat n’est pas un succès : « %(verdict)s ».")
                % {"verdict": verdict.label},
            )


def _page(
    request: HttpRequest,
    application: Application,
    key: str,
    view: SlotView,
    kind: ProofKind,
    error: str = "",
    left: Sequence[str] = (),
) -> HttpResponse:
    """`left`: the links that were not taken over."""
    source = report_source(application.company_id, kind)
    listing = _listing(application.company_id, source, fresh="relire" in request.GET) if source else None
    rows = _rows(listing.reports, view) if listing else []
    only_expected = any(row.expected for row in rows) and (
        "attendus" in request.GET or "filtre" not in request.GET
    )
    words = request.GET.get("mot", "")[:100]
    found = _found([r for r in rows if r.expected or not only_expected], words)
    definition = definition_for(application)
    chapter, _part = chapter_and_part(application, definition, key)
    platform = kind.reports.platform if kind.reports else ""
    context: dict[str, Any] = {
        **frame(application, next(s.key for s in definition.steps if s.kind == "proofs")),
        "crumbs": crumbs_of(
            application,
            (questionnaire_title(definition), address(application, "preuves")),
            (chapter.title, chapter_address(application, key)),
            (_("Importer un rapport"), ""),
        ),
        "view": view,
        "platform_key": platform,
        "platform": PLATFORMS[platform],
        "host": report_host(kind),
        "source": source,
        "may_give_access": can_manage_platforms(standing_in(request)),
        "listing": listing,
        "has_expected": any(row.expected for row in rows),
        "only_expected": only_expected,
        "mot": words,
        "page": Paginator(found, A_PAGE).get_page(whole(request.GET.get("page", ""), 1)),
        "count": len(found),
        "error": error,
        "left": left,
        "typed": left[0] if "pasted" in request.POST and left else "",
        "here": request.path,
        "back": focused_address(application, key, view.requirement.requirement.code, view.key),
    }
    return render(request, "vendor/reports.html", context, status=422 if error else 200)


def _listing(company_id: int, source: Source, *, fresh: bool) -> Listing:
    """The list as it was read a moment ago, or read now: `fresh` asks for that. A failure is not kept."""
    name = f"reports:{company_id}:{source.api}:{source.host}:{source.organisation}:{bool(source.key)}"
    kept: Listing | None = cache.get(name)
    if kept is not None and (not fresh or clock.now() - kept.read_at < PACE):
        return kept
    try:
        listing = Listing(list_reports(source), clock.now())
    except FetchError as problem:
        return Listing([], clock.now(), problem)
    cache.set(name, listing, KEPT)
    return listing


def _rows(listed: list[ListedReport], view: SlotView) -> list[Row]:
    """Each with whether the proof, or its scenario, names the test that it is about, and whether it is there."""
    given = {item.record.ref for item in view.items if item.record}
    asked = fold(f"{view.scenario.text.fr} {view.expected.text.fr}")
    return [
        Row(
            report,
            ReportVerdict(report.verdict.value),
            any(len(name) >= 4 and fold(name) in asked for name in (report.test, report.validator)),
            report.ref in given,
        )
        for report in listed
    ]


def _found(rows: list[Row], words: str) -> list[Row]:
    def says(row: Row) -> str:
        return f"{row.listed.ref} {row.listed.test} {row.listed.validator} {row.listed.product}"

    return [row for row in rows if holds_words(says(row), words)]


urls = [
    path(
        "candidatures/<str:number>/chapitres/<str:key>/rapports/<str:item>", reports, name="chapter-reports"
    ),
]
