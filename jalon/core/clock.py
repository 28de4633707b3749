"""The only place that reads the time. Instants are UTC; people read Europe/Paris."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

PARIS = ZoneInfo("Europe/Paris")


def now() -> datetime:
    return timezone.now()


def paris_date(instant: datetime) -> date:
    """The civil date in Paris at that instant: what conventions and awards carry (Guide RIS, étape 4)."""
    return instant.astimezone(PARIS).date()
