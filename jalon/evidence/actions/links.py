"""Whether anything answers where a link leads: asked for in the act that gives it, met by a job after its commit."""

from collections.abc import Collection
from datetime import timedelta

from jalon.applications.models import Application
from jalon.applications.queries import definition_for
from jalon.core import clock
from jalon.core.actions import draft, step
from jalon.documents.checks.model import ANSWERS
from jalon.evidence.models import ItemKind, ProofItem
from jalon.evidence.queries import expected_proof
from jalon.jobs.queue import enqueue
from jalon.programmes.definition.declared import declared_checks

LOOK_TASK = "evidence.look_at_link"
# After how long it is asked again what time may mend: a site that is away, a film that is still being prepared.
AGAIN = (timedelta(minutes=2), timedelta(minutes=15), timedelta(hours=2), timedelta(hours=12))


@step
def ask_answers(application: Application) -> None:
    """Have looked at the links of this file that nobody has looked at, where its programme wants that."""
    unseen = ProofItem.objects.filter(
        proof__slot__application=application,
        proof__superseded_at=None,
        kind=ItemKind.LINK,
        record=None,
        answer="",
    )
    for item in unseen.select_related("proof__slot"):
        if _is_wanted(application, item):
            enqueue(LOOK_TASK, key=str(item.pk), item_id=item.pk, tried=0)


@step
def ask_answers_anew(application: Application, proof_ids: Collection[int]) -> None:
    """Have looked again at the links of these proofs, which are handed in now: what was there may be gone."""
    links = ProofItem.objects.filter(proof__in=proof_ids, kind=ItemKind.LINK, record=None)
    for item in links.select_related("proof__slot"):
        if _is_wanted(application, item):
            enqueue(LOOK_TASK, key=f"handed-in:{item.pk}", item_id=item.pk, tried=0, anew=True)


def _is_wanted(application: Application, item: ProofItem) -> bool:
    found = expected_proof(application, item.proof.slot.item_key)
    kind = next((k for k in definition_for(application).kinds if k.key == item.proof_kind), None)
    if found is None or kind is None:
        return False
    return any(one.check == "link_answers" for one in declared_checks(kind, found[1]))


@draft
def record_answer(*, item_id: int, answer: str, tried: int, may_pass: bool) -> None:
    """What was met there, on every copy of the piece. `may_pass`: it is asked again, some times."""
    item = ProofItem.objects.select_related("proof").filter(pk=item_id).first()
    if item is None:
        return
    same = ProofItem.objects.filter(
        proof__slot=item.proof.slot_id, kind=ItemKind.LINK, url=item.url, record=None
    )
    same.update(answer=answer)
    if answer != ANSWERS and may_pass and tried < len(AGAIN):
        again = clock.now() + AGAIN[tried]
        enqueue(LOOK_TASK, key=str(item_id), run_after=again, item_id=item_id, tried=tried + 1)
