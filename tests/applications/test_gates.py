"""Dates: what counts around each instant, and the days on the agency's side (R4)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jalon.applications.rules.gates import (
    AFTER_CHECK,
    Calendar,
    ChapterClock,
    Hold,
    corrections_due,
    file_is_late,
    is_passed,
    kept_open,
    later,
    moved_by_holds,
    proofs_are_late,
    proofs_due,
)
from jalon.core.clock import PARIS

GATE = datetime(2026, 5, 13, 12, tzinfo=PARIS)
START = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
AROUND = [(-SECOND, False), (timedelta(), False), (SECOND, True)]
DAYS = [(timedelta(days=-40), False), *AROUND]


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"2026-{day}").replace(tzinfo=PARIS)


@pytest.mark.parametrize(("offset", "passed"), AROUND)
def test_the_very_instant_still_counts(offset, passed):
    assert is_passed(GATE, GATE + offset) is passed
    assert is_passed(None, GATE + offset) is False


@pytest.mark.parametrize(
    ("extension", "decided", "holds"),
    [
        (None, None, None),
        (GATE, None, GATE),
        (None, GATE, GATE),
        (GATE, GATE - SECOND, GATE),
        (GATE, GATE + SECOND, GATE + SECOND),
    ],
)
def test_an_extension_never_takes_time_away(extension, decided, holds):
    assert later(extension, decided) == holds


@pytest.mark.parametrize(
    ("holds", "due"),
    [
        ([], "05-13T12:00"),
        ([("05-01T09:00", "05-04T18:00")], "05-16T12:00"),  # three days
        ([("05-01T09:00", "05-01T18:00")], "05-13T12:00"),  # the same day
        ([("05-01T09:00", "05-04T09:00"), ("05-10T09:00", "05-12T09:00")], "05-18T12:00"),
        ([("05-14T09:00", "05-20T09:00")], "05-13T12:00"),  # begun after the gate
        (
            [("05-12T09:00", "05-14T09:00"), ("05-14T10:00", "05-15T09:00")],
            "05-16T12:00",
        ),  # before the moved gate
        ([("05-13T09:00", "05-13T18:00")], "05-14T12:00"),  # the gate fell while the agency had it
        ([("05-12T18:00", "05-16T19:00")], "05-17T12:00"),
        ([("05-12T18:00", None)], "05-21T12:00"),  # it still has: until now, 20 May at noon
        ([("05-04T18:00", "05-01T09:00")], "05-13T12:00"),  # a clock that went backwards
    ],
)
def test_days_on_the_agency_side_move_the_date(holds, due):
    spans = [Hold(at(since), at(until) if until else None) for since, until in holds]
    assert moved_by_holds(GATE, spans, at("05-20T12:00")) == at(due)


def test_a_gate_at_noon_stays_at_noon_across_the_clock_change():
    gate = datetime(2026, 3, 27, 12, tzinfo=PARIS)
    moved = moved_by_holds(gate, [Hold(at("03-20T09:00"), at("03-25T09:00"))], GATE)
    assert moved.isoformat() == "2026-04-01T12:00:00+02:00"


INSTANTS = st.timedeltas(timedelta(), timedelta(days=364)).map(lambda since: START + since)
HOLDS = st.builds(
    lambda since, hours: Hold(since, since + timedelta(hours=hours)), INSTANTS, st.integers(0, 2000)
)


@given(INSTANTS, st.lists(HOLDS, max_size=5), HOLDS, INSTANTS)
def test_another_hold_never_makes_the_date_earlier(gate, holds, more, now):
    assert moved_by_holds(gate, [*holds, more], now) >= moved_by_holds(gate, holds, now) >= gate


@given(INSTANTS, st.lists(HOLDS, max_size=5), HOLDS, INSTANTS)
def test_nobody_is_late_for_what_the_agency_had_at_the_gate(gate, holds, more, now):
    due_before = moved_by_holds(gate, [h for h in holds if h.since < more.since], now)
    if more.since < due_before:
        assert moved_by_holds(gate, [*(h for h in holds if h.since < more.since), more], now) > more.until


@pytest.mark.parametrize("submitted", [False, True])
@pytest.mark.parametrize(("offset", "late"), DAYS)
def test_the_administrative_file_is_late_after_its_own_gate(submitted, offset, late):
    first = Calendar(first_administrative=GATE)
    last = Calendar(end_of_exchanges=GATE)
    for dates, looked_at in ((first, not submitted), (last, submitted), (Calendar(), False)):
        found = file_is_late(
            ever_submitted=submitted, calendar=dates, administrative_holds=(), now=GATE + offset
        )
        assert found is (late and looked_at)


@pytest.mark.parametrize("given_before", [False, True])
@pytest.mark.parametrize("with_vendor", [False, True])
@pytest.mark.parametrize("gate", ["first_administrative", "first_proofs", "end_of_exchanges"])
@pytest.mark.parametrize(("offset", "passed"), DAYS)
def test_proofs_are_late_for_a_chapter_never_given_or_a_correction_not_given(
    given_before, with_vendor, gate, offset, passed
):
    chapter = ChapterClock(ever_submitted=given_before, with_vendor=with_vendor)
    on_time = ChapterClock(ever_submitted=True, with_vendor=False)
    late = proofs_are_late(
        chapters=[on_time, chapter],
        calendar=Calendar(**{gate: GATE}),
        administrative_holds=(),
        now=GATE + offset,
    )
    looked_at = with_vendor and gate == ("end_of_exchanges" if given_before else "first_proofs")
    assert late is (passed and looked_at)


def test_each_date_moves_by_its_own_holds():
    dates = Calendar(first_administrative=GATE, first_proofs=GATE, end_of_exchanges=GATE)
    hold = [Hold(at("05-01T09:00"), at("05-03T09:00"))]
    assert proofs_due(dates, hold, GATE) == at("05-15T12:00")
    assert corrections_due(dates, hold, GATE) == at("05-15T12:00")
    assert proofs_due(Calendar(), hold, GATE) is None
    assert corrections_due(Calendar(), hold, GATE) is None
    held = ChapterClock(ever_submitted=True, with_vendor=True, holds=tuple(hold))
    own = {"calendar": dates, "administrative_holds": (), "now": at("05-14T12:00")}
    assert proofs_are_late(chapters=[held], **own) is False
    assert proofs_are_late(chapters=[ChapterClock(True, True)], **own) is True


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("since", "until", "now", "open_until"),
    [
        (-MINUTE, None, -SECOND, timedelta()),  # the date is still ahead
        (-MINUTE, None, MINUTE, MINUTE + AFTER_CHECK),  # never passed while it lasts
        (timedelta(), MINUTE, 2 * MINUTE, MINUTE + AFTER_CHECK),
        (SECOND, MINUTE, 2 * MINUTE, timedelta()),  # it arrived after the date
        (-MINUTE, timedelta(), MINUTE, timedelta()),  # it was over in time
    ],
)
def test_a_date_waits_for_the_check_of_what_was_here(since, until, now, open_until):
    check = Hold(GATE + since, None if until is None else GATE + until)
    assert kept_open(GATE, [check], GATE + now) == GATE + open_until
    assert kept_open(GATE, [], GATE + now) == GATE
    assert kept_open(None, [check], GATE + now) is None
    chapter = ChapterClock(ever_submitted=False, with_vendor=True, checks=(check,))
    late = proofs_are_late(
        chapters=[chapter], calendar=Calendar(first_proofs=GATE), administrative_holds=(), now=GATE + now
    )
    assert late is (now > open_until)


def test_of_several_checks_the_last_one_counts():
    checks = [Hold(GATE - MINUTE, GATE + 5 * MINUTE), Hold(GATE - 2 * MINUTE, GATE + MINUTE)]
    assert kept_open(GATE, checks, GATE + 6 * MINUTE) == GATE + 5 * MINUTE + AFTER_CHECK
