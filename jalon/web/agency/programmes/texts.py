"""…/textes: the texts of the draft, edited in place: requirements, forms, profiles, charter, reasons."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jalon.core.errors import Conflict, DomainError, InvalidInput
from jalon.core.text import fold
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
from jalon.programmes.definition.schema import (
    Chapter,
    Definition,
    FormField,
    FormStep,
    Help,
    Requirement,
    Section,
)
from jalon.programmes.models import Programme
from jalon.programmes.queries import compiled_draft
from jalon.web.access import standing_in
from jalon.web.agency.frame import refused, see_other, tell
from jalon.web.agency.programmes.frame import draft_of, programme_context, programme_page
from jalon.web.answers import said
from jalon.web.components.fields import Choice, Field
from jalon.web.keys import whole

JOIN = "|"
LONGEST = 32_767  # what a cell of a workbook holds: lists come and go as workbooks


@dataclass(frozen=True)
class Slot:
    """One text that may be edited. `path` leads to the text, or to the list of kinds."""

    path: KeyPath
    label: str
    long: bool = False
    required: bool = True
    html: bool = False
    kinds: bool = False


@dataclass(frozen=True)
class Block:
    """Texts under one heading."""

    title: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Group:
    key: str
    title: str
    blocks: tuple[Block, ...]


# --- What may be edited ---------------------------------------------------------------------------------------


def groups(definition: Definition) -> list[Group]:
    """The texts around the requirement list, by theme."""
    found = [
        Group("demarche", _("Démarche"), (Block(_("Démarche"), (
            Slot(("title",), _("Titre")), Slot(("summary",), _("Résumé"), long=True),
        )),)),
        Group("profils", _("Profils"), tuple(
            Block(said(p.label), (
                Slot(("profiles", p.key, "label"), _("Libellé")),
                Slot(("profiles", p.key, "hint"), _("Indication"), required=False),
            ))
            for p in definition.profiles
        )),
        *(_form(step) for step in definition.steps if isinstance(step, FormStep)),
        Group("charte", _("Charte"), tuple(_charter(definition))),
        Group("types", _("Types de preuve"), tuple(
            Block(said(k.label), (
                Slot(("kinds", k.key, "label"), _("Libellé")),
                Slot(("kinds", k.key, "hint"), _("Indication"), required=False),
            ))
            for k in definition.kinds
        )),
        Group("prerequis", _("Prérequis"), tuple(
            Block(f"{p.number} {said(p.title)}", (
                Slot(("prerequisites", p.key, "title"), _("Titre")),
                Slot(("prerequisites", p.key, "detail"), _("Détail"), long=True),
            ))
            for p in definition.prerequisites
        )),
        Group("motifs", _("Motifs de renvoi"), (Block(_("Motifs de renvoi"), tuple(
            Slot(("return_reasons", r.key, "label"), said(r.label)) for r in definition.return_reasons
        )),)),
        Group("dates", _("Noms des dates"), (Block(_("Noms des dates"), tuple(
            Slot(("gates", str(n), "label"), said(g.label)) for n, g in enumerate(definition.gates, start=1)
        )),)),
    ]  # fmt: skip
    return [group for group in found if any(block.slots for block in group.blocks)]


def _form(step: FormStep) -> Group:
    blocks = []
    for section in step.sections:
        inside: KeyPath = ("steps", step.key, "sections", section.key)
        head = [
            Slot((*inside, "title"), _("Titre de la section")),
            Slot((*inside, "intro"), _("Introduction"), long=True, required=False),
        ]
        blocks.append(Block(said(section.title), (*head, *_help((*inside, "help"), section.help))))
        blocks += [_question((*inside, "fields", f.key), f) for f in section.fields]
        if section.repeat:
            again: KeyPath = (*inside, "repeat")
            blocks.append(
                Block(said(section.repeat.label), (
                    Slot((*again, "label"), _("Libellé d’un bloc")), Slot((*again, "add_label"), _("Bouton d’ajout")),
                ))
            )  # fmt: skip
            blocks += [_question((*again, "fields", f.key), f) for f in section.repeat.fields]
    return Group(f"formulaire-{step.key}", said(step.title), tuple(blocks))


def _question(inside: KeyPath, question: FormField) -> Block:
    slots = [
        Slot((*inside, "label"), _("Libellé")),
        Slot((*inside, "hint"), _("Indication"), required=False),
        *_help((*inside, "help"), question.help),
    ]
    slots += [
        Slot((*inside, "options", o.key, "label"), _("Choix « %(key)s »") % {"key": o.key})
        for o in question.options
    ]
    if question.pattern_error:
        slots.append(Slot((*inside, "pattern_error"), _("Message d’erreur de format"), required=False))
    return Block(said(question.label), tuple(slots))


def _help(inside: KeyPath, help_text: Help | None) -> Iterator[Slot]:
    if help_text is not None:
        yield Slot((*inside, "title"), _("Titre de l’aide"))
        yield Slot((*inside, "body"), _("Texte de l’aide"), long=True)


def _charter(definition: Definition) -> Iterator[Block]:
    yield Block(said(definition.charter.title), (
        Slot(("charter", "title"), _("Titre")),
        Slot(("charter", "statement"), _("Phrase à côté de la case"), long=True),
    ))  # fmt: skip
    for n, section in enumerate(definition.charter.sections, start=1):
        yield Block(said(section.title), tuple(_section(("charter", "sections", str(n)), section)))


def _section(inside: KeyPath, section: Section) -> Iterator[Slot]:
    yield Slot((*inside, "title"), _("Titre"))
    for name, label, texts in (
        ("paragraphs", _("Paragraphe %(n)d"), section.paragraphs),
        ("items", _("Point %(n)d"), section.items),
    ):
        for n, _text in enumerate(texts, start=1):
            yield Slot((*inside, name, str(n)), label % {"n": n}, long=True)


def requirement_blocks(chapter: Chapter, requirement: Requirement) -> tuple[Block, ...]:
    inside: KeyPath = ("chapters", chapter.key, "requirements", requirement.key)
    html = requirement.html
    blocks = [
        Block(_("Exigence %(code)s") % {"code": requirement.code}, (
            Slot((*inside, "title"), _("Titre")),
            Slot((*inside, "statement"), _("Énoncé"), long=True, html=html),
            Slot((*inside, "comment"), _("Commentaire"), long=True, required=False),
        ))
    ]  # fmt: skip
    for scenario in requirement.scenarios:
        of: KeyPath = (*inside, "scenarios", scenario.key)
        slots = [Slot((*of, "text"), _("Texte du scénario"), long=True, html=html)]
        for proof in scenario.proofs:
            asked: KeyPath = (*of, "proofs", proof.key)
            name = proof.code or "–"
            slots.append(Slot((*asked, "text"), _("Preuve %(code)s") % {"code": name}, long=True))
            slots.append(
                Slot((*asked, "kinds"), _("Types admis pour la preuve %(code)s") % {"code": name}, kinds=True)
            )
        blocks.append(Block(_("Scénario %(code)s") % {"code": scenario.code or "–"}, tuple(slots)))
    return tuple(blocks)


# --- Fields, and back ------------------------------------------------------------------------------------------


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


# --- Pages -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RequirementLink:
    code: str
    title: object
    proofs: int
    url: str


@programme_page
@require_safe
def texts(request: HttpRequest, programme: Programme) -> HttpResponse:
    """What may be edited: texts by theme, and each requirement. `q` searches the requirements."""
    draft = draft_of(programme)
    definition = compiled_draft(draft).definition
    words = request.GET.get("q", "").strip()[:100]
    wanted = fold(words).split()
    chapters = []
    for chapter in definition.chapters:
        rows = [
            RequirementLink(
                r.code,
                r.title,
                sum(len(s.proofs) for s in r.scenarios),
                reverse("staff-programme-requirement", args=[programme.code, r.key]),
            )
            for r in chapter.requirements
            if all(
                word in fold(f"{r.code} {' '.join(r.was)} {r.title.fr} {r.title.en} {r.statement.fr}")
                for word in wanted
            )
        ]
        if rows:
            chapters.append((chapter.title, rows, sum(not row.proofs for row in rows)))
    context = {
        **programme_context(request, programme, "texts", _("Textes du brouillon")),
        "draft": draft,
        "groups": [
            (g.title, sum(len(b.slots) for b in g.blocks),
             reverse("staff-programme-words", args=[programme.code, g.key]))
            for g in groups(definition)
        ],
        "chapters": chapters,
        "words": words,
        "found": sum(len(rows) for _title, rows, _none in chapters),
    }  # fmt: skip
    return render(request, "agency/programme/texts.html", context)


@programme_page
@require_http_methods(["GET", "HEAD", "POST"])
def words_of(request: HttpRequest, programme: Programme, group: str) -> HttpResponse:
    definition = compiled_draft(draft_of(programme)).definition
    chosen = next((g for g in groups(definition) if g.key == group), None)
    if chosen is None:
        raise Http404
    typed, general, status = None, "", 200
    if request.method == "POST":
        typed, general, status = edit(request, programme, chosen.blocks)
        if typed is None:
            tell(request, _("Le brouillon est enregistré. Rien n’est publié."))
            return see_other("staff-programme-words", programme.code, group)
    blocks = shown_blocks(definition, chosen.blocks, typed)
    context = {
        **programme_context(request, programme, "texts", chosen.title),
        **_form_context(programme, blocks, general),
        "here": reverse("staff-programme-words", args=[programme.code, group]),
    }
    return render(request, "agency/programme/words.html", context, status=status)


def _form_context(programme: Programme, blocks: list[ShownBlock], general: str) -> dict[str, object]:
    fields = [f for block in blocks for f in block.fields]
    return {
        "draft": draft_of(programme),
        "blocks": blocks,
        "errors": [(f.id, f.error) for f in fields if f.error],
        "general": general,
        "back_url": reverse("staff-programme-texts", args=[programme.code]),
    }


urls = [
    path("instruction/programmes/<str:code>/textes", texts, name="staff-programme-texts"),
    path("instruction/programmes/<str:code>/textes/<str:group>", words_of, name="staff-programme-words"),
]
