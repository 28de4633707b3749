"""…/prerequis, …/dates, …/affectation: what other desks delivered, until when, and who follows the file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jalon.accounts.models import User
from jalon.accounts.queries import staff_with_role
from jalon.accounts.states import StaffRoleName
from jalon.applications.actions.tracking import assign, extend_gate, record_prerequisite, unassign
from jalon.applications.models import Application, Assignment, GateOverride
from jalon.applications.policy import can_manage, can_record_prerequisite
from jalon.applications.queries import instructors
from jalon.applications.queries.dates import gate_views
from jalon.applications.queries.prerequisites import PrerequisiteView, prerequisite_views
from jalon.applications.rules.prerequisites import FORMATS, MAX_MB, Stage
from jalon.core.errors import DomainError, InvalidInput, NotAllowed, NotVisible
from jalon.documents.actions import receive_file
from jalon.documents.models import Document
from jalon.programmes.models import Gate, GateKind
from jalon.programmes.queries import gate_history
from jalon.web.access import standing_in
from jalon.web.agency.frame import file_context, file_page, refused, see_other, tell
from jalon.web.agency.overview import stage_look, stage_turn, stage_word
from jalon.web.answers import said
from jalon.web.components.fields import Choice, Field

ZONE = "Europe/Paris"


# --- Prerequisites ------------------------------------------------------------------------------------------


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
        document_url=reverse("staff-document", args=[application.number, document.pk]) if document else "",
        fields=fields,
        note=note,
        opened=view.stage is Stage.DEPOSITED or typed.get("act") == "record",
        refusing=typed.get("act") == "reject",
    )


# --- Dates --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Decision:
    """One decision about a date: the programme's, or an extension of this file."""

    kind: str
    due_at: Any
    reason: str
    by: str
    at: Any
    is_extension: bool


@file_page
@require_http_methods(["GET", "HEAD", "POST"])
def dates(request: HttpRequest, application: Application) -> HttpResponse:
    if request.method != "POST":
        return _dates(request, application)
    typed = {key: str(value) for key, value in request.POST.items()}
    try:
        if typed.get("kind") not in GateKind.values:
            _must_manage(request, application)
            raise InvalidInput({"kind": _("Choisissez la date à prolonger.")})
        extend_gate(
            actor=standing_in(request),
            number=application.number,
            kind=GateKind(typed["kind"]),
            wall_time=typed.get("wall_time", ""),
            zone=ZONE,
            reason=typed.get("reason", ""),
        )
    except DomainError as error:
        errors, general, status = refused(error)
        return _dates(request, application, typed=typed, errors=errors, general=general, status=status)
    tell(request, _("La date est prolongée pour cette candidature."))
    return see_other("staff-dates", application.number)


def _must_manage(request: HttpRequest, application: Application) -> None:
    if not can_manage(standing_in(request), application):
        raise NotAllowed(_("Seul un gestionnaire du programme prolonge une date."))


def _dates(
    request: HttpRequest,
    application: Application,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    general: str = "",
    status: int = 200,
) -> HttpResponse:
    typed, errors = typed or {}, errors or {}
    views = gate_views(application)
    labels = {view.kind.value: said(view.label) for view in views}
    context = {
        **file_context(request, application, "dates", _("Dates")),
        "gates": views,
        "decisions": _decisions(application, labels),
        "may_extend": can_manage(standing_in(request), application) and not application.is_final,
        "fields": gate_fields(labels, typed, errors),
        "errors": [(f"f-{name}", sentence) for name, sentence in errors.items()],
        "general": general,
    }
    return render(request, "agency/dates.html", context, status=status)


def gate_fields(
    labels: Mapping[str, str], typed: Mapping[str, str], errors: Mapping[str, str]
) -> list[Field]:
    """Which date, its new wall time in Paris, and why."""
    return [
        Field(
            name="kind",
            label=_("Date"),
            kind="select",
            value=typed.get("kind", ""),
            required=True,
            error=errors.get("kind", ""),
            options=tuple(Choice(kind, label) for kind, label in labels.items()),
        ),
        Field(
            name="wall_time",
            label=_("Nouvelle date et heure (Heure de Paris)"),
            kind="datetime-local",
            value=typed.get("wall_time", ""),
            required=True,
            error=errors.get("wall_time", "") or errors.get("zone", ""),
        ),
        Field(
            name="reason",
            label=_("Motif"),
            value=typed.get("reason", ""),
            hint=_("Il reste dans l’historique."),
            required=True,
            error=errors.get("reason", ""),
            max_length=500,
        ),
    ]


