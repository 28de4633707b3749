"""Answers of a form in words, as vendor and agency read them."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jalon.core.typography import french_spaces
from jalon.programmes.definition.applicability import Verdict, sentence
from jalon.programmes.definition.findings import Finding
from jalon.programmes.definition.schema import Definition, FormField, Repeat, Text
from jalon.web.countries import country_name

SEVERAL = ("choices", "profiles")


def said(text: Text | str | None) -> str:
    """A text of the definition in the reader's language."""
    if text is None or isinstance(text, str):
        return text or ""
    return text.shown_in(get_language() or "fr")


def explained(definition: Definition, verdict: Verdict) -> str:
    """Why something applies or not, in the reader's language."""
    return sentence(definition, verdict, get_language() or "fr", shown=True)


def complaint(finding: Finding) -> str:
    """What is wrong in a definition, in the reader's language."""
    language = get_language() or "fr"
    said = finding.message(language)
    return french_spaces(said) if language == "fr" else said


def french_only(text: Text | None) -> str:
    """The lang attribute of a text that has no translation."""
    return "fr" if text is not None and text.is_french_in(get_language() or "fr") else ""


def answer_lines(field: FormField, value: Any, definition: Definition) -> list[str]:
    """An answer in words, one line a value; nothing when there is none. Not for questions of files."""
    if value in (None, "", []):
        return []
    if field.kind in (*SEVERAL, "choice"):
        labels = {o.key: said(o.label) for o in field.options}
        if field.kind == "profiles":
            labels = {p.key: said(p.label) for p in definition.profiles}
        given = value if isinstance(value, list) else [value]
        return [labels.get(key, str(key)) for key in given]
    if field.kind == "yes_no":
        return [{"yes": _("Oui"), "no": _("Non")}.get(str(value), str(value))]
    if field.kind == "country":
        return [country_name(str(value))]
    if field.kind == "date":
        return [day_first(str(value))]
    return str(value).splitlines()


def day_first(value: str) -> str:
    """2027-05-13 → 13/05/2027; anything else as it is."""
    year, _dash, rest = value.partition("-")
    month, _dash, day = rest.partition("-")
    return f"{day}/{month}/{year}" if day.isdecimal() and month.isdecimal() else value


def block_lines(repeat: Repeat, value: Any, definition: Definition) -> list[str]:
    """A repeated answer in words: one line a block."""
    blocks = value if isinstance(value, list) else []
    return [
        ", ".join(line for f in repeat.fields for line in answer_lines(f, block.get(f.key), definition))
        for block in blocks
    ]
