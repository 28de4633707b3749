"""The forms of a programme, on plain data: what is asked, what is wrong with an answer, how far one is.

Answers are a mapping from field key to value: text as `str`, yes/no as "yes" or "no", choices as a list of
keys, documents as a list of ids, a repeated block as a list of objects.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from jalon.applications.rules import identifiers
from jalon.programmes.definition.conditions import Condition, Facts
from jalon.programmes.definition.schema import Definition, FormField, FormSection, FormStep, Repeat

Answers = Mapping[str, Any]
_NUMBERS = {"siren", "siret", "eu_vat"}


def form_steps(definition: Definition) -> tuple[FormStep, ...]:
    return tuple(step for step in definition.steps if isinstance(step, FormStep))


def all_fields(definition: Definition) -> Iterator[FormField]:
    """Every field outside repeated blocks, in order."""
    for step in form_steps(definition):
        for section in step.sections:
            yield from section.fields


def asks_for_nil(definition: Definition) -> bool:
    """Whether the programme has a use for the number that the CNDA gives to software."""
    return any("product.nil" in (field.source, field.write_back) for field in all_fields(definition))


def holds(condition: Condition | None, answers: Answers) -> bool:
    """Whether a question is asked. Questions depend on answers alone, never on profiles or claims."""
    return condition is None or condition.holds(Facts(answers=answers))


def asked(section: FormSection, answers: Answers) -> list[FormField]:
    """The questions of a section that these answers call for."""
    return [field for field in section.fields if holds(field.when, answers)]


def repeat_asked(section: FormSection, answers: Answers) -> Repeat | None:
    return section.repeat if section.repeat and holds(section.repeat.when, answers) else None


def normalise(field: FormField, raw: Any, definition: Definition | None = None) -> Any:
    """What is kept of what was typed: trimmed, numbers without spaces, only options that exist."""
    if field.kind in ("choices", "profiles"):
        known = _option_keys(field, definition)
        given = raw if isinstance(raw, list) else [raw]
        kept = {_text(x) for x in given} | _locked(field, definition)
        # An answer naming a removed option is kept, and flagged (R5).
        return [k for k in known if k in kept] + sorted(k for k in kept if k and k not in known)
    text = _text(raw)
    if field.kind in _NUMBERS:
        return identifiers.compact(text)
    if field.kind == "choice":
        # iSC writes a civility as people do ("Mme"), not as our option's key.
        return next((o.key for o in field.options if o.label.fr.casefold() == text.casefold()), text)
    return text.upper() if field.upper_case else text


def _text(raw: Any) -> str:
    """Without what no database keeps: NUL, and halves of characters (JSON can carry them)."""
    text = "" if raw is None else str(raw)
    text = text.encode("utf-8", "ignore").decode()
    return text.replace("\x00", "").replace("\r\n", "\n").strip()


def is_empty(value: Any) -> bool:
    return value in (None, "", [], {})


def field_error(field: FormField, value: Any, answers: Answers, definition: Definition | None = None) -> str:
    """What is wrong with the answer to one question, or "". An empty answer is wrong only where one is due."""
    if is_empty(value):
        return _missing(field) if field.required else ""
    if field.kind in ("choice", "choices", "profiles", "yes_no"):
        return _choice_error(field, value, definition)
    if field.kind == "documents":
        return _documents_error(field, value)
    if len(value) > field.max_length:
        return _("%(n)s caractères, c’est trop : %(max)s au plus.") % {
            "n": len(value),
            "max": field.max_length,
        }
    return _format_error(field, value, answers) or _equality_error(field, value, answers)


def step_errors(step: FormStep, answers: Answers, definition: Definition) -> dict[str, str]:
    """Every error of a step, by field key, in the order of the form. Empty: the step is complete."""
    errors: dict[str, str] = {}
    for section in step.sections:
        for field in asked(section, answers):
            if field.kind != "shown":
                errors[field.key] = field_error(field, answers.get(field.key), answers, definition)
        repeat = repeat_asked(section, answers)
        if repeat:
            errors.update(repeat_errors(repeat, answers.get(repeat.key)))
    return {key: error for key, error in errors.items() if error}


def repeat_errors(repeat: Repeat, value: Any) -> dict[str, str]:
    """Errors of a repeated block, keyed `block.index.field`; the block itself when none was given."""
    blocks = value if isinstance(value, list) else []
    if not blocks:
        return {repeat.key: _("Ajoutez au moins une ligne, ou répondez « Non ».")}
    if len(blocks) > repeat.max:
        return {repeat.key: _("%(max)s lignes au plus.") % {"max": repeat.max}}
    return {
        f"{repeat.key}.{index}.{field.key}": error
        for index, block in enumerate(blocks)
        for field in repeat.fields
        if holds(field.when, block) and (error := field_error(field, block.get(field.key), block))
    }


def progress(step: FormStep, answers: Answers, definition: Definition) -> int:
    """Per cent of the required answers that are there and right; 100 only when nothing is left to mend."""
    required = [f for s in step.sections for f in asked(s, answers) if f.required and f.kind != "shown"]
    blocks = [r for s in step.sections if (r := repeat_asked(s, answers))]
    errors = step_errors(step, answers, definition)
    total = len(required) + len(blocks)
    done = sum(1 for f in required if f.key not in errors)
    done += sum(1 for r in blocks if not any(k == r.key or k.startswith(f"{r.key}.") for k in errors))
    if not errors:
        return 100
    return min(99, 100 * done // total) if total else 99


def declared_claims(definition: Definition, answers: Answers) -> frozenset[str]:
    """Claims that the answers make; they take effect once an agent has confirmed them (G11)."""
    return frozenset(c.key for c in definition.claims if holds(c.declared_when, answers))


def facts(definition: Definition, answers: Answers, confirmed: frozenset[str] | None = None) -> Facts:
    """What applicability looks at. `confirmed` None: as declared, before an agent looked."""
    declared = declared_claims(definition, answers)
    claims = declared if confirmed is None else declared & confirmed
    return Facts(chosen_profiles(definition, answers), claims, answers)


def chosen_profiles(definition: Definition, answers: Answers) -> frozenset[str]:
    """Profiles ticked, and those that are locked; names that the revision does not know are left out."""
    known = {p.key for p in definition.profiles}
    locked = {p.key for p in definition.profiles if p.locked}
    ticked = {v for f in all_fields(definition) if f.kind == "profiles" for v in answers.get(f.key) or []}
    return frozenset((ticked & known) | locked)


def _missing(field: FormField) -> str:
    if field.kind == "documents":
        return _("Aucun fichier. Ajoutez le document demandé.")
    if field.kind in ("choice", "choices", "profiles", "yes_no"):
        return _("Choisissez une réponse.")
    return _("Cette réponse est obligatoire.")


def _option_keys(field: FormField, definition: Definition | None) -> list[str]:
    if field.kind == "profiles" and definition is not None:
        return [p.key for p in definition.profiles]
    return [o.key for o in field.options]


def _locked(field: FormField, definition: Definition | None) -> set[str]:
    if field.kind != "profiles" or definition is None:
        return set()
    return {p.key for p in definition.profiles if p.locked}


def _choice_error(field: FormField, value: Any, definition: Definition | None) -> str:
    known = {"yes", "no"} if field.kind == "yes_no" else set(_option_keys(field, definition))
    given = value if isinstance(value, list) else [value]
    unknown = [v for v in given if v not in known]
    if unknown:
        return _("La réponse « %(value)s » n’est plus proposée. Choisissez à nouveau.") % {
            "value": unknown[0]
        }
    if (
        field.kind in ("choices", "profiles")
        and len(set(given) - _locked(field, definition)) < field.at_least
    ):
        return ngettext(
            "Choisissez au moins %(n)s réponse.", "Choisissez au moins %(n)s réponses.", field.at_least
        ) % {"n": field.at_least}
    return ""


def _documents_error(field: FormField, value: list[Any]) -> str:
    if len(value) <= field.max_files:
        return ""
    return ngettext(
        "%(max)s fichier au plus : retirez-en.", "%(max)s fichiers au plus : retirez-en.", field.max_files
    ) % {"max": field.max_files}


def _format_error(field: FormField, value: str, answers: Answers) -> str:
    siren = identifiers.compact(str(answers.get(field.siren_of or "") or ""))
    checks = {
        "email": lambda: identifiers.email_error(value),
        "telephone": lambda: identifiers.telephone_error(value),
        "siren": lambda: identifiers.siren_error(value),
        "siret": lambda: identifiers.siret_error(value, siren),
        "eu_vat": lambda: identifiers.vat_error(value),
        "date": lambda: _date_error(value),
        "country": lambda: "" if re.fullmatch("[A-Z]{2}", value) else _("Choisissez un pays dans la liste."),
        "number": lambda: (
            "" if re.fullmatch("[0-9]+", value) else _("Indiquez un nombre entier, en chiffres.")
        ),
    }
    check = checks.get(field.kind)
    if check and (error := check()):
        return error
    if field.pattern and not re.fullmatch(field.pattern, value):
        return _pattern_message(field)
    return ""


def _pattern_message(field: FormField) -> str:

    if field.pattern_error:
        return field.pattern_error.shown_in(get_language() or "fr")
    return _("Cette valeur n’a pas la forme attendue. Recopiez-la depuis le document d’origine.")


def _date_error(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        return _("Cette date n’existe pas. Écrivez-la sous la forme jour, mois, année.")
    return ""


def _equality_error(field: FormField, value: str, answers: Answers) -> str:
    other = answers.get(field.equal_to or "")
    if not other or other == value:
        return ""
    if field.equal_error:
        return field.equal_error.shown_in(get_language() or "fr")
    return _("Cette valeur doit être la même que « %(other)s ».") % {"other": other}
