"""The notice of a move in the form that vendors know: what changes, what it implies, when, what to do, new texts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from jalon.applications.models import Application
from jalon.core.errors import NotVisible
from jalon.evidence.rules import proof_code
from jalon.programmes.definition.compiled import Compiled, Item
from jalon.programmes.definition.schema import Chapter, Text
from jalon.programmes.queries import compiled, effects_between, item_changes
from jalon.programmes.states import Rule
from jalon.reviews.models import Move
from jalon.reviews.queries.moves import is_undone
from jalon.reviews.rules.moves import COUNTED, Effects, from_report


@dataclass(frozen=True)
class NamedItem:
    """An expected proof as people name it."""

    key: str
    code: str
    title: Text
    chapter: Chapter


@dataclass(frozen=True)
class TextChange:
    """One text of a requirement, before and after; one of them is empty where it was added or removed."""

    kind: str  # "statement", "scenario", "proof"
    code: str
    before: str
    after: str


@dataclass(frozen=True)
class RequirementChange:
    """The new version of a requirement that applies, beside the old one."""

    code: str
    title: Text
    was: tuple[str, ...]
    rule: Rule | None  # None: it is new, or gone
    texts: tuple[TextChange, ...]
    html: bool


@dataclass(frozen=True)
class MoveNotice:
    """The notice of a move in the form that vendors know: what changes, what it implies, when, what to do, texts."""

    move: Move
    undone: bool
    reason: str  # 1. why the agency published the revision
    requirements: tuple[RequirementChange, ...]  # 1. what changes, and the annex with the new texts
    implies: Mapping[str, tuple[NamedItem, ...]]  # 2. by list: add, requalify, redo, reread, kept, drop, back
    effective_on: date  # 3.
    to_do: Mapping[str, tuple[NamedItem, ...]]  # 4. by list: add, requalify, redo, back
    profiles_gone: tuple[str, ...]  # 4. to be chosen again

    @property
    def nothing_to_do(self) -> bool:
        return not any(self.to_do.values()) and not self.profiles_gone


def move_notice(application: Application, n: int) -> MoveNotice:
    """The notice of the n-th move of a file, from what was kept of it and from the two revisions."""
    move = (
        Move.objects.select_related("from_revision", "to_revision", "undone", "by")
        .filter(application=application, n=n)
        .first()
    )
    if move is None:
        raise NotVisible(str(n))
    return notice_of(move)


def notice_of(move: Move) -> MoveNotice:
    kept = json.loads(move.report)
    made = from_report(kept)
    old, new = compiled(move.from_revision), compiled(move.to_revision)
    rules = effects_between(move.from_revision, move.to_revision) if old is not new else {}
    implies = {
        name: tuple(named_item(old if name == "drop" else new, key) for key in getattr(made, name))
        for name in COUNTED
    }
    return MoveNotice(
        move=move,
        undone=is_undone(move),
        reason=move.to_revision.reason,
        requirements=_requirement_changes(old, new, made, rules),
        implies=implies,
        effective_on=move.to_revision.effective_on,
        to_do={name: implies[name] for name in ("add", "requalify", "redo", "back")},
        profiles_gone=tuple(kept.get("profiles_gone", ())),
    )


def named_item(source: Compiled, key: str) -> NamedItem:
    """An expected proof of a definition."""
    item = source.items[key]
    code = proof_code(item.requirement, item.scenario, item.proof)
    return NamedItem(key, code, item.requirement.title, item.chapter)


def _requirement_changes(
    old: Compiled, new: Compiled, made: Effects, rules: Mapping[str, Rule]
) -> tuple[RequirementChange, ...]:
    """Requirements of which a text that applies to the file changed, came or went."""
    if old is new:
        return ()
    former = {after: before for before, after in item_changes(old, new).renamed.items()}
    touched: dict[str, list[tuple[Item | None, Item | None]]] = {}
    for key in (*made.changed, *made.add):
        item = new.items[key]
        pair = (old.items.get(former.get(key, key)), item)
        touched.setdefault(item.requirement.key, []).append(pair)
    for key in made.drop:
        gone = old.items[key]
        touched.setdefault(gone.requirement.key, []).append((gone, new.items.get(key)))
    return tuple(_requirement_change(pairs, rules) for pairs in touched.values())


def _requirement_change(
    pairs: Sequence[tuple[Item | None, Item | None]], rules: Mapping[str, Rule]
) -> RequirementChange:
    newest = next((after for _, after in pairs if after), None) or next(b for b, _ in pairs if b)
    texts: dict[TextChange, None] = {}
    for before, after in pairs:
        texts |= dict.fromkeys(_text_changes(before, after))
    decided = [rules[after.key] for _, after in pairs if after and after.key in rules]
    requirement = newest.requirement
    return RequirementChange(
        code=requirement.code,
        title=requirement.title,
        was=requirement.was,
        rule=max(decided, key=list(Rule).index, default=None),
        texts=tuple(texts),
        html=requirement.html,
    )


def _text_changes(before: Item | None, after: Item | None) -> list[TextChange]:
    said = [
        TextChange(kind, _code(kind, after or before), _text(kind, before), _text(kind, after))
        for kind in ("statement", "scenario", "proof")
    ]
    return [change for change in said if change.before != change.after]


def _code(kind: str, item: Item | None) -> str:
    if item is None:
        return ""
    codes = {"statement": item.requirement.code, "scenario": item.scenario.code, "proof": item.proof.code}
    return codes[kind] or item.requirement.code


def _text(kind: str, item: Item | None) -> str:
    if item is None:
        return ""
    return {
        "statement": item.requirement.statement.fr,
        "scenario": item.scenario.text.fr,
        "proof": item.proof.text.fr,
    }[kind]
