"""Whose turn it is in step 3 (rules/turns.py)."""

import pytest

from jalon.applications.rules.turns import turn_of_proofs
from jalon.applications.states import ChapterState, Turn

C = ChapterState


@pytest.mark.parametrize(
    ("chapters", "answer_waits", "turn"),
    [
        ([C.TO_COMPLETE, C.READY, C.VALIDATED], False, Turn.VENDOR),
        ([C.TO_MODIFY, C.VALIDATED], False, Turn.VENDOR),
        ([C.TO_MODIFY, C.SUBMITTED], False, Turn.BOTH),
        ([C.TO_COMPLETE, C.RESUBMITTED], False, Turn.BOTH),
        ([C.SUBMITTED, C.RESUBMITTED, C.VALIDATED], False, Turn.AGENCY),
        ([C.VALIDATED], False, Turn.AGENCY),
        ([], False, Turn.AGENCY),
        ([C.TO_COMPLETE], True, Turn.BOTH),
        ([C.VALIDATED], True, Turn.AGENCY),
    ],
)
def test_the_turn_follows_from_the_chapters_and_the_declared_version(chapters, answer_waits, turn):
    assert turn_of_proofs(chapters, answer_waits=answer_waits) == turn
