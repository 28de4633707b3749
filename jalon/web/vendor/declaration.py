"""/candidatures/<number>/declaration: profiles and earlier référencement, declared otherwise after proofs (R5).

Two steps: what other answers imply is shown first, and nothing is written before it is confirmed.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jalon.accounts.standing import Standing
from jalon.applications.actions.answers import AnswerConflict
from jalon.applications.models import Application
from jalon.applications.queries import definition_for
from jalon.applications.queries.answers import answers_of, stored_answers
from jalon.applications.rules.answers import form_steps, normalise
from jalon.core.canonical import canonical_json, sha256_hex
from jalon.core.errors import InvalidInput, NotAllowed, TransitionRefused
from jalon.documents.actions import receive_file
from jalon.programmes.definition.schema import FormField
from jalon.reviews.actions.declarations import declare_again
from jalon.reviews.actions.evidence_files import give_evidence
from jalon.reviews.policy import can_declare_again
from jalon.reviews.queries.declarations import (
    DeclarationAhead,
    declaration_ahead,
    declaration_obstacle,
    declared_fields,
)
from jalon.reviews.rules.moves import report_of
from jalon.web.access import standing_in
from jalon.web.answers import SEVERAL
from jalon.web.declarations import answer_rows, declaration_of, shown_effects
from jalon.web.paging import page_of
from jalon.web.vendor.form_page import FormPage, Question
from jalon.web.vendor.form_values import VERSION, Typed, version
from jalon.web.vendor.frame import address, application_page, crumbs_of, frame, see_other

CONFIRM, EDIT = "confirm", "edit"


@application_page
@require_http_methods(["GET", "HEAD", "POST"])
def declaration(request: HttpRequest, application: Application) -> HttpResponse:
    """The questions; what the new answers imply; then the declaration itself."""
    if request.method != "POST":
        return _page(request, application)
    if not can_declare_again(standing_in(request), application):
        raise NotAllowed(
            _("La déclaration (profils, situation antérieure) revient à un mandataire ou à un responsable.")
        )
    act, _colon, argument = request.POST.get("action", "").partition(":")
    asked = declared_fields(definition_for(application))
    sent = _settled(_typed(request, [f for f in asked if f.kind != "documents"]), act, argument)
    if act in (EDIT, "take"):
        return _page(request, application, sent)
    if obstacle := declaration_obstacle(application):
        return _page(request, application, sent, alert=obstacle, status=409)
    if conflicts := _conflicts(application, sent):
        return _page(request, application, sent, conflicts=conflicts, status=409)
    kept, wrong = _keep_files(request, application, [f for f in asked if f.kind == "documents"])
    if wrong:
        return _page(request, application, sent, file_errors=wrong, files_kept=kept, status=422)
    return _answered(request, application, sent, act, files_kept=kept)


def _answered(
    request: HttpRequest, application: Application, sent: Typed, act: str, *, files_kept: bool
) -> HttpResponse:
    ahead = declaration_ahead(application, sent.values)
    if ahead.errors:
        return _page(request, application, sent, checked=True, files_kept=files_kept, status=422)
    # A file alone, kept already; or a second click on what was just declared.
    if not ahead.changed and (files_kept or act == CONFIRM):
        if files_kept:
            messages.success(request, _("Vos pièces sont transmises à l’agence."))
        return see_other(address(application, "declaration"))
    if not ahead.changed:
        same = _("Rien n’est changé : ces réponses sont celles de votre déclaration.")
        return _page(request, application, sent, alert=same, status=422)
    if ahead.refusal:
        return _page(request, application, sent, alert=ahead.refusal, files_kept=files_kept, status=409)
    if act == CONFIRM and request.POST.get("seen") == mark(ahead):
        return _declare(request, application, sent)
    return _ahead(request, application, sent, ahead, moved_on=act == CONFIRM, files_kept=files_kept)


def _declare(request: HttpRequest, application: Application, sent: Typed) -> HttpResponse:
    try:
        move = declare_again(
            actor=standing_in(request), number=application.number, values=sent.with_versions()
        )
    except InvalidInput:
        return _page(request, application, sent, checked=True, status=422)
    except AnswerConflict:
        return _page(request, application, sent, conflicts=_conflicts(application, sent), status=409)
    except TransitionRefused as refused:
        return _page(request, application, sent, alert=refused.message, status=409)
    if move is not None:
        messages.success(
            request, _("Votre déclaration est modifiée. Rien de ce qui était déposé n’est perdu.")
        )
    return see_other(address(application, "declaration"))


def _keep_files(
    request: HttpRequest, application: Application, asked: Sequence[FormField]
) -> tuple[bool, dict[str, str]]:
    """Whether a file was kept: what backs a claim is, as it comes. What is wrong with one, beside its question."""
    kept, errors = False, dict[str, str]()
    for question in asked:
        for upload in request.FILES.getlist(question.key):
            try:
                _keep_file(standing_in(request), application, question, upload)
            except (InvalidInput, TransitionRefused) as refusal:
                errors[question.key] = refusal.message
            else:
                kept = True
    return kept, errors


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
    give_evidence(actor=standing, number=application.number, field=question.key, document_id=document.pk)


# --- What was typed -------------------------------------------------------------------------------------------


def _typed(request: HttpRequest, fields: Sequence[FormField]) -> Typed:
    post = request.POST
    values: dict[str, Any] = {
        f.key: post.getlist(f.key) if f.kind in SEVERAL else post.get(f.key, "") for f in fields
    }
    return Typed(values, {key: version(post.get(f"{VERSION}{key}")) for key in values})


def _settled(sent: Typed, act: str, argument: str) -> Typed:
    """A conflict settled: "mine" as if their answer had been on the screen, or theirs in place of mine."""
    values, versions = dict(sent.values), dict(sent.versions)
    name, _colon, rest = argument.partition(":")
    if act == "keep" and name in values:
        versions[name] = version(rest)
    elif act == "take":
        values.pop(name, None)
    return Typed(values, versions)


def _conflicts(application: Application, sent: Typed) -> dict[str, AnswerConflict]:
    """Answers that somebody else changed since this page was made."""
    definition, stored = definition_for(application), stored_answers(application)
    found = {}
    for field in declared_fields(definition):
        kept = stored.get(field.key)
        if kept is None or field.key not in sent.values or sent.versions.get(field.key) == kept.version:
            continue
        if normalise(field, sent.values[field.key], definition) != kept.value:
            found[field.key] = AnswerConflict(kept.value, kept.version, kept.by, kept.at)
    return found


def mark(ahead: DeclarationAhead) -> str:
    """What was shown of the consequences: another mark, and the file went on since."""
    shown = [report_of(ahead.effects), [[c.claim.key, report_of(c.effects)] for c in ahead.awaited]]
    return sha256_hex(canonical_json(shown))


# --- The pages ------------------------------------------------------------------------------------------------


def _questions(
    standing: Standing,
    application: Application,
    sent: Typed,
    conflicts: Mapping[str, AnswerConflict],
    *,
    checked: bool,
    file_errors: Mapping[str, str],
) -> list[Question]:
    """The questions of every form step that are about profiles and claims, as the form itself asks them."""
    definition = definition_for(application)
    keys = {field.key for field in declared_fields(definition)}
    answers = declaration_ahead(application, sent.values).answers if sent.values else {}
    found: list[Question] = []
    for step in form_steps(definition):
        asked = [f for section in step.sections for f in section.fields if f.key in keys]
        if asked:
            page = FormPage(
                standing,
                application,
                step,
                checked=checked,
                typed=sent.values,
                conflicts=conflicts,
                unsaved=answers,
                file_errors=file_errors,
            )
            found += page.some_questions(asked)
    return found


def _outside(application: Application) -> str:
    """Answers elsewhere that the conditions of these questions look at, as JSON for the script."""
    fields = declared_fields(definition_for(application))
    own = {f.key for f in fields}
    looked_at = {key for f in fields if f.when for kind, key in f.when.references() if kind == "answer"} - own
    answers = answers_of(application) if looked_at else {}
    return json.dumps({key: answers.get(key) for key in sorted(looked_at)})


def _page(
    request: HttpRequest,
    application: Application,
    sent: Typed | None = None,
    *,
    conflicts: Mapping[str, AnswerConflict] | None = None,
    alert: str = "",
    checked: bool = False,
    file_errors: Mapping[str, str] | None = None,
    files_kept: bool = False,
    status: int = 200,
) -> HttpResponse:
    standing, now = standing_in(request), declaration_of(application)
    may = can_declare_again(standing, application)
    # What was typed is never lost, even where it can no longer be declared.
    shows_form = may and (not now.obstacle or sent is not None)
    conflicts, questions = conflicts or {}, []
    if shows_form:
        questions = _questions(
            standing,
            application,
            sent or Typed({}, {}),
            conflicts,
            checked=checked,
            file_errors=file_errors or {},
        )
    context = {
        **_context(application),
        "declaration": now,
        "page": page_of(request, now.history),
        "may_declare": may,
        "shows_form": shows_form,
        "questions": questions,
        "conflicts": conflicts,
        "errors": [
            (q.field.id, f"{q.field.label}{_(' : ')}{q.field.error}") for q in questions if q.field.error
        ],
        "alert": alert,
        "files_kept": files_kept,
        "outside": _outside(application),
    }
    return render(request, "vendor/declaration.html", context, status=status)


def _ahead(
    request: HttpRequest,
    application: Application,
    sent: Typed,
    ahead: DeclarationAhead,
    *,
    moved_on: bool = False,
    files_kept: bool = False,
) -> HttpResponse:
    """What the new answers imply. `moved_on`: the file went on since this was shown, and is shown again."""
    hidden = [
        (key, one)
        for key, value in sent.values.items()
        for one in (value if isinstance(value, list) else [value])
    ]
    hidden += [(f"{VERSION}{key}", str(number)) for key, number in sent.versions.items()]
    before = {row.label.fr: row.values for row in answer_rows(application, answers_of(application))}
    context = {
        **_context(application),
        "rows": [(row, before.get(row.label.fr, ())) for row in answer_rows(application, ahead.answers)],
        "effects": shown_effects(application, ahead.effects),
        "awaited": [(c.claim, shown_effects(application, c.effects), c.refusal) for c in ahead.awaited],
        "over": ahead.over,
        "hidden": hidden,
        "seen": mark(ahead),
        "moved_on": moved_on,
        "files_kept": files_kept,
    }
    return render(request, "vendor/declaration_ahead.html", context, status=409 if moved_on else 200)


def _context(application: Application) -> dict[str, Any]:
    return {
        **frame(application),
        "crumbs": crumbs_of(application, (_("Votre déclaration"), "")),
        "page_url": address(application, "declaration"),
    }


urls = [path("candidatures/<str:number>/declaration", declaration, name="declaration")]
