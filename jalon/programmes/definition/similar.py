"""How alike two texts are, and which of many are likely the same: bounded, deterministic, one to one.

Words and pairs of neighbouring words count by their rarity, so that phrases which every text holds ("la solution
doit permettre…") prove nothing. The figures behind the thresholds: docs/decisions/diff.md.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from jalon.core.text import fold

# A pair below this is no proposal. Between different requirements of a real list almost all pairs stand far below;
# near twins stand above, and are told apart by the distance to the next best.
LIKELY = 0.4
# The best must be this much better than the second best, on either side.
MARGIN = 0.1
_RAREST = 16  # features of a text that look for candidates
_CROWD = 24  # a feature that more texts hold looks for none
_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def features(text: str) -> frozenset[str]:
    words = words_of(text)
    return frozenset(words) | {f"{a} {b}" for a, b in pairwise(words)}


class Rarity:
    """The weight of each feature among all texts of both lists."""

    def __init__(self, texts: Iterable[frozenset[str]]) -> None:
        counted: Counter[str] = Counter()
        total = 0
        for one in texts:
            counted.update(one)
            total += 1
        self.weights = {feature: math.log1p(total / n) for feature, n in counted.items()}
        self.unknown = math.log1p(total)
        self.whole: dict[frozenset[str], float] = {}

    def weight(self, some: Iterable[str]) -> float:
        # fsum: the same sum whatever the order in which a set gives its members
        return math.fsum(self.weights.get(feature, self.unknown) for feature in some)

    def weight_of_text(self, text: frozenset[str]) -> float:
        """The same, remembered: each text is compared with many."""
        if text not in self.whole:
            self.whole[text] = self.weight(text)
        return self.whole[text]

    def alike(self, a: frozenset[str], b: frozenset[str]) -> float:
        """0 to 1: the weight of what both hold over that of what either holds."""
        both = self.weight(a & b)
        whole = self.weight_of_text(a) + self.weight_of_text(b) - both
        return both / whole if whole else 0.0

    def contained(self, part: frozenset[str], whole: frozenset[str]) -> float:
        """0 to 1: how much of `part` stands in `whole`."""
        weight = self.weight_of_text(part)
        return self.weight(part & whole) / weight if weight else 0.0


@dataclass(frozen=True, slots=True)
class Proposal:
    old: str
    new: str
    score: float


def proposals(
    old: Mapping[str, frozenset[str]],
    new: Mapping[str, frozenset[str]],
    rarity: Rarity,
    others: Iterable[frozenset[str]] = (),
) -> list[Proposal]:
    """Pairs that are likely the same, best first; none where something else is almost as good.

    `others`: texts that are known to be something else. Members of a family of near twins are told apart by them:
    a text that is as close to its sibling as to the candidate is not the candidate. The cost grows with the number
    of texts, not with its square: each looks up its rarest features only.
    """
    crowd = list(others)
    in_old, in_new, in_crowd = (_Holders(enumerate(some)) for some in (old.values(), new.values(), crowd))
    olds, news = list(old.items()), list(new.items())
    scores = [
        Proposal(olds[n][0], key, rarity.alike(olds[n][1], some))
        for key, some in news
        for n in in_old.near(some)
    ]
    best_of_old = _two_best((p.old, p.score) for p in scores)
    best_of_new = _two_best((p.new, p.score) for p in scores)
    chosen: dict[str, Proposal] = {}
    taken: set[str] = set()
    for one in sorted((p for p in scores if p.score >= LIKELY), key=lambda p: -p.score):
        if one.old in chosen or one.new in taken:
            continue
        floor = one.score - MARGIN
        rivals = (best_of_old[one.old], best_of_new[one.new])
        if any(one.score < best or second > floor for best, second in rivals):
            continue
        a, b = old[one.old], new[one.new]
        if _rivalled(
            a,
            b,
            floor,
            rarity,
            [(in_crowd, crowd), (in_old, [f for _, f in olds]), (in_new, [f for _, f in news])],
        ):
            continue
        chosen[one.old] = one
        taken.add(one.new)
    return list(chosen.values())


def _rivalled(
    a: frozenset[str], b: frozenset[str], floor: float, rarity: Rarity,
    among: Iterable[tuple["_Holders", list[frozenset[str]]]],
) -> bool:  # fmt: skip
    """Whether `a` or `b` is as close to a third text as they are to each other."""
    for holders, texts in among:
        for side in (a, b):
            for n in holders.near(side):
                third = texts[n]
                if third is not a and third is not b and rarity.alike(side, third) > floor:
                    return True
    return False


class _Holders:
    """Which texts hold a feature, and which are worth a look for a given text."""

    def __init__(self, texts: Iterable[tuple[int, frozenset[str]]]) -> None:
        self.of: dict[str, list[int]] = {}
        for n, some in texts:
            for feature in some:
                self.of.setdefault(feature, []).append(n)

    def near(self, some: frozenset[str]) -> list[int]:
        known = [f for f in some if f in self.of and len(self.of[f]) <= _CROWD]
        rarest = sorted(known, key=lambda f: (len(self.of[f]), f))[:_RAREST]
        return sorted({n for feature in rarest for n in self.of[feature]})


def _two_best(scores: Iterable[tuple[str, float]]) -> dict[str, tuple[float, float]]:
    best: dict[str, tuple[float, float]] = {}
    for key, score in scores:
        first, second = best.get(key, (0.0, 0.0))
        best[key] = (max(first, score), max(second, min(first, score)))
    return best
