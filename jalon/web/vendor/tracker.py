"""What comes from other desks (R11), as rows of components/prerequisites.html, seen by the vendor."""

from typing import Any

from django.utils.translation import gettext as _

from jalon.applications.models import Application
from jalon.applications.queries.prerequisites import PrerequisiteView, prerequisite_views
from jalon.applications.rules.prerequisites import Stage
from jalon.core import dates
from jalon.web.vendor.form_values import said
from jalon.web.vendor.prerequisites import stage_look, stage_turn, stage_word


def tracker_rows(application: Application) -> list[dict[str, Any]]:
    """The prerequisites that this application needs, in order, with where each stands; once it ended, what had come."""
    views = prerequisite_views(application)
    return [_row(view) for view in views if view.latest or not application.is_ended]


def _row(view: PrerequisiteView) -> dict[str, Any]:
    icon, tone = stage_look(view.stage)
    return {
        "number": view.prerequisite.number,
        "title": view.prerequisite.title,
        "side": "vendor",
        "icon": icon,
        "tone": tone,
        "word": stage_word(view.stage),
        "detail": _detail(view),
        "turn": stage_turn(view.stage),
    }


def _detail(view: PrerequisiteView) -> str:
    desk = _("Auprès de : %(desk)s") % {"desk": said(view.prerequisite.desk)}
    if view.stage is Stage.BLOCKED:
        numbers = _(" et ").join(p.number for p in view.waits_for)
        awaited = _("Attend %(numbers)s") % {"numbers": numbers}  # in an f-string it would not be collected
        return f"{awaited}. {desk}"
    if view.latest is None:
        return desk
    if view.stage is Stage.REJECTED:
        return view.latest.note
    if view.stage is Stage.DEPOSITED:
        return _("Document déposé le %(day)s") % {"day": dates.day(view.latest.at)}
    obtained = view.latest.obtained_on
    return _("Le %(day)s") % {"day": dates.day(obtained or view.latest.at)}
