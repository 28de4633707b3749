"""Drafts: answers saved as one types, files given as answers, prefill from iSC (G09, G10; situation 1)."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from jalon.accounts.models import User
from jalon.accounts.standing import Standing
from jalon.applications.actions.steps import lock_application, set_step_state
from jalon.applications.models import Answer, AnswerDocument, Application
from jalon.applications.policy import can_decide_for_company, can_fill
from jalon.applications.queries import definition_for, parts_of, state_words
from jalon.applications.queries.answers import answers_of, company_document, prefill_values, restricted_fields
from jalon.applications.rules.answers import all_fields, form_steps, is_empty, normalise, step_errors
from jalon.applications.states import ApplicationState, PartKind, StepState
from jalon.core import clock
from jalon.core.actions import draft, step
from jalon.core.canonical import canonical_json
from jalon.core.errors import Conflict, InvalidInput, NotAllowed, TransitionRefused
from jalon.programmes.definition.schema import Definition, FormField, Repeat

EDITABLE = (ApplicationState.TO_COMPLETE, ApplicationState.TO_MODIFY)


class AnswerConflict(Conflict):
    """Somebody else changed the same answer. Both values stand; the person chooses (situation 1)."""

    def __init__(self, value: Any, version: int, by: str, at: datetime) -> None:
        super().__init__(_("%(name)s a modifié cette réponse entre-temps.") % {"name": by})
        self.value, self.version, self.by, self.at = value, version, by, at


@draft
def save_answer(*, actor: Standing, number: str, field: str, value: Any, base_version: int) -> int:
    """Keep one answer; returns its new version. Wrong or unfinished values are kept too: nothing is lost.

    `base_version` is the version that the person saw (0: none). Raises AnswerConflict when another value was
    saved since; saving the same value again changes nothing.
    """
    application = _editable(actor, number)
    definition = definition_for(application)
    kept = _normalised(definition, field, value)
    _check_right(actor, application, definition, field)
    stored = Answer.objects.select_related("by").filter(application=application, field=field).first()
    if stored is not None and json.loads(stored.value) == kept:
        return stored.version
    if stored is not None and stored.version != base_version:
        by = stored.by.full_name if stored.by else ""
        raise AnswerConflict(json.loads(stored.value), stored.version, by, stored.at)
    version = _store(actor, application, field, kept)
    _open_next_steps(application, definition)
    return version


@draft
def save_answers(
    *, actor: Standing, number: str, values: dict[str, tuple[Any, int]]
) -> dict[str, AnswerConflict]:
    """A whole page at once (no JavaScript): field → (value, version seen). Keeps all but the conflicts."""
    application = _editable(actor, number)
    definition = definition_for(application)
    stored = {a.field: a for a in Answer.objects.select_related("by").filter(application=application)}
    conflicts: dict[str, AnswerConflict] = {}
    for field, (raw, base_version) in values.items():
        kept, before = _normalised(definition, field, raw), stored.get(field)
        if (before is None and is_empty(kept)) or (before is not None and json.loads(before.value) == kept):
            continue
        _check_right(actor, application, definition, field)
        if before is not None and before.version != base_version:
            by = before.by.full_name if before.by else ""
            conflicts[field] = AnswerConflict(json.loads(before.value), before.version, by, before.at)
            continue
        _store(actor, application, field, kept)
    _open_next_steps(application, definition)
    return conflicts


@step
def keep_answers(
    application: Application, *, actor: Standing, values: Mapping[str, tuple[Any, int]]
) -> frozenset[str]:
    """Answers given after the file was found eligible: field → (value, version seen). Which of them are new.

    Raises AnswerConflict when somebody else changed one since.
    """
    definition = definition_for(application)
    stored = {a.field: a for a in Answer.objects.select_related("by").filter(application=application)}
    changed = set()
    for field, (raw, base_version) in values.items():
        kept, before = _normalised(definition, field, raw), stored.get(field)
        if (before is None and is_empty(kept)) or (before is not None and json.loads(before.value) == kept):
            continue
        if before is not None and before.version != base_version:
            by = before.by.full_name if before.by else ""
            raise AnswerConflict(json.loads(before.value), before.version, by, before.at)
        _store(actor, application, field, kept)
        changed.add(field)
    return frozenset(changed)


@step
def keep_answer_document(application: Application, *, actor: Standing, field: str, document_id: int) -> bool:
    """A file given after the file was found eligible. Where no more may be given, the oldest makes room.

    False for one that is there already.
    """
    question = _document_field(definition_for(application), field)
    document = company_document(application, document_id)
    given = AnswerDocument.objects.filter(application=application, field=field, removed_at=None)
    if given.filter(document__content=document.content_id).exists():
        return False
    now, rows = clock.now(), list(given.order_by("pk").values_list("pk", flat=True))
    surplus = rows[: max(len(rows) - question.max_files + 1, 0)]
    given.filter(pk__in=surplus).update(removed_at=now, removed_by_id=actor.person_id)
    AnswerDocument.objects.create(
        application=application, field=field, document=document, added_by_id=actor.person_id, added_at=now
    )
    return True


@draft
def prefill(*, actor: Standing, number: str, section: str, source: str) -> list[str]:
    """ "Compléter avec mes données": fills the empty fields of a section from iSC; returns the fields filled."""
    application = _editable(actor, number)
    definition = definition_for(application)
    user = User.objects.filter(pk=actor.person_id).first()
    known, answers = prefill_values(user, application), answers_of(application)
    filled = []
    for field in _section_fields(definition, section):
        name = _source_name(field, source)
        if name in known and is_empty(answers.get(field.key)):
            _store(actor, application, field.key, normalise(field, known[name], definition))
            filled.append(field.key)
    _open_next_steps(application, definition)
    return filled


@draft
def add_answer_document(*, actor: Standing, number: str, field: str, document_id: int) -> None:
    """Give a file as an answer. Giving the same one twice gives it once."""
    application = _editable(actor, number)
    definition = definition_for(application)
    question = _document_field(definition, field)
    document = company_document(application, document_id)
    given = AnswerDocument.objects.filter(application=application, field=field, removed_at=None)
    if given.filter(document__content=document.content_id).exists():
        return
    if given.count() >= question.max_files:
        raise InvalidInput(
            {field: _("%(max)s fichiers au plus : retirez-en un d’abord.") % {"max": question.max_files}}
        )
    AnswerDocument.objects.create(
        application=application,
        field=field,
        document=document,
        added_by_id=actor.person_id,
        added_at=clock.now(),
    )
    _open_next_steps(application, definition)


@draft
def remove_answer_document(*, actor: Standing, number: str, field: str, document_id: int) -> None:
    """Take a file out of the answer. The file itself stays the company's, and stays in what was submitted."""
    application = _editable(actor, number)
    AnswerDocument.objects.filter(
        application=application, field=field, document_id=document_id, removed_at=None
    ).update(removed_at=clock.now(), removed_by_id=actor.person_id)


