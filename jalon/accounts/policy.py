"""Who may do what with people and their rights (PRODUCT.md §1)."""

from jalon.accounts.models import Membership, User
from jalon.accounts.standing import SYSTEM, Standing
from jalon.accounts.states import StaffRoleName


def can_sign_in(standing: Standing) -> bool:
    """Signing in is for somebody who is nobody yet; the system does it for nobody else."""
    return not standing.is_signed_in


def can_manage_members(standing: Standing, membership: Membership) -> bool:
    """A mandataire, or a responsable by delegation, manages the people of the own company."""
    return standing.leads_company and standing.company_id == membership.company_id


def can_manage_staff(standing: Standing) -> bool:
    return standing == SYSTEM or standing.has_staff_role(StaffRoleName.ADMINISTRATOR)


def can_change_staff_roles(standing: Standing, user: User) -> bool:
    """Nobody gives a role to himself or herself: the administrator decides on no file."""
    return can_manage_staff(standing) and standing.user_id != user.pk


def can_declare_conflict(standing: Standing, user: User) -> bool:
    """One's own, at any time; an administrator anybody's."""
    return can_manage_staff(standing) or (standing.is_staff and standing.user_id == user.pk)


def can_lift_conflict(standing: Standing, user: User) -> bool:
    """Never one's own: somebody else must find that the reason is gone."""
    return can_manage_staff(standing) and standing.user_id != user.pk
