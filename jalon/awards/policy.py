"""Who may do what in step 4 (PRODUCT.md §1). Scope comes first: `Application.objects.visible_to`."""

from jalon.accounts.standing import Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.models import Application
from jalon.applications.policy import can_decide_for_company, can_manage


def can_record_opinion(standing: Standing, application: Application) -> bool:
    return standing.has_staff_role(StaffRoleName.COLLEGE, programme_code=application.programme.code)


def can_sign_for_agency(standing: Standing, application: Application) -> bool:
    return standing.has_staff_role(StaffRoleName.SIGNATORY, programme_code=application.programme.code)


def can_change_signatory(standing: Standing, application: Application) -> bool:
    """Void and redraw, or send the link again: the company's leaders know who signs; a manager may help."""
    return can_decide_for_company(standing, application) or can_manage(standing, application)


def can_withdraw(standing: Standing, application: Application) -> bool:
    """A mandataire or a responsable (situation 6)."""
    return can_decide_for_company(standing, application)
