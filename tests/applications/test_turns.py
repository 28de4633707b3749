"""Whose turn it is in step 3 (rules/turns.py)."""

import pytest

from jalon.applications.rules.turns import turn_of_proofs
from jalon.applications.states import ChapterState, Turn

C = ChapterState


@pytest.mark.parametrize(
    ("chapters", "answer_waits", "choice_waits", "turn"),
    [
        ([C.TO_COMPLETE, C.READY, C.VALIDATED], False, False, Turn.VENDOR),
        ([C.TO_MODIFY, C.VALIDATED], False, False, Turn.VENDOR),
        ([C.TO_MODIFY, C.SUBMITTED], False, False, Turn.BOTH),
        ([C.TO_COMPLETE, C.RESUBMITTED], False, False, Turn.BOTH),
        ([C.SUBMITTED, C.RESUBMITTED, C.VALIDATED], False, False, Turn.AGENCY),
        ([C.VALIDATED], False, False, Turn.AGENCY),
        ([], False, False, Turn.AGENCY),
        ([C.TO_COMPLETE], True, False, Turn.BOTH),
        ([C.VALIDATED], True, False, Turn.AGENCY),
        ([C.VALIDATED], False, True, Turn.VENDOR),
        ([C.VALIDATED], True, True, Turn.BOTH),
    ],
)
def test_the_turn_follows_from_the_chapters_and_the_what_waits(chapters, answer_waits, choice_waits, turn):
    assert turn_of_proofs(chapters, answer_waits=answer_waits, choice_waits=choice_waits) == turn
