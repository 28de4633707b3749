"""Texts of a draft as the fields of a form, and what came back written into the draft.

Beside each field goes a digest of what it showed. So a form that comes back says which fields the person changed; only
those are written, and only what somebody else changed as well is a conflict.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from jalon.core import dates
from jalon.core.canonical import sha256_hex
from jalon.core.errors import Conflict, DomainError, InvalidInput
from jalon.programmes.actions.drafts import edit_draft
from jalon.programmes.definition.diff.words import marks
from jalon.programmes.definition.editing import (
    KeyPath,
    Value,
    kept_or_sanitised,
    key_path,
    spelled_out,
    text_at,
    with_texts,
)
from jalon.programmes.definition.findings import DefinitionError
from jalon.programmes.definition.rich_text import plain_text
from jalon.programmes.definition.schema import Definition
from jalon.programmes.models import Draft, Programme
from jalon.programmes.queries import compiled_draft
from jalon.web.access import standing_in
from jalon.web.agency.frame import refused
from jalon.web.agency.programmes.editable import JOIN, Block, Slot
from jalon.web.agency.programmes.frame import draft_of, programme_context
from jalon.web.agency.programmes.marked import FieldRow, one_side
from jalon.web.answers import complaint, said
from jalon.web.components.fields import Choice, Field

SHOWN = f"{JOIN}shown"  # after the name of a field: the digest of what it showed
TAKEN = f"{JOIN}taken"  # the person takes what the draft holds
_TEXTS_SHOWN = (f"{JOIN}fr{SHOWN}", f"{JOIN}en{SHOWN}")
_KINDS_SHOWN = f"{JOIN}kinds{SHOWN}"
LONGEST = 32_767  # what a cell of a workbook holds: lists come and go as workbooks


@dataclass(frozen=True)
class Typed:
    """What a form sent, by field name; and what was wrong with it."""

    values: Mapping[str, list[str]]
    errors: Mapping[str, str] = field(default_factory=dict)

    def error(self, name: str) -> str:
        return self.errors.get(name, "")

    def text(self, name: str) -> str:
        return "".join(self.values.get(name, []))

    def changed(self, name: str, *, kinds: bool = False) -> Value | None:
        """What the person made of a field, None where it came back as it was shown (or not at all)."""
        if name not in self.values and not (kinds and f"{name}{SHOWN}" in self.values):
            return None
        value = self.values.get(name, []) if kinds else _tidy(self.text(name))
        if f"{name}{TAKEN}" in self.values or digest_of(value) == self.text(f"{name}{SHOWN}"):
            return None
        return value

    def collides(self, name: str, held: Value) -> bool:
        """Whether what the draft holds is not what the field had shown."""
        return self.text(f"{name}{SHOWN}") != digest_of(held)

    def without_place(self, places: Mapping[str, object]) -> list[Value]:
        """What was typed or ticked in fields that are no more: shown, so that nothing is lost."""
        fields = {
            name.removesuffix(SHOWN): name.endswith(_KINDS_SHOWN)
            for name in self.values
            if name.endswith((*_TEXTS_SHOWN, _KINDS_SHOWN))
        }
        changed = (self.changed(name, kinds=kinds) for name, kinds in fields.items() if name not in places)
        return [value for value in changed if value]


@dataclass(frozen=True)
class ShownField:
    """A field, the digest of what the draft holds, and after a conflict both texts side by side."""

    field: Field
    digest: str
    beside: FieldRow | None = None


@dataclass(frozen=True)
class ShownBlock:
    """`rows`: the languages of one text, side by side."""

    title: str
    rows: tuple[tuple[ShownField, ...], ...]


def _tidy(typed: str) -> str:
    return typed.replace("\r\n", "\n").replace("\r", "\n").strip()


def digest_of(value: Value) -> str:
    """Line ends and the order of ticks are the browser's."""
    text = JOIN.join(sorted(value)) if isinstance(value, list) else _tidy(str(value))
    return sha256_hex(text)[:16]


