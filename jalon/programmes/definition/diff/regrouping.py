"""Requirements that were split or merged: seen by their scenarios, by `was`, and by the words that went over."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from jalon.programmes.definition.diff.changes import Place, Regrouping, RequirementChange, ScenarioMove
from jalon.programmes.definition.matching import normative, without_prefix
from jalon.programmes.definition.similar import Rarity, features

# So much of a statement, by weight, must be among the words that another lost or gained.
_WENT_OVER = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """A scenario that stands under another requirement than before."""

    move: ScenarioMove


class Regroupings:
    """`split` and `merged` in the order of the lists; `used`: the crossings that they explain."""

    def __init__(
        self,
        old: Mapping[str, Place],
        new: Mapping[str, Place],
        changes: Sequence[RequirementChange],
        crossings: Sequence[Crossing],
    ) -> None:
        self.old, self.new = old, new
        self.of_old = {change.pair.old.key: change for change in changes}
        self.of_new = {change.pair.new.key: change for change in changes}
        self.crossings = crossings
        self.added = [place for key, place in new.items() if key not in self.of_new]
        self.removed = [place for key, place in old.items() if key not in self.of_old]
        self.used: set[Crossing] = set()
        self.split = tuple(self.splits())
        self.merged = tuple(self.merges())

    def splits(self) -> Iterable[Regrouping]:
        parts: dict[str, list[Place]] = {}
        for place in self.added:
            counted = Counter(c.move.old.key for c in self.crossings if c.move.new.key == place.key)
            source = _most(counted, place) or self.named(place) or self.lost_by(place)
            if source:
                parts.setdefault(source, []).append(place)
        for key, places in sorted(parts.items(), key=lambda one: list(self.old).index(one[0])):
            kept = self.of_old.get(key)
            if kept or len(places) > 1:
                new = (kept.pair.new, *places) if kept else tuple(places)
                yield self.group("split", (self.old[key],), new, kept)

    def merges(self) -> Iterable[Regrouping]:
        in_split = {place.key for group in self.split for place in group.old}
        parts: dict[str, list[Place]] = {}
        for place in self.removed:
            if place.key in in_split:
                continue
            counted = Counter(c.move.new.key for c in self.crossings if c.move.old.key == place.key)
            target = _most(counted, place) or self.naming(place) or self.gained_by(place)
            if target:
                parts.setdefault(target, []).append(place)
        for key, places in sorted(parts.items(), key=lambda one: list(self.new).index(one[0])):
            kept = self.of_new.get(key)
            if kept or len(places) > 1:
                old = (kept.pair.old, *places) if kept else tuple(places)
                yield self.group("merged", old, (self.new[key],), kept)

    def group(
        self, what: str, old: tuple[Place, ...], new: tuple[Place, ...], kept: RequirementChange | None
    ) -> Regrouping:
        olds, news = {p.key for p in old}, {p.key for p in new}
        inside = [c for c in self.crossings if c.move.old.key in olds and c.move.new.key in news]
        self.used.update(inside)
        return Regrouping(what, old, new, kept, tuple(c.move for c in inside))  # type: ignore[arg-type]

    # --- Evidence

    def named(self, place: Place) -> str | None:
        """The requirement that goes on, and whose number this new one says it had."""
        codes = {without_prefix(code) for code in place.requirement.was}
        return next((k for k, c in self.of_old.items() if without_prefix(c.pair.old.code) in codes), None)

    def naming(self, place: Place) -> str | None:
        """The new requirement that says it had the number of this removed one, and did not say so before."""
        code = without_prefix(place.code)
        for key, new in self.new.items():
            before = self.of_new[key].pair.old.requirement.was if key in self.of_new else ()
            if code in {without_prefix(c) for c in new.requirement.was} - {without_prefix(c) for c in before}:
                return key
        return None

    def lost_by(self, place: Place) -> str | None:
        """The requirement whose statement lost what this new one says."""
        return self.best(place, {c.pair.old.key: lost for c, lost, _ in self.rewritten})

    def gained_by(self, place: Place) -> str | None:
        """The requirement whose statement gained what this removed one said."""
        return self.best(place, {c.pair.new.key: gained for c, _, gained in self.rewritten})

    def best(self, place: Place, sides: Mapping[str, frozenset[str]]) -> str | None:
        said = _features(place)
        scores = [(self.rarity.contained(said, side), key) for key, side in sides.items() if side & said]
        score, key = max(scores, key=lambda one: one[0], default=(0.0, None))
        return key if score >= _WENT_OVER else None

    @cached_property
    def rewritten(self) -> list[tuple[RequirementChange, frozenset[str], frozenset[str]]]:
        """Pairs whose statement changed, with what it lost and gained."""
        found = []
        for change in self.of_old.values():
            if any(f.field == "statement" and not f.editorial for f in change.fields):
                old, new = _features(change.pair.old), _features(change.pair.new)
                found.append((change, old - new, new - old))
        return found

    @cached_property
    def rarity(self) -> Rarity:
        return Rarity(_features(place) for place in (*self.old.values(), *self.new.values()))


def _features(place: Place) -> frozenset[str]:
    return features(normative(place.requirement.statement.fr))


def _most(counted: Counter[str], place: Place) -> str | None:
    """Where at least half of the scenarios came from, or went."""
    if not counted:
        return None
    key, n = counted.most_common(1)[0]
    return key if 2 * n >= len(place.requirement.scenarios) else None
