"""A form step as its page shows it, made from the definition alone (G09, G10): nothing here knows a programme."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.applications.actions.answers import EDITABLE, AnswerConflict
from jalon.applications.models import AnswerDocument, Application
from jalon.applications.policy import can_decide_for_company
from jalon.applications.queries import definition_for
from jalon.applications.queries.answers import (
    StoredAnswer,
    answer_documents,
    answers_of,
    restricted_fields,
    stored_answers,
)
from jalon.applications.rules.answers import (
    asked,
    facts,
    field_error,
    holds,
    is_empty,
    progress,
    repeat_asked,
    step_errors,
)
from jalon.programmes.definition.conditions import Condition
from jalon.programmes.definition.schema import (
    Definition,
    FormField,
    FormSection,
    FormStep,
    Prefill,
    Repeat,
    Text,
)
from jalon.web.components.fields import Field, FieldHelp
from jalon.web.vendor.form_fields import FormFields, help_of
from jalon.web.vendor.form_values import answer_label, said
from jalon.web.vendor.remarks import RemarkView, remark_views
from jalon.web.vendor.scope import Scope, scope


@dataclass(frozen=True)
class ConflictView:
    """Somebody else changed the same answer: both values stand, the person chooses (situation 1)."""

    mine: str
    theirs: str
    by: str
    at: datetime
    version: int


@dataclass(frozen=True)
class Question:
    """One field with what stands around it."""

    key: str
    field: Field
    asked: bool
    when: str  # the condition as JSON for the script; empty: always asked
    version: int = 0
    remarks: tuple[RemarkView, ...] = ()
    conflict: ConflictView | None = None
    scope: Scope | None = None


@dataclass(frozen=True)
class Block:
    index: str
    number: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class RepeatView:
    repeat: Repeat
    asked: bool
    when: str
    version: int
    blocks: tuple[Block, ...]
    template: Block
    error: str
    remarks: tuple[RemarkView, ...]
    conflict: ConflictView | None
    full: bool


@dataclass(frozen=True)
class Section:
    section: FormSection
    anchor: str
    questions: tuple[Question, ...]
    repeat: RepeatView | None
    prefill: tuple[Prefill, ...]
    help: FieldHelp | None
    state: str  # of components/section_index.html
    errors: int

    @property
    def title(self) -> Text:
        return self.section.title

    @property
    def url(self) -> str:
        return f"#{self.anchor}"


@dataclass
class FormPage:
    """Builds the page of one step for one person.

    `checked`: "Suivant" was clicked, so missing answers are called wrong too. `typed`: what was sent and could
    not be kept (raw values by key). `added`: the repeated block to which an empty one is added. `unsaved`: answers
    that are looked at in place of those that are kept.
    """

    standing: Standing
    application: Application
    step: FormStep
    checked: bool = False
    conflicts: Mapping[str, AnswerConflict] = field(default_factory=dict)
    typed: Mapping[str, Any] = field(default_factory=dict)
    file_errors: Mapping[str, str] = field(default_factory=dict)
    added: str = ""
    unsaved: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.definition: Definition = definition_for(self.application)
        self.stored: dict[str, StoredAnswer] = stored_answers(self.application)
        self.answers: dict[str, Any] = {**answers_of(self.application), **self.unsaved}
        self.files: dict[str, list[AnswerDocument]] = answer_documents(self.application)
        self.all_errors = step_errors(self.step, self.answers, self.definition)
        self.percent = progress(self.step, self.answers, self.definition)
        self.may_decide = can_decide_for_company(self.standing, self.application)
        self.locked = frozenset() if self.may_decide else restricted_fields(self.definition)
        self.editable = self.application.state in EDITABLE
        self.remarks = remark_views(self.application, self.answers)
        self._fields = FormFields(
            application=self.application,
            step_key=self.step.key,
            definition=self.definition,
            answers=self.answers,
            files=self.files,
            locked=self.locked,
            editable=self.editable,
        )

    # --- The whole

    def sections(self) -> list[Section]:
        return [self._section(section) for section in self.step.sections]

    def some_questions(self, fields: Sequence[FormField]) -> list[Question]:
        """These questions alone, without the live count of proofs."""
        return [replace(self._question(asked_for, self.answers), scope=None) for asked_for in fields]

    def shown_keys(self) -> list[str]:
        """What is asked on this page as it stands: a page posted without script then shows what is new."""
        keys = [f.key for s in self.step.sections for f in asked(s, self.answers)]
        return keys + [s.repeat.key for s in self.step.sections if repeat_asked(s, self.answers) and s.repeat]

    def summary(self) -> list[tuple[str, str]]:
        """Errors as (id of the input, sentence), in the order of the form."""
        shown = {**(self.all_errors if self.checked else {}), **self.file_errors}
        return [(_input_id(key), _said_of(self._label(key), sentence)) for key, sentence in shown.items()]

    def outside_answers(self) -> str:
        """Answers of other steps that the conditions of this one look at, as JSON for the script."""
        own = {f.key for s in self.step.sections for f in s.fields}
        looked_at = {
            key
            for s in self.step.sections
            for condition in (*(f.when for f in s.fields), s.repeat.when if s.repeat else None)
            if condition is not None
            for kind, key in condition.references()
            if kind == "answer" and key not in own
        }
        return json.dumps({key: self.answers.get(key) for key in sorted(looked_at)})

    def saved_at(self) -> datetime | None:
        own = {f.key for s in self.step.sections for f in s.fields} | {
            s.repeat.key for s in self.step.sections if s.repeat
        }
        return max((a.at for key, a in self.stored.items() if key in own), default=None)

    def _label(self, key: str) -> str:
        base, _dot, rest = key.partition(".")
        for section in self.step.sections:
            for question in section.fields:
                if question.key == key:
                    return self._told_apart(section, said(question.label))
            repeat = section.repeat
            if repeat and repeat.key == base:
                index, _dot, name = rest.partition(".")
                inner = next((said(f.label) for f in repeat.fields if f.key == name), "")
                number = f" {int(index) + 1}" if index else ""
                return f"{said(repeat.label)}{number}" + (f", {inner}" if inner else "")
        return key

    def _told_apart(self, section: FormSection, label: str) -> str:
        """The label, with its section where another section asks the same ("Contact, Nom")."""
        same = [s for s in self.step.sections if any(said(f.label) == label for f in s.fields)]
        return f"{said(section.title)}, {label}" if len(same) > 1 else label

    # --- Sections

    def _section(self, section: FormSection) -> Section:
        questions = tuple(self._question(f, self.answers) for f in section.fields)
        keys = {f.key for f in section.fields} | ({section.repeat.key} if section.repeat else set())
        errors = [k for k in self.all_errors if k in keys or k.partition(".")[0] in keys]
        errors += [k for k in self.file_errors if k in keys and k not in errors]
        state = "done" if not errors else "errors" if self.checked else "todo"
        begun = any(not is_empty(self.answers.get(k)) for k in keys)
        unanswered = any(not remark.changed for k in keys for remark in self.remarks.get(k, ()))
        if (state == "todo" and begun) or (state == "done" and unanswered):
            state = "current"
        return Section(
            section=section,
            anchor=f"s-{section.key}",
            questions=questions,
            repeat=self._repeat(section),
            prefill=section.prefill if self.editable else (),
            help=help_of(section.help),
            state=state,
            errors=len(errors),
        )

    def _repeat(self, section: FormSection) -> RepeatView | None:
        repeat = section.repeat
        if repeat is None:
            return None
        is_asked = repeat_asked(section, self.answers) is not None
        value = self.typed.get(repeat.key, self.answers.get(repeat.key))
        blocks = [b for b in value if isinstance(b, dict)] if isinstance(value, list) else []
        if not blocks or self.added == repeat.key:
            blocks = [*blocks, {}]
        stored = self.stored.get(repeat.key)
        return RepeatView(
            repeat=repeat,
            asked=is_asked,
            when=condition_json(repeat.when),
            version=stored.version if stored else 0,
            blocks=tuple(self._block(repeat, str(n), block) for n, block in enumerate(blocks)),
            template=self._block(repeat, "__i__", {}),
            error=self.all_errors.get(repeat.key, "") if self.checked else "",
            remarks=self.remarks.get(repeat.key, ()),
            conflict=self._conflict(repeat.key),
            full=len(blocks) >= repeat.max,
        )

    def _block(self, repeat: Repeat, index: str, block: Mapping[str, Any]) -> Block:
        made = []
        for inner in repeat.fields:
            name = f"{repeat.key}.{index}.{inner.key}"
            value = block.get(inner.key, "")
            error = self.all_errors.get(name, "") if self.checked else self._early_error(inner, value, block)
            made.append(
                Question(
                    key=inner.key,
                    field=self._fields.field(inner, name, value, error, data={"group": inner.key}),
                    asked=holds(inner.when, block),
                    when=condition_json(inner.when),
                )
            )
        number = str(int(index) + 1) if index.isdecimal() else ""
        return Block(index, number, tuple(made))

    # --- Questions

    def _question(self, asked_for: FormField, answers: Mapping[str, Any]) -> Question:
        key = asked_for.key
        value = self.typed.get(key, answers.get(key))
        stored = self.stored.get(key)
        version = stored.version if stored else 0
        return Question(
            key=key,
            field=self._fields.field(
                asked_for, key, value, self._error(asked_for, value), data={"version": str(version)}
            ),
            asked=holds(asked_for.when, answers),
            when=condition_json(asked_for.when),
            version=version,
            remarks=self.remarks.get(key, ()),
            conflict=self._conflict(key),
            scope=self._scope() if asked_for.kind == "profiles" else None,
        )

    def _scope(self) -> Scope:
        return scope(self.application, facts(self.definition, self.answers))

    def _error(self, asked_for: FormField, value: Any) -> str:
        if asked_for.key in self.file_errors:
            return self.file_errors[asked_for.key]
        if self.checked:
            return self.all_errors.get(asked_for.key, "")
        return self._early_error(asked_for, value, self.answers)

    def _early_error(self, asked_for: FormField, value: Any, answers: Mapping[str, Any]) -> str:
        """Before "Suivant" only what was written can be wrong, never what is still missing."""
        if is_empty(value) or asked_for.kind == "shown":
            return ""
        return field_error(asked_for, value, answers, self.definition)

    def _conflict(self, key: str) -> ConflictView | None:
        found = self.conflicts.get(key)
        if found is None:
            return None
        mine = answer_label(self.definition, self.step, key, self.typed.get(key))
        theirs = answer_label(self.definition, self.step, key, found.value)
        return ConflictView(mine, theirs, found.by, found.at, found.version)


def condition_json(condition: Condition | None) -> str:
    """A condition as the script reads it (static/jalon/js/form.js)."""
    return condition.model_dump_json(by_alias=True, exclude_none=True) if condition else ""


def _said_of(label: str, sentence: str) -> str:
    """A label that asks a question carries its own mark: no colon after it."""
    return f"{label} {sentence}" if label.endswith("?") else f"{label}{_(' : ')}{sentence}"


def _input_id(key: str) -> str:
    return Field(key, "").id
