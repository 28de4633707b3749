"""Background work on products."""

from jalon.accounts.standing import SYSTEM
from jalon.jobs.queue import task
from jalon.vendors.actions import release_member


@task("vendors.member_left")
def close_what_a_member_held(*, company_id: int, user_id: int) -> None:
    release_member(actor=SYSTEM, company_id=company_id, user_id=user_id)
