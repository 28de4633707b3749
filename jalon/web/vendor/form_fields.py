"""A question of the definition as a field of the page: component, value, choices, files, help."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from jalon.applications.models import AnswerDocument, Application
from jalon.applications.rules.answers import facts
from jalon.documents.policy import is_not_analysed, may_open
from jalon.documents.rules import FORMATS
from jalon.programmes.definition.schema import Definition, FormField, Help
from jalon.web.components.fields import Choice, Field, FieldHelp, FileRow
from jalon.web.components.fields import FieldKind as ShownKind
from jalon.web.components.tags import file_size
from jalon.web.components.times import paris_short
from jalon.web.countries import country_choices
from jalon.web.vendor.form_values import french_only, lines, said
from jalon.web.vendor.frame import address
from jalon.web.vendor.scope import profile_sides

RADIOS_AT_MOST = 6
KINDS: dict[str, ShownKind] = {
    "text": "text", "long_text": "long_text", "choices": "checkboxes", "yes_no": "yes_no", "profiles": "checkboxes",
    "documents": "files", "email": "email", "telephone": "tel", "country": "select", "siren": "text", "siret": "text",
    "eu_vat": "text", "date": "date", "number": "number", "shown": "shown",
}  # fmt: skip
DIGITS = ("siren", "siret", "number")


@dataclass(frozen=True)
class FormFields:
    """Makes the fields of one step for one person. `locked`: questions that this person may only read."""

    application: Application
    step_key: str
    definition: Definition
    answers: Mapping[str, Any]
    files: Mapping[str, Sequence[AnswerDocument]]
    locked: frozenset[str]
    editable: bool

    def field(
        self, asked_for: FormField, name: str, value: Any, error: str, data: Mapping[str, str]
    ) -> Field:
        kind = _kind(asked_for)
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
        remove = f"{address(self.application, 'etapes', self.step_key)}?retirer={asked_for.key}:"
        return tuple(
            FileRow(
                name=row.document.name,
                detail=_("%(size)s, déposé par %(name)s le %(when)s")
                % {
                    "size": file_size(row.document.size),
                    "name": row.added_by.full_name,
                    "when": paris_short(row.added_at),
                },
                url=address(self.application, "pieces", str(row.document_id))
                if may_open(row.document)
                else "",
                remove_url=f"{remove}{row.document_id}" if self.editable else "",
                note=_("Non analysé") if is_not_analysed(row.document) else "",
            )
            for row in self.files.get(asked_for.key, [])
        )


def _kind(asked_for: FormField) -> ShownKind:
    if asked_for.kind == "choice":
        return "radios" if len(asked_for.options) <= RADIOS_AT_MOST else "select"
    return KINDS[asked_for.kind]


def _hint(asked_for: FormField) -> str:
    if asked_for.kind != "documents":
        return said(asked_for.hint)
    formats = ", ".join(e.upper() for e in asked_for.formats if e in FORMATS)
    limit = _("%(formats)s, %(size)d Mo au plus") % {"formats": formats, "size": asked_for.max_mb}
    return " ".join(part for part in (said(asked_for.hint), f"{limit}.") if part)


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
