"""Who hands over, and who judges (PRODUCT.md §1)."""

from jalon.accounts.standing import SYSTEM, Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.models import INSTRUCTION_ROLES, Application
from jalon.applications.policy import can_decide_for_company, can_examine, can_fill, can_manage
from jalon.documents.models import Seal

SEALING_ROLES = (StaffRoleName.VERIFIER, StaffRoleName.REFERENT, StaffRoleName.MANAGER)


def can_submit_application(standing: Standing, application: Application) -> bool:
    return can_decide_for_company(standing, application)


def can_submit_chapter(standing: Standing, application: Application) -> bool:
    return can_fill(standing, application)


def can_decide_eligibility(standing: Standing, application: Application) -> bool:
    return can_examine(standing, application)


def can_declare_version(standing: Standing, application: Application) -> bool:
    return can_fill(standing, application)


def can_decide_version(standing: Standing, application: Application) -> bool:
    return can_examine(standing, application)


def can_judge(standing: Standing, application: Application) -> bool:
    return can_examine(standing, application)


def can_move(standing: Standing, application: Application) -> bool:
    """Move one file to another revision, and back."""
    return standing == SYSTEM or can_manage(standing, application)


def can_order_moves(standing: Standing, programme_code: str) -> bool:
    """Move all the files of a programme; see what a revision would do to them."""
    manages = standing.has_staff_role(StaffRoleName.MANAGER, programme_code=programme_code)
    return standing == SYSTEM or manages


def can_declare_again(standing: Standing, application: Application) -> bool:
    """Profiles and the earlier référencement, after proofs were given (R5): not a salarié."""
    return can_decide_for_company(standing, application)


def can_seal(standing: Standing, application: Application) -> bool:
    """Close a file to everybody, and say the second word on one (R9): whoever follows the application."""
    return standing.has_staff_role(*SEALING_ROLES, programme_code=application.programme.code)


def can_know_acceptances(standing: Standing, application: Application) -> bool:
    """That its files were accepted in others of the company too, which may stay closed: whoever follows it."""
    return standing.has_staff_role(*INSTRUCTION_ROLES, programme_code=application.programme.code)


def can_settle_seal(standing: Standing, application: Application, seal: Seal) -> bool:
    """Two people: never who sealed it."""
    return can_seal(standing, application) and standing.user_id != seal.asked_by_id