def _decisions(application: Application, labels: Mapping[str, str]) -> list[Decision]:
    """The latest first."""
    programme = [
        _decision(gate, labels, is_extension=False)
        for gate in gate_history(application.programme).select_related("set_by")
    ]
    own = [
        _decision(override, labels, is_extension=True)
        for override in application.gate_overrides.select_related("set_by").order_by("pk")
    ]
    return sorted([*programme, *own], key=lambda d: d.at, reverse=True)


def _decision(row: Gate | GateOverride, labels: Mapping[str, str], *, is_extension: bool) -> Decision:
    by = row.set_by.full_name if row.set_by else ""
    return Decision(labels.get(row.kind, row.kind), row.due_at, row.reason, by, row.set_at, is_extension)


# --- People -------------------------------------------------------------------------------------------------

ASSIGNABLE = (StaffRoleName.REFERENT, StaffRoleName.VERIFIER)


@dataclass(frozen=True)
class RoleForm:
    role: StaffRoleName
    current: list[Assignment]
    by_programme: list[User]
    field: Field


@file_page
@require_http_methods(["GET", "HEAD", "POST"])
def assignment(request: HttpRequest, application: Application) -> HttpResponse:
    standing = standing_in(request)
    if request.method != "POST":
        if not can_manage(standing, application):
            raise Http404
        return _assignment(request, application)
    typed = {key: str(value) for key, value in request.POST.items()}
    try:
        if not can_manage(standing, application):
            raise NotAllowed(_("Seul un gestionnaire du programme affecte un dossier."))
        role, user_id = _role(typed), _person(typed)
        assign(actor=standing, number=application.number, user_id=user_id, role=role)
    except DomainError as error:
        errors, general, status = refused(error)
        application.refresh_from_db(fields=["referent"])
        return _assignment(request, application, typed=typed, errors=errors, general=general, status=status)
    tell(request, _("Le dossier est affecté."))
    return see_other("staff-assignment", application.number)


@file_page
@require_POST
def end_assignment(request: HttpRequest, application: Application) -> HttpResponse:
    typed = {key: str(value) for key, value in request.POST.items()}
    unassign(actor=standing_in(request), number=application.number, user_id=_person(typed), role=_role(typed))
    tell(request, _("L’affectation est terminée ; l’accès cesse aussitôt."))
    return see_other("staff-assignment", application.number)


def _role(typed: Mapping[str, str]) -> StaffRoleName:
    found = next((role for role in ASSIGNABLE if role.value == typed.get("role")), None)
    if found is None:
        raise NotVisible("role")
    return found


def _person(typed: Mapping[str, str]) -> int:
    sent = typed.get("user", "")
    if not sent.isdecimal() or len(sent) > 18:
        raise InvalidInput({"user": _("Choisissez une personne.")})
    return int(sent)


def _assignment(
    request: HttpRequest,
    application: Application,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    general: str = "",
    status: int = 200,
) -> HttpResponse:
    typed, errors = typed or {}, errors or {}
    rows = Assignment.objects.filter(application=application, until=None).select_related("user")
    current = list(rows.order_by("since", "pk"))
    forms = [_role_form(application, role, current, typed, errors) for role in ASSIGNABLE]
    context = {
        **file_context(request, application, "assignment", _("Affectation")),
        "forms": forms,
        "errors": [(f"{typed.get('role', '')}-user", sentence) for sentence in errors.values()],
        "general": general,
    }
    return render(request, "agency/assignment.html", context, status=status)


def _role_form(
    application: Application,
    role: StaffRoleName,
    current: list[Assignment],
    typed: Mapping[str, str],
    errors: Mapping[str, str],
) -> RoleForm:
    mine = [row for row in current if row.role == role]
    assigned = {row.user_id for row in mine}
    code = application.programme.code
    free = [user for user in staff_with_role(role, code) if user.pk not in assigned]
    field = Field(
        name="user",
        label=_("Personne"),
        kind="select",
        value=typed.get("user", "") if typed.get("role") == role else "",
        required=True,
        error=errors.get("user", "") if typed.get("role") == role else "",
        options=tuple(Choice(str(user.pk), user.full_name) for user in free),
        prefix=role.value,
    )
    following = [user for user in instructors(application, role) if user.pk not in assigned]
    return RoleForm(role, mine, following, field)


urls = [
    path("instruction/<str:number>/prerequis", prerequisites, name="staff-prerequisites"),
    path("instruction/<str:number>/dates", dates, name="staff-dates"),
    path("instruction/<str:number>/affectation", assignment, name="staff-assignment"),
    path("instruction/<str:number>/affectation/fin", end_assignment, name="staff-assignment-end"),
]
