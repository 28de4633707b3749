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
