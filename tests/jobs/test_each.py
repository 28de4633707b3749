"""Work over many things: all have their turn, and a failure is not lost."""

import pytest

from jalon.jobs.each import SomeFailed, each_in_turn


def test_one_that_fails_keeps_no_other_waiting(caplog):
    tried = []

    def do(number):
        tried.append(number)
        if number in (1, 3):
            raise ValueError(f"no {number}")

    with pytest.raises(SomeFailed, match="2 failed; the first: ValueError: no 1") as failed:
        each_in_turn(iter([1, 2, 3, 4]), do)
    assert tried == [1, 2, 3, 4]
    assert isinstance(failed.value.__cause__, ValueError)
    assert [record.getMessage() for record in caplog.records] == [
        "do failed for 1; going on with the next", "do failed for 3; going on with the next",
    ]  # fmt: skip


def test_nothing_is_raised_when_all_is_well():
    each_in_turn([1, 2], str)
