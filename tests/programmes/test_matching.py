"""Which part of one list is which of another."""

import random
from pathlib import Path
from typing import Any

import pytest

from jalon.programmes.definition.diff.reading import read_workbook
from jalon.programmes.definition.matching import match
from jalon.programmes.definition.normal_forms import matching_code, normative, without_prefix
from jalon.programmes.definition.pairing import Match
from jalon.programmes.definition.schema import Definition, Requirement, Text
from jalon.programmes.definition.similar import Rarity, features, proposals
from tests.programmes.builders import made, text
from tests.programmes.small_lists import SAYINGS, STATEMENTS, Raw, chapter, one, requirements, small_list


def found(old: Raw, new: Raw, **options: Any) -> list[tuple[str, str, str]]:
    """Requirements that are not matched by their key."""
    matching = match(made(old), made(new), **options)
    return [(m.old, m.new, m.found_by) for m in matching.requirements if m.found_by != "key"]


def renamed(raw: Raw, key: str, **changes: Any) -> Raw:
    """The requirement as another file would have it: other keys all through."""
    it = requirements(raw)[key]
    new = changes.get("key", f"new-{key}")
    for inner in it["scenarios"]:
        for part in (inner, *inner["proofs"]):
            part["key"] = part["key"].replace(key, new)
    it |= {"key": new, **changes}
    return raw


# --- Codes


@pytest.mark.parametrize(
    ("code", "same"),
    [
        ("A.01", "A.01"), (" A.01", "A.01 "), ("A . 01", "A.01"), ("a.01", "A.01"), ("INS/VA1.02", "INS/va1.02"),
        ("SC.INS/va1.02", "INS/va1.02"), ("CH.INS.02", "INS.02"), ("XYZ.INS.02", "INS.02"), ("SC.PSC.14", "PSC.14"),
    ],
)  # fmt: skip
def test_codes_that_name_the_same(code: str, same: str) -> None:
    assert without_prefix(code) == without_prefix(same)


@pytest.mark.parametrize(
    ("code", "other"),
    [("INS.02", "MSS.02"), ("INS.02", "02"), ("INS/va1.02", "INS.02"), ("A.01.BIS", "A.01"), ("A.1", "A.11")],
)
def test_codes_that_do_not(code: str, other: str) -> None:
    assert without_prefix(code) != without_prefix(other)


def test_a_prefix_counts_only_where_nothing_else_fits() -> None:
    assert matching_code("SC.A.01") != matching_code("A.01")
    old, new = small_list(), small_list()
    # Both are in the new list: the one without the prefix is the same, the other is new.
    fresh = {**one("d1"), "key": "x", "code": "SC.A.02", "scenarios": [], "statement": text("Autre chose.")}
    renamed(new, "a2")
    new["chapters"][0]["requirements"].insert(0, fresh)
    assert found(old, new) == [("a2", "new-a2", "code")]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("<p>Un <b>mot</b></p>", "Un mot"), ("<ul><li>Un</li><li>Deux</li></ul>", "Un\nDeux"),
        ("Un\u00a0mot", "Un  mot"),
        ("l’un", "l'un"), ("« un »", '"un"'), ("un :", "un\u00a0:"), ("e\u0301tat", "état"),
        ("un-deux", "un\u2011deux"),
        ("A &lt; B</p>", "A < B"),
    ],
)  # fmt: skip
def test_texts_that_say_the_same(text: str, same: str) -> None:
    assert normative(text) == normative(same)


@pytest.mark.parametrize(
    ("text", "other"), [("DOIT", "doit"), ("modifie", "modifié"), ("2.9", "2.90"), ("<nom>", "")]
)
def test_texts_that_do_not(text: str, other: str) -> None:
    assert normative(text) != normative(other)


# --- The order of evidence


def test_the_key_comes_first() -> None:
    old, new = small_list(), small_list()
    requirements(new)["a1"]["code"], requirements(new)["a2"]["code"] = "A.02", "A.01"
    assert found(old, new) == []


def test_keys_of_a_workbook_are_only_codes() -> None:
    """A key that was kept under another code, and a file that gives it anew to what has that code now."""
    old, new = small_list(), small_list()
    requirements(old)["a1"]["code"] = "A.11"
    requirements(new)["a1"]["statement"] = text("Une règle toute neuve, sans rapport.")
    new["chapters"][0]["requirements"].append({**one("a1"), "key": "x", "code": "A.11", "scenarios": []})
    assert found(old, new) == []
    assert ("a1", "x", "code") in found(old, new, by_key=False)


def test_then_the_code() -> None:
    old = small_list()
    assert found(old, renamed(small_list(), "a2")) == [("a2", "new-a2", "code")]
    assert found(old, renamed(small_list(), "a2", code="SC.A.02")) == [("a2", "new-a2", "code")]


