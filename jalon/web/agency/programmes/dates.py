"""…/dates: the dates of a programme, their history and reasons (R4)."""

from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jalon.core.errors import DomainError
from jalon.programmes.actions.gates import set_gate
from jalon.programmes.models import GateKind, Programme
from jalon.programmes.policy import can_set_gate
from jalon.programmes.queries import current_revision, definition_of, gate_history, latest_gates
from jalon.web.access import staff_only, standing_in
from jalon.web.agency.dates import ZONE, Decision, gate_fields
from jalon.web.agency.frame import refused, see_other, tell
from jalon.web.agency.programmes.frame import programme_codes, programme_context
from jalon.web.answers import said
from jalon.web.paging import page_of


@staff_only()
@require_http_methods(["GET", "HEAD", "POST"])
def programme_dates(request: HttpRequest, code: str) -> HttpResponse:
    programme = Programme.objects.filter(code=code).first()
    codes = programme_codes(standing_in(request))
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
    context = {
        **programme_context(request, programme, "dates", _("Dates de la démarche")),
        "gates": [
            (labels.get(kind.value, kind.value), gate) for kind, gate in latest_gates(programme).items()
        ],
        "page": page_of(request, decisions),
        "may_set": can_set_gate(standing_in(request), programme.code),
        "fields": gate_fields(labels, typed, errors),
        "errors": [(f"f-{name}", sentence) for name, sentence in errors.items()],
        "general": general,
    }
    return render(request, "agency/programme/dates.html", context, status=status)


def _labels(programme: Programme) -> dict[str, str]:
    """The names of the three dates, in the programme's own words."""
    revision = current_revision(programme)
    gates = definition_of(revision).gates if revision else ()
    named: dict[str, str] = {gate.kind: said(gate.label) for gate in gates}
    return {kind: named.get(kind, kind) for kind in GateKind.values if kind in named or not named}


urls = [path("instruction/programmes/<str:code>/dates", programme_dates, name="staff-programme-dates")]