def _editable(actor: Standing, number: str) -> Application:
    application = lock_application(actor, number)
    if not can_fill(actor, application):
        raise NotAllowed(_("Seules les personnes de l’entreprise candidate remplissent ce formulaire."))
    if application.state not in EDITABLE:
        raise TransitionRefused(
            _("Le dossier est au statut « %(state)s » : il ne se modifie plus.")
            % {"state": state_words(application)}
        )
    return application


def _check_right(actor: Standing, application: Application, definition: Definition, field: str) -> None:
    if field in restricted_fields(definition) and not can_decide_for_company(actor, application):
        raise NotAllowed(
            _("La déclaration (profils, situation antérieure) revient à un mandataire ou à un responsable.")
        )


def _store(actor: Standing, application: Application, field: str, value: Any) -> int:
    stored, created = Answer.objects.get_or_create(
        application=application,
        field=field,
        defaults={"value": canonical_json(value), "by_id": actor.person_id, "at": clock.now()},
    )
    if not created:
        stored.value, stored.version = canonical_json(value), stored.version + 1
        stored.by_id, stored.at = actor.user_id, clock.now()
        stored.save(update_fields=["value", "version", "by", "at"])
    return stored.version


def _normalised(definition: Definition, key: str, raw: Any) -> Any:
    """The value to keep; unknown fields and fields without an answer of their own are refused."""
    for field in all_fields(definition):
        if field.key == key and field.kind not in ("shown", "documents"):
            return normalise(field, raw, definition)
    for form in form_steps(definition):
        for section in form.sections:
            if section.repeat and section.repeat.key == key:
                return _normalised_blocks(section.repeat, raw)
    raise InvalidInput({key: _("Cette question n’existe pas dans le formulaire.")})


def _normalised_blocks(repeat: Repeat, raw: Any) -> list[dict[str, Any]]:
    blocks = raw if isinstance(raw, list) else []
    kept = [
        {f.key: normalise(f, block.get(f.key)) for f in repeat.fields}
        for block in blocks
        if isinstance(block, dict)
    ]
    return [block for block in kept if any(not is_empty(v) for v in block.values())][: repeat.max + 1]


def _section_fields(definition: Definition, key: str) -> tuple[FormField, ...]:
    return next((s.fields for step in form_steps(definition) for s in step.sections if s.key == key), ())


def _source_name(field: FormField, source: str) -> str:
    """Where a button takes a field's value from: a person's field from the person that the button names."""
    prefix, _dot, name = field.source.partition(".")
    if source == "company":
        return field.source if prefix == "company" else ""
    return f"{source}.{name}" if prefix in ("me", "legal_representative") else ""


def _document_field(definition: Definition, key: str) -> FormField:
    for field in all_fields(definition):
        if field.key == key and field.kind == "documents":
            return field
    raise InvalidInput({key: _("Cette question n’existe pas dans le formulaire.")})


def _open_next_steps(application: Application, definition: Definition) -> None:
    """Step 2 opens when step 1 is complete (G10); a step once open stays open."""
    answers, parts = answers_of(application), parts_of(application, PartKind.FORM)
    for form, following in zip(form_steps(definition), form_steps(definition)[1:], strict=False):
        locked = parts[f"step:{following.key}"]
        if locked.state == StepState.LOCKED and not step_errors(form, answers, definition):
            set_step_state(locked, StepState.TO_COMPLETE)
