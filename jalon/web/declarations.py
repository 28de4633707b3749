"""What other profiles or another claim do to a file, in words: the same for vendor and agency (R5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from jalon.applications.models import Application
from jalon.applications.queries import definition_for
from jalon.applications.queries.answers import answer_documents, answers_of
from jalon.applications.queries.facts import frozen_facts, pending_claims
from jalon.applications.rules.answers import declared_claims, holds
from jalon.programmes.definition.schema import Text
from jalon.programmes.queries import compiled
from jalon.reviews.queries.declarations import (
    DeclarationLine,
    declaration_history,
    declaration_obstacle,
    declared_fields,
    named_effects,
)
from jalon.reviews.rules.moves import Effects
from jalon.web.answers import answer_lines

# list → (words, icon, tone), what asks for something first
_LISTS: Mapping[str, tuple[str | Promise, str, str]] = {
    "add": (gettext_lazy("À déposer"), "add-line", "info"),
    "requalify": (gettext_lazy("À confirmer telle quelle, ou à remplacer"), "refresh-line", "req"),
    "back": (
        gettext_lazy("À vérifier : demandée à nouveau, avec ce qui avait été donné"), "history-line", "req",
    ),
    "drop": (gettext_lazy("Plus demandée, conservée au dossier"), "subtract-line", "off"),
    "kept": (gettext_lazy("Verdict conservé"), "check-line", "ok"),
}  # fmt: skip
_OPEN_AT_MOST = 40  # a longer list is folded


@dataclass(frozen=True)
class ChapterProofs:
    title: Text
    codes: tuple[str, ...]


@dataclass(frozen=True)
class EffectList:
    """One list of proofs by chapter, as templates/components/effects.html shows it."""

    name: str
    words: str
    icon: str
    tone: str
    chapters: tuple[ChapterProofs, ...]

    @property
    def count(self) -> int:
        return sum(len(chapter.codes) for chapter in self.chapters)

    @property
    def unfolded(self) -> bool:
        return self.name != "kept" and self.count <= _OPEN_AT_MOST


@dataclass(frozen=True)
class ShownEffects:
    """What would become of the file. `before` and `after`: proofs asked for."""

    lists: tuple[EffectList, ...]
    reopened: tuple[Text, ...]
    new: tuple[Text, ...]
    gone: tuple[Text, ...]
    before: int
    after: int

    @property
    def is_empty(self) -> bool:
        """Nothing that was given, decided or asked for changes."""
        return not any(found.name != "kept" for found in self.lists)


def shown_effects(application: Application, made: Effects) -> ShownEffects:
    titles = {chapter.key: chapter.title for chapter in definition_for(application).chapters}
    named = named_effects(application, made)
    lists = []
    for name, (words, icon, tone) in _LISTS.items():
        codes: dict[str, list[str]] = {}
        for item in named.get(name, ()):
            codes.setdefault(item.chapter.key, []).append(item.code)
        if codes:
            chapters = tuple(ChapterProofs(titles[key], tuple(found)) for key, found in codes.items())
            lists.append(EffectList(name, str(words), icon, tone, chapters))
    return ShownEffects(
        tuple(lists),
        tuple(titles[key] for key in made.reopened_chapters),
        tuple(titles[c.key] for c in made.chapters if c.is_new),
        tuple(titles[key] for key in made.vanished),
        application.expected,
        sum(chapter.expected for chapter in made.chapters),
    )


# --- What is declared -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AnswerRow:
    label: Text
    values: tuple[str, ...]
    gone: tuple[str, ...] = ()  # answers that the programme no longer offers: to be chosen again


@dataclass(frozen=True)
class ClaimRow:
    """A claim that the answers make. `state`: waits, confirmed, or refused."""

    label: Text
    state: str


@dataclass(frozen=True)
class Declaration:
    """The answers about profiles and claims, what was decided on them, why they do not change now."""

    answers: tuple[AnswerRow, ...]
    claims: tuple[ClaimRow, ...]
    obstacle: str
    history: tuple[DeclarationLine, ...]

    @property
    def waits(self) -> bool:
        return any(claim.state == "waits" for claim in self.claims)

    @property
    def has_gone(self) -> bool:
        return any(row.gone for row in self.answers)

    @property
    def declared_again(self) -> bool:
        return any(line.move_n is not None for line in self.history)


def declaration_of(application: Application) -> Declaration:
    """The same number of queries however often it was declared."""
    answers, obstacle = answers_of(application), declaration_obstacle(application)
    return Declaration(
        answer_rows(application, answers),
        _claim_rows(application, answers),
        obstacle,
        tuple(declaration_history(application)),
    )


def answer_rows(application: Application, answers: Mapping[str, Any]) -> tuple[AnswerRow, ...]:
    definition = definition_for(application)
    known = compiled(application.revision).profiles
    files = answer_documents(application)
    rows = []
    for field in declared_fields(definition):
        if holds(field.when, answers) and field.kind == "documents":
            names = tuple(row.document.name for row in files.get(field.key, ()))
            rows.append(AnswerRow(field.label, names))
        elif holds(field.when, answers):
            given = answers.get(field.key)
            gone = tuple(k for k in given or () if k not in known) if field.kind == "profiles" else ()
            kept = [k for k in given if k in known] if gone and given else given
            rows.append(AnswerRow(field.label, tuple(answer_lines(field, kept, definition)), gone))
    return tuple(rows)


def _claim_rows(application: Application, answers: Mapping[str, Any]) -> tuple[ClaimRow, ...]:
    definition = definition_for(application)
    declared = declared_claims(definition, answers)
    if not declared:
        return ()
    waiting, held = pending_claims(application), frozen_facts(application).claims

    def state(key: str) -> str:
        return "waits" if key in waiting else "confirmed" if key in held else "refused"

    return tuple(ClaimRow(c.label, state(c.key)) for c in definition.claims if c.key in declared)