def test_a_code_in_two_chapters_is_that_of_the_same_chapter() -> None:
    old, new = small_list(), small_list()
    for raw, keys in ((old, ("x", "y")), (new, ("v", "w"))):
        for n, key in enumerate(keys):
            twin = {**one("d1"), "key": key, "code": "T.01", "scenarios": []}
            raw["chapters"][n]["requirements"].append(twin)
    new["chapters"].reverse()
    assert found(old, new) == [("x", "v", "code"), ("y", "w", "code")]


def test_then_an_earlier_code_on_record() -> None:
    new = renamed(small_list(), "a2", code="B.77", was=["SC.A.02", "A.99"], statement=text("Tout autre."))
    assert found(small_list(), new) == [("a2", "new-a2", "was")]
    assert found(new, small_list()) == [("new-a2", "a2", "was")]


def test_an_earlier_code_that_another_requirement_still_has_proves_nothing() -> None:
    new = small_list()
    fresh = {
        **one("d1"),
        "key": "x",
        "code": "X.01",
        "was": ["A.02"],
        "scenarios": [],
        "statement": text("Neuf."),
    }
    new["chapters"][0]["requirements"].append(fresh)
    assert found(small_list(), new) == []


def test_then_the_text_which_a_person_confirms() -> None:
    changed = STATEMENTS["a2"].replace("sans délai", "dans l’heure")
    new = renamed(small_list(), "a2", code="Z.77", statement=text(changed))
    matching = match(made(small_list()), made(new))
    (proposed,) = [m for m in matching.requirements if m.proposed]
    assert (proposed.old, proposed.new) == ("a2", "new-a2")
    assert 0.4 <= proposed.score < 1
    # Its scenarios and proofs, which kept their codes, are certain.
    assert [m.old for m in matching.proposed] == ["a2"]


def test_a_refused_proposal_is_not_made_again() -> None:
    new = renamed(small_list(), "a2", code="Z.77")
    assert found(small_list(), new) == [("a2", "new-a2", "text")]
    assert found(small_list(), new, refused={("a2", "new-a2")}) == []


def test_another_text_under_another_code_is_another_requirement() -> None:
    new = renamed(
        small_list(), "a2", code="Z.77", title=text("Neuf"), statement=text("Une règle toute neuve.")
    )
    requirements(new)["new-a2"]["scenarios"] = []
    assert found(small_list(), new) == []


def test_numbers_that_shifted_by_one() -> None:
    """A.02 went; A.03 is called A.02 now: its text says so, its number would say otherwise."""
    old, new = small_list(), small_list()
    new["chapters"][0]["requirements"].pop(1)
    renamed(new, "a3", code="A.02")
    assert found(old, new) == [("a3", "new-a3", "text")]


def test_the_same_twice_is_matched_in_order() -> None:
    """Nothing tells them apart but their order."""
    twins = [{**one("d1"), "key": key, "code": f"T.{key}", "scenarios": []} for key in "stuv"]
    old, new = small_list(), small_list()
    old["chapters"].append(chapter("c9", *twins[:2]))
    new["chapters"].append(chapter("c9", *twins[2:]))
    for raw in (old, new):
        raw["chapters"].pop(2)
    assert found(old, new) == [("s", "u", "text"), ("t", "v", "text")]


# --- Scenarios and proofs


def inner(old: Raw, new: Raw, kind: str) -> list[tuple[str, str, str]]:
    matches: tuple[Match, ...] = getattr(match(made(old), made(new)), kind)
    return [(m.old, m.new, m.found_by) for m in matches if m.found_by != "key"]


def test_a_scenario_follows_the_number_of_its_requirement() -> None:
    new = renamed(small_list(), "a1", code="A.31", was=["A.01"])
    for number, it in enumerate(requirements(new)["new-a1"]["scenarios"], start=1):
        it["code"] = f"A.31.0{number}"
        for last, each in enumerate(it["proofs"], start=1):
            each["code"] = f"A.31.0{number}.0{last}"
    assert inner(small_list(), new, "scenarios") == [
        ("a1s1", "new-a1s1", "code"),
        ("a1s2", "new-a1s2", "code"),
    ]
    assert [by for _, _, by in inner(small_list(), new, "proofs")] == ["code"] * 4


def test_a_scenario_that_went_to_another_requirement_keeps_its_proofs() -> None:
    old, new = small_list(), small_list()
    moved = requirements(new)["a1"]["scenarios"].pop()
    moved |= {"key": "m", "code": "B.02.02"}
    for n, each in enumerate(moved["proofs"], start=1):
        each |= {"key": f"m{n}", "code": f"B.02.02.0{n}"}
    requirements(new)["b2"]["scenarios"].append(moved)
    assert inner(old, new, "scenarios") == [("a1s2", "m", "text")]
    assert inner(old, new, "proofs") == [("a1s2p1", "m1", "text"), ("a1s2p2", "m2", "text")]


