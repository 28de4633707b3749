"""…/rapprochements: what likeness of texts takes for the same, confirmed or refused by a person."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from jalon.core.errors import DomainError
from jalon.programmes.actions.matches import decide_matches
from jalon.programmes.definition.confirming import Proposal
from jalon.programmes.definition.diff.changes import FieldChange
from jalon.programmes.definition.schema import Requirement
from jalon.programmes.models import Programme
from jalon.programmes.queries import open_matches
from jalon.web.access import standing_in
from jalon.web.agency.frame import refused, see_other, tell
from jalon.web.agency.programmes.frame import draft_of, latest_revision, programme_context, programme_page
from jalon.web.agency.programmes.marked import FieldRow, field_row
from jalon.web.keys import whole


@dataclass(frozen=True)
class MatchRow:
    proposal: Proposal
    what: str
    percent: int
    texts: tuple[FieldRow, ...]
    said: str  # "same", "other" or ""


@programme_page
@require_http_methods(["GET", "HEAD", "POST"])
def matches(request: HttpRequest, programme: Programme) -> HttpResponse:
    if request.method != "POST":
        return _page(request, programme)
    said = {name.removeprefix("match:"): v for name, v in request.POST.items() if name.startswith("match:")}
    same = [name for name, value in said.items() if value == "same"]
    other = [name for name, value in said.items() if value == "other"]
    try:
        decide_matches(
            actor=standing_in(request),
            programme_code=programme.code,
            seen_version=whole(request.POST.get("version")),
            same=same,
            other=other,
        )
    except DomainError as error:
        _errors, general, status = refused(error)
        return _page(request, programme, said=said, general=general, status=status)  # type: ignore[arg-type]
    n = len(same) + len(other)
    tell(
        request,
        ngettext("%(n)d rapprochement est décidé.", "%(n)d rapprochements sont décidés.", n) % {"n": n},
    )
    return see_other("staff-programme-matches", programme.code)


def _page(
    request: HttpRequest,
    programme: Programme,
    *,
    said: dict[str, str] | None = None,
    general: str = "",
    status: int = 200,
) -> HttpResponse:
    draft, latest = draft_of(programme), latest_revision(programme)
    found = open_matches(programme, latest, draft) if latest else ()
    context = {
        **programme_context(request, programme, "diff", _("Rapprochements à confirmer")),
        "draft": draft,
        "rows": [_row(one, (said or {}).get(one.name, "")) for one in found],
        "general": general,
    }
    return render(request, "agency/programme/matches.html", context, status=status)


def _row(one: Proposal, said: str) -> MatchRow:
    what = {
        "requirement": _("Exigence renumérotée ?"),
        "scenario": _("Scénario renuméroté ?"),
        "proof": _("Preuve renumérotée ?"),
    }[one.what]
    texts = [FieldChange(name, before, after, "text") for name, before, after in _texts(one)]
    return MatchRow(one, what, round(one.match.score * 100), tuple(field_row(t) for t in texts), said)


def _texts(one: Proposal) -> list[tuple[str, str, str]]:
    old, new = one.old, one.new
    if isinstance(old, Requirement) and isinstance(new, Requirement):
        return [("title", old.title.fr, new.title.fr), ("statement", old.statement.fr, new.statement.fr)]
    if isinstance(old, Requirement) or isinstance(new, Requirement):
        return []  # a match pairs parts of one kind
    return [("text", old.text.fr, new.text.fr)]


urls = [path("instruction/programmes/<str:code>/rapprochements", matches, name="staff-programme-matches")]
