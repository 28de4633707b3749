"""Who hands over, and who judges (PRODUCT.md §1)."""

from jalon.accounts.standing import Standing
from jalon.applications.models import Application
from jalon.applications.policy import can_decide_for_company, can_examine, can_fill


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
