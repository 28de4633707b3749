"""What applies: every combination of a small programme, and a sentence for each result."""

from itertools import product

import pytest

from jalon.programmes.definition.applicability import Applicability, applicability, sentence
from jalon.programmes.definition.conditions import Facts
from tests.programmes.builders import made, proof, requirement, small, small_raw

# r1: taken over, general, with p1 (general) and p2 (option); r2: new, option, with p3; r3: new, general, with p4.
TABLE = {
    # (listed before, option chosen): (requirements, slots, chapters)
    (False, False): (["r1", "r3"], ["p1", "p4"], ["c1", "c2"]),
    (False, True): (["r1", "r2", "r3"], ["p1", "p2", "p3", "p4"], ["c1", "c2"]),
    (True, False): (["r3"], ["p4"], ["c2"]),
    (True, True): (["r2", "r3"], ["p3", "p4"], ["c1", "c2"]),
}


def result(listed: bool, option: bool) -> Applicability:
    return applicability(
        small(), Facts(frozenset({"extra"} if option else ()), frozenset({"listed"} if listed else ()))
    )


@pytest.mark.parametrize(("listed", "option"), list(product([False, True], repeat=2)))
def test_every_combination(listed: bool, option: bool) -> None:
    found = result(listed, option)
    assert (
        [r.requirement.key for r in found.applicable],
        [p.proof.key for r in found.applicable for p in r.applicable_proofs],
        [c.key for c in found.chapters],
    ) == TABLE[listed, option]
    assert found.slot_count == len(TABLE[listed, option][1])
    assert found.requirement_count == len(TABLE[listed, option][0])


@pytest.mark.parametrize(
    ("listed", "option", "key", "fr", "en"),
    [
        (
            False, False, "r1",
            "S’applique à toutes les candidatures (Général). Vous n’êtes pas encore référencé.",
            "Applies to every application (General). You are not listed yet.",
        ),
        (True, False, "r1", "Déjà démontré.", "Already shown."),
        (
            False, True, "r2",
            "S’applique parce que le profil « Option » est choisi. C’est nouveau.",
            "Applies because the profile “Option” is chosen. It is new.",
        ),
        (
            False, False, "r2", "Sans objet : le profil « Option » n’est pas choisi.",
            "Does not apply: the profile “Option” is not chosen.",
        ),
    ],
)  # fmt: skip
def test_each_result_is_explained(listed: bool, option: bool, key: str, fr: str, en: str) -> None:
    verdict = next(r.verdict for r in result(listed, option).requirements if r.requirement.key == key)
    assert (sentence(small(), verdict), sentence(small(), verdict, "en")) == (fr, en)


def test_every_proof_of_every_combination_has_a_sentence() -> None:
    for listed, option in product([False, True], repeat=2):
        for found in result(listed, option).requirements:
            for part in found.proofs:
                assert all(
                    sentence(small(), part.verdict, language).endswith(".") for language in ("fr", "en")
                )


def one(**changes: object) -> Applicability:
    raw = small_raw()
    raw["chapters"] = [{"key": "c1", "title": {"fr": "C"}, "requirements": [{**REQUIREMENT, **changes}]}]
    return applicability(made(raw), Facts())


REQUIREMENT = requirement("r1", "new", "extra", [proof("p1")])


def test_a_second_row_widens_a_proof() -> None:
    assert one().slot_count == 0
    wider = {
        "scenarios": requirement(
            "r1", "new", "extra", [proof("p1", also=[{"perimeter": "new", "profile": "all"}])]
        )["scenarios"]
    }
    assert (one(**wider).slot_count, one(**wider).requirement_count) == (1, 1)


def test_a_second_row_widens_a_requirement_without_a_slot() -> None:
    wider = one(also=[{"perimeter": "new", "profile": "all"}])
    assert (wider.requirement_count, wider.slot_count, wider.chapters) == (1, 0, ())


def test_a_requirement_without_scenario_applies_by_its_own_row() -> None:
    assert one(scenarios=[]).requirement_count == 0
    assert one(scenarios=[], profile="all").requirement_count == 1


def test_a_scenario_without_proof_counts_as_a_row() -> None:
    scenarios = [{"key": "s", "text": {"fr": "S"}, "profile": "all"}]
    assert (one(scenarios=scenarios).requirement_count, one(scenarios=scenarios).slot_count) == (1, 0)


def test_a_requirement_in_two_chapters_counts_once() -> None:
    raw = small_raw()
    raw["chapters"].append(
        {
            "key": "c3",
            "title": {"fr": "C"},
            "requirements": [requirement("r3-bis", "new", "all", [proof("p5")], code="R3")],
        }
    )
    found = applicability(made(raw), Facts(claims=frozenset({"listed"})))
    assert (found.requirement_count, len(found.applicable), found.slot_count) == (1, 2, 2)


# --- One of several ways -----------------------------------------------------------------------------------------

DEVICES = {
    "key": "device",
    "label": {"fr": "Votre appareil", "en": "Your device"},
    "options": [
        {"key": "desk", "label": {"fr": "Bureau", "en": "Desk"}},
        {"key": "hand", "label": {"fr": "Poche", "en": "Hand"}},
        {"key": "wall", "label": {"fr": "Mur", "en": "Wall"}, "when": {"profile": "extra"}},
    ],
}
CASES = {
    "key": "case",
    "label": {"fr": "Votre cas"},
    "options": [{"key": "one", "label": {"fr": "Un"}}, {"key": "two", "label": {"fr": "Deux"}}],
}


