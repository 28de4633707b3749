from jalon.connectors.web_fetch import link_answers
from jalon.documents.checks.model import ANSWERS
from jalon.evidence.actions.links import LOOK_TASK, record_answer
from jalon.evidence.models import ProofItem
from jalon.jobs.queue import task


@task(LOOK_TASK)
def look_at_link(item_id: int, tried: int) -> None:
    """Whether something answers where a link leads, and what it says when not."""
    item = ProofItem.objects.filter(pk=item_id).first()
    if item is None or item.answer == ANSWERS:
        return
    problem = link_answers(item.url).problem
    answer = problem.failure.value if problem else ANSWERS
    record_answer(item_id=item_id, answer=answer, tried=tried, may_pass=bool(problem and problem.may_pass))
