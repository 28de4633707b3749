"""What holds of the comparison of any two lists."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from jalon.programmes.definition.diff.compare import diff
from jalon.programmes.definition.diff.order import out_of_place
from tests.programmes.builders import made, text
from tests.programmes.small_lists import (
    STATEMENTS,
    Raw,
    requirements,
    small_list,
)


@st.composite
def lists(draw: st.DrawFn) -> Raw:
    """Some of the requirements, in any order and chapter, each with or without its scenarios."""
    raw = small_list()
    known = list(requirements(raw).values())
    chosen = draw(st.lists(st.sampled_from(known), unique_by=lambda r: str(r["key"]), min_size=1))
    for made_chapter in raw["chapters"]:
        made_chapter["requirements"] = []
    for it in copy.deepcopy(chosen):
        if draw(st.booleans()):
            it["scenarios"] = it["scenarios"][:1]
        if draw(st.booleans()):
            it["statement"] = text(draw(st.sampled_from(list(STATEMENTS.values()))))
        raw["chapters"][draw(st.integers(0, 2))]["requirements"].append(it)
    return raw


@settings(max_examples=30)
@given(lists())
def test_a_list_differs_in_nothing_from_itself(raw: Raw) -> None:
    found = diff(made(raw), made(raw))
    assert found.equal
    assert {item.status for item in found.items} <= {"untouched"}


@settings(max_examples=40)
@given(lists(), lists())
def test_a_comparison_reads_backwards(first: Raw, second: Raw) -> None:
    old, new = made(first), made(second)
    forth, back = diff(old, new), diff(new, old)
    assert keys(forth.added) == keys(back.removed)
    assert keys(forth.removed) == keys(back.added)
    assert {c.pair.old.key for c in forth.changed} == {c.pair.new.key for c in back.changed}
    assert {(m.what, m.pair.old.key) for m in forth.moved} == {(m.what, m.pair.new.key) for m in back.moved}
    assert len(forth.unchanged) == len(back.unchanged)
    assert {groups(g.old, g.new) for g in forth.split} == {groups(g.new, g.old) for g in back.merged}


def keys(places: Any) -> set[str]:
    return {place.key for place in places}


def groups(one_side: Any, other: Any) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(keys(one_side)), frozenset(keys(other))


@settings(max_examples=40)
@given(lists(), lists())
def test_every_requirement_is_told_once(first: Raw, second: Raw) -> None:
    """Each stands in one of: added or removed, regrouped, unchanged, or changed in some way."""
    found = diff(made(first), made(second))
    regrouped = {p.key for g in (*found.split, *found.merged) for p in g.new}
    touched = {c.pair.new.key for c in found.changed} | {p.new.key for p in found.renumbered}
    touched |= {m.pair.new.key for m in found.moved} | {m.new.key for m in found.scenarios_moved}
    counterpart = found.matching.new_requirement
    touched |= {counterpart[m.old.key].new for m in found.scenarios_moved if m.old.key in counterpart}
    same = {pair.new.key for pair in found.unchanged}
    whole = set(requirements(second))
    assert keys(found.added) | regrouped | touched | same == whole
    assert not (same & (keys(found.added) | touched | regrouped))


def shortest(places: list[int]) -> int:
    """The fewest that must move, the slow way: all but a longest increasing run."""
    best = [1] * len(places)
    for n in range(len(places)):
        best[n] = 1 + max((best[m] for m in range(n) if places[m] <= places[n]), default=0)
    return len(places) - max(best, default=0)


@given(st.permutations(range(9)))
def test_the_fewest_have_moved(order: list[int]) -> None:
    pairs = [(f"n{old}", old, new) for old, new in enumerate(order)]
    moved = out_of_place(pairs)
    assert len(moved) == shortest(list(order))
    assert out_of_place([(name, new, old) for name, old, new in pairs]) == moved
    rest = [pair for pair in pairs if pair[0] not in moved]
    assert out_of_place(rest) == set()


@given(st.lists(st.integers(0, 4), max_size=9))
def test_equal_places_are_in_no_order(places: list[int]) -> None:
    pairs = [(f"n{n}", n, place) for n, place in enumerate(places)]
    assert len(out_of_place(pairs)) == shortest(places)
