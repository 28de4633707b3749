"""Requirements that were split or merged: seen by their scenarios, by `was`, and by the words that went over."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from jalon.programmes.definition.diff.changes import Place, Regrouping, RequirementChange, ScenarioMove
from jalon.programmes.definition.normal_forms import normative, without_prefix
from jalon.programmes.definition.similar import Rarity, features

# So much of a statement, by weight, must be among the words that another lost or gained.
_WENT_OVER = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """A scenario that stands under another requirement than before."""

    move: ScenarioMove


Parts = dict[str, list[Place]]  # by the key of a requirement on one side, some of the other side


@dataclass(frozen=True)
class _Side:
    """One list as the evidence sees it: `rest` came or went, `going_on` is in both lists."""

    places: Mapping[str, Place]
    going_on: Mapping[str, RequirementChange]

    @property
    def rest(self) -> list[Place]:
        return [place for key, place in self.places.items() if key not in self.going_on]

    @cached_property
    def codes(self) -> dict[str, str]:
        """The codes of what is in both lists."""
        return {without_prefix(self.places[key].code): key for key in reversed(list(self.going_on))}

    def earlier_codes(self, known: Mapping[str, Place]) -> dict[str, str]:
        """Earlier codes that the same requirement did not record on the other side, and which one records each."""
        found: dict[str, str] = {}
        for key, place in self.places.items():
            other = known.get(key)
            before = {without_prefix(code) for code in other.requirement.was} if other else set()
            for code in map(without_prefix, place.requirement.was):
                if code not in before:
                    found.setdefault(code, key)
        return found


class Regroupings:
    """`split` and `merged` in the order of the lists; `used`: the crossings that they explain.

    A merge is a split read backwards: the evidence is the same with the sides exchanged.
    """

    def __init__(
        self,
        old: Mapping[str, Place],
        new: Mapping[str, Place],
        changes: Sequence[RequirementChange],
        crossings: Sequence[Crossing],
    ) -> None:
        self.crossings = crossings
        self.changes = changes
        self.old = _Side(old, {change.pair.old.key: change for change in changes})
        self.new = _Side(new, {change.pair.new.key: change for change in changes})
        self.used: set[Crossing] = set()
        splits, merges = self.split_parts(), self.merge_parts()
        splits, merges = self.without_tangles(splits, merges)
        self.split = tuple(
            self.group("split", (old[key],), places, self.old.going_on.get(key))
            for key, places in _ordered(splits, old)
        )
        self.merged = tuple(
            self.group("merged", places, (new[key],), self.new.going_on.get(key))
            for key, places in _ordered(merges, new)
        )

    def split_parts(self) -> Parts:
        """By old requirement, the new ones that took a part of it."""
        pairs = [(c.move.new.key, c.move.old.key) for c in self.crossings]
        lost = {change.pair.old.key: lost for change, lost, _ in self.rewritten}
        return self.parts(self.new, self.old, pairs, lost)

    def merge_parts(self) -> Parts:
        """By new requirement, the old ones that went into it."""
        pairs = [(c.move.old.key, c.move.new.key) for c in self.crossings]
        gained = {change.pair.new.key: gained for change, _, gained in self.rewritten}
        return self.parts(self.old, self.new, pairs, gained)

    def parts(
        self, side: _Side, other: _Side, pairs: Iterable[tuple[str, str]], words: Mapping[str, frozenset[str]]
    ) -> Parts:
        """By requirement of `other`: those of `side` alone that stand with it by scenarios, numbers or words."""
        counts: dict[str, Counter[str]] = {}
        for key, whole in pairs:
            counts.setdefault(key, Counter())[whole] += 1
        twins = {c.pair.new.key: c.pair.old for c in self.changes}
        if side is self.new:
            twins = {c.pair.old.key: c.pair.new for c in self.changes}
        recorded = other.earlier_codes(twins)
        found: Parts = {}
        for place in side.rest:
            own = (other.codes.get(without_prefix(code)) for code in place.requirement.was)
            source = (
                _most(counts.get(place.key, Counter()), place)
                or next((key for key in own if key), None)
                or recorded.get(without_prefix(place.code))
                or self.best(place, words)
            )
            if source:
                found.setdefault(source, []).append(place)
        return {key: places for key, places in found.items() if key in other.going_on or len(places) > 1}

    def without_tangles(self, splits: Parts, merges: Parts) -> tuple[Parts, Parts]:
        """What nothing goes on from gives way: to a group that has such a thing, or to none."""
        kept_splits = {key for key in splits if key in self.old.going_on}
        kept_merges = {key for key in merges if key in self.new.going_on}
        in_splits = {p.key for key in kept_splits for p in splits[key]}
        in_merges = {p.key for key in kept_merges for p in merges[key]}
        loose_splits = {k: splits[k] for k in splits.keys() - kept_splits if k not in in_merges}
        loose_merges = {k: merges[k] for k in merges.keys() - kept_merges if k not in in_splits}
        split_sides = loose_splits.keys(), {p.key for places in loose_splits.values() for p in places}
        merge_sides = {p.key for places in loose_merges.values() for p in places}, loose_merges.keys()
        tangled_old, tangled_new = split_sides[0] & merge_sides[0], split_sides[1] & merge_sides[1]
        for key, places in list(loose_splits.items()):
            if key in tangled_old or any(p.key in tangled_new for p in places):
                del loose_splits[key]
        for key, places in list(loose_merges.items()):
            if key in tangled_new or any(p.key in tangled_old for p in places):
                del loose_merges[key]
        return (
            {key: splits[key] for key in kept_splits} | loose_splits,
            {key: merges[key] for key in kept_merges} | loose_merges,
        )

    def group(
        self,
        what: Literal["split", "merged"],
        old: Sequence[Place],
        new: Sequence[Place],
        kept: RequirementChange | None,
    ) -> Regrouping:
        if kept:
            old = old if kept.pair.old in old else [kept.pair.old, *old]
            new = new if kept.pair.new in new else [kept.pair.new, *new]
        olds, news = {p.key for p in old}, {p.key for p in new}
        inside = [c for c in self.crossings if c.move.old.key in olds and c.move.new.key in news]
        self.used.update(inside)
        return Regrouping(what, tuple(old), tuple(new), kept, tuple(c.move for c in inside))

    def best(self, place: Place, sides: Mapping[str, frozenset[str]]) -> str | None:
        """The one that lost, or gained, what this requirement says."""
        said = _features(place)
        scores = [(self.rarity.contained(said, side), key) for key, side in sides.items() if side & said]
        score, key = max(scores, default=(0.0, ""))
        return key if score >= _WENT_OVER else None

    @cached_property
    def rewritten(self) -> list[tuple[RequirementChange, frozenset[str], frozenset[str]]]:
        """Pairs whose statement changed, with what it lost and gained."""
        found = []
        for change in self.changes:
            if any(f.field == "statement" and not f.editorial for f in change.fields):
                old, new = _features(change.pair.old), _features(change.pair.new)
                found.append((change, old - new, new - old))
        return found

    @cached_property
    def rarity(self) -> Rarity:
        return Rarity(_features(place) for place in (*self.old.places.values(), *self.new.places.values()))


def _ordered(parts: Parts, places: Mapping[str, Place]) -> list[tuple[str, list[Place]]]:
    order = {key: n for n, key in enumerate(places)}
    return sorted(parts.items(), key=lambda one: order[one[0]])


def _features(place: Place) -> frozenset[str]:
    return features(normative(place.requirement.statement.fr))


def _most(counted: Counter[str], place: Place) -> str | None:
    """Where at least half of the scenarios came from, or went."""
    if not counted:
        return None
    key, n = min(counted.items(), key=lambda one: (-one[1], one[0]))
    return key if 2 * n >= len(place.requirement.scenarios) else None
