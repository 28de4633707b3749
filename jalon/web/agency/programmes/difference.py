"""…/comparaison: what differs between the draft and a revision, or between any two revisions."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jalon.core.text import holds_words
from jalon.programmes.definition.diff.changes import Diff
from jalon.programmes.models import Programme
from jalon.programmes.queries import comparison, open_matches, refused_matches, revisions
from jalon.web.agency.inbox import Pill
from jalon.web.agency.programmes.changes import SECTIONS, ChangeRow, change_rows
from jalon.web.agency.programmes.frame import (
    DRAFT,
    Side,
    draft_of,
    latest_revision,
    programme_context,
    programme_page,
    revision_words,
    side_of,
)
from jalon.web.agency.programmes.marked import is_long, shortened
from jalon.web.components.fields import Choice, Field

PER_PAGE = 30


@dataclass(frozen=True)
class Counted:
    """One line of a chart: the figure stands beside its bar. `share`: of the longest bar."""

    label: str
    count: int
    url: str
    icon: str
    tone: str
    share: str


@programme_page
@require_safe
def difference(request: HttpRequest, programme: Programme) -> HttpResponse:
    latest = latest_revision(programme)
    known = [str(revision.number) for revision in revisions(programme)]
    old = _side(programme, request.GET.get("de", known[0] if known else DRAFT))
    new = _side(programme, request.GET.get("a", DRAFT))
    draft, refused = draft_of(programme), frozenset[tuple[str, str]]()
    follows = latest is not None and new.name == DRAFT and old.name == str(latest.number)
    if latest is not None and follows:
        refused = refused_matches(programme, latest)
    found = comparison(old.compiled, new.compiled, refused)
    chosen = request.GET.get("voir", "")
    chosen = chosen if chosen in SECTIONS else ""
    words, whole_texts = request.GET.get("q", "").strip()[:100], "entier" in request.GET
    rows = _rows(found, chosen, words)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    kept = {"de": old.name, "a": new.name}
    context = {
        **programme_context(request, programme, "diff", _("Comparaison")),
        "old": old,
        "new": new,
        "diff": found,
        "sides": _choices(programme, old, new),
        "chart": chart(found, programme, kept),
        "unchanged": len(found.unchanged),
        "pills": _pills(found, chosen, words, kept),
        "chosen": chosen,
        "words": words,
        "whole_texts": whole_texts,
        "page": page,
        "rows": [_for_reading(row, whole=whole_texts) for row in page.object_list],
        "some_long": any(is_long(f) for row in page.object_list for f in row.fields),
        "opened": sum(len(row.fields) for row in page.object_list) <= 12 or bool(words),
        "to_confirm": len(open_matches(programme, latest, draft)) if latest and follows else 0,
        "is_draft": new.name == DRAFT,
    }
    return render(request, "agency/programme/difference.html", context)


def _side(programme: Programme, name: str) -> Side:
    side = side_of(programme, name)
    if side is None:
        raise Http404
    return side


def _rows(found: Diff, chosen: str, words: str) -> list[ChangeRow]:
    sections = (chosen,) if chosen else tuple(SECTIONS)
    rows = [row for section in sections for row in change_rows(found, section)]
    return [row for row in rows if holds_words(row.search, words)]


def _for_reading(row: ChangeRow, *, whole: bool) -> ChangeRow:
    if whole:
        return row
    return ChangeRow(
        row.section, row.code, row.title, row.detail, row.was, tuple(shortened(f) for f in row.fields),
        row.notes, row.proposed, row.key,
    )  # fmt: skip


def chart(found: Diff, programme: Programme, kept: dict[str, str]) -> list[Counted]:
    """How many differences of each kind, each a link to them."""
    longest = max((*found.counts.values(), 1))
    address = reverse("staff-programme-diff", args=[programme.code])
    return [
        Counted(str(SECTIONS[name][0]), n, f"{address}?{urlencode({**kept, 'voir': name})}",
                SECTIONS[name][1], SECTIONS[name][2], f"{n * 100 / longest:.2f}%")
        for name, n in found.counts.items()
        if n
    ]  # fmt: skip


def _pills(found: Diff, chosen: str, words: str, kept: dict[str, str]) -> list[Pill]:
    more = {"q": words} if words else {}
    pills = [Pill(_("Tout"), sum(found.counts.values()), f"?{urlencode({**kept, **more})}", not chosen)]
    return pills + [
        Pill(
            str(SECTIONS[name][0]), n, f"?{urlencode({**kept, **more, 'voir': name})}", chosen == name
        )
        for name, n in found.counts.items()
        if n or name == chosen
    ]  # fmt: skip


def _choices(programme: Programme, old: Side, new: Side) -> tuple[Field, Field]:
    options = (
        Choice(DRAFT, _("Brouillon")),
        *(Choice(str(r.number), revision_words(r)) for r in revisions(programme)),
    )
    return (
        Field("de", _("Avant"), "select", old.name, options=options),
        Field("a", _("Après"), "select", new.name, options=options),
    )


urls = [path("instruction/programmes/<str:code>/comparaison", difference, name="staff-programme-diff")]
