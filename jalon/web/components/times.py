"""Template filters for times: people read Europe/Paris.

{{ instant|paris }}  {{ instant|paris_day }}  {{ instant|paris_short }}  {{ instant|paris_hour }}
{{ instant|iso }}  {{ instant|days_left }}
"""

from datetime import datetime

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jalon.core import clock, dates

register = template.Library()


@register.filter
def paris(instant: datetime | None) -> str:
    """13/05/2027 12:00"""
    return f"{dates.day(instant)} {dates.hour(instant)}" if instant else ""


@register.filter
def paris_day(instant: datetime | None) -> str:
    """13/05/2027"""
    return dates.day(instant) if instant else ""


@register.filter
def paris_short(instant: datetime | None) -> str:
    """13/05, 12:00"""
    return f"{dates.day(instant)[:5]}, {dates.hour(instant)}" if instant else ""


@register.filter
def paris_hour(instant: datetime | None) -> str:
    """12:00"""
    return dates.hour(instant) if instant else ""


@register.filter
def iso(instant: datetime | None) -> str:
    """For the datetime attribute of <time>."""
    return clock.in_paris(instant).isoformat(timespec="minutes") if instant else ""


def days_until(instant: datetime) -> int:
    return (clock.paris_date(instant) - clock.paris_date(clock.now())).days


@register.filter
def days_left(instant: datetime | None) -> str:
    """Dans 90 jours, aujourd’hui, dépassée de 3 jours"""
    if instant is None:
        return ""
    days = days_until(instant)
    if instant < clock.now():
        past = max(-days, 0)
        return (
            ngettext("dépassée de %(n)d jour", "dépassée de %(n)d jours", past) % {"n": past}
            if past
            else _("dépassée")
        )
    if days == 0:
        return _("aujourd’hui")
    return ngettext("dans %(n)d jour", "dans %(n)d jours", days) % {"n": days}
