"""What a revision changes for expected proofs, and what becomes of their verdicts by default. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jalon.programmes.definition.compiled import Compiled
from jalon.programmes.definition.diff.compare import diff
from jalon.programmes.definition.schema import Definition
from jalon.programmes.states import Rule, stricter


@dataclass(frozen=True)
class ItemChanges:
    """Two lists of expected proofs compared, by key; each mapping in the order of the newer list.

    `changed`: key → what becomes of its verdict unless a manager decides otherwise. A change of meaning is looked
    at again, an editorial one is not. `renamed`: key in the older list → key in the newer one.
    """

    changed: Mapping[str, Rule] = field(default_factory=dict)
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    requirement_of: Mapping[str, str] = field(
        default_factory=dict
    )  # changed or added proof → its requirement

    @property
    def by_requirement(self) -> dict[str, tuple[str, ...]]:
        """The changed proofs of each requirement: what a manager decides on."""
        grouped: dict[str, list[str]] = {}
        for key in self.changed:
            grouped.setdefault(self.requirement_of[key], []).append(key)
        return {requirement: tuple(keys) for requirement, keys in grouped.items()}

    def default_rule(self, requirement: str) -> Rule:
        """The strictest of the defaults of its proofs."""
        rule = Rule.KEEP
        for key in self.by_requirement.get(requirement, ()):
            rule = stricter(rule, self.changed[key])
        return rule


_DEFAULTS = {"meaning": Rule.REQUALIFY, "editorial": Rule.KEEP}


def compared(old: Definition, new: Definition) -> ItemChanges:
    """The expected proofs of two definitions, paired as the comparison of lists pairs them.

    Likeness of texts alone pairs nothing here: it is a proposal, and a person confirms it by keeping the key.
    """
    found = [change for change in diff(old, new).items if change.new is not None]
    known = {c.new.key: c for c in found if c.new and c.old and not c.proposed}
    kept = {c.old.key for c in known.values() if c.old}
    requirement_of = {c.new.key: c.new.requirement.key for c in found if c.new}
    return ItemChanges(
        changed={key: _DEFAULTS[c.status] for key, c in known.items() if c.status in _DEFAULTS},
        added=tuple(key for key in requirement_of if key not in known),
        removed=tuple(key for key in Compiled(old, "-").items if key not in kept),
        renamed={c.old.key: key for key, c in known.items() if c.old and c.old.key != key},
        requirement_of=requirement_of,
    )


def planned_effects(changes: ItemChanges, choices: Mapping[str, Rule]) -> dict[str, Rule]:
    """What becomes of each changed proof: as chosen for its requirement, else as it is by default."""
    return {
        key: choices.get(changes.requirement_of[key], default) for key, default in changes.changed.items()
    }


def joined_effects(
    plans: Sequence[tuple[Mapping[str, Rule], Mapping[str, str]]], changed: Mapping[str, Rule]
) -> dict[str, Rule]:
    """Several revisions at once: the strictest of what each decided, for the proofs that differ in the end.

    `plans`: (effects, renamed) of each revision on the way, oldest first. What was changed and changed back is as
    it was. A proof of which no plan speaks has its default.
    """
    decided: dict[str, Rule] = {}
    for effects, renamed in plans:
        decided = {renamed.get(key, key): rule for key, rule in decided.items()}
        for key, rule in effects.items():
            decided[key] = stricter(decided[key], rule) if key in decided else rule
    return {key: decided.get(key, default) for key, default in changed.items()}
