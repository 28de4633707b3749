"""Background work on proofs: looking where links lead, reminding of what grows too old."""

from datetime import timedelta

from jalon.accounts.standing import SYSTEM
from jalon.connectors.web_fetch import link_answers
from jalon.documents.checks.model import ANSWERS
from jalon.evidence.actions.links import LOOK_TASK, record_answer
from jalon.evidence.actions.reminders import remind_of_expiry
from jalon.evidence.models import ProofItem
from jalon.evidence.queries.ageing import companies_with_proofs_that_age
from jalon.jobs.each import each_in_turn
from jalon.jobs.queue import periodic, task


@task(LOOK_TASK)
def look_at_link(item_id: int, tried: int, anew: bool = False) -> None:
    """Whether something answers where a link leads, and what it says when not. `anew`: also where something did."""
    item = ProofItem.objects.filter(pk=item_id).first()
    if item is None or (item.answer == ANSWERS and not anew):
        return
    problem = link_answers(item.url).problem
    answer = problem.failure.value if problem else ANSWERS
    record_answer(item_id=item_id, answer=answer, tried=tried, may_pass=bool(problem and problem.may_pass))


@periodic("evidence.remind_of_expiry", every=timedelta(days=1))
def remind() -> None:
    """One transaction a company; done again on the same day, it finds everybody told."""

    def remind_company(company_id: int) -> None:
        remind_of_expiry(actor=SYSTEM, company_id=company_id)

    each_in_turn(companies_with_proofs_that_age(), remind_company)
