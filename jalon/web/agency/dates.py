"""…/dates: the dates that hold for a file, an extension, and the decisions about them (R4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jalon.applications.actions.tracking import extend_gate
from jalon.applications.models import Application, GateOverride
from jalon.applications.policy import can_manage
from jalon.applications.queries.dates import gate_views
from jalon.core.errors import DomainError
from jalon.programmes.models import Gate
from jalon.programmes.queries import gate_history
from jalon.web.access import standing_in
from jalon.web.agency.frame import file_context, file_page, refused, see_other, tell
from jalon.web.answers import said
from jalon.web.components.fields import Choice, Field
from jalon.web.paging import page_of

ZONE = "Europe/Paris"


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
        extend_gate(
            actor=standing_in(request),
            number=application.number,
            kind=typed.get("kind", ""),
            wall_time=typed.get("wall_time", ""),
            zone=ZONE,
            reason=typed.get("reason", ""),
        )
    except DomainError as error:
        errors, general, status = refused(error)
        return _dates(request, application, typed=typed, errors=errors, general=general, status=status)
    tell(request, _("La date est prolongée pour cette candidature."))
    return see_other("staff-dates", application.number)


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
        "page": page_of(request, _decisions(application, labels)),
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


urls = [
    path("instruction/<str:number>/dates", dates, name="staff-dates"),
]
