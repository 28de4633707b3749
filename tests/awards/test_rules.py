"""R11 as a table: every condition, alone and together, and the sentences that name it."""

from dataclasses import replace
from itertools import product

import pytest

from jalon.awards.rules import (
    AwardFacts,
    Code,
    Condition,
    Item,
    award_number,
    fill,
    french_date,
    missing_conditions,
)
from jalon.awards.states import OpinionOutcome
from tests.sentences import as_written


def item(met: bool, key: str = "k") -> Item:
    return Item(key, f"Titre {key}", met)


WHOLE = AwardFacts(
    steps=(item(True, "s1"), item(True, "s2")),
    claims=(item(True),),
    chapters=(item(True, "c1"), item(True, "c2")),
    prerequisites=(item(True),),
    opinion=OpinionOutcome.FAVOURABLE,
    convention_drawn=True,
    vendor_signed=True,
    agency_signed=True,
)
# What each condition looks like when it alone is missing, in the order of the path.
SPOILED = {
    Code.NOT_WITHDRAWN: {"withdrawn": True},
    Code.STEP_VALIDATED: {"steps": (item(True, "s1"), item(False, "s2"))},
    Code.CLAIM_CONFIRMED: {"claims": (item(False),)},
    Code.CHAPTER_VALIDATED: {"chapters": (item(False, "c1"), item(True, "c2"))},
    Code.PREREQUISITE_MET: {"prerequisites": (item(False),)},
    Code.OPINION_GIVEN: {"opinion": None},
    Code.OPINION_FAVOURABLE: {"opinion": OpinionOutcome.UNFAVOURABLE},
    Code.CONVENTION_DRAWN: {"convention_drawn": False, "vendor_signed": False, "agency_signed": False},
    Code.VENDOR_SIGNED: {"vendor_signed": False},
    Code.AGENCY_SIGNED: {"agency_signed": False},
}


def codes(facts: AwardFacts) -> list[Code]:
    return [condition.code for condition in missing_conditions(facts)]


def test_nothing_is_missing_when_everything_is_there():
    assert missing_conditions(WHOLE) == []


def test_every_condition_is_in_the_table():
    assert list(SPOILED) == list(Code)


@pytest.mark.parametrize(("code", "change"), SPOILED.items(), ids=lambda x: getattr(x, "value", ""))
def test_each_condition_alone_holds_up_the_award(code, change):
    assert codes(replace(WHOLE, **change)) == [code]


def test_every_combination_names_exactly_what_is_missing():
    single = [c for c in Code if c not in (Code.OPINION_FAVOURABLE, Code.CONVENTION_DRAWN)]
    for flags in product((False, True), repeat=len(single)):
        spoiled = [code for code, flag in zip(single, flags, strict=True) if flag]
        facts = WHOLE
        for code in spoiled:
            facts = replace(facts, **SPOILED[code])
        assert codes(facts) == spoiled


def test_nothing_at_all_asks_for_opinion_and_convention():
    assert codes(AwardFacts()) == [Code.OPINION_GIVEN, Code.CONVENTION_DRAWN]


def test_each_unmet_item_is_named():
    facts = replace(WHOLE, chapters=(item(False, "c1"), item(True, "c2"), item(False, "c3")))
    assert missing_conditions(facts) == [
        Condition(Code.CHAPTER_VALIDATED, "c1", "Titre c1"),
        Condition(Code.CHAPTER_VALIDATED, "c3", "Titre c3"),
    ]


@pytest.mark.parametrize("code", Code)
def test_each_condition_has_a_sentence_for_both_sides(code):
    condition = Condition(code, "k", "Titre 100 %")
    for sentence in (condition.for_vendor, condition.for_agency):
        assert sentence.endswith(".")
        assert "%(" not in sentence


def test_a_sentence_names_its_item():
    condition = Condition(Code.CHAPTER_VALIDATED, "c1", "Identité")
    assert as_written(condition.for_vendor) == "Le chapitre « Identité » n’est pas encore validé."
    assert as_written(condition.for_agency) == "Le chapitre « Identité » reste à valider."


def test_award_numbers_count_within_programme_and_year():
    assert award_number("demo-2", 2026, 1) == "DEMO-2-2026-0001"
    assert award_number("demo-2", 2026, 12345) == "DEMO-2-2026-12345"


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{product}, version {version}", "R{version}, version 4"),  # what a value holds is not read again
        ("{{product}}", "{product}"),
        ("rien", "rien"),
        ("", ""),
    ],
)
def test_names_in_braces_are_filled_once(text, filled):
    assert fill(text, {"product": "R{version}", "version": "4"}) == filled


def test_an_unknown_name_is_an_error():
    with pytest.raises(KeyError):
        fill("{unknown}", {})


def test_french_dates():
    assert french_date(2026, 5, 1) == "1er mai 2026"
    assert french_date(2026, 11, 22) == "22 novembre 2026"
