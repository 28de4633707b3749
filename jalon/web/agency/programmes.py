"""/instruction/programmes: the programmes that this person works on, and the dates of each (R4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jalon.accounts.standing import Standing
from jalon.applications.models import Application
from jalon.core.errors import DomainError
from jalon.programmes.actions import set_gate
from jalon.programmes.models import GateKind, Programme, Revision
from jalon.programmes.policy import can_set_gate
from jalon.programmes.queries import current_revision, definition_of, gate_history, latest_gates, tracks
from jalon.web.access import staff_only, standing_in
from jalon.web.agency.frame import refused, see_other, tell
from jalon.web.agency.tracking import ZONE, Decision, gate_fields
from jalon.web.answers import said


@dataclass(frozen=True)
class ProgrammeLine:
    code: str
    title: Any
    track: Any
    revision: Revision | None
    count: int
    list_url: str


def _codes(standing: Standing) -> frozenset[str]:
    """Programmes of this person's roles; the administrator's role is for none and shows all."""
    named = frozenset(code for _role, code in standing.staff_roles if code)
    return named if named or not any(not code for _role, code in standing.staff_roles) else frozenset({""})


@staff_only()
@require_safe
def programmes(request: HttpRequest) -> HttpResponse:
    standing = standing_in(request)
    codes = _codes(standing)
    visible = Application.objects.visible_to(standing)
    counted = visible.order_by("programme").values("programme").annotate(n=Count("pk"))
    counts: dict[int, int] = dict(counted.values_list("programme", "n"))
    lines = [
        ProgrammeLine(
            code=entry.programme.code,
            title=entry.definition.title if entry.definition else entry.programme.code,
            track=track.definition.title,
            revision=entry.revision,
            count=counts.get(entry.programme.pk, 0),
            list_url=f"{reverse('staff-applications')}?programme={entry.programme.code}",
        )
        for track in tracks()
        for entry in track.programmes
        if entry.programme.code in codes or "" in codes
    ]
    return render(request, "agency/programmes.html", {"lines": lines, "nav_current": "staff-programmes"})


@staff_only()
@require_http_methods(["GET", "HEAD", "POST"])
def programme_dates(request: HttpRequest, code: str) -> HttpResponse:
    programme = Programme.objects.filter(code=code).first()
    codes = _codes(standing_in(request))
    if programme is None or not (code in codes or "" in codes):
        raise Http404
    if request.method != "POST":
        return _dates(request, programme)
    typed = {key: str(value) for key, value in request.POST.items()}
    try:
        set_gate(
            actor=standing_in(request),
            programme_code=code,
            kind=typed.get("kind", ""),
            wall_time=typed.get("wall_time", ""),
            zone=ZONE,
            reason=typed.get("reason", ""),
        )
    except DomainError as error:
        errors, general, status = refused(error)
        return _dates(request, programme, typed=typed, errors=errors, general=general, status=status)
    tell(request, _("La date de la démarche est fixée."))
    return see_other("staff-programme-dates", code)


def _dates(
    request: HttpRequest,
    programme: Programme,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    general: str = "",
    status: int = 200,
) -> HttpResponse:
    typed, errors = typed or {}, errors or {}
    labels = _labels(programme)
    history = gate_history(programme).select_related("set_by")
    decisions = [
        Decision(
            labels.get(g.kind, g.kind),
            g.due_at,
            g.reason,
            g.set_by.full_name if g.set_by else "",
            g.set_at,
            False,
        )
        for g in reversed(list(history))
    ]
    revision = current_revision(programme)
    context = {
        "programme": programme,
        "programme_title": definition_of(revision).title if revision else programme.code,
        "gates": [
            (labels.get(kind.value, kind.value), gate) for kind, gate in latest_gates(programme).items()
        ],
        "decisions": decisions,
        "may_set": can_set_gate(standing_in(request), programme.code),
        "fields": gate_fields(labels, typed, errors),
        "errors": [(f"f-{name}", sentence) for name, sentence in errors.items()],
        "general": general,
        "nav_current": "staff-programmes",
        "crumbs": [(_("Programmes"), reverse("staff-programmes")), (_("Dates"), "")],
    }
    return render(request, "agency/programme_dates.html", context, status=status)


def _labels(programme: Programme) -> dict[str, str]:
    """The names of the three dates, in the programme's own words."""
    revision = current_revision(programme)
    gates = definition_of(revision).gates if revision else ()
    named: dict[str, str] = {gate.kind: said(gate.label) for gate in gates}
    return {kind: named.get(kind, kind) for kind in GateKind.values if kind in named or not named}


urls = [
    path("instruction/programmes", programmes, name="staff-programmes"),
    path("instruction/programmes/<str:code>/dates", programme_dates, name="staff-programme-dates"),
]
