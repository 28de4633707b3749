"""What the pages of one programme share: who may open them, head and tabs, the two sides of a comparison."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.core import clock, dates
from jalon.programmes.definition.compiled import Compiled
from jalon.programmes.definition.schema import Text
from jalon.programmes.models import Draft, Programme, Revision
from jalon.programmes.policy import can_edit
from jalon.programmes.queries import compiled, compiled_draft, revision_by_number, revisions
from jalon.web.access import staff_only, standing_in
from jalon.web.agency.frame import Tab
from jalon.web.keys import whole

DRAFT = "brouillon"
PageOfProgramme = Callable[..., HttpResponseBase]


def programme_codes(standing: Standing) -> frozenset[str]:
    """Programmes of this person's roles; the administrator's role is for none and shows all."""
    named = frozenset(code for _role, code in standing.staff_roles if code)
    return named if named or not any(not code for _role, code in standing.staff_roles) else frozenset({""})


def programme_page(view: PageOfProgramme) -> Any:
    """Marks a page below /instruction/programmes/<code>: the view gets the programme instead of its code.

    Its managers only: for anybody else it is not there.
    """

    @wraps(view)
    def page(request: HttpRequest, code: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        programme = Programme.objects.select_related("draft__edited_by").filter(code=code).first()
        if programme is None or not can_edit(standing_in(request), code):
            raise Http404
        return view(request, programme, *args, **kwargs)

    return staff_only()(page)


def draft_of(programme: Programme) -> Draft:
    """The draft, or 404: a programme is loaded before it is worked on."""
    draft = getattr(programme, "draft", None)
    if not isinstance(draft, Draft):
        raise Http404
    draft.programme = programme
    return draft


def latest_revision(programme: Programme) -> Revision | None:
    """The revision that the draft follows, in force or announced."""
    return revisions(programme).first()


def title_of(programme: Programme) -> Text | str:
    latest = latest_revision(programme)
    if latest is not None:
        return compiled(latest).definition.title
    draft = getattr(programme, "draft", None)
    return compiled_draft(draft).definition.title if isinstance(draft, Draft) else programme.code


_TABS = (
    ("home", "staff-programme"),
    ("workbook", "staff-programme-workbook"),
    ("texts", "staff-programme-texts"),
    ("diff", "staff-programme-diff"),
    ("rules", "staff-programme-rules"),
    ("impact", "staff-programme-impact"),
    ("preview", "staff-programme-preview"),
    ("dates", "staff-programme-dates"),
)


def programme_context(request: HttpRequest, programme: Programme, current: str, title: str) -> dict[str, Any]:
    """What the head of a page of this programme shows."""
    labels = {
        "home": _("Révisions"),
        "workbook": _("Classeur"),
        "texts": _("Textes"),
        "diff": _("Comparaison"),
        "rules": _("Verdicts"),
        "impact": _("Impact"),
        "preview": _("Aperçu"),
        "dates": _("Dates"),
    }
    manages = can_edit(standing_in(request), programme.code)
    name = title_of(programme)
    home = reverse("staff-programme", args=[programme.code]) if manages else ""
    crumbs: list[tuple[Text | str, str]] = [(_("Programmes"), reverse("staff-programmes"))]
    is_home = title == labels["home"]
    crumbs += [(name, "" if is_home else home)] if manages else []
    return {
        "programme": programme,
        "programme_title": name,
        "page_title": title,
        "tabs": [
            Tab(key, labels[key], reverse(address, args=[programme.code]), key == current)
            for key, address in _TABS
        ]
        if manages
        else [],
        "crumbs": crumbs if is_home else [*crumbs, (title, "")],
        "nav_current": "staff-programmes",
    }


@dataclass(frozen=True)
class Side:
    """One side of a comparison: a revision, or the draft."""

    name: str
    label: str
    compiled: Compiled
    revision: Revision | None


def side_of(programme: Programme, name: str) -> Side | None:
    """The side that an address names: `brouillon`, or the number of a revision."""
    if name == DRAFT:
        return Side(DRAFT, _("Brouillon"), compiled_draft(draft_of(programme)), None)
    revision = revision_by_number(programme, whole(name))
    if revision is None:
        return None
    return Side(name, revision_words(revision), compiled(revision), revision)


def revision_words(revision: Revision) -> str:
    return _("Révision n° %(n)s, en vigueur le %(day)s") % {
        "n": revision.number,
        "day": dates.day(revision.effective_on),
    }


def is_announced(revision: Revision, today: date | None = None) -> bool:
    return revision.effective_on > (today or clock.paris_date(clock.now()))