def form_context(
    programme: Programme, blocks: Sequence[Block], typed: Typed | None, general: str
) -> dict[str, Any]:
    """What the template of a form of texts shows."""
    draft = draft_of(programme)
    definition = compiled_draft(draft).definition
    shown, form = shown_blocks(definition, blocks, typed), _Form(definition, typed)
    fields = [one.field for block in shown for row in block.rows for one in row]
    return {
        "draft": draft,
        "blocks": shown,
        "errors": [(f.id, f"{f.label}{_(' : ')}{f.error}") for f in fields if f.error],
        "general": general,
        "gone": [form.in_words(one) for one in typed.without_place(_places(blocks))] if typed else [],
        "back_url": reverse("staff-programme-texts", args=[programme.code]),
    }


def gone_page(
    request: HttpRequest, programme: Programme, title: str, typed: Typed | None, *, also: Sequence[str] = ()
) -> HttpResponse:
    """What somebody wrote in was removed meanwhile: what was typed is shown once more. Nothing typed: nothing there."""
    context = {
        **programme_context(request, programme, "texts", title),
        **form_context(programme, (), typed, _no_place()),
        "here": reverse("staff-programme-texts", args=[programme.code]),
    }
    context["gone"] = [*context["gone"], *filter(None, also)]
    if not context["gone"]:
        raise Http404
    return render(request, "agency/programme/words.html", context, status=409)


def _no_place() -> str:
    return _("Des textes que vous avez modifiés ne sont plus dans le brouillon.")


# --- Fields ------------------------------------------------------------------------------------------------------


def shown_blocks(definition: Definition, blocks: Sequence[Block], typed: Typed | None) -> list[ShownBlock]:
    form = _Form(definition, typed)
    return [ShownBlock(b.title, tuple(tuple(form.fields(slot)) for slot in b.slots)) for b in blocks]


def _names(slot: Slot) -> Iterator[tuple[str, KeyPath, str]]:
    """(field name, path, language) of each input of a slot."""
    if slot.kinds:
        yield JOIN.join(slot.path), slot.path, ""
        return
    for language in ("fr", "en"):
        place = (*slot.path, language)
        yield JOIN.join(place), place, language


def _places(blocks: Sequence[Block]) -> dict[str, tuple[Slot, KeyPath]]:
    slots = (slot for block in blocks for slot in block.slots)
    return {name: (slot, place) for slot in slots for name, place, _language in _names(slot)}


class _Form:
    def __init__(self, definition: Definition, typed: Typed | None) -> None:
        self.raw = spelled_out(definition)
        self.kinds = tuple(Choice(k.key, said(k.label)) for k in definition.kinds)
        self.typed = typed or Typed({})

    def fields(self, slot: Slot) -> Iterator[ShownField]:
        for name, place, language in _names(slot):
            held = text_at(self.raw, place)
            changed = self.typed.changed(name, kinds=slot.kinds)
            value = held if changed is None else changed
            conflict = (
                changed is not None
                and self.typed.collides(name, held)
                and _stored(slot, changed, held) != held
            )
            error = self.typed.error(name) or (_in_conflict() if conflict else "")
            shown = self.ticks(slot, name, value, error) if slot.kinds else _input(
                slot, name, language, str(value), error
            )  # fmt: skip
            yield ShownField(shown, digest_of(held), self.beside(held, value, language) if conflict else None)

    def ticks(self, slot: Slot, name: str, value: Value, error: str) -> Field:
        return Field(name, slot.label, "checkboxes", value, options=self.kinds, error=error, inline=True)

    def beside(self, held: Value, mine: Value, language: str) -> FieldRow:
        old, new = (self.in_words(value) for value in (held, mine))
        if plain_text(old) != plain_text(new):
            old, new = plain_text(old), plain_text(new)
        spans = marks(old, new)
        return FieldRow("", "", one_side(spans, "insert"), one_side(spans, "delete"), (), language or "fr")

    def in_words(self, value: Value) -> str:
        if not isinstance(value, list):
            return str(value)
        return ", ".join(one.label for one in self.kinds if one.value in value)


