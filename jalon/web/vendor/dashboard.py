"""/tableau-de-bord: what awaits the person first, then the company's files, the parcours and the products."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from jalon.accounts.standing import Standing
from jalon.applications.models import Application
from jalon.applications.queries import title
from jalon.applications.queries.dates import GateProgress, gate_progress
from jalon.applications.states import ApplicationState, Turn
from jalon.core import clock
from jalon.programmes.definition.schema import Text, TrackDefinition
from jalon.programmes.queries import latest_gates, portal, tracks
from jalon.reviews.queries.latest_moves import latest_moves
from jalon.vendors.models import Product
from jalon.web.access import standing_in, vendor_only
from jalon.web.components.progress import Progress
from jalon.web.vendor.frame import AskedByChange, address, asked_by_change, awaited, next_date

SHOWN = 10  # what awaits the vendor, before it is folded


@dataclass(frozen=True)
class Row:
    """One application in the list."""

    application: Application
    title: str
    url: str
    awaited: str
    date: GateProgress | None
    change: AskedByChange | None = None

    @property
    def is_late(self) -> bool:
        return self.application.state == ApplicationState.LATE

    @property
    def is_over(self) -> bool:
        """A file that is late is not: an extension opens it again."""
        return self.application.turn == Turn.NOBODY and not self.is_late

    @property
    def counts(self) -> Progress:
        a = self.application
        submitted_or_put = a.given - a.conform - a.to_modify
        return Progress(a.expected, a.conform, 0, a.to_modify, max(submitted_or_put, 0))


@dataclass(frozen=True)
class Card:
    """A parcours, as a card of the dashboard."""

    track: TrackDefinition
    entry: Text | str
    programmes: tuple[Text, ...]
    date: datetime | None
    open: bool


def application_rows(standing: Standing) -> list[Row]:
    """Mine by turn, then by next date, then the latest changed; those that are over come last."""
    applications = list(
        Application.objects.visible_to(standing)
        .select_related("programme", "revision", "version__product")
        .defer("revision__content")
    )
    dates, moved = gate_progress(applications), latest_moves(applications)
    rows = [
        Row(
            a,
            title(a),
            address(a),
            awaited(a),
            next_date(dates[a.pk]),
            asked_by_change(a, moved.get(a.pk)),
        )
        for a in applications
    ]
    return sorted(rows, key=_urgency)


def _urgency(row: Row) -> tuple[int, float, float]:
    order = 0 if row.application.awaits_vendor else 2 if row.is_over else 1
    at = row.date.at.timestamp() if row.date else float("inf")
    return order, at, -row.application.changed_at.timestamp()


def _cards() -> list[Card]:
    names = {entry.key: entry.title for entry in portal().menu}
    now, cards = clock.now(), []
    for track in tracks():
        offers = [(p.programme, p.definition) for p in track.programmes]
        dates = [g.due_at for p, _d in offers for g in latest_gates(p).values() if g.due_at > now]
        cards.append(
            Card(
                track.definition,
                names.get(track.definition.menu, ""),
                tuple(d.title for _p, d in offers if d),
                min(dates, default=None),
                any(p.open_for_applications and d for p, d in offers),
            )
        )
    return sorted(cards, key=lambda card: not card.open)


@vendor_only
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    standing = standing_in(request)
    rows = application_rows(standing)
    products = Product.objects.visible_to(standing)
    mine = [r for r in rows if r.application.awaits_vendor]
    return render(
        request,
        "vendor/dashboard.html",
        {
            "mine": mine,
            "shown": f":{SHOWN}",
            "mine_left": mine[SHOWN:],
            "theirs": [r for r in rows if not r.application.awaits_vendor and not r.is_over],
            "over": [r for r in rows if r.is_over],
            "any": bool(rows),
            "nothing_awaits": not mine and not any(r.is_late for r in rows),
            "cards": _cards(),
            "product_count": products.count(),
            "orphans": products.filter(responsible=None).order_by("name_norm")
            if standing.leads_company
            else (),
        },
    )


urls = [path("tableau-de-bord", dashboard, name="dashboard")]
