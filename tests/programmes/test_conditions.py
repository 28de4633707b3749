"""The condition tree: truth tables, references, laws."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from jalon.programmes.definition.conditions import Condition, Facts

CONDITION: TypeAdapter[Any] = TypeAdapter(Condition)
FACTS = Facts(
    frozenset({"extra"}),
    frozenset({"listed"}),
    {"yes": "yes", "no": "no", "empty": "", "country": "FR", "several": ["a", "b"], "none": []},
)


def holds(raw: dict[str, Any]) -> bool:
    return bool(CONDITION.validate_python(raw).holds(FACTS))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"profile": "extra"}, True),
        ({"profile": "other"}, False),
        ({"claim": "listed"}, True),
        ({"claim": "other"}, False),
        ({"answer": "yes"}, True),
        ({"answer": "no"}, True),  # given
        ({"answer": "empty"}, False),
        ({"answer": "none"}, False),
        ({"answer": "never asked"}, False),
        ({"answer": "yes", "equals": "yes"}, True),
        ({"answer": "no", "equals": "yes"}, False),
        ({"answer": "never asked", "equals": "no"}, False),
        ({"answer": "country", "equals": "FR"}, True),
        ({"answer": "country", "in": ["FR", "BE"]}, True),
        ({"answer": "country", "in": ["BE"]}, False),
        ({"answer": "several", "equals": "b"}, True),
        ({"answer": "several", "in": ["c", "a"]}, True),
        ({"answer": "several", "in": ["c"]}, False),
        ({"all": []}, True),
        ({"any": []}, False),
        ({"all": [{"profile": "extra"}, {"claim": "other"}]}, False),
        ({"any": [{"profile": "extra"}, {"claim": "other"}]}, True),
        ({"not": {"claim": "listed"}}, False),
        ({"not": {"claim": "other"}}, True),
    ],
)
def test_truth_table(raw: dict[str, Any], expected: bool) -> None:
    assert holds(raw) is expected


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"answer": "a", "equals": True},
        {"profil": "x"},
        {"profile": "x", "claim": "y"},
        {"not": []},
        {"all": {}},
        "x",
        None,
    ],
)
def test_anything_else_is_no_condition(raw: Any) -> None:
    with pytest.raises(ValidationError):
        CONDITION.validate_python(raw)


def test_references_name_all_that_is_looked_at() -> None:
    raw = {"all": [{"profile": "p"}, {"any": [{"claim": "c"}, {"not": {"answer": "a", "equals": "1"}}]}]}
    expected = {("profile", "p"), ("claim", "c"), ("answer", "a")}
    assert CONDITION.validate_python(raw).references() == expected


leaves = st.one_of(
    st.fixed_dictionaries({"profile": st.sampled_from("ab")}),
    st.fixed_dictionaries({"claim": st.sampled_from("ab")}),
    st.fixed_dictionaries({"answer": st.sampled_from("ab"), "equals": st.sampled_from(["yes", "no"])}),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=12,
)
facts = st.builds(
    Facts,
    st.frozensets(st.sampled_from("ab")),
    st.frozensets(st.sampled_from("ab")),
    st.dictionaries(st.sampled_from("ab"), st.sampled_from(["yes", "no"])),
)


@given(st.lists(trees, max_size=3), facts)
def test_de_morgan(parts: list[dict[str, Any]], given_facts: Facts) -> None:
    neither = CONDITION.validate_python({"not": {"any": parts}})
    all_not = CONDITION.validate_python({"all": [{"not": part} for part in parts]})
    assert neither.holds(given_facts) == all_not.holds(given_facts)


@given(trees, facts)
def test_what_is_not_referred_to_changes_nothing(raw: dict[str, Any], given_facts: Facts) -> None:
    condition = CONDITION.validate_python(raw)
    names = condition.references()
    fewer = Facts(
        frozenset(p for p in given_facts.profiles if ("profile", p) in names),
        frozenset(c for c in given_facts.claims if ("claim", c) in names),
        {a: v for a, v in given_facts.answers.items() if ("answer", a) in names},
    )
    assert condition.holds(fewer) == condition.holds(given_facts)


@given(trees)
def test_a_condition_survives_json(raw: dict[str, Any]) -> None:
    condition = CONDITION.validate_python(raw)
    assert (
        CONDITION.validate_json(CONDITION.dump_json(condition, by_alias=True, exclude_defaults=True))
        == condition
    )
