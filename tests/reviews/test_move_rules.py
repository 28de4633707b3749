"""What a move does to a file, on plain data: every state and rule, and against a recomputation from scratch."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jalon.applications.states import ChapterState
from jalon.evidence.states import ACCEPTED, GIVEN, SlotState
from jalon.programmes.states import Rule
from jalon.reviews.rules.moves import (
    COUNTED,
    Asked,
    Change,
    ChapterNow,
    Effects,
    SlotNow,
    chapter_after,
    effects,
    slot_after,
)

KEYS = [f"p{n}" for n in range(7)]
CHAPTERS = ["a", "b", "c"]
EXAMINED = ("submitted", "resubmitted")
PAIRS = list(product(["to_deposit", "deposited", "conforming", "to_modify"], repeat=2))

# What docs/decisions/revisions.md says: state → (keep, to be requalified, new proof), in an examined chapter.
TABLE = {
    "to_deposit": ("to_deposit", "to_deposit", "to_deposit"),
    "deposited": ("deposited", "deposited", "to_requalify"),
    "submitted": ("submitted", "submitted", "to_requalify"),
    "conforming": ("conforming", "to_requalify", "to_requalify"),
    "to_modify": ("to_modify", "to_modify", "to_modify"),
    "to_requalify": ("to_requalify", "to_requalify", "to_requalify"),
    "na_requested": ("na_requested", "na_requested", "to_requalify"),
    "na_accepted": ("na_accepted", "to_requalify", "to_requalify"),
}


@pytest.mark.parametrize("state", SlotState)
@pytest.mark.parametrize(("column", "rule"), list(enumerate(Rule)))
def test_the_table_of_the_decision(state, column, rule):
    after = slot_after(state, rule, returns=False, examined=True, facts_changed=False)
    assert after == TABLE[state][column]


@pytest.mark.parametrize("state", SlotState)
def test_without_a_change_only_what_leaves_an_examination_changes(state):
    assert slot_after(state, None, returns=False, examined=True, facts_changed=False) == state
    left = slot_after(state, None, returns=False, examined=False, facts_changed=False)
    assert left == ("deposited" if state == "submitted" else state)


@pytest.mark.parametrize("state", SlotState)
def test_what_comes_back_and_what_was_accepted_for_other_facts(state):
    back = slot_after(state, None, returns=True, examined=True, facts_changed=False)
    assert back == ("to_requalify" if state in ACCEPTED else state)
    other = slot_after(state, None, returns=False, examined=True, facts_changed=True)
    assert other == ("to_requalify" if state == "na_accepted" else state)


@pytest.mark.parametrize("before", [None, *ChapterState])
@pytest.mark.parametrize("inside", PAIRS)
@pytest.mark.parametrize("ever", [True, False])
def test_every_chapter(before, inside, ever):
    states = [SlotState(s) for s in inside]
    found = chapter_after(before, states, ever_submitted=ever)
    assert found == naive_chapter(before, states, ever)
    assert chapter_after(before, [], ever_submitted=ever) == ChapterState.VALIDATED


# --- Against a recomputation ----------------------------------------------------------------------------------


def naive_chapter(before: Any, states: list[SlotState], ever: bool) -> str:
    if before in EXAMINED and states:
        return str(before)
    if [s for s in states if s not in ("conforming", "na_accepted")] == []:
        return "validated"
    if ever and before in ("validated", "to_modify"):
        return "to_modify"
    return (
        "to_complete" if [s for s in states if s in ("to_deposit", "to_modify", "to_requalify")] else "ready"
    )


def naive(before: dict[str, str], after: dict[str, str], slots: list[SlotNow], chapters: list[ChapterNow],
          change: Change) -> dict[str, Any]:  # fmt: skip
    """Slot by slot, from the table above and from nothing else."""
    place = {c.key: c for c in chapters}
    place = {c.key: c for c in chapters}
    lists: dict[str, list[str]] = {name: [] for name in COUNTED}
    final: dict[str, str] = {}
    for key, chapter in after.items():
        slot = next((s for s in slots if s.key == key), None)
        known = key in before and (slot is None or slot.asked)
        final[key] = naive_state(slot, known, place.get(chapter), change) if slot else "to_deposit"
        if name := naive_list(slot, known, final[key], change.rules.get(key), key in change.rules):
            lists[name].append(key)
    lists["drop"] = [key for key in before if key not in after]
    return {"lists": {n: tuple(k) for n, k in lists.items()}, "states": final}


def naive_state(slot: SlotNow, known: bool, home: ChapterNow | None, change: Change) -> str:
    column = list(Rule).index(change.rules[slot.key]) if slot.key in change.rules else 0
    state = TABLE[slot.state][column]
    other_facts = slot.state == "na_accepted" and change.facts_changed
    if slot.state in ("conforming", "na_accepted") and (not known or other_facts):
        state = "to_requalify"
    examined = home is not None and home.expected > 0 and home.state in EXAMINED
    return "deposited" if state == "submitted" and not examined else state


def naive_list(slot: SlotNow | None, known: bool, state: str, rule: Rule | None, changed: bool) -> str:
    if slot is None:
        return "" if known else "add"
    if rule == Rule.NEW_PROOF and slot.state != "to_deposit":
        return "redo"
    if not known:
        return "back"
    if slot.state in ("conforming", "na_accepted"):
        return "kept" if state == slot.state else "requalify"
    return "reread" if changed and slot.state != "to_deposit" else ""


@st.composite
def files(draw: Any) -> tuple[Any, ...]:
    asked = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(CHAPTERS))
    choices = st.dictionaries(st.sampled_from(CHAPTERS), st.integers(0, 2))
    before, after = draw(asked), draw(asked)
    homes = {key: before.get(key) or draw(st.sampled_from(CHAPTERS)) for key in KEYS}
    touched = draw(st.lists(st.sampled_from(KEYS), unique=True))
    slots = [SlotNow(k, homes[k], draw(st.sampled_from(SlotState)), k in before) for k in touched]
    needed = {*before.values(), *(slot.chapter for slot in slots)}
    chapters = [
        ChapterNow(
            c, draw(st.sampled_from(ChapterState)), list(before.values()).count(c), draw(st.booleans())
        )
        for c in sorted(needed)
    ]
    rules = draw(
        st.dictionaries(st.sampled_from(sorted({*after} & {*before}) or KEYS), st.sampled_from(Rule))
    )
    change = Change({k: r for k, r in rules.items() if k in after and k in before}, {}, draw(st.booleans()))
    waited, waiting = draw(choices), draw(choices)
    return Asked(before, waited), Asked(after, waiting), slots, chapters, change


def states_of(made: Effects, after: dict[str, str]) -> dict[str, str]:
    touched = {slot.new_key: slot.state for slot in made.slots if slot.asked}
    return {key: touched.get(key, SlotState.TO_DEPOSIT).value for key in after}


@given(files())
def test_the_effects_are_those_of_a_recomputation_from_scratch(file):
    before, after, slots, chapters, change = file
    made, wanted = effects(*file), naive(before.proofs, after.proofs, slots, chapters, change)
    assert {name: getattr(made, name) for name in COUNTED} == wanted["lists"]
    assert states_of(made, after.proofs) == wanted["states"]
    assert set(made.choose) == {c for c, n in after.waiting.items() if n > before.waiting.get(c, 0)}
    place = {c.key: c for c in chapters}
    for chapter in made.chapters:
        inside = [SlotState(wanted["states"][k]) for k, c in after.proofs.items() if c == chapter.key]
        inside += [SlotState.TO_DEPOSIT] * after.waiting.get(chapter.key, 0)  # a choice is to be made
        was = place.get(chapter.key)
        assert chapter.state == naive_chapter(
            was.state if was else None, inside, bool(was and was.ever_submitted)
        )
        assert (chapter.expected, chapter.given, chapter.conform) == (
            len(inside), sum(s in GIVEN for s in inside), sum(s in ACCEPTED for s in inside)
        )  # fmt: skip


@given(files())
def test_no_slot_is_ever_lost_and_none_stands_twice(file):
    _before, after, slots, _chapters, _change = file
    made = effects(*file)
    assert sorted(slot.key for slot in made.slots) == sorted(slot.key for slot in slots)
    listed = [key for name in COUNTED for key in getattr(made, name)]
    assert len(listed) == len(set(listed))
    assert {slot.key: slot.state for slot in made.slots if not slot.asked} == {
        slot.key: slot.state for slot in slots if slot.key not in after.proofs
    }


@given(files())
def test_moving_to_what_one_has_changes_nothing(file):
    before, _after, slots, chapters, _change = file
    kept = [s for s in slots if s.key in before.proofs]
    held = [c for c in chapters if c.expected and (c.state in EXAMINED or all(
        s.state != "submitted" for s in kept if s.chapter == c.key))]  # fmt: skip
    if len(held) != len([c for c in chapters if c.expected]):
        return  # no file has a submitted proof in a chapter that is not examined
    made = effects(before, before, kept, held, Change())
    assert made.is_empty
    assert states_of(made, before.proofs) == {
        k: next((s.state.value for s in kept if s.key == k), "to_deposit") for k in before.proofs
    }


def test_a_renamed_proof_keeps_its_slot():
    made = effects(Asked({"x": "a"}), Asked({"y": "a"}), [SlotNow("x", "a", SlotState.CONFORMING)],
                   [ChapterNow("a", ChapterState.VALIDATED, 1, True)], Change(renamed={"x": "y"}))  # fmt: skip
    assert [(s.key, s.new_key, s.state) for s in made.slots] == [("x", "y", SlotState.CONFORMING)]
    assert (made.kept, made.drop, made.add) == (("y",), (), ())


def test_a_name_that_an_older_slot_bears_is_not_given_to_another():
    slots = [SlotNow("x", "a", SlotState.CONFORMING), SlotNow("y", "a", SlotState.CONFORMING, asked=False)]
    made = effects(Asked({"x": "a"}), Asked({"y": "a"}), slots, [ChapterNow("a", ChapterState.VALIDATED, 1, True)],
                   Change(renamed={"x": "y"}))  # fmt: skip
    assert {s.key: (s.new_key, s.asked, s.state) for s in made.slots} == {
        "y": ("y", True, SlotState.TO_REQUALIFY), "x": ("x", False, SlotState.CONFORMING)
    }  # fmt: skip


CHOICE = {
    # (state before, handed in once, waiting before and after) → (state, grown)
    ("to_complete", False, 0, 1): ("to_complete", False),
    ("ready", False, 0, 2): ("to_complete", False),
    ("ready", False, 1, 0): ("ready", False),
    ("validated", True, 0, 1): ("to_modify", False),
    ("validated", True, 1, 1): ("to_modify", False),
    ("submitted", True, 0, 1): ("submitted", True),
    ("submitted", True, 1, 1): ("submitted", False),
}


@pytest.mark.parametrize("case", CHOICE)
def test_a_choice_to_make_is_something_left_to_do(case):
    state, ever, waited, waiting = case
    given = SlotNow("x", "a", SlotState.SUBMITTED if state == "submitted" else SlotState.CONFORMING)
    if not ever:
        given = SlotNow("x", "a", SlotState.DEPOSITED)
    made = effects(
        Asked({"x": "a"}, {"a": waited}), Asked({"x": "a"}, {"a": waiting}), [given],
        [ChapterNow("a", ChapterState(state), 1 + waited, ever)], Change(),
    )  # fmt: skip
    [chapter] = made.chapters
    assert (chapter.state, chapter.grown) == CHOICE[case]
    assert (chapter.expected, chapter.given) == (1 + waiting, 1)
    assert made.asks_the_vendor == (waiting > waited)


# What is asked after a date: a chapter to hand in for the first time, or one to hand in again (R4).
GONE = ChapterNow("b", ChapterState.VALIDATED, 0, False)
HELD = ChapterNow("a", ChapterState.SUBMITTED, 1, True)
OPEN = ChapterNow("b", ChapterState.TO_COMPLETE, 1, False)
HERE = SlotNow("x", "a", SlotState.SUBMITTED)
LATER = {
    "a new chapter": ({"x": "a"}, {"x": "a", "y": "b"}, [HERE], [HELD], (["b"], [])),
    "one that comes back, never handed in": (
        {"x": "a"}, {"x": "a", "y": "b"}, [HERE, SlotNow("y", "b", SlotState.DEPOSITED, asked=False)],
        [HELD, GONE], (["b"], []),
    ),
    "one that comes back, handed in once": (
        {"x": "a"}, {"x": "a", "y": "b"}, [HERE], [HELD, ChapterNow("b", ChapterState.VALIDATED, 0, True)],
        ([], ["b"]),
    ),
    "made of what was handed in": ({"x": "a"}, {"x": "b"}, [HERE], [HELD, GONE], ([], ["b"])),
    "more under examination": ({"x": "a"}, {"x": "a", "y": "a"}, [HERE], [HELD], ([], ["a"])),
    "a draft that comes under examination": (
        {"x": "a", "y": "b"}, {"x": "a", "y": "a"}, [HERE, SlotNow("y", "b", SlotState.NA_REQUESTED)],
        [HELD, OPEN], ([], ["a"]),
    ),
    "what was handed in comes under examination": (
        {"x": "a", "y": "b"}, {"x": "a", "y": "a"}, [HERE, SlotNow("y", "b", SlotState.SUBMITTED)],
        [HELD, ChapterNow("b", ChapterState.SUBMITTED, 1, True)], ([], []),
    ),
    "nothing more": ({"x": "a", "y": "a"}, {"x": "a", "y": "a"}, [HERE], [HELD], ([], [])),
}  # fmt: skip


@pytest.mark.parametrize("case", LATER)
def test_what_is_asked_for_after_a_date(case):
    before, after, slots, chapters, (first, again) = LATER[case]
    made = effects(Asked(before), Asked(after), slots, chapters, Change())
    assert [c.key for c in made.chapters if c.fresh] == first
    assert (made.has_fresh_chapter, list(made.chapters_to_correct)) == (bool(first), again)
