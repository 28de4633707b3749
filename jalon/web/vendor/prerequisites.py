"""The tracker of what other desks deliver (Guide RIS, étape 3; R11): what is done, what waits, who must move."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jalon.applications.actions.tracking import deposit_prerequisite
from jalon.applications.models import Application
from jalon.applications.policy import can_fill
from jalon.applications.queries.prerequisites import PrerequisiteView, prerequisite_views
from jalon.applications.rules.prerequisites import FORMATS, MAX_MB, Stage
from jalon.applications.states import Turn
from jalon.core.errors import InvalidInput, NotVisible, TransitionRefused
from jalon.documents.actions import receive_file
from jalon.documents.policy import is_not_analysed
from jalon.web.access import standing_in
from jalon.web.components.states import Tone
from jalon.web.vendor.frame import (
    address,
    application_page,
    crumbs_of,
    frame,
    see_other,
)

_LOOKS: Mapping[Stage, tuple[str, Tone]] = {
    Stage.BLOCKED: ("lock-line", "off"),
    Stage.TO_OBTAIN: ("arrow-right-line", "accent"),
    Stage.DEPOSITED: ("time-line", "wait"),
    Stage.REJECTED: ("arrow-go-back-line", "fix"),
    Stage.RECORDED: ("check-line", "ok"),
}


def stage_word(stage: Stage) -> str:
    return {
        Stage.BLOCKED: _("Bloqué"),
        Stage.TO_OBTAIN: _("Possible"),
        Stage.DEPOSITED: _("En examen"),
        Stage.REJECTED: _("À remplacer"),
        Stage.RECORDED: _("Obtenu"),
    }[stage]


def stage_look(stage: Stage) -> tuple[str, Tone]:
    """Icon and tone."""
    return _LOOKS[stage]


def stage_turn(stage: Stage) -> str:
    """Who moves: the desk that delivers, through the vendor; then the agency, which records."""
    turns = {Stage.TO_OBTAIN: Turn.VENDOR, Stage.REJECTED: Turn.VENDOR, Stage.DEPOSITED: Turn.AGENCY}
    found = turns.get(stage)
    return found.value if found else ""


@dataclass(frozen=True)
class Row:
    """One prerequisite as the page shows it."""

    view: PrerequisiteView
    document_url: str
    may_deposit: bool
    error: str

    @property
    def word(self) -> str:
        return stage_word(self.view.stage)

    @property
    def icon(self) -> str:
        return stage_look(self.view.stage)[0]

    @property
    def tone(self) -> Tone:
        return stage_look(self.view.stage)[1]

    @property
    def turn(self) -> str:
        return stage_turn(self.view.stage)

    @property
    def not_analysed(self) -> bool:
        latest = self.view.latest
        return latest is not None and latest.document is not None and is_not_analysed(latest.document)


def rows_of(application: Application, may_fill: bool, errors: dict[str, str] | None = None) -> list[Row]:
    live = may_fill and not application.is_final
    return [
        Row(
            view,
            _document_url(application, view),
            live and view.stage != Stage.RECORDED,
            (errors or {}).get(view.prerequisite.key, ""),
        )
        for view in prerequisite_views(application)
    ]


def _document_url(application: Application, view: PrerequisiteView) -> str:
    document = view.latest.document_id if view.latest else None
    return address(application, "pieces", str(document)) if document else ""


@application_page
@require_safe
def prerequisites(request: HttpRequest, application: Application) -> HttpResponse:
    return _page(request, application, {}, 200)


def _page(
    request: HttpRequest, application: Application, errors: dict[str, str], status: int
) -> HttpResponse:
    rows = rows_of(application, can_fill(standing_in(request), application), errors)
    context = {
        **frame(application),
        "crumbs": crumbs_of(application, (_("Prérequis obtenus auprès d’autres guichets"), "")),
        "rows": rows,
        "recorded": sum(r.view.stage == Stage.RECORDED for r in rows),
        "accept": ",".join(f".{f}" for f in FORMATS),
        "formats": ", ".join(FORMATS),
        "max_mb": MAX_MB,
        "errors": [(f"prerequis-{key}", message) for key, message in errors.items()],
    }
    return render(request, "vendor/prerequisites.html", context, status=status)


@application_page
@require_POST
def deposit(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    """Give the document by which a desk says that the prerequisite is met."""
    known = {v.prerequisite.key: v for v in prerequisite_views(application)}
    if key not in known:
        raise NotVisible(key)
    file = request.FILES.get("file")
    if file is None:
        return _page(request, application, {key: _("Choisissez le document à déposer.")}, 422)
    if application.is_final or known[key].stage is Stage.RECORDED:
        return _page(
            request, application, {key: _("Ce prérequis est déjà enregistré, ou le dossier est clos.")}, 409
        )
    actor = standing_in(request)
    try:
        document = receive_file(
            actor=actor,
            company_id=application.company_id,
            name=file.name or "",
            chunks=file.chunks(),
            formats=FORMATS,
            max_bytes=MAX_MB * 1024 * 1024,
        )
        deposit_prerequisite(actor=actor, number=application.number, key=key, document_id=document.pk)
    except (InvalidInput, TransitionRefused) as refused:
        return _page(request, application, {key: refused.message}, 422)
    return see_other(f"{address(application, 'prerequis')}#prerequis-{key}")


urls = [
    path("candidatures/<str:number>/prerequis", prerequisites, name="prerequisites"),
    path("candidatures/<str:number>/prerequis/<str:key>", deposit, name="prerequisite-deposit"),
]
