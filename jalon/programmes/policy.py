"""Who may do what to a programme (PRODUCT.md §1)."""

from collections.abc import Mapping

from jalon.accounts.standing import SYSTEM, Standing
from jalon.accounts.states import StaffRoleName

ROLES: Mapping[str, frozenset[StaffRoleName]] = {
    "load": frozenset({StaffRoleName.MANAGER}),
    "edit": frozenset({StaffRoleName.MANAGER}),
    "publish": frozenset({StaffRoleName.MANAGER}),
    "set_gate": frozenset({StaffRoleName.MANAGER}),
}


def can_load(standing: Standing, programme_code: str) -> bool:
    return _may("load", standing, programme_code)


def can_load_portal(standing: Standing) -> bool:
    """The portal and the tracks stand around all programmes: a manager of all of them, or the system."""
    return standing == SYSTEM or standing.has_staff_role(*ROLES["load"], programme_code="")


def can_edit(standing: Standing, programme_code: str) -> bool:
    """Write the draft, throw it away, decide what becomes of verdicts, see what publishing would do."""
    return _may("edit", standing, programme_code)


def can_publish(standing: Standing, programme_code: str) -> bool:
    return _may("publish", standing, programme_code)


def can_set_gate(standing: Standing, programme_code: str) -> bool:
    return _may("set_gate", standing, programme_code)


def _may(verb: str, standing: Standing, programme_code: str) -> bool:
    return standing == SYSTEM or standing.has_staff_role(*ROLES[verb], programme_code=programme_code)
