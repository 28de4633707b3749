"""…/prerequis: what other desks delivered, recorded or refused with its document."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jalon.applications.actions.tracking import record_prerequisite
from jalon.applications.models import Application
from jalon.applications.policy import can_record_prerequisite
from jalon.applications.queries.prerequisites import PrerequisiteView, prerequisite_views
from jalon.applications.rules.prerequisites import FORMATS, MAX_MB, Stage
from jalon.core.errors import DomainError, InvalidInput, NotAllowed, NotVisible
from jalon.documents.actions import receive_file
from jalon.documents.models import Document
from jalon.web.access import standing_in
from jalon.web.agency.frame import file_context, file_page, refused, see_other, tell
from jalon.web.agency.overview import stage_look, stage_turn, stage_word
from jalon.web.answers import said
from jalon.web.components.fields import Field


@dataclass(frozen=True)
class PrerequisiteCard:
    view: PrerequisiteView
    icon: str
    tone: str
    word: str
    turn: str
    waits_for: str
    document: Document | None
    document_url: str
    fields: tuple[Field, ...]  # to record it
    note: Field
    opened: bool
    refusing: bool


@file_page
@require_http_methods(["GET", "HEAD", "POST"])
def prerequisites(request: HttpRequest, application: Application) -> HttpResponse:
    if request.method != "POST":
        return _prerequisites(request, application)
    standing = standing_in(request)
    if not can_record_prerequisite(standing, application):
        raise NotAllowed(_("Votre rôle ne permet pas d’enregistrer un prérequis."))
    typed = {key: str(value) for key, value in request.POST.items()}
    key, obtained = typed.get("key", ""), typed.get("act") == "record"
    if key not in {v.prerequisite.key for v in prerequisite_views(application)}:
        raise NotVisible(key)
    try:
        day = _day(typed.get("obtained_on", "")) if obtained else None
        record_prerequisite(
            actor=standing,
            number=application.number,
            key=key,
            obtained=obtained,
            obtained_on=day,
            note=typed.get("note", ""),
            document_id=_received(request, application),
        )
    except DomainError as error:
        errors, general, status = refused(error)
        return _prerequisites(
            request, application, typed=typed, errors=errors, general=general, status=status
        )
    tell(
        request,
        _("Le prérequis est constaté.") if obtained else _("Le document est écarté ; l’éditeur le voit."),
    )
    return see_other("staff-prerequisites", application.number, anchor=f"prerequis-{key}")


def _day(typed: str) -> date | None:
    if not typed.strip():
        return None
    try:
        return date.fromisoformat(typed.strip())
    except ValueError as error:
        raise InvalidInput({"obtained_on": _("Écrivez la date comme 13/05/2027.")}) from error


def _received(request: HttpRequest, application: Application) -> int | None:
    """The document that came with the form, kept with the file's company."""
    sent = request.FILES.get("document")
    if not isinstance(sent, UploadedFile) or not sent.name:
        return None
    try:
        document = receive_file(
            actor=standing_in(request),
            company_id=application.company_id,
            name=sent.name,
            chunks=sent.chunks(),
            formats=FORMATS,
            max_bytes=MAX_MB * 1024 * 1024,
        )
    except InvalidInput as error:
        raise InvalidInput({"document": error.message}) from error
    return document.pk


def _prerequisites(
    request: HttpRequest,
    application: Application,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    general: str = "",
    status: int = 200,
) -> HttpResponse:
    typed, errors = typed or {}, errors or {}
    key = typed.get("key", "")
    may_record = can_record_prerequisite(standing_in(request), application) and not application.is_final
    cards = [
        _card(application, view, typed if view.prerequisite.key == key else {}, errors)
        for view in prerequisite_views(application)
    ]
    context = {
        **file_context(request, application, "prerequisites", _("Prérequis")),
        "cards": cards,
        "may_record": may_record,
        "errors": [(f"{key}-{name}", sentence) for name, sentence in errors.items()],
        "general": general,
    }
    return render(request, "agency/prerequisites.html", context, status=status)


def _card(
    application: Application, view: PrerequisiteView, typed: Mapping[str, str], errors: Mapping[str, str]
) -> PrerequisiteCard:
    icon, tone = stage_look(view.stage)
    shown = errors if typed else {}
    key, document = view.prerequisite.key, view.latest.document if view.latest else None
    fields = (
        Field(
            name="obtained_on",
            label=_("Obtenu le"),
            kind="date",
            value=typed.get("obtained_on", ""),
            required=True,
            error=shown.get("obtained_on", ""),
            prefix=key,
        ),
        Field(
            name="document",
            label=_("Document qui l’atteste"),
            kind="file",
            hint=_("Laissez vide pour retenir le document déposé par l’éditeur.") if document else "",
            required=document is None,
            error=shown.get("document", ""),
            accept=",".join(f".{extension}" for extension in FORMATS),
            prefix=key,
        ),
    )
    note = Field(
        name="note",
        label=_("Pourquoi ce document ne convient pas"),
        kind="long_text",
        value=typed.get("note", ""),
        hint=_("L’éditeur lira ces mots."),
        required=True,
        error=shown.get("note", ""),
        rows=3,
        max_length=1000,
        prefix=key,
    )
    return PrerequisiteCard(
        view=view,
        icon=icon,
        tone=tone,
        word=stage_word(view.stage),
        turn=stage_turn(view.stage),
        waits_for=", ".join(f"{p.number} {said(p.title)}" for p in view.waits_for),
        document=document,
        document_url=reverse("staff-piece", args=[application.number, document.pk]) if document else "",
        fields=fields,
        note=note,
        opened=view.stage is Stage.DEPOSITED or typed.get("act") == "record",
        refusing=typed.get("act") == "reject",
    )


urls = [
    path("instruction/<str:number>/prerequis", prerequisites, name="staff-prerequisites"),
]
