"""The product form: what is kept and what is wrong (Guide RIS, étape 1, prérequis 4)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jalon.programmes.definition.schema import Interest, PortalDefinition, Text
from jalon.vendors.rules import (
    ProductData,
    ProductSheet,
    digests,
    merged,
    product_data,
    product_errors,
    sheet_errors,
)
from tests.sentences import as_written

RIGHT = ProductData("RIS", "4.2", "", 1, "Un logiciel.", (), ("segur",))
PORTAL = PortalDefinition(
    format=1,
    menu=(),
    interests=(
        Interest(key="segur", label=Text(fr="Ségur")),
        Interest(key="dmn", label=Text(fr="DMN")),
        Interest(key="soon", label=Text(fr="Bientôt"), available=False),
        Interest(key="none", label=Text(fr="Aucun"), exclusive=True),
    ),
)
WHO = "Choisissez le responsable du produit parmi les personnes de votre entreprise."
ONE = "Choisissez au moins un dispositif, ou « Aucun dispositif identifié pour le moment »."
ALONE = "« Aucun dispositif identifié pour le moment » ne va pas avec un autre choix."
NOT_OFFERED = "Choisissez parmi les dispositifs proposés."


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({}, {}),
        ({"name": ""}, {"name": "Indiquez le nom du produit."}),
        ({"name": "a" * 201}, {"name": "201 caractères, c’est trop : 200 au plus."}),
        ({"version": ""}, {"version": "Indiquez la version du produit."}),
        ({"version": "1" * 61}, {"version": "61 caractères, c’est trop : 60 au plus."}),
        ({"nil": "N" * 41}, {"nil": "Un NIL compte 40 caractères au plus."}),
        ({"responsible_id": None}, {"responsible": WHO}),
        ({"responsible_id": 9}, {"responsible": WHO}),
        ({"description": ""}, {"description": "Décrivez le produit en quelques phrases."}),
        ({"certifications": ("a",) * 21}, {"certifications": "20 certifications au plus."}),
        ({"certifications": ("a" * 201,)}, {"certifications": "Une certification tient en 200 caractères."}),
        ({"interests": ()}, {"interests": ONE}),
        ({"interests": ("gone",)}, {"interests": NOT_OFFERED}),
        ({"interests": ("soon",)}, {"interests": NOT_OFFERED}),
        ({"interests": ("none",)}, {}),
        ({"interests": ("segur", "dmn")}, {}),
        ({"interests": ("segur", "none")}, {"interests": ALONE}),
    ],
)  # fmt: skip
def test_what_is_wrong(changes, errors):
    assert as_written(product_errors(replace(RIGHT, **changes), PORTAL, [1, 2])) == errors


def test_what_is_kept():
    raw = {
        "name": "  Mon\x00  RIS ", "version": " 4.2\n", "nil": "ab 12", "responsible": "7", "description": " a\r\nb ",
        "certifications": ["  ISO  13485 ", ""], "interests": ["segur"],
    }  # fmt: skip
    assert product_data(raw) == ProductData("Mon RIS", "4.2", "AB12", 7, "a\nb", ("ISO 13485",), ("segur",))


@given(st.dictionaries(st.sampled_from(["name", "version", "nil", "responsible", "description"]), st.text()))
def test_anything_typed_is_read_and_judged(raw):
    assert isinstance(product_errors(product_data(raw), PORTAL, [1]), dict)


def test_an_interest_that_is_no_longer_offered_may_stay_but_not_come():
    sheet = replace(RIGHT, interests=("segur", "soon")).sheet
    assert as_written(sheet_errors(sheet, PORTAL)) == {"interests": NOT_OFFERED}
    assert sheet_errors(sheet, PORTAL, kept=["soon"]) == {}


# --- Two people at once

SHEETS = st.builds(
    ProductSheet,
    name=st.sampled_from("ABC"),
    description=st.sampled_from("abc"),
    certifications=st.sampled_from([(), ("x",), ("x", "y")]),
    interests=st.sampled_from([("segur",), ("dmn",)]),
)
FIELDS = ("name", "description", "certifications", "interests")


@given(shown=SHEETS, stored=SHEETS, typed=SHEETS)
def test_nothing_that_somebody_wrote_is_overwritten_unseen(shown, stored, typed):
    result = merged(stored, typed, digests(shown))
    for field in FIELDS:
        was, now, mine = (getattr(sheet, field) for sheet in (shown, stored, typed))
        mine_changed, theirs_changed, same = mine != was, now != was, mine == now
        assert (field in result.changed) == (mine_changed and not same)
        assert (field in result.collisions) == (mine_changed and theirs_changed and not same)
        assert getattr(result.sheet, field) == (mine if mine_changed else now)


@given(stored=SHEETS, typed=SHEETS)
def test_a_form_that_does_not_say_what_it_showed_collides_wherever_it_differs(stored, typed):
    result = merged(stored, typed, {})
    assert result.collisions == result.changed
    assert set(result.changed) == {f for f in FIELDS if getattr(stored, f) != getattr(typed, f)}
