"""The comparison of two definitions. Pure: what is matched (`matching.py`), told as changes (`changes.py`)."""

from collections.abc import Callable, Iterable

from jalon.programmes.definition.compiled import Compiled, Item
from jalon.programmes.definition.diff.around import around
from jalon.programmes.definition.diff.changes import (
    ChapterChange,
    Diff,
    FieldChange,
    ItemChange,
    Move,
    Pair,
    Place,
    ScenarioMove,
    Status,
)
from jalon.programmes.definition.diff.meaning import asked, because, scopes_of, ways_of
from jalon.programmes.definition.diff.order import out_of_place
from jalon.programmes.definition.diff.regrouping import Crossing, Regroupings
from jalon.programmes.definition.diff.requirements import RequirementReader, text_changes
from jalon.programmes.definition.matching import Matching, match
from jalon.programmes.definition.normal_forms import without_prefix
from jalon.programmes.definition.pairing import Match
from jalon.programmes.definition.schema import Definition


def diff(old: Definition, new: Definition, matching: Matching | None = None) -> Diff:
    """Compare `old` with `new`. `matching`: which part is which, where that was decided before."""
    return _Comparison(old, new, matching or match(old, new)).diff()


class _Comparison:
    def __init__(self, old: Definition, new: Definition, matching: Matching) -> None:
        self.old, self.new, self.matching = old, new, matching
        self.old_items, self.new_items = Compiled(old, "-").items, Compiled(new, "-").items
        self.old_places, self.new_places = places(old), places(new)
        self.same_kinds = old.kinds == new.kinds
        self.new_chapter = {m.old: m.new for m in matching.chapters}
        self.reader = RequirementReader(matching, {key: item.proof for key, item in self.new_items.items()})
        self.pairs = [
            Pair(self.old_places[m.old], self.new_places[m.new], m.found_by, m.score)
            for m in matching.requirements
        ]

    def diff(self) -> Diff:
        crossings = self.crossings()
        changes = [self.reader.change(pair) for pair in self.pairs]
        groups = Regroupings(self.old_places, self.new_places, changes, crossings)
        split, merged = groups.split, groups.merged
        old_grouped = {place.key for group in (*split, *merged) for place in group.old}
        new_grouped = {place.key for group in (*split, *merged) for place in group.new}
        old_paired = {pair.old.key for pair in self.pairs}
        new_paired = {pair.new.key for pair in self.pairs}
        alone = [change for change in changes if change.pair.old.key not in old_grouped]
        moved = self.moved()
        renumbered = tuple(change.pair for change in alone if _renumbered(change.pair))
        told = {id(move.pair) for move in moved} | {id(pair) for pair in renumbered}
        moves = tuple(c.move for c in crossings if c not in groups.used)
        for move in moves:
            told |= {id(p) for p in self.pairs if p.old.key == move.old.key or p.new.key == move.new.key}
        return Diff(
            self.old, self.new, self.matching,
            added=tuple(p for k, p in self.new_places.items() if k not in new_paired | new_grouped),
            removed=tuple(p for k, p in self.old_places.items() if k not in old_paired | old_grouped),
            changed=tuple(change for change in alone if not change.same),
            moved=moved, renumbered=renumbered, split=split, merged=merged, scenarios_moved=moves,
            unchanged=tuple(c.pair for c in alone if c.same and id(c.pair) not in told),
            chapters=self.chapters(), around=around(self.old, self.new), items=self.items(),
        )  # fmt: skip

    def crossings(self) -> list[Crossing]:
        """Scenarios that stand under another requirement than the one that theirs became."""
        home_old = {s.key: (p, s) for p in self.old_places.values() for s in p.requirement.scenarios}
        home_new = {s.key: (p, s) for p in self.new_places.values() for s in p.requirement.scenarios}
        pair_of = {m.old: m.new for m in self.matching.requirements}
        found = []
        for m in self.matching.scenarios:
            (old_place, old), (new_place, new) = home_old[m.old], home_new[m.new]
            if pair_of.get(old_place.key) != new_place.key:
                change = self.reader.scenario_change(old, new, m, old_place.code, new_place.code)
                found.append(Crossing(ScenarioMove(old_place, new_place, change)))
        return found

    # --- Places

    def moved(self) -> tuple[Move, ...]:
        stayed = [p for p in self.pairs if self.new_chapter.get(p.old.chapter.key) == p.new.chapter.key]
        home = {id(pair) for pair in stayed}
        out = self.out_of_rank(stayed)
        return tuple(
            Move(pair, "rank" if id(pair) in home else "chapter")
            for pair in self.pairs
            if id(pair) not in home or pair.old.key in out
        )

    def out_of_rank(self, stayed: list[Pair]) -> set[str]:
        """By place in the chapter, and by the order number of the list, where both sides have one."""
        by_chapter: dict[str, list[Pair]] = {}
        for pair in stayed:
            by_chapter.setdefault(pair.old.chapter.key, []).append(pair)
        out: set[str] = set()
        for pairs in by_chapter.values():
            out |= _moved_names(pairs, lambda place: place.rank)
            out |= _moved_names(_with_position(pairs), lambda place: place.requirement.position)
        gone = out_of_place(self.chapter_places())
        return out | _moved_names(
            [p for p in _with_position(stayed) if p.old.chapter.key not in gone and p.old.key not in out],
            lambda place: place.requirement.position,
        )

    def chapter_places(self) -> list[tuple[str, int, int]]:
        old = {chapter.key: n for n, chapter in enumerate(self.old.chapters)}
        new = {chapter.key: n for n, chapter in enumerate(self.new.chapters)}
        return [(m.old, old[m.old], new[m.new]) for m in self.matching.chapters]

    def chapters(self) -> tuple[ChapterChange, ...]:
        old = {chapter.key: chapter for chapter in self.old.chapters}
        new = {chapter.key: chapter for chapter in self.new.chapters}
        gone = out_of_place(self.chapter_places())
        found = []
        for m in self.matching.chapters:
            before, after = old[m.old], new[m.new]
            fields = text_changes("title", before.title, after.title, editorial=True)
            if before.group != after.group:
                fields += (
                    FieldChange("group", before.group or "", after.group or "", "key", editorial=True),
                )
            if fields:
                found.append(ChapterChange("changed", before, after, fields))
            if m.old in gone:
                found.append(ChapterChange("moved", before, after))
        empty_old = [c for k, c in old.items() if k not in self.new_chapter and not c.requirements]
        kept = set(self.new_chapter.values())
        empty_new = [c for k, c in new.items() if k not in kept and not c.requirements]
        found += [ChapterChange("removed", chapter, None) for chapter in empty_old]
        return (*found, *(ChapterChange("added", None, chapter) for chapter in empty_new))

    # --- Expected proofs

    def items(self) -> tuple[ItemChange, ...]:
        """In the order of the new list, then what went."""
        match_of = {m.new: m for m in self.matching.proofs}
        paired = {m.old for m in self.matching.proofs}
        found = [self.item(match_of.get(key), item) for key, item in self.new_items.items()]
        gone = [item for key, item in self.old_items.items() if key not in paired]
        return (*found, *(ItemChange("removed", item, None) for item in gone))

    def item(self, found: Match | None, after: Item) -> ItemChange:
        if found is None:
            return ItemChange("added", None, after)
        before = self.old_items[found.old]
        reasons: tuple[str, ...] = ()
        if not (self.same_kinds and _same_parts(before, after)):
            reasons = because(asked(self.old, before), asked(self.new, after))
        if reasons:
            return ItemChange("meaning", before, after, found.found_by, reasons)
        status: Status = "editorial" if _read(before) != _read(after) else "untouched"
        return ItemChange(status, before, after, found.found_by)


