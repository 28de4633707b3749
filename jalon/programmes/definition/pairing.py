"""Parts of two lists, paired one to one: what is left of each side, and the pairs found so far."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from jalon.programmes.definition.schema import Chapter, ExpectedProof, Requirement, Scenario
from jalon.programmes.definition.similar import Rarity, proposals

FoundBy = Literal["key", "code", "was", "text"]
P = TypeVar("P", Chapter, Requirement, Scenario, ExpectedProof)


@dataclass(frozen=True, slots=True)
class Match:
    """One part of the old list and its counterpart in the new one, by their keys."""

    old: str
    new: str
    found_by: FoundBy
    score: float = 1.0

    @property
    def proposed(self) -> bool:
        """Found by likeness alone: a person confirms it."""
        return self.found_by == "text"


class Pairing(Generic[P]):
    """What is left on both sides, and the pairs found so far."""

    def __init__(self, old: Iterable[P], new: Iterable[P], refused: frozenset[tuple[str, str]]) -> None:
        self.old: dict[str, P] = {part.key: part for part in old}
        self.order: dict[str, int] = {key: n for n, key in enumerate(self.old)}
        self.new: dict[str, P] = {part.key: part for part in new}
        self.refused = refused
        self.found: dict[str, Match] = {}

    def pair(self, old: str, new: str, by: FoundBy, score: float = 1.0) -> None:
        del self.old[old], self.new[new]
        self.found[old] = Match(old, new, by, round(score, 3))

    def by_key(self) -> None:
        for key in [key for key in self.old if key in self.new]:
            self.pair(key, key, "key")

    def by_name(
        self,
        name_of_old: Callable[[P], object],
        name_of_new: Callable[[P], object],
        by: FoundBy = "code",
        *,
        among: tuple[Collection[str], Collection[str]] | None = None,
        alone: bool = False,
    ) -> None:
        """Pair those of the same name, in order; a name that is empty pairs nothing; `alone`: only if unique."""
        old = _named(self.old, name_of_old, among[0] if among else None)
        new = _named(self.new, name_of_new, among[1] if among else None)
        for name, keys in old.items():
            others = new.get(name, [])
            if alone and (len(keys) > 1 or len(others) > 1):
                continue
            for one, other in zip(keys, others, strict=False):
                if by != "text" or (one, other) not in self.refused:
                    self.pair(one, other, by)

    def by_likeness(
        self,
        likeness: Callable[[P], frozenset[str]],
        rarity: Rarity,
        among: tuple[Collection[str], Collection[str]] | None = None,
        others: Iterable[frozenset[str]] = (),
    ) -> None:
        old = {key: likeness(self.old[key]) for key in (among[0] if among else self.old) if key in self.old}
        new = {key: likeness(self.new[key]) for key in (among[1] if among else self.new) if key in self.new}
        if not old or not new:
            return
        for one in proposals(old, new, rarity, others):
            if (one.old, one.new) not in self.refused:
                self.pair(one.old, one.new, "text", one.score)

    def paired(self, old: Iterable[P], new: Iterable[P]) -> list[P]:
        """What is matched already, of both sides."""
        here = [part for part in old if part.key not in self.old]
        there = [part for part in new if part.key not in self.new]
        return here + there

    def matches(self) -> tuple[Match, ...]:
        return tuple(sorted(self.found.values(), key=lambda found: self.order[found.old]))


def _named(
    parts: Mapping[str, P], name_of: Callable[[P], object], among: Collection[str] | None
) -> dict[object, list[str]]:
    names: dict[object, list[str]] = {}
    for key in parts if among is None else among:
        if key in parts and (name := name_of(parts[key])):
            names.setdefault(name, []).append(key)
    return names
