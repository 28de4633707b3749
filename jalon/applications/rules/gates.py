"""The three gates of a programme and what they mean for one application (R4). Pure.

What counts is the instant at which the server began to receive the click. The clock stands still while the
agency holds what was handed in: days on its side never count against the vendor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from jalon.core.clock import PARIS, paris_date

AFTER_CHECK = timedelta(hours=1)  # to hand in what the machine was still checking when the date fell


@dataclass(frozen=True)
class Hold:
    """A span during which the agency had the file, or the part, in its hands. `until` empty: it still has."""

    since: datetime
    until: datetime | None


def moved_by_holds(due_at: datetime, holds: Sequence[Hold], now: datetime) -> datetime:
    """The gate as it stands for somebody whose file the agency held: later by each day of each hold begun
    before it. Days are civil days in Paris, so that a gate at noon stays at noon, across clock changes too.
    A gate that fell while the agency had the file moves behind the day on which it gave the file back.
    """
    due = due_at.astimezone(PARIS)
    for hold in sorted(holds, key=lambda h: h.since):
        until = hold.until or now
        if hold.since < due:
            days = (paris_date(until) - paris_date(hold.since)).days
            due += timedelta(days=max(days, 0))
            if due <= until:
                due += timedelta(days=1)
    return due


def later(extension: datetime | None, decided: datetime | None) -> datetime | None:
    """An extension never takes time away: when the programme's date moves behind it, that one holds."""
    given = [at for at in (extension, decided) if at is not None]
    return max(given, default=None)


def is_passed(due_at: datetime | None, received_at: datetime) -> bool:
    """A click received at the very instant of the gate still counts. No gate: never passed."""
    return due_at is not None and received_at > due_at


def kept_open(due_at: datetime | None, checks: Sequence[Hold], now: datetime) -> datetime | None:
    """Until when a chapter may be handed in of which files, whole by the gate, were still being checked as it fell.

    How long our machine takes is not the vendor's time. Only the click may be late: what arrives after the gate is not
    let in. `checks`: of files that were not refused.
    """
    if due_at is None:
        return None
    over_it = (check for check in checks if check.since <= due_at < (check.until or now))
    return max([due_at, *((check.until or now) + AFTER_CHECK for check in over_it)])


@dataclass(frozen=True)
class ChapterClock:
    """What the gates look at in one chapter."""

    ever_submitted: bool
    with_vendor: bool
    holds: tuple[Hold, ...] = ()
    checks: tuple[Hold, ...] = ()


@dataclass(frozen=True)
class Calendar:
    """The dates that hold for one application (extensions included), before the agency's days are counted."""

    first_administrative: datetime | None = None
    first_proofs: datetime | None = None
    end_of_exchanges: datetime | None = None


def proofs_due(calendar: Calendar, administrative_holds: Sequence[Hold], now: datetime) -> datetime | None:
    """Until when a chapter may be submitted for the first time."""
    if calendar.first_proofs is None:
        return None
    return moved_by_holds(calendar.first_proofs, administrative_holds, now)


def corrections_due(calendar: Calendar, holds: Sequence[Hold], now: datetime) -> datetime | None:
    """Until when what the agency sent back may be submitted again."""
    if calendar.end_of_exchanges is None:
        return None
    return moved_by_holds(calendar.end_of_exchanges, holds, now)


def file_is_late(
    *, ever_submitted: bool, calendar: Calendar, administrative_holds: Sequence[Hold], now: datetime
) -> bool:
    """Whether a file whose administrative part is with the vendor has missed its gate."""
    if not ever_submitted:
        return is_passed(calendar.first_administrative, now)
    return is_passed(corrections_due(calendar, administrative_holds, now), now)


def proofs_are_late(
    *,
    chapters: Sequence[ChapterClock],
    calendar: Calendar,
    administrative_holds: Sequence[Hold],
    now: datetime,
) -> bool:
    """Whether a file in step 3 has missed a gate: a chapter never submitted, or a correction not given."""
    first = proofs_due(calendar, administrative_holds, now)
    due = ((c, corrections_due(calendar, c.holds, now) if c.ever_submitted else first) for c in chapters)
    return any(c.with_vendor and is_passed(kept_open(at, c.checks, now), now) for c, at in due)
