"""Who may do what with an application (PRODUCT.md §1). Scope comes first: `Application.objects.visible_to`."""

from jalon.accounts.standing import Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.models import Application


def is_vendor_of(standing: Standing, application: Application) -> bool:
    return standing.company_id == application.company_id and not standing.is_staff


def can_open_application(standing: Standing) -> bool:
    """Accepting the charter commits the candidate: a mandataire, or a responsable by delegation."""
    return standing.leads_company and not standing.is_staff


def can_fill(standing: Standing, application: Application) -> bool:
    """Fill the forms, deposit proofs, submit chapters: everybody attached to the product."""
    return is_vendor_of(standing, application)


def can_decide_for_company(standing: Standing, application: Application) -> bool:
    """Profiles, vague 1 status, "Soumettre votre candidature", withdrawal: not a salarié."""
    return is_vendor_of(standing, application) and standing.leads_company


def _role(standing: Standing, application: Application, *roles: StaffRoleName) -> bool:
    return standing.has_staff_role(*roles, programme_code=application.programme.code)


def can_examine(standing: Standing, application: Application) -> bool:
    return _role(standing, application, StaffRoleName.VERIFIER)


def can_record_prerequisite(standing: Standing, application: Application) -> bool:
    return _role(standing, application, StaffRoleName.VERIFIER, StaffRoleName.REFERENT, StaffRoleName.MANAGER)


def can_manage(standing: Standing, application: Application) -> bool:
    """Assign, name the referent, extend a date."""
    return _role(standing, application, StaffRoleName.MANAGER)


def can_read_as_agency(standing: Standing, application: Application) -> bool:
    return _role(standing, application, *StaffRoleName)
