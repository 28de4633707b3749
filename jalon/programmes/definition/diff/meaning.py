"""What an expected proof asks for, as a digest: a verdict holds as long as it stays the same.

In it: the words of statement, scenario and proof, the duty (must or may), the kinds and their limits, the scope, the
choices that it depends on. Not in it: titles, comments, codes, order, chapter, criticality, translations, markup,
bullets, spacing, typography.
"""

from collections.abc import Mapping
from typing import Any

from jalon.core.canonical import canonical_json, sha256_hex
from jalon.programmes.definition.compiled import Item
from jalon.programmes.definition.normal_forms import normative
from jalon.programmes.definition.schema import Definition, ProofKind


def meaning(definition: Definition, item: Item) -> str:
    """SHA-256 of what `item` asks for, in 64 hexadecimal digits."""
    return sha256_hex(canonical_json(asked(definition, item)))


def asked(definition: Definition, item: Item) -> dict[str, Any]:
    """The parts of the meaning by name: statement, nature, scenario, proof, kinds, limits, scope, only."""
    return {
        "statement": normative(item.requirement.statement.fr),
        "nature": item.requirement.nature,
        "scenario": normative(item.scenario.text.fr),
        "proof": normative(item.proof.text.fr),
        "kinds": sorted(set(item.proof.kinds)),
        "limits": limits_of(definition, item),
        "scope": sorted(scopes_of(item)),
        "only": ways_of(item),
    }


def because(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the parts that differ; limits of a kind that is no longer the same are not told twice."""
    names = tuple(name for name in old if old[name] != new[name])
    return tuple(name for name in names if name != "limits" or "kinds" not in names)


def limits_of(definition: Definition, item: Item) -> list[list[Any]]:
    """Formats, sizes, hosts and patterns of the kinds that the proof may be of, in the order of their keys."""
    wanted = set(item.proof.kinds)
    return [
        _limits(kind) for kind in sorted(definition.kinds, key=lambda kind: kind.key) if kind.key in wanted
    ]


def scopes_of(item: Item) -> list[list[str]]:
    """[perimeter, profile] of the proof, then of the other rows that ask for it."""
    requirement, scenario, proof = item.requirement, item.scenario, item.proof
    own = [
        proof.perimeter or scenario.perimeter or requirement.perimeter,
        proof.profile or scenario.profile or requirement.profile,
    ]
    return [own, *([row.perimeter, row.profile] for row in proof.also)]


def ways_of(item: Item) -> list[list[Any]]:
    """The choices that it depends on, each with the options for which it is asked."""
    limits = [only for only in (item.scenario.only, item.proof.only) if only is not None]
    return sorted([only.one_of, sorted(only.options)] for only in limits)


def _limits(kind: ProofKind) -> list[Any]:
    return [kind.form, sorted(kind.formats), kind.max_mb, sorted(kind.hosts), kind.pattern]