def _input(slot: Slot, name: str, language: str, value: str, error: str) -> Field:
    label = slot.label if language == "fr" else _("%(label)s (anglais)") % {"label": slot.label}
    hint = (
        _("Mise en forme : balises HTML simples (p, ul, li, strong).")
        if slot.html and language == "fr"
        else slot.hint
    )
    return Field(
        name, label, "long_text" if slot.long else "text", value,
        hint=hint, error=error, value_lang=language,
        required=slot.required and language == "fr", max_length=None if slot.long else 500,
        rows=min(max(value.count("\n") + len(value) // 60 + 1, 2), 14),
    )  # fmt: skip


def _in_conflict() -> str:
    return _("Ce texte a changé dans le brouillon pendant que vous le modifiiez. Comparez les deux.")


def _stored(slot: Slot, typed: Value, held: Value) -> Value:
    """What was sent, as the draft would hold it; what it holds where nothing but layout differs."""
    if isinstance(typed, list):
        return held if digest_of(typed) == digest_of(held) else typed
    return kept_or_sanitised(str(typed), str(held), html=slot.html)


# --- And back ----------------------------------------------------------------------------------------------------


def edit(
    request: HttpRequest, programme: Programme, blocks: Sequence[Block]
) -> tuple[Typed | None, str, int]:
    """Write what the person changed: (None, "", 303), or what was typed with the errors, a general one, the status."""
    draft = draft_of(programme)
    definition = compiled_draft(draft).definition
    typed = Typed({name: request.POST.getlist(name) for name in request.POST})
    places = _places(blocks)
    try:
        values = _values(definition, places, typed)
        if typed.without_place(places):
            raise Conflict(_no_place())
        if not values:
            return None, "", 303
        edit_draft(
            actor=standing_in(request),
            programme_code=programme.code,
            seen_version=draft.version,
            definition=with_texts(definition, values),
        )
    except DefinitionError as error:
        errors, general = _beside_fields(definition, error, set(places))
        return Typed(typed.values, errors), general, 422
    except _Collision:
        return typed, _somebody_wrote(draft), 409
    except DomainError as error:
        errors, general, status = refused(error)
        draft.refresh_from_db()
        return Typed(typed.values, errors), general, status
    return None, "", 303


class _Collision(Exception):
    """Somebody else changed what the person changed."""


def _values(
    definition: Definition, places: Mapping[str, tuple[Slot, KeyPath]], typed: Typed
) -> dict[KeyPath, Value]:
    """What to write, by path: what the person changed. Too long a text is refused, never cut."""
    raw = spelled_out(definition)
    values: dict[KeyPath, Value] = {}
    collision = False
    for name, (slot, place) in places.items():
        changed, held = typed.changed(name, kinds=slot.kinds), text_at(raw, place)
        if changed is None or (stored := _stored(slot, changed, held)) == held:
            continue
        collision = collision or typed.collides(name, held)
        if isinstance(stored, list):
            values[place] = [k.key for k in definition.kinds if k.key in stored]
            values[(*place[:-1], "kind_guessed")] = False
        else:
            values[place] = stored
    if collision:
        raise _Collision
    _refuse_long(values)
    return values


def _somebody_wrote(draft: Draft) -> str:
    by = draft.edited_by.full_name if draft.edited_by else _("Jalon")
    at = dates.moment(draft.edited_at)
    return _(
        "Le brouillon a changé pendant que vous écriviez ({name}, le {at}), et là où vous écriviez. Rien n’est encore "
        "enregistré : enregistrer maintenant garde vos textes."
    ).format(name=by, at=at)


def _refuse_long(values: Mapping[KeyPath, Value]) -> None:
    texts = {JOIN.join(place): value for place, value in values.items() if isinstance(value, str)}
    if errors := {name: error for name, text in texts.items() if (error := length_error(text))}:
        raise InvalidInput(errors)


def length_error(text: str) -> str:
    if len(text) <= LONGEST:
        return ""
    return _("%(n)s caractères, c’est trop : %(max)s au plus.") % {"n": len(text), "max": LONGEST}


def _beside_fields(
    definition: Definition, error: DefinitionError, names: set[str]
) -> tuple[dict[str, str], str]:
    """Each fault beside its field; what has no field, in one sentence."""
    errors: dict[str, str] = {}
    general = []
    for finding in error.findings:
        message = complaint(finding)
        if name := _named_field(names, JOIN.join(key_path(definition, finding))):
            errors[name] = message
        else:
            general.append(f"{finding.where}{_(' : ')}{message}")
    return errors, " ".join(general)


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
