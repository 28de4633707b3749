"""A comparison as JSON knows it: what `jalon programme diff --json` prints, and what a revision keeps of it."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from jalon.programmes.definition.compiled import digest_of
from jalon.programmes.definition.diff.changes import (
    ChapterChange,
    Diff,
    FieldChange,
    Pair,
    Place,
    ProofChange,
    Regrouping,
    RequirementChange,
    ScenarioChange,
    ScenarioMove,
)
from jalon.programmes.definition.schema import Definition

Object = dict[str, Any]


def as_json(diff: Diff) -> Object:
    """Texts are whole; `words` are their marks: [["=", same], ["-", gone], ["+", new], …]. Docs: definitions.md."""
    return {
        "equal": diff.equal,
        "counts": {**diff.counts, "unchanged": len(diff.unchanged)},
        "old": _summary(diff.old),
        "new": _summary(diff.new),
        "added": [_place(place) for place in diff.added],
        "removed": [_place(place) for place in diff.removed],
        "changed": [_requirement(change) for change in diff.changed],
        "moved": [
            {**_pair(move.pair), "what": move.what, "from": _spot(move.pair.old), "to": _spot(move.pair.new)}
            for move in diff.moved
        ],
        "renumbered": [_pair(pair) for pair in diff.renumbered],
        "split": [_group(group) for group in diff.split],
        "merged": [_group(group) for group in diff.merged],
        "scenarios_moved": [_scenario_move(move) for move in diff.scenarios_moved],
        "chapters": [_chapter(change) for change in diff.chapters],
        "around": [
            {"path": list(c.path), "what": c.what, "old": c.old, "new": c.new} for c in diff.around
        ],
        "proofs": dict(sorted(Counter(item.status for item in diff.items).items())),
        "to_look_at_again": [
            {"key": i.new.key, "code": i.new.proof.code, "requirement": i.new.requirement.code, "because": i.because}
            for i in diff.items
            if i.status == "meaning" and i.new
        ],
    }  # fmt: skip


def _summary(definition: Definition) -> Object:
    requirements = [r for chapter in definition.chapters for r in chapter.requirements]
    return {
        "code": definition.code, "title": definition.title.fr, "sha256": digest_of(definition),
        "requirements": len({r.code for r in requirements}),
        "proofs": sum(len(s.proofs) for r in requirements for s in r.scenarios),
    }  # fmt: skip


def _place(place: Place) -> Object:
    requirement = place.requirement
    return {
        "key": place.key, "code": place.code, "title": requirement.title.fr, "chapter": place.chapter.title.fr,
        "scenarios": len(requirement.scenarios), "proofs": sum(len(s.proofs) for s in requirement.scenarios),
    }  # fmt: skip


def _spot(place: Place) -> Object:
    return {
        "chapter": place.chapter.title.fr,
        "rank": place.rank,
        "position": place.requirement.position,
    }


def _pair(pair: Pair) -> Object:
    return {
        "old_key": pair.old.key, "new_key": pair.new.key, "old_code": pair.old.code, "code": pair.new.code,
        "title": pair.new.requirement.title.fr, "found_by": pair.found_by, "score": pair.score,
    }  # fmt: skip


def _requirement(change: RequirementChange) -> Object:
    return {
        **_pair(change.pair),
        "chapter": change.pair.new.chapter.title.fr,
        "fields": _fields(change.fields),
        "scenarios": [_scenario(scenario) for scenario in change.scenarios],
    }


def _scenario(change: ScenarioChange) -> Object:
    return {
        **_part(change),
        "proofs": [
            {**_part(proof), "kinds": list(proof.part.kinds), "text": proof.part.text.fr}
            for proof in change.proofs
        ],
    }


def _part(change: ScenarioChange | ProofChange) -> Object:
    return {
        "what": change.what, "found_by": change.found_by, "fields": _fields(change.fields),
        "old_key": change.old.key if change.old else None, "new_key": change.new.key if change.new else None,
        "old_code": change.old.code if change.old else None, "code": change.new.code if change.new else None,
    }  # fmt: skip


def _fields(fields: Iterable[FieldChange]) -> list[Object]:
    signs = {"equal": "=", "delete": "-", "insert": "+"}
    return [
        {
            "field": f.field, "language": f.language, "editorial": f.editorial, "old": f.old, "new": f.new,
            "words": [[signs[span.op], span.text] for span in f.words],
        }
        for f in fields
    ]  # fmt: skip


def _scenario_move(move: ScenarioMove) -> Object:
    return {
        **_scenario(move.change),
        "what": "moved",
        "from": {"key": move.old.key, "code": move.old.code},
        "to": {"key": move.new.key, "code": move.new.code},
    }


def _group(group: Regrouping) -> Object:
    return {
        "old": [_place(place) for place in group.old],
        "new": [_place(place) for place in group.new],
        "kept": _requirement(group.kept) if group.kept else None,
        "scenarios": [_scenario_move(move) for move in group.scenarios],
        "statement": _fields([group.statement])[0],
    }


def _chapter(change: ChapterChange) -> Object:
    chapter = change.new or change.old
    return {
        "what": change.what,
        "key": chapter.key if chapter else None,
        "title": chapter.title.fr if chapter else None,
        "fields": _fields(change.fields),
    }