def places(definition: Definition) -> dict[str, Place]:
    return {
        requirement.key: Place(chapter, requirement, rank)
        for chapter in definition.chapters
        for rank, requirement in enumerate(chapter.requirements, start=1)
    }


def _renumbered(pair: Pair) -> bool:
    """A prefix, a space or a capital more is no other number: told as a change of the field `code`."""
    return without_prefix(pair.old.code) != without_prefix(pair.new.code)


def _with_position(pairs: Iterable[Pair]) -> list[Pair]:
    return [p for p in pairs if p.old.requirement.position and p.new.requirement.position]


def _moved_names(pairs: Iterable[Pair], place: Callable[[Place], int]) -> set[str]:
    # One name for both directions: a comparison read backwards marks the same requirements.
    names = {" ".join(sorted((pair.old.key, pair.new.key))): pair for pair in pairs}
    out = out_of_place([(name, place(pair.old), place(pair.new)) for name, pair in names.items()])
    return {names[name].old.key for name in out}


def _same_parts(old: Item, new: Item) -> bool:
    """Not one letter differs: nothing to read closely."""
    return (
        old.proof == new.proof
        and old.scenario.text == new.scenario.text
        and old.requirement.statement == new.requirement.statement
        and old.requirement.nature == new.requirement.nature
        and scopes_of(old) == scopes_of(new)
        and ways_of(old) == ways_of(new)
    )


def _read(item: Item) -> tuple[object, ...]:
    """What a vendor reads beside an expected proof, as far as it has no meaning of its own."""
    requirement, scenario, proof = item.requirement, item.scenario, item.proof
    return (
        item.chapter.title, requirement.code, requirement.title, requirement.statement, requirement.comment,
        requirement.criticality, scenario.code, scenario.text, proof.code, proof.text,
    )  # fmt: skip
