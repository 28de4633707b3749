"""The tables of states, every pair of them: what may follow what (R12)."""

from itertools import product

import pytest

from jalon.applications.states import (
    APPLICATION_TRANSITIONS,
    CHAPTER_TRANSITIONS,
    STEP_TRANSITIONS,
    ApplicationState,
    ChapterState,
    StepState,
)
from jalon.core.errors import TransitionRefused
from tests.sentences import as_written

TABLES = {
    "application": (
        APPLICATION_TRANSITIONS,
        ApplicationState,
        {
            "to_complete": "submitted withdrawn late",
            "submitted": "to_modify eligible refused withdrawn",
            "to_modify": "submitted withdrawn late",
            "eligible": "proofs_validated withdrawn late",
            "proofs_validated": "convention_signing eligible refused withdrawn",
            "convention_signing": "listed eligible refused withdrawn",
            "listed": "",
            "refused": "submitted",
            "withdrawn": "",
            "late": "to_complete to_modify eligible withdrawn",
        },
    ),
    "step": (
        STEP_TRANSITIONS,
        StepState,
        {
            "locked": "to_complete",
            "to_complete": "submitted validated",
            "submitted": "to_modify validated refused",
            "to_modify": "submitted",
            "validated": "to_complete",
            "refused": "submitted",
        },
    ),
    "chapter": (
        CHAPTER_TRANSITIONS,
        ChapterState,
        {
            "to_complete": "ready validated",
            "ready": "to_complete submitted",
            "submitted": "ready to_modify validated",
            "to_modify": "resubmitted",
            "resubmitted": "to_modify validated",
            "validated": "to_modify",
        },
    ),
}
PAIRS = [
    (name, before, after, after.value in allowed[before.value].split())
    for name, (_table, states, allowed) in TABLES.items()
    for before, after in product(states, states)
]


@pytest.mark.parametrize(("name", "before", "after", "allowed"), PAIRS)
def test_every_pair(name, before, after, allowed):
    table = TABLES[name][0]
    assert table.allows(before, after) is allowed
    if allowed:
        table.check(before, after)
    else:
        with pytest.raises(TransitionRefused) as refused:
            table.check(before, after)
        assert as_written(refused.value.message) == f"Impossible au statut « {before.label} »."


def test_only_what_is_listed_or_withdrawn_is_over_for_good():
    final = {state for state in ApplicationState if APPLICATION_TRANSITIONS.is_final(state)}
    assert final == {ApplicationState.LISTED, ApplicationState.WITHDRAWN}
