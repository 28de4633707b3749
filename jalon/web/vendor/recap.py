"""The recap of the administrative file, "Soumettre votre candidature", and what was received (G10)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jalon.accounts.standing import Standing
from jalon.applications.actions.answers import EDITABLE
from jalon.applications.models import AnswerDocument, Application
from jalon.applications.queries import definition_for, latest_round, parts_of
from jalon.applications.queries.answers import answer_documents, answer_marks, answers_of
from jalon.applications.rules.answers import asked, form_steps, repeat_asked, step_errors
from jalon.applications.states import PartKind
from jalon.core.errors import InvalidInput, NotAllowed, TransitionRefused
from jalon.programmes.definition.schema import FormStep, Text
from jalon.reviews.actions.files import RecapOutdated, submit_application
from jalon.reviews.policy import can_submit_application
from jalon.web.access import standing_in
from jalon.web.vendor.form_values import block_lines, lines, said
from jalon.web.vendor.frame import (
    address,
    application_page,
    crumbs_of,
    frame,
    questionnaire_title,
    received_at,
    see_other,
    side,
    step_address,
)
from jalon.web.vendor.remarks import RemarkView, remark_views

SEEN = "_seen."


@dataclass(frozen=True)
class RecapRow:
    """One answer of the recap. `changed`: since the recap was last shown to this person."""

    label: Text
    values: list[str]
    files: list[tuple[str, str]]
    changed: bool
    remarks: tuple[RemarkView, ...]


@dataclass(frozen=True)
class RecapSection:
    title: Text
    edit_url: str
    rows: list[RecapRow]


@dataclass(frozen=True)
class RecapStep:
    step: FormStep
    number: int
    sections: list[RecapSection]
    missing: int
    url: str


def section_views(
    application: Application,
    step: FormStep,
    answers: Mapping[str, Any],
    files: Mapping[str, Sequence[AnswerDocument]],
    remarks: Mapping[str, tuple[RemarkView, ...]],
    changed: Collection[str] = (),
) -> list[RecapSection]:
    """Every question that these answers call for, in words."""
    definition = definition_for(application)
    views = []
    for section in step.sections:
        rows = [
            RecapRow(
                field.label,
                [] if field.kind == "documents" else lines(field, answers.get(field.key), definition),
                _links(application, files.get(field.key, ())),
                field.key in changed,
                remarks.get(field.key, ()),
            )
            for field in asked(section, answers)
        ]
        repeat = repeat_asked(section, answers)
        if repeat:
            told = block_lines(repeat, answers.get(repeat.key), definition)
            rows.append(RecapRow(repeat.label, told, [], repeat.key in changed, remarks.get(repeat.key, ())))
        views.append(RecapSection(section.title, f"{step_address(application, step)}#s-{section.key}", rows))
    return views


def _links(application: Application, files: Sequence[AnswerDocument]) -> list[tuple[str, str]]:
    return [(row.document.name, address(application, "pieces", str(row.document_id))) for row in files]


@application_page
@require_http_methods(["GET", "HEAD", "POST"])
def recap(request: HttpRequest, application: Application) -> HttpResponse:
    standing = standing_in(request)
    if request.method != "POST":
        return _recap_page(request, standing, application)
    seen = {
        k.removeprefix(SEEN): v for k, v in request.POST.items() if k.startswith(SEEN) and isinstance(v, str)
    }
    try:
        submit_application(
            actor=standing, number=application.number, seen=seen, received_at=received_at(request)
        )
    except RecapOutdated as outdated:
        return _recap_page(
            request, standing, application, refused=outdated.message, changed=outdated.fields, status=409
        )
    except InvalidInput:
        return _recap_page(request, standing, application, status=422)
    except NotAllowed as refusal:
        return _recap_page(request, standing, application, refused=refusal.message, status=403)
    except TransitionRefused as refusal:
        return _recap_page(request, standing, application, refused=refusal.message, status=409)
    return see_other(address(application, "recapitulatif", "recu"))


def _recap_page(
    request: HttpRequest,
    standing: Standing,
    application: Application,
    *,
    refused: str = "",
    changed: Collection[str] = (),
    status: int = 200,
) -> HttpResponse:
    application.refresh_from_db(fields=["state", "turn"])
    answers, files = answers_of(application), answer_documents(application)
    remarks = remark_views(application, answers)
    steps = [
        RecapStep(
            step,
            number,
            section_views(application, step, answers, files, remarks, changed),
            len(step_errors(step, answers, definition_for(application))),
            step_address(application, step),
        )
        for number, step in enumerate(form_steps(definition_for(application)), start=1)
    ]
    editable = application.state in EDITABLE
    return render(
        request,
        "vendor/recap.html",
        {
            **frame(application, current=steps[-1].step.key, answers=answers),
            **side(standing, application),
            "recap_steps": steps,
            "incomplete": [s for s in steps if s.missing],
            "marks": [(f"{SEEN}{key}", mark) for key, mark in sorted(answer_marks(application).items())],
            "editable": editable,
            "reason": _why_not(standing, application, steps),
            "general_remarks": remarks.get("", ()),
            "refused": refused,
            "crumbs": crumbs_of(
                application,
                (questionnaire_title(definition_for(application)), steps[-1].url),
                (_("Récapitulatif"), ""),
            ),
            "back_url": steps[-1].url,
        },
        status=status,
    )


def _why_not(standing: Standing, application: Application, steps: Sequence[RecapStep]) -> str:
    """Why "Soumettre votre candidature" is inactive, or ""."""
    if not can_submit_application(standing, application):
        return _("Seuls un mandataire ou un responsable soumettent la candidature.")
    missing = sum(step.missing for step in steps)
    if missing == 1:
        return _("Reste 1 réponse à corriger ou à donner.")
    if missing:
        return _("Restent %(n)d réponses à corriger ou à donner.") % {"n": missing}
    return ""


@application_page
@require_safe
def received(request: HttpRequest, application: Application) -> HttpResponse:
    """What was received, when, and what follows."""
    part = list(parts_of(application, PartKind.FORM).values())[-1]
    handed_in = latest_round(part)
    if handed_in is None:
        raise Http404
    answers = answers_of(application)
    definition = definition_for(application)
    given = [
        said(f.label)
        for step in form_steps(definition)
        for s in step.sections
        for f in asked(s, answers)
        if f.kind not in ("shown", "documents") and answers.get(f.key)
    ]
    return render(
        request,
        "vendor/received.html",
        {
            **frame(application, current=part.key.removeprefix("step:"), answers=answers),
            **side(standing_in(request), application),
            "handed_in": handed_in,
            "answer_count": len(given),
            "file_count": sum(len(rows) for rows in answer_documents(application).values()),
            "crumbs": crumbs_of(application, (_("Candidature soumise"), "")),
        },
    )


urls = [
    path("candidatures/<str:number>/recapitulatif", recap, name="recap"),
    path("candidatures/<str:number>/recapitulatif/recu", received, name="received"),
]
