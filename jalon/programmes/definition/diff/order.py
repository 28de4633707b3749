"""Which of the things that two lists hold have changed place: the fewest that explain the new order."""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Sequence


def out_of_place(pairs: Sequence[tuple[str, int, int]]) -> set[str]:
    """The names that moved among `pairs` of (name, place in the old list, place in the new one).

    What stays is a heaviest chain in both orders: as long as can be, and among equally long ones the same one in
    either direction, since weights hang on names only. Equal places are in no order. n log n.
    """
    if len(pairs) < 2:
        return set()
    ordered = sorted(pairs, key=lambda pair: (pair[1], pair[2]))
    places = sorted({place for _, _, place in ordered})
    best = _Best(len(places))
    before: list[int] = []
    totals: list[int] = []
    for n, (name, _, place) in enumerate(ordered):
        total, at = best.up_to(bisect_right(places, place))
        totals.append(total + _weight(name))
        before.append(at)
        best.put(bisect_left(places, place) + 1, totals[n], n)
    _, at = best.up_to(len(places))
    kept = set()
    while at >= 0:
        kept.add(ordered[at][0])
        at = before[at]
    return {name for name, _, _ in ordered} - kept


def _weight(name: str) -> int:
    """Length first: a chain of n outweighs all of n - 1, up to a million members."""
    return (1 << 52) + int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")


class _Best:
    """The greatest total, and whose it is, among the first n places (a Fenwick tree)."""

    def __init__(self, size: int) -> None:
        self.cells: list[tuple[int, int]] = [(0, -1)] * (size + 1)

    def put(self, place: int, total: int, owner: int) -> None:
        while place < len(self.cells):
            if total > self.cells[place][0]:
                self.cells[place] = (total, owner)
            place += place & -place

    def up_to(self, place: int) -> tuple[int, int]:
        found = (0, -1)
        while place > 0:
            if self.cells[place][0] > found[0]:
                found = self.cells[place]
            place -= place & -place
        return found
