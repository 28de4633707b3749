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
from jalon.applications.states import ApplicationState
from jalon.documents.policy import is_not_analysed, may_open
from jalon.documents.rules import FORMATS
from jalon.programmes.definition.conditions import Condition
from jalon.programmes.definition.schema import (
    Definition,
    FormField,
    FormSection,
    FormStep,
    Help,
    Prefill,
    Repeat,
    Text,
)
from jalon.reviews.models import Remark
from jalon.reviews.queries import open_remarks
from jalon.web.components.fields import Choice, Field, FieldHelp, FileRow
from jalon.web.components.fields import FieldKind as ShownKind
from jalon.web.components.tags import file_size, paris_short
from jalon.web.countries import country_choices
from jalon.web.vendor.form_values import VERSION, answer_label, french_only, lines, said
from jalon.web.vendor.frame import address
from jalon.web.vendor.scope import Scope, profile_sides, scope

RADIOS_AT_MOST = 6
KINDS: dict[str, ShownKind] = {
    "text": "text", "long_text": "long_text", "choices": "checkboxes", "yes_no": "yes_no", "profiles": "checkboxes",
    "documents": "files", "email": "email", "telephone": "tel", "country": "select", "siren": "text", "siret": "text",
    "eu_vat": "text", "date": "date", "number": "number", "shown": "shown",
}  # fmt: skip
DIGITS = ("siren", "siret", "number")


@dataclass(frozen=True)
class RemarkView:
    """A request of the agency beside what it is about; `changed`: the answer differs from the one examined."""

    text: str
    by: str
    at: datetime
    changed: bool


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
        return [
            (_input_id(key), f"{self._label(key)}{_(' : ')}{sentence}") for key, sentence in shown.items()
        ]

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
                    field=self._component(inner, name, value, error, data={"group": inner.key}),
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
            field=self._component(
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

    def _component(
        self, asked_for: FormField, name: str, value: Any, error: str, data: Mapping[str, str]
    ) -> Field:
        kind = self._kind(asked_for)
        reserved = asked_for.key in self.locked
        info = ""
        if reserved:
            kind, info = "shown", _("Réservé à un mandataire ou à un responsable de votre entreprise.")
        download = asked_for.download
        return Field(
            name=name,
            label=said(asked_for.label),
            kind=kind,
            value=self._shown_value(asked_for, kind, value),
            hint=_hint(asked_for),
            required=asked_for.required and kind != "shown",
            error="" if reserved else error,
            info=info,
            options=self._options(asked_for, value),
            help=help_of(asked_for.help),
            lang=french_only(asked_for.label),
            max_length=None if asked_for.kind in ("siren", "siret", "eu_vat") else asked_for.max_length,
            inputmode="numeric" if asked_for.kind in DIGITS else "",
            accept=",".join(f".{e}" for e in asked_for.formats),
            multiple=asked_for.max_files > 1,
            upper_case=asked_for.upper_case,
            inline=kind == "radios" and all(len(said(o.label)) < 16 for o in asked_for.options),
            download_url=address(self.application, "fichiers", download.file) if download else "",
            download_label=said(download.label) if download else "",
            data=data,
        )

    def _kind(self, asked_for: FormField) -> ShownKind:
        if asked_for.kind == "choice":
            return "radios" if len(asked_for.options) <= RADIOS_AT_MOST else "select"
        return KINDS[asked_for.kind]

    def _shown_value(self, asked_for: FormField, kind: ShownKind, value: Any) -> Any:
        if asked_for.kind == "documents":
            return self._file_rows(asked_for)
        if kind == "shown":
            return ", ".join(lines(asked_for, value, self.definition))
        return "" if value is None else value

    def _options(self, asked_for: FormField, value: Any) -> tuple[Choice, ...]:
        if asked_for.kind == "country":
            return tuple(Choice(code, name) for code, name in country_choices(str(value or "")))
        if asked_for.kind == "profiles":
            return self._profiles(value)
        options = [Choice(o.key, said(o.label), lang=french_only(o.label)) for o in asked_for.options]
        return tuple(options)

    def _profiles(self, value: Any) -> tuple[Choice, ...]:
        sides = profile_sides(self.application, facts(self.definition, self.answers))
        known = [
            Choice(
                p.key,
                said(p.label),
                hint=said(p.hint),
                locked=p.locked,
                side=sides[p.key],
                lang=french_only(p.label),
            )
            for p in self.definition.profiles
        ]
        keys = {p.key for p in self.definition.profiles}
        gone = [v for v in value or [] if v not in keys] if isinstance(value, list) else []
        # An answer naming a removed profile is kept, flagged, and must be chosen again (R5).
        return (*known, *(Choice(v, _("%(name)s (n’est plus proposé)") % {"name": v}) for v in gone))

    def _file_rows(self, asked_for: FormField) -> tuple[FileRow, ...]:
        remove = f"{address(self.application, 'etapes', self.step.key)}?retirer={asked_for.key}:"
        return tuple(
            FileRow(
                name=row.document.name,
                detail=_("%(size)s, déposé par %(name)s le %(when)s")
                % {
                    "size": file_size(row.document.size),
                    "name": row.added_by.full_name,
                    "when": paris_short(row.added_at),
                },
                url=address(self.application, "documents", str(row.document_id))
                if may_open(row.document)
                else "",
                remove_url=f"{remove}{row.document_id}" if self.editable else "",
                note=_("Non analysé") if is_not_analysed(row.document) else "",
            )
            for row in self.files.get(asked_for.key, [])
        )


def remark_views(application: Application, answers: Mapping[str, Any]) -> dict[str, tuple[RemarkView, ...]]:
    """Requests of the agency by question, while the file is with the vendor to be modified."""
    if application.state != ApplicationState.TO_MODIFY:
        return {}
    return {key: _remarks(rows, key, answers) for key, rows in open_remarks(application).items()}


def _remarks(rows: Sequence[Remark], key: str, answers: Mapping[str, Any]) -> tuple[RemarkView, ...]:
    examined = json.loads(rows[0].round.snapshot).get("answers", {})
    changed = examined.get(key) != answers.get(key)
    return tuple(RemarkView(row.text, row.by.full_name, row.at, changed) for row in rows)


def condition_json(condition: Condition | None) -> str:
    """A condition as the script reads it (static/jalon/js/form.js)."""
    return condition.model_dump_json(by_alias=True, exclude_none=True) if condition else ""


def help_of(known: Help | None) -> FieldHelp | None:
    if known is None:
        return None
    link = known.link
    return FieldHelp(
        said(known.title),
        said(known.body),
        link.url if link else "",
        said(link.label) if link else "",
        french_only(known.body),
    )


def version_name(key: str) -> str:
    return f"{VERSION}{key}"


def _input_id(key: str) -> str:
    return Field(key, "").id


def _hint(asked_for: FormField) -> str:
    if asked_for.kind != "documents":
        return said(asked_for.hint)
    formats = ", ".join(e.upper() for e in asked_for.formats if e in FORMATS)
    limit = _("%(formats)s, %(size)d Mo au plus") % {"formats": formats, "size": asked_for.max_mb}
    return " ".join(part for part in (said(asked_for.hint), f"{limit}.") if part)
