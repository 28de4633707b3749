"""…/classeur: a requirement workbook becomes the draft's list, with a report of what was read, mended and refused."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jalon.core.errors import DomainError, InvalidInput
from jalon.core.text import holds_words
from jalon.core.typography import french_spaces
from jalon.programmes.actions.drafts import WorkbookRead, import_workbook
from jalon.programmes.definition.findings import Finding
from jalon.programmes.definition.workbook.archive import MAX_BYTES
from jalon.programmes.models import Programme
from jalon.programmes.queries import imports_of, open_matches
from jalon.web.access import standing_in
from jalon.web.agency.frame import refused, see_other, tell
from jalon.web.agency.inbox import Pill
from jalon.web.agency.programmes.frame import draft_of, latest_revision, programme_context, programme_page
from jalon.web.agency.programmes.home import SHOWN_IMPORTS
from jalon.web.answers import complaint
from jalon.web.components.fields import Field
from jalon.web.keys import whole

PER_PAGE = 100
Report = Mapping[str, Any]
_PARTS = ("errors", "mended", "ignored")


@dataclass(frozen=True)
class RemarkRow:
    """One thing that was told about the workbook."""

    part: str
    sheet: str
    row: int
    column: str
    read: str
    kept: str
    why: str

    def says(self, words: str) -> bool:
        told = f"{self.sheet} {self.row} {self.column} {self.read} {self.kept} {self.why}"
        return holds_words(told, words)


@programme_page
@require_http_methods(["GET", "HEAD", "POST"])
def workbook(request: HttpRequest, programme: Programme) -> HttpResponse:
    if request.method != "POST":
        return _form(request, programme)
    seen = whole(request.POST.get("version"))
    try:
        sent = _sent(request)
        read = import_workbook(
            actor=standing_in(request),
            programme_code=programme.code,
            seen_version=seen,
            path=Path(sent.temporary_file_path()),
            file_name=sent.name or "",
        )
    except DomainError as error:
        errors, general, status = refused(error)
        return _form(request, programme, errors=errors, general=general, status=status)
    if read.kept is None:
        return _refused(request, programme, read, sent.name or "")
    told = _("Le classeur est lu : sa liste est le brouillon. Rien n’est publié.")
    tell(request, told)
    return see_other("staff-programme-import", programme.code, read.kept.pk)


def _sent(request: HttpRequest) -> TemporaryUploadedFile:
    sent = request.FILES.get("workbook")
    if not isinstance(sent, TemporaryUploadedFile) or not sent.size:
        raise InvalidInput({"workbook": _("Choisissez le classeur de la liste d’exigences.")})
    if sent.size > MAX_BYTES:
        raise InvalidInput(
            {
                "workbook": _("Ce fichier dépasse %(n)s Mo : retirez les images et les feuilles inutiles.")
                % {"n": MAX_BYTES // 1024 // 1024}
            }
        )
    return sent


def _form(
    request: HttpRequest,
    programme: Programme,
    *,
    errors: Mapping[str, str] | None = None,
    general: str = "",
    status: int = 200,
) -> HttpResponse:
    draft = draft_of(programme)
    field = Field(
        "workbook",
        _("Classeur de la liste d’exigences"),
        "file",
        required=True,
        accept=".xlsx",
        error=(errors or {}).get("workbook", ""),
        hint=_("Format .xlsx, %(n)s Mo au plus ; sans macro ni mot de passe.")
        % {"n": MAX_BYTES // 1024 // 1024},
    )
    context = {
        **programme_context(request, programme, "workbook", _("Importer un classeur")),
        "draft": draft,
        "field": field,
        "errors": [(field.id, sentence) for sentence in (errors or {}).values()],
        "general": general,
        "imports": [
            (one, reverse("staff-programme-import", args=[programme.code, one.pk]))
            for one in imports_of(programme)[:SHOWN_IMPORTS]
        ],
    }
    return render(request, "agency/programme/workbook.html", context, status=status)


def _refused(request: HttpRequest, programme: Programme, read: WorkbookRead, name: str) -> HttpResponse:
    """What stops the import; the draft is as it was, and the file can be sent again from here."""
    report = read.report.as_json()
    context = {
        **programme_context(request, programme, "workbook", _("Rapport de lecture")),
        **_report_context(request, report, chosen="errors", words=""),
        "file_name": name,
        "kept": None,
        "findings": [_told(finding) for finding in read.findings],
    }
    return render(request, "agency/programme/report.html", context, status=422)


def _told(finding: Finding) -> str:
    said = complaint(finding)
    return f"{finding.where}{_(' : ')}{said}" if finding.where else said


@programme_page
@require_safe
def report(request: HttpRequest, programme: Programme, import_id: int) -> HttpResponse:
    """What was told about a workbook that became the draft. `voir` and `q` filter it."""
    kept = imports_of(programme).defer(None).filter(pk=import_id).first()
    if kept is None:
        raise Http404
    latest, draft = latest_revision(programme), draft_of(programme)
    chosen = request.GET.get("voir", "")
    context = {
        **programme_context(request, programme, "workbook", _("Rapport de lecture")),
        **_report_context(
            request,
            json.loads(kept.report),
            chosen=chosen if chosen in _PARTS else "",
            words=request.GET.get("q", "").strip()[:100],
        ),
        "file_name": kept.file_name,
        "kept": kept,
        "findings": [],
        "is_draft": kept.draft_version == draft.version,
        "draft": draft,
        "to_confirm": len(open_matches(programme, latest, draft)) if latest else 0,
    }
    return render(request, "agency/programme/report.html", context)


def _report_context(request: HttpRequest, told: Report, *, chosen: str, words: str) -> dict[str, Any]:
    rows = [_row(part, remark) for part in _PARTS for remark in told[part]]
    shown = [row for row in rows if (not chosen or row.part == chosen) and row.says(words)]
    tail = f"&{urlencode({'q': words})}" if words else ""
    pills = [Pill(_("Toutes les lignes"), len(rows), f"?{tail[1:]}", not chosen)]
    labels = {"errors": _("Erreurs"), "mended": _("Réparées"), "ignored": _("Laissées de côté")}
    pills += [
        Pill(labels[part], len(told[part]), f"?voir={part}{tail}", chosen == part)
        for part in _PARTS
        if told[part]
    ]
    return {
        "told": told,
        "counts": _counts(told),
        "pills": pills,
        "chosen": chosen,
        "words": words,
        "page": Paginator(shown, PER_PAGE).get_page(request.GET.get("page")),
        "errors_count": len(told["errors"]),
        "without_proof": told["without_proof"],
    }


def _row(part: str, remark: Mapping[str, Any]) -> RemarkRow:
    why = remark["why_en"] if get_language() == "en" else french_spaces(remark["why"])
    return RemarkRow(
        part, remark["sheet"], remark["row"], remark["column"], remark["read"], remark["kept"], why
    )


def _counts(told: Report) -> list[tuple[str, int]]:
    """What was read, in the words of the lists."""
    return [
        (ngettext("ligne", "lignes", told["rows"]), told["rows"]),
        (ngettext("chapitre", "chapitres", told["chapters"]), told["chapters"]),
        (ngettext("exigence", "exigences", told["requirements"]), told["requirements"]),
        (ngettext("scénario", "scénarios", told["scenarios"]), told["scenarios"]),
        (ngettext("preuve attendue", "preuves attendues", told["slots"]), told["slots"]),
        (ngettext("profil", "profils", told["profiles"]), told["profiles"]),
        (_("types de preuve devinés"), told["kinds_guessed"]),
    ]


urls = [
    path("instruction/programmes/<str:code>/classeur", workbook, name="staff-programme-workbook"),
    path("instruction/programmes/<str:code>/classeur/<key:import_id>", report, name="staff-programme-import"),
]
