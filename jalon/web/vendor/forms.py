"""The form steps (G09, G10): the page, saving as one types, files, and "Suivant"."""

import base64
from collections.abc import Mapping

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jalon.accounts.standing import Standing
from jalon.applications.actions.answers import (
    AnswerConflict,
    add_answer_document,
    prefill,
    remove_answer_document,
    save_answer,
    save_answers,
)
from jalon.applications.models import Application
from jalon.applications.policy import can_decide_for_company
from jalon.applications.queries import definition_for, parts_of
from jalon.applications.queries.answers import answers_of, restricted_fields
from jalon.applications.queries.facts import declared_facts
from jalon.applications.rules.answers import field_error, form_steps, progress, step_errors
from jalon.applications.states import StepState
from jalon.core import clock
from jalon.core.errors import DomainError, InvalidInput, NotAllowed, TransitionRefused
from jalon.documents.actions import receive_file
from jalon.programmes.definition.schema import FormField, FormStep
from jalon.programmes.queries import download
from jalon.reviews.queries.declarations import declaration_obstacle, declared_fields
from jalon.web.access import standing_in
from jalon.web.components.times import paris_hour, paris_short
from jalon.web.vendor.form_page import FormPage
from jalon.web.vendor.form_values import (
    Typed,
    answer_label,
    autosaved_value,
    file_questions,
    questions,
    typed,
    version,
)
from jalon.web.vendor.frame import (
    address,
    application_endpoint,
    application_page,
    crumbs_of,
    frame,
    questionnaire_title,
    see_other,
    side,
    step_address,
)
from jalon.web.vendor.recap import section_views
from jalon.web.vendor.scope import scope, with_profiles

REFUSED_FILES = "file_errors"  # in the session: what was wrong with files of the last upload


def _step(application: Application, key: str) -> FormStep:
    found = next((s for s in form_steps(definition_for(application)) if s.key == key), None)
    if found is None:
        raise Http404
    return found


def _not_theirs(standing: Standing, application: Application) -> frozenset[str]:
    """Answers that this person may not give (profiles, claims): shown, never read from what is posted."""
    if can_decide_for_company(standing, application):
        return frozenset()
    return restricted_fields(definition_for(application))


