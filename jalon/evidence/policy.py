"""Who may deposit: whoever may fill the application's forms (PRODUCT.md §1)."""

from jalon.accounts.standing import Standing
from jalon.applications.models import Application
from jalon.applications.policy import can_fill


def can_deposit(standing: Standing, application: Application) -> bool:
    return can_fill(standing, application)
