"""The dates of a programme."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.core import clock
from jalon.core.actions import step, verb
from jalon.core.errors import Faults, InvalidInput, NotAllowed
from jalon.programmes.actions.steps import (
    journal_entry,
    locked_programme,
    required_reason,
)
from jalon.programmes.definition.schema import Definition
from jalon.programmes.models import (
    Gate,
    GateKind,
    Programme,
)
from jalon.programmes.policy import can_set_gate

_WALL_TIME = "%Y-%m-%dT%H:%M"


@verb
def set_gate(
    *, actor: Standing, programme_code: str, kind: str, wall_time: str, zone: str, reason: str
) -> Gate:
    """Decide a date of the programme; earlier ones stay as its history. The same decision twice is one."""
    programme = locked_programme(programme_code)
    if not can_set_gate(actor, programme.code):
        raise NotAllowed(_("Seul un gestionnaire de ce programme peut en changer les dates."))
    faults = Faults()
    with faults.gathered():
        check_kind(kind)
    with faults.gathered():
        due_at = due_instant(wall_time, zone)
    with faults.gathered():
        reason = required_reason(reason)
    faults.refuse()
    last = programme.gates.filter(kind=kind).order_by("-set_at", "-pk").first()
    if last and (last.wall_time, last.zone, last.reason) == (wall_time, zone, reason):
        return last
    gate = Gate.objects.create(
        programme=programme, kind=kind, wall_time=wall_time, zone=zone, due_at=due_at, reason=reason,
        set_by_id=actor.user_id, set_at=clock.now(),
    )  # fmt: skip
    journal_entry(programme, "programmes.gate.set", actor, kind=kind, wall_time=wall_time, zone=zone)
    return gate


def check_kind(kind: str) -> None:
    if not kind:
        raise InvalidInput({"kind": _("Choisissez une date.")})
    if kind not in GateKind.values:
        raise InvalidInput({"kind": _("Cette échéance n’existe pas : {kind}.").format(kind=kind)})


def due_instant(wall_time: str, zone: str) -> datetime:
    """The instant that a wall clock in `zone` shows `wall_time` (first time, when clocks go back). UTC.

    Refuses a time that the clock skips, when clocks go forward.
    """
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput(
            {"zone": _("Ce fuseau horaire n’existe pas : {zone}.").format(zone=zone)}
        ) from error
    if not wall_time:
        raise InvalidInput({"wall_time": _("Indiquez la date et l’heure.")})
    try:
        local = datetime.strptime(wall_time, _WALL_TIME).replace(tzinfo=place)
    except ValueError as error:
        raise InvalidInput({"wall_time": _("Écrivez la date et l’heure comme 2026-05-13T12:00.")}) from error
    if local.strftime(_WALL_TIME) != wall_time:
        raise InvalidInput({"wall_time": _("Écrivez la date et l’heure comme 2026-05-13T12:00.")})
    instant = local.astimezone(UTC)
    if instant.astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise InvalidInput({"wall_time": _("Cette heure n’existe pas ce jour-là : on avance les horloges.")})
    return instant


@step
def seed_gates(*, programme: Programme, definition: Definition, actor: Standing) -> None:
    """The first publication brings the dates; later ones are decided on the programme (R2)."""
    if programme.gates.exists():
        return
    for gate in definition.gates:
        Gate.objects.create(
            programme=programme, kind=gate.kind, wall_time=gate.at, zone=gate.zone,
            due_at=due_instant(gate.at, gate.zone), reason=_("Date fixée par la définition du programme."),
            set_by_id=actor.user_id, set_at=clock.now(),
        )  # fmt: skip