def only(choice: str, *options: str) -> dict[str, object]:
    return {"only": {"one_of": choice, "options": list(options)}}


def by_device(ways: dict[str, str], *profiles: str) -> Applicability:
    """Two proofs for a desk; one in the hand, by its case; three on a wall; one whatever the device."""
    desk = {
        "key": "desk",
        "text": {"fr": "S"},
        "proofs": [proof("d1"), proof("d2")],
        **only("device", "desk"),
    }
    hand_proofs = [
        {**proof("h1"), **only("case", "one")},
        {**proof("h2"), **only("case", "two")},
        {**proof("h3"), **only("case", "two")},
    ]
    hand = {"key": "hand", "text": {"fr": "S"}, "proofs": hand_proofs, **only("device", "hand")}
    wall_proofs = [proof("w1"), proof("w2"), proof("w3")]
    wall = {"key": "wall", "text": {"fr": "S"}, "proofs": wall_proofs, **only("device", "wall")}
    any_device = {"key": "any", "text": {"fr": "S"}, "proofs": [proof("a1")]}
    raw = small_raw() | {"one_of": [DEVICES, CASES]}
    raw["chapters"] = [
        {
            "key": "c1",
            "title": {"fr": "C"},
            "requirements": [
                requirement("r1", "new", "all", [], scenarios=[desk, hand, wall]),
                requirement("r2", "new", "all", [], scenarios=[any_device]),
            ],
        }
    ]
    return applicability(made(raw), Facts(frozenset(profiles), ways=ways))


# What is chosen → the proofs asked for, those to give at the least, the choices left.
WAYS = {
    (): (["a1"], 2, ["device"]),
    ("desk",): (["d1", "d2", "a1"], 3, []),
    ("hand",): (["a1"], 2, ["case"]),
    ("hand", "one"): (["h1", "a1"], 2, []),
    ("hand", "two"): (["h2", "h3", "a1"], 3, []),
    ("desk", "two"): (["d1", "d2", "a1"], 3, []),
    ("wall",): (["a1"], 2, ["device"]),  # may not be had without its profile
    ("gone",): (["a1"], 2, ["device"]),
}


@pytest.mark.parametrize("chosen", WAYS)
def test_what_is_asked_for_with_each_way(chosen: tuple[str, ...]) -> None:
    asked, at_least, left = WAYS[chosen]
    found = by_device(dict(zip(("device", "case"), chosen, strict=False)))
    assert [p.proof.key for r in found.applicable for p in r.applicable_proofs] == asked
    assert (found.slot_count, found.expected) == (at_least, {"c1": at_least})
    assert [choice.one_of.key for choice in found.open_choices] == left
    assert [r.requirement.key for r in found.applicable] == ["r1", "r2"]


def test_an_option_that_its_condition_lets_in_is_offered() -> None:
    assert by_device({}).offered == {"device": ("desk", "hand"), "case": ("one", "two")}
    found = by_device({"device": "wall"}, "extra")
    assert found.offered["device"] == ("desk", "hand", "wall")
    assert (found.ways, found.slot_count) == ({"device": "wall"}, 4)


def test_sentences_name_the_choice() -> None:
    definition = made(small_raw() | {"one_of": [DEVICES]})

    def said(ways: dict[str, str], key: str, language: str) -> str:
        results = [p for r in by_device(ways).requirements for p in r.proofs]
        return sentence(definition, next(p.verdict for p in results if p.proof.key == key), language)

    assert said({}, "d1", "fr") == "À choisir : Votre appareil. Une seule possibilité est demandée."
    assert said({"device": "desk"}, "d1", "en").endswith("Your device: “Desk”.")
    assert said({"device": "hand"}, "d1", "en") == (
        "Does not apply: Your device, only one is asked for and “Hand” is chosen."
    )


def test_a_requirement_of_another_way_does_not_apply() -> None:
    desk = {"key": "s", "text": {"fr": "S"}, "proofs": [proof("d1")], **only("device", "desk")}
    hand = {"key": "t", "text": {"fr": "S"}, "proofs": [proof("h1")], **only("device", "hand")}
    raw = small_raw() | {"one_of": [DEVICES]}
    raw["chapters"] = [
        {"key": key, "title": {"fr": "C"}, "requirements": [
            requirement(f"r-{key}", "new", "all", [], scenarios=[scenario])]}
        for key, scenario in (("c1", desk), ("c2", hand))
    ]  # fmt: skip
    definition = made(raw)
    before = applicability(definition, Facts())
    assert (before.expected, [r.verdict.applies for r in before.requirements]) == (
        {"c1": 1, "c2": 1},
        [True, True],
    )
    after = applicability(definition, Facts(ways={"device": "hand"}))
    assert (after.expected, [r.verdict.why for r in after.requirements]) == (
        {"c2": 1},
        ["other_way", "applies"],
    )


def test_the_only_option_that_is_left_holds() -> None:
    desk = {"key": "s", "text": {"fr": "S"}, "proofs": [proof("d1")], **only("device", "desk")}
    raw = small_raw() | {"one_of": [DEVICES]}
    raw["chapters"] = [{"key": "c1", "title": {"fr": "C"}, "requirements": [
        requirement("r1", "new", "all", [], scenarios=[desk])]}]  # fmt: skip
    found = applicability(made(raw), Facts())
    assert (found.ways, found.slot_count, found.open_choices) == ({"device": "desk"}, 1, ())
