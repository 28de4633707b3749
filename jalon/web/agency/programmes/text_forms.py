"""Texts of a draft as the fields of a form, and what came back written into the draft."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jalon.core.errors import Conflict, DomainError, InvalidInput
from jalon.programmes.actions import edit_draft
from jalon.programmes.definition.editing import (
    KeyPath,
    Value,
    kept_or_sanitised,
    key_path,
    text_at,
    with_texts,
)
from jalon.programmes.definition.findings import DefinitionError
from jalon.programmes.definition.schema import Definition
from jalon.programmes.models import Programme
from jalon.programmes.queries import compiled_draft
from jalon.web.access import standing_in
from jalon.web.agency.frame import refused
from jalon.web.agency.programmes.editable import Block, Slot
from jalon.web.agency.programmes.frame import draft_of
from jalon.web.answers import said
from jalon.web.components.fields import Choice, Field
from jalon.web.keys import whole

JOIN = "|"
LONGEST = 32_767  # what a cell of a workbook holds: lists come and go as workbooks


@dataclass
class Typed:
    """What a refused form holds, by field name; `now`: what the draft holds meanwhile, after a conflict."""

    values: Mapping[str, list[str]]
    errors: Mapping[str, str]
    now: Definition | None = None

    def error(self, name: str) -> str:
        return self.errors.get(name, "")


@dataclass(frozen=True)
class ShownBlock:
    title: str
    fields: tuple[Field, ...]


def shown_blocks(definition: Definition, blocks: Sequence[Block], typed: Typed | None) -> list[ShownBlock]:
    return [
        ShownBlock(b.title, tuple(f for slot in b.slots for f in _fields(definition, slot, typed)))
        for b in blocks
    ]


def _names(slot: Slot) -> Iterator[tuple[str, KeyPath, str]]:
    """(field name, path, language) of each input of a slot."""
    if slot.kinds:
        yield JOIN.join(slot.path), slot.path, ""
        return
    for language in ("fr", "en"):
        place = (*slot.path, language)
        yield JOIN.join(place), place, language


def _fields(definition: Definition, slot: Slot, typed: Typed | None) -> Iterator[Field]:
    for name, place, language in _names(slot):
        held = text_at(definition, place)
        sent = typed.values.get(name) if typed else None
        error = typed.error(name) if typed else ""
        info = ""
        if typed and sent is not None and _differs(slot, sent, held) and typed.now is not None:
            info = _("Dans le brouillon : %(now)s") % {"now": _in_words(held)}
        if slot.kinds:
            chosen = sent if sent is not None else held
            options = tuple(Choice(k.key, said(k.label)) for k in definition.kinds)
            yield Field(
                name, slot.label, "checkboxes", chosen, options=options, error=error, info=info, inline=True
            )
            continue
        value = sent[0] if sent else held
        label = slot.label if language == "fr" else _("%(label)s (anglais)") % {"label": slot.label}
        hint = (
            _("Mise en forme : balises HTML simples (p, ul, li, strong).")
            if slot.html and language == "fr"
            else ""
        )
        yield Field(
            name, label, "long_text" if slot.long else "text", value,
            hint=hint, error=error, info=info, value_lang=language,
            required=slot.required and language == "fr", max_length=None if slot.long else 500,
            rows=min(max(str(value).count("\n") + len(str(value)) // 90 + 1, 2), 14),
        )  # fmt: skip


def _differs(slot: Slot, sent: list[str], held: Value) -> bool:
    return (
        sorted(sent) != sorted(held if isinstance(held, list) else [])
        if slot.kinds
        else _tidy(sent[0]) != held
    )


def _tidy(typed: str) -> str:
    return typed.replace("\r\n", "\n").strip()


def _in_words(held: Value) -> str:
    return ", ".join(held) if isinstance(held, list) else str(held)[:300] or "–"


def sent_values(
    request: HttpRequest, definition: Definition, blocks: Sequence[Block]
) -> dict[KeyPath, Value]:
    """What the form changes, by path: nothing else than what its fields name. Too long a text is refused, never cut."""
    values: dict[KeyPath, Value] = {}
    for slot in (slot for block in blocks for slot in block.slots):
        for name, place, _language in _names(slot):
            held = text_at(definition, place)
            if slot.kinds:
                chosen = [k.key for k in definition.kinds if k.key in request.POST.getlist(name)]
                if f"{name}{JOIN}asked" in request.POST and chosen != held:
                    values[place] = chosen
                    values[(*slot.path[:-1], "kind_guessed")] = False
            elif name in request.POST:
                typed = kept_or_sanitised(request.POST[name], str(held), html=slot.html)
                if typed != held:
                    values[place] = typed
    _refuse_long(values)
    return values


def _refuse_long(values: Mapping[KeyPath, Value]) -> None:
    texts = {JOIN.join(place): value for place, value in values.items() if isinstance(value, str)}
    if errors := {name: error for name, text in texts.items() if (error := length_error(text))}:
        raise InvalidInput(errors)


def length_error(text: str) -> str:
    if len(text) <= LONGEST:
        return ""
    return _("%(n)s caractères, c’est trop : %(max)s au plus.") % {"n": len(text), "max": LONGEST}


def edit(
    request: HttpRequest, programme: Programme, blocks: Sequence[Block]
) -> tuple[Typed | None, str, int]:
    """Write what the form changes: (None, "", 303), or what was typed with the errors, a general one, the status."""
    draft = draft_of(programme)
    definition = compiled_draft(draft).definition
    sent = {name: request.POST.getlist(name) for name in request.POST}
    errors: dict[str, str] = {}
    try:
        values = sent_values(request, definition, blocks)
        if not values:
            return None, "", 303
        made = with_texts(definition, values)
        edit_draft(
            actor=standing_in(request),
            programme_code=programme.code,
            seen_version=whole(request.POST.get("version")),
            definition=made,
        )
    except DefinitionError as error:
        general = []
        names = {name for block in blocks for slot in block.slots for name, _p, _l in _names(slot)}
        for finding in error.findings:
            message = finding.message(get_language() or "fr")
            name = _named_field(names, JOIN.join(key_path(definition, finding)))
            if name:
                errors[name] = message
            else:
                general.append(f"{finding.where}{_(' : ')}{message}")
        return Typed(sent, errors), " ".join(general), 422
    except LookupError:
        gone = _("Ce texte n’est plus dans le brouillon : quelqu’un l’a retiré.")
        return Typed(sent, {}), gone, 409
    except DomainError as error:
        errors, general_error, status = refused(error)
        return Typed(sent, errors, definition if isinstance(error, Conflict) else None), general_error, status
    return None, "", 303


def _named_field(names: set[str], place: str) -> str:
    """The field at that place, or the one that stands nearest to it."""
    if place in names:
        return place
    return next(
        (
            name
            for name in sorted(names)
            if name.startswith(f"{place}{JOIN}") or place.startswith(f"{name}{JOIN}")
        ),
        "",
    )
