"""…/<code>: revisions and draft of a programme, who published them and why, and their lists as workbooks."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jalon.core.errors import DomainError
from jalon.programmes.actions.drafts import discard_draft
from jalon.programmes.definition.compiled import Compiled
from jalon.programmes.definition.findings import DefinitionError
from jalon.programmes.definition.workbook.exporting import write_workbook
from jalon.programmes.models import Draft, Programme, Revision, WorkbookImport
from jalon.programmes.queries import (
    comparison,
    compiled,
    compiled_draft,
    imports_of,
    open_matches,
    refused_matches,
    revision_lines,
)
from jalon.programmes.states import RevisionState
from jalon.web.access import standing_in
from jalon.web.agency.frame import Confirmation, complain, confirm, is_confirmed, see_other, tell
from jalon.web.agency.programmes.frame import (
    DRAFT,
    draft_of,
    latest_revision,
    programme_context,
    programme_page,
    side_of,
)
from jalon.web.answers import complaint
from jalon.web.keys import whole

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LOOKS = {
    RevisionState.ANNOUNCED: ("calendar-event-line", "wait"),
    RevisionState.IN_FORCE: ("check-line", "ok"),
    RevisionState.REPLACED: ("history-line", "off"),
}
SHOWN_IMPORTS = 10


@dataclass(frozen=True)
class Size:
    """How much a list holds."""

    chapters: int
    requirements: int
    proofs: int


@dataclass(frozen=True)
class RevisionRow:
    revision: Revision
    state: RevisionState
    icon: str
    tone: str
    url: str
    workbook_url: str
    diff_url: str  # with the one before it; "": it is the first


@dataclass(frozen=True)
class DraftCard:
    """`changes`: how many things differ from the latest revision; None: there is none."""

    draft: Draft
    size: Size
    changes: int | None
    to_confirm: int
    workbook_url: str

    @property
    def is_published(self) -> bool:
        return self.changes == 0


def size_of(found: Compiled) -> Size:
    return Size(len(found.chapters), len({r.code for _c, r in found.requirements.values()}), len(found.items))


@programme_page
@require_safe
def home(request: HttpRequest, programme: Programme) -> HttpResponse:
    lines = revision_lines(programme)
    numbers = [line.revision.number for line in lines]
    rows = [
        RevisionRow(
            line.revision,
            line.state,
            *LOOKS[line.state],
            url=reverse("staff-programme-revision", args=[programme.code, line.revision.number]),
            workbook_url=workbook_address(programme, str(line.revision.number)),
            diff_url=diff_address(programme, str(numbers[n + 1]), str(line.revision.number))
            if n + 1 < len(numbers)
            else "",
        )
        for n, line in enumerate(lines)
    ]
    context = {
        **programme_context(request, programme, "home", _("Révisions")),
        "rows": rows,
        "card": _draft_card(programme, lines[0].revision if lines else None),
        "imports": [_import_row(programme, one) for one in imports_of(programme)[:SHOWN_IMPORTS]],
    }
    return render(request, "agency/programme/home.html", context)


def diff_address(programme: Programme, old: str, new: str, **more: str) -> str:
    query = "".join(f"&{name}={value}" for name, value in more.items())
    return f"{reverse('staff-programme-diff', args=[programme.code])}?de={old}&a={new}{query}"


def workbook_address(programme: Programme, side: str) -> str:
    return reverse("staff-programme-list", args=[programme.code, side])


def _import_row(programme: Programme, one: WorkbookImport) -> tuple[WorkbookImport, str]:
    return one, reverse("staff-programme-import", args=[programme.code, one.pk])


def _draft_card(programme: Programme, latest: Revision | None) -> DraftCard:
    draft = draft_of(programme)
    new = compiled_draft(draft)
    changes, to_confirm = None, 0
    if latest is not None:
        changes = 0
        if latest.sha256 != draft.sha256:
            found = comparison(compiled(latest), new, refused_matches(programme, latest))
            changes, to_confirm = sum(found.counts.values()), len(open_matches(programme, latest, draft))
            changes = max(
                changes, 1
            )  # what the comparison does not tell (a rank) is a difference all the same
    return DraftCard(draft, size_of(new), changes, to_confirm, workbook_address(programme, DRAFT))


@programme_page
@require_safe
def requirement_list(request: HttpRequest, programme: Programme, side: str) -> HttpResponse:
    """The list of a revision or of the draft as a workbook of 14 columns."""
    found = side_of(programme, side)
    if found is None:
        raise Http404
    with tempfile.TemporaryDirectory(prefix="jalon-list-") as folder:
        made = Path(folder) / "list.xlsx"
        try:
            write_workbook(found.compiled.definition, made)
        except DefinitionError as error:
            complain(request, complaint(error.findings[0]))
            return see_other("staff-programme", programme.code)
        content = made.read_bytes()
    response = HttpResponse(content, content_type=SPREADSHEET)
    name = f"{programme.code}-{side}.xlsx"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@programme_page
@require_POST
def discard(request: HttpRequest, programme: Programme) -> HttpResponse:
    """Give the draft up, after a page that says what is lost."""
    home_url = reverse("staff-programme", args=[programme.code])
    latest = latest_revision(programme)
    if not is_confirmed(request) and latest is not None:
        asked = Confirmation(
            title=_("Abandonner le brouillon"),
            sentence=_(
                "Tout ce qui n’est pas publié est perdu ; le brouillon redevient la révision n° %(n)s. "
                "Les dossiers en cours ne changent pas."
            )
            % {"n": latest.number},
            label=_("Abandonner le brouillon"),
            back_url=home_url,
            danger=True,
        )
        context = programme_context(request, programme, "home", _("Abandonner le brouillon"))
        return confirm(request, context, asked)
    try:
        discard_draft(
            actor=standing_in(request),
            programme_code=programme.code,
            seen_version=whole(request.POST.get("version")),
        )
    except DomainError as error:
        complain(request, error.message)
        return see_other("staff-programme", programme.code)
    tell(request, _("Le brouillon est abandonné : il est à nouveau ce qui est publié."))
    return see_other("staff-programme", programme.code)


urls = [
    path("instruction/programmes/<str:code>", home, name="staff-programme"),
    path("instruction/programmes/<str:code>/liste/<str:side>", requirement_list, name="staff-programme-list"),
    path("instruction/programmes/<str:code>/brouillon/abandon", discard, name="staff-programme-discard"),
]