@application_page
@require_http_methods(["GET", "HEAD", "POST"])
def form_step(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    standing, step = standing_in(request), _step(application, key)
    if request.method == "POST":
        return _posted(request, standing, application, step)
    page = FormPage(
        standing,
        application,
        step,
        added=request.GET.get("ajout", ""),
        checked=request.GET.get("verifier") == "1",
        file_errors=_refused_files(request, application),
    )
    return _show(request, page)


def _refused_files(request: HttpRequest, application: Application) -> dict[str, str]:
    """What was wrong with a file sent on its own, on the page that its upload leads to.

    Read, not taken out: a script that sends a file follows the redirect before the browser opens the page.
    """
    errors: dict[str, str] = request.session.get(f"{REFUSED_FILES}:{application.number}", {})
    return {key: error for key, error in errors.items() if key == request.GET.get("depot")}


def _show(request: HttpRequest, page: FormPage, *, refused: str = "", status: int = 200) -> HttpResponse:
    application, step = page.application, page.step
    context = {
        **frame(application, current=step.key, answers=page.answers),
        **side(page.standing, application),
        "step": step,
        "page": page,
        "crumbs": crumbs_of(application, (questionnaire_title(page.definition), "")),
        "refused": refused,
        "here": step_address(application, step),
    }
    state = parts_of(application)[f"step:{step.key}"].state
    if state == StepState.LOCKED:
        return render(request, "vendor/form_locked.html", context, status=status)
    if not page.editable:
        views = section_views(application, step, page.answers, page.files, {})
        shown = {**context, "sections": views, "declaration_url": _declaration_url(page)}
        return render(request, "vendor/form_shown.html", shown, status=status)
    return render(
        request,
        "vendor/form.html",
        {
            **context,
            "sections": page.sections(),
            "summary": page.summary(),
            "shown": ",".join(page.shown_keys()),
            "newly_asked": request.GET.get("nouvelles") == "1",
        },
        status=status,
    )


def _declaration_url(page: FormPage) -> str:
    """Where what this step says about profiles and claims is declared otherwise, once it can be."""
    asked = {field.key for section in page.step.sections for field in section.fields}
    about = asked & {field.key for field in declared_fields(page.definition)}
    if not about or not page.may_decide or declaration_obstacle(page.application):
        return ""
    return address(page.application, "declaration")


# --- A page posted as a whole -------------------------------------------------------------------------------


def _posted(
    request: HttpRequest, standing: Standing, application: Application, step: FormStep
) -> HttpResponse:
    """Keep all that was typed, whatever the button; then do what the button says."""
    act, _colon, argument = request.POST.get("action", "").partition(":")
    sent = _adjusted(typed(request.POST, step, _not_theirs(standing, application)), act, argument)
    try:
        conflicts = save_answers(actor=standing, number=application.number, values=sent.with_versions())
        file_errors = _keep_files(request, standing, application, step)
        _act(request, standing, application, step, act, argument)
    except (TransitionRefused, NotAllowed) as refusal:
        page = FormPage(standing, application, step, typed=sent.values)
        return _show(
            request, page, refused=refusal.message, status=403 if isinstance(refusal, NotAllowed) else 409
        )
    if conflicts:
        mine = {key: sent.values[key] for key in conflicts}
        page = FormPage(standing, application, step, conflicts=conflicts, typed=mine, file_errors=file_errors)
        return _show(request, page, status=409)
    if act == "next":
        return _next(request, standing, application, step, file_errors)
    return _stay(request, application, step, act, argument, file_errors)


def _adjusted(sent: Typed, act: str, argument: str) -> Typed:
    """What buttons inside the form change in what was typed: a block removed, a conflict settled."""
    values, versions = dict(sent.values), dict(sent.versions)
    name, _colon, rest = argument.partition(":")
    if act == "remove" and name in values and rest.isdecimal() and isinstance(values[name], list):
        values[name] = [block for n, block in enumerate(values[name]) if n != int(rest)]
    elif act == "keep" and name in values:  # mine over theirs: as if their value had been on the screen
        versions[name] = version(rest)
    elif act == "take":
        values.pop(name, None)
    return Typed(values, versions)


def _act(
    request: HttpRequest,
    standing: Standing,
    application: Application,
    step: FormStep,
    act: str,
    argument: str,
) -> None:
    if act == "prefill":
        section, _colon, source = argument.partition(":")
        filled = prefill(actor=standing, number=application.number, section=section, source=source)
        if not filled:
            messages.info(
                request, _("Rien à compléter : ces champs sont déjà remplis, ou iSC ne les connaît pas.")
            )
    field, _colon, document = request.GET.get("retirer", "").partition(":")
    if document.isdecimal() and field in {f.key for f in file_questions(step)}:
        remove_answer_document(
            actor=standing, number=application.number, field=field, document_id=int(document[:18])
        )


def _keep_files(
    request: HttpRequest, standing: Standing, application: Application, step: FormStep
) -> dict[str, str]:
    """Files that came with the page; what is wrong with one is said beside its question."""
    errors: dict[str, str] = {}
    for question in file_questions(step):
        for upload in request.FILES.getlist(question.key):
            try:
                _keep_file(standing, application, question, upload)
            except InvalidInput as refusal:
                errors[question.key] = refusal.message
    return errors


def _keep_file(
    standing: Standing, application: Application, question: FormField, upload: "UploadedFile[bytes]"
) -> None:
    document = receive_file(
        actor=standing,
        company_id=application.company_id,
        name=upload.name or "",
        chunks=upload.chunks(),
        formats=question.formats,
        max_bytes=question.max_mb * 1024 * 1024,
    )
    add_answer_document(
        actor=standing, number=application.number, field=question.key, document_id=document.pk
    )


def _next(
    request: HttpRequest,
    standing: Standing,
    application: Application,
    step: FormStep,
    file_errors: Mapping[str, str],
) -> HttpResponse:
    """ "Suivant": on to the next step when this one is complete, else what is missing or wrong."""
    page = FormPage(standing, application, step, checked=True, file_errors=file_errors)
    if page.all_errors or file_errors:
        return _show(request, page, status=422)
    was_shown = set(request.POST.get("_shown", "").split(","))
    if request.POST.get("_shown") is not None and not set(page.shown_keys()) <= was_shown:
        # Without script a question that an answer calls for was not on the page yet: it is shown before going on.
        return see_other(f"{step_address(application, step)}?nouvelles=1")
    steps = form_steps(definition_for(application))
    following = steps[steps.index(step) + 1 :]
    return see_other(
        step_address(application, following[0]) if following else address(application, "recapitulatif")
    )


def _stay(
    request: HttpRequest,
    application: Application,
    step: FormStep,
    act: str,
    argument: str,
    file_errors: Mapping[str, str],
) -> HttpResponse:
    here, name = step_address(application, step), argument.partition(":")[0]
    if request.FILES:
        request.session[f"{REFUSED_FILES}:{application.number}"] = dict(file_errors)
    if act == "add":
        return see_other(f"{here}?ajout={name}#r-{name}")
    if act == "remove":
        return see_other(f"{here}#r-{name}")
    if act == "prefill":
        return see_other(f"{here}#s-{name}")
    given = next(iter(request.FILES), "")
    if given:
        return see_other(f"{here}?depot={given}#f-{given}")
    return see_other(here)


# --- One answer, as one types -------------------------------------------------------------------------------


@application_endpoint
@require_POST
def save_field(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    """The script's address (static/jalon/js/autosave.js): keeps one answer, says when, how far, and what is wrong."""
    standing, step = standing_in(request), _step(application, key)
    field = request.POST.get("field", "")
    value = autosaved_value(step, field, request.POST.getlist("value"))
    try:
        kept = save_answer(
            actor=standing,
            number=application.number,
            field=field,
            value=value,
            base_version=version(request.POST.get("version")),
        )
    except AnswerConflict as conflict:
        return _conflict_reply(application, step, field, conflict)
    except InvalidInput as refusal:
        return JsonResponse({"error": refusal.message}, status=422)
    except DomainError as refusal:
        return JsonResponse({"error": refusal.message}, status=403)
    answers, definition = answers_of(application), definition_for(application)
    question = next((q for q in questions(step) if q.key == field), None)
    return JsonResponse(
        {
            "saved_at": paris_hour(clock.now()),
            "version": kept,
            "progress": progress(step, answers, definition),
            "error": field_error(question, answers.get(field), answers, definition) if question else "",
            "complete": not step_errors(step, answers, definition),
        }
    )


def _conflict_reply(
    application: Application, step: FormStep, field: str, conflict: AnswerConflict
) -> JsonResponse:
    label = answer_label(definition_for(application), step, field, conflict.value)
    other = {
        "value": conflict.value,
        "label": label,
        "by": conflict.by,
        "at": paris_short(conflict.at),
        "version": conflict.version,
    }
    return JsonResponse({"conflict": other}, status=409)


@application_endpoint
@require_safe
def show_scope(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    """How many proofs these profiles would mean: a fragment that the script puts beside the question."""
    _step(application, key)
    wanted = with_profiles(
        definition_for(application), declared_facts(application), request.GET.getlist("profil")[:200]
    )
    html = render_to_string("vendor/scope.html", {"scope": scope(application, wanted)}, request=request)
    return JsonResponse({"html": html})


@application_page
@require_safe
def download_file(_request: HttpRequest, application: Application, name: str) -> HttpResponse:
    """A file that the programme offers to be completed and given back, in the revision that this file is pinned to."""
    content = download(definition_for(application), name)
    if content is None:
        raise Http404
    response = HttpResponse(base64.b64decode(content), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


urls = [
    path("candidatures/<str:number>/etapes/<slug:key>", form_step, name="form-step"),
    path("candidatures/<str:number>/etapes/<slug:key>/reponse", save_field, name="save-field"),
    path("candidatures/<str:number>/etapes/<slug:key>/portee", show_scope, name="show-scope"),
    path("candidatures/<str:number>/fichiers/<str:name>", download_file, name="programme-file"),
]
