"""The only place that reads the time. Instants are UTC; people read Europe/Paris. Without Django."""

from datetime import MAXYEAR, MINYEAR, UTC, date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
FIRST, LAST = datetime(MINYEAR, 1, 1, tzinfo=UTC), datetime(MAXYEAR, 12, 31, 23, 59, 59, tzinfo=UTC)


def now() -> datetime:
    return datetime.now(tz=UTC)  # noqa: TID251  (here it is)


def in_paris(instant: datetime) -> datetime:
    """That instant in Paris; the first or the last of the calendar for one that Paris does not reach any more."""
    try:
        return instant.astimezone(PARIS)
    except OverflowError:
        return (LAST if instant.year == MAXYEAR else FIRST).replace(tzinfo=PARIS)


def paris_date(instant: datetime) -> date:
    """The civil date in Paris at that instant: what conventions and awards carry (Guide RIS, étape 4)."""
    return in_paris(instant).date()