def test_the_same_words_are_asked_for_everywhere() -> None:
    """A proof that went here and one that came there are not one because both say "une vidéo"."""
    old, new = small_list(), small_list()
    requirements(old)["a1"]["scenarios"][0]["proofs"].append(
        {"key": "went", "code": "A.01.01.03", "text": text("Une vidéo"), "kinds": ["video"]}
    )
    requirements(new)["b2"]["scenarios"][0]["proofs"].append(
        {"key": "came", "code": "B.02.01.03", "text": text("Une vidéo"), "kinds": ["video"]}
    )
    assert inner(old, new, "proofs") == []


# --- Likeness


def test_near_twins_are_told_apart_or_left_alone() -> None:
    """Members of a family of texts: one went, another came; what they share proves nothing."""
    family = "La solution affiche au professionnel {} reçue avec le document, sans autre action de sa part."
    said = ("la date", "l’origine", "la priorité", "la version", "la taille")
    kept = [features(family.format(what)) for what in said[:3]]
    gone, come = features(family.format(said[3])), features(family.format(said[4]))
    rarity = Rarity([*kept, gone, come, *(features(other) for other in SAYINGS)])
    assert rarity.alike(gone, come) > 0.4
    assert proposals({"gone": gone}, {"come": come}, rarity, kept) == []


def test_likeness_does_not_depend_on_the_order_of_the_texts() -> None:
    texts = {f"k{n}": features(said) for n, said in enumerate((*SAYINGS, *STATEMENTS.values()))}
    new = {f"n{key}": some | {"neuf"} for key, some in texts.items()}
    rarity = Rarity([*texts.values(), *new.values()])
    shuffled = dict(random.Random(1).sample(list(new.items()), len(new)))
    first, second = (proposals(texts, side, rarity) for side in (new, shuffled))
    assert {(p.old, p.new, p.score) for p in first} == {(p.old, p.new, p.score) for p in second}
    assert {(p.old, p.new) for p in first} == {(key, f"n{key}") for key in texts}


# --- The real list: the figures in docs/decisions/diff.md


@pytest.fixture(scope="module")
def real_list(reference_dir: Path) -> Definition:
    return read_workbook(reference_dir / "rem" / "REM-RIS-Va2-A.xlsx")


def with_requirements(definition: Definition, make: Any) -> Definition:
    """`make`: requirement → itself, another one, or None to leave it out."""
    chapters = tuple(
        c.model_copy(update={"requirements": tuple(r for it in c.requirements if (r := make(it)))})
        for c in definition.chapters
    )
    return definition.model_copy(update={"chapters": chapters})


def reworded(text: str, share: float, chance: random.Random) -> str:
    """Half of `share` of the words left out, half replaced."""
    kept = [word for word in text.split() if chance.random() >= share / 2]
    return " ".join(f"mot{chance.randrange(999)}" if chance.random() < share / 2 else word for word in kept)


@pytest.mark.real
def test_what_left_is_not_taken_for_what_came(real_list: Definition) -> None:
    """40 requirements left out of one side, 40 others of the other: at most 1 in 20 is taken for another."""
    wrong = 0
    codes = sorted({r.key for c in real_list.chapters for r in c.requirements})
    for seed in range(3):
        chosen = random.Random(seed).sample(codes, 80)
        old = with_requirements(
            real_list, lambda r, gone=frozenset(chosen[:40]): None if r.key in gone else r
        )
        new = with_requirements(
            real_list, lambda r, gone=frozenset(chosen[40:]): None if r.key in gone else r
        )
        wrong += sum(m.proposed for m in match(old, new, by_key=False).requirements)
    assert wrong <= 6


@pytest.mark.real
@pytest.mark.parametrize(("share", "least"), [(0.0, 1.0), (0.1, 0.85), (0.2, 0.65)])
def test_renumbered_requirements_are_found(real_list: Definition, share: float, least: float) -> None:
    """60 requirements under other numbers, some of their words changed: what is found is right."""
    chance = random.Random(7)
    keys = sorted({r.key for c in real_list.chapters for r in c.requirements})
    chosen = {key: n for n, key in enumerate(chance.sample(keys, 60))}

    def make(requirement: Requirement) -> Requirement:
        if requirement.key not in chosen:
            return requirement
        statement = reworded(normative(requirement.statement.fr), share, chance)
        return requirement.model_copy(
            update={
                "key": f"new-{requirement.key}", "code": f"ZZ.{chosen[requirement.key]:03}", "scenarios": (),
                "statement": Text(fr=statement),
            }
        )  # fmt: skip

    proposed = [
        m
        for m in match(real_list, with_requirements(real_list, make), by_key=False).requirements
        if m.proposed
    ]
    assert [m for m in proposed if m.new != f"new-{m.old}"] == []
    assert len(proposed) >= least * 60
