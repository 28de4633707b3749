"""What comes from other desks (R11), as rows of components/prerequisites.html, seen by the vendor."""

from typing import Any

from django.utils.translation import gettext as _

from jalon.applications.models import Application, Milestone, MilestoneKind, MilestoneState
from jalon.applications.queries import definition_for
from jalon.applications.queries.facts import current_facts, milestones
from jalon.applications.states import Turn
from jalon.programmes.definition.schema import Prerequisite
from jalon.web.components.tags import paris_day
from jalon.web.vendor.form_values import said


def tracker_rows(application: Application) -> list[dict[str, Any]]:
    """The prerequisites that this application needs, in order, with where each stands; once it ended, what had come."""
    facts, known = current_facts(application), milestones(application, MilestoneKind.PREREQUISITE)
    needed = [p for p in definition_for(application).prerequisites if p.when is None or p.when.holds(facts)]
    shown = [p for p in needed if p.key in known] if application.is_ended else needed
    return [_row(p, needed, known) for p in shown]


def _row(one: Prerequisite, needed: list[Prerequisite], known: dict[str, Milestone]) -> dict[str, Any]:
    held = known.get(one.key)
    waits = [
        p.number
        for p in needed
        if p.key in one.waits_for and (p.key not in known or known[p.key].state != MilestoneState.CONFIRMED)
    ]
    look = _look(one, held, waits)
    return {"number": one.number, "title": one.title, "side": "vendor", **look}


def _look(one: Prerequisite, held: Milestone | None, waits: list[str]) -> dict[str, Any]:
    if held is not None and held.state == MilestoneState.CONFIRMED:
        day = held.obtained_on.strftime("%d/%m/%Y") if held.obtained_on else paris_day(held.at)
        return _cell("check-line", "ok", _("Obtenu"), _("Le %(day)s") % {"day": day}, "")
    if held is not None and held.state == MilestoneState.DEPOSITED:
        detail = _("Document déposé le %(day)s") % {"day": paris_day(held.at)}
        return _cell("time-line", "wait", _("En examen"), detail, Turn.AGENCY)
    if held is not None:
        return _cell("arrow-go-back-line", "fix", _("À remplacer"), held.note, Turn.VENDOR)
    desk = _("Auprès de : %(desk)s") % {"desk": said(one.desk)}
    if waits:
        detail = _("Attend %(numbers)s") % {"numbers": _(" et ").join(waits)}
        return _cell("lock-line", "off", _("Bloqué"), f"{detail}. {desk}", "")
    return _cell("arrow-right-line", "accent", _("Possible"), desk, Turn.VENDOR)


def _cell(icon: str, tone: str, word: str, detail: str, turn: str) -> dict[str, Any]:
    return {"icon": icon, "tone": tone, "word": word, "detail": detail, "turn": turn}
