"""How people read a date: day/month/year, Europe/Paris. One home, so that no page and no sentence differs.

Within a sentence, `moment` speaks the language of whoever reads: 13/05/2027 à 12:00, 13/05/2027 at 12:00.
"""

from datetime import date, datetime

from django.utils.translation import gettext as _

from jalon.core import clock


def day(when: date | datetime) -> str:
    """13/05/2027; of an instant, the day in Paris."""
    return (clock.paris_date(when) if isinstance(when, datetime) else when).strftime("%d/%m/%Y")


def hour(instant: datetime) -> str:
    """12:00"""
    return clock.in_paris(instant).strftime("%H:%M")


def moment(instant: datetime) -> str:
    """13/05/2027 à 12:00, for a sentence."""
    return _("%(day)s à %(hour)s") % {"day": day(instant), "hour": hour(instant)}
