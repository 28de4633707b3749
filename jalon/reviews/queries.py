"""Reads about verdicts and remarks."""

from jalon.applications.models import Application, Part, Round
from jalon.applications.states import RoundOutcome
from jalon.evidence.models import Proof
from jalon.reviews.models import Remark, Verdict


def latest_verdicts(handed_in: Round) -> dict[int, Verdict]:
    """The verdict that holds for each proof judged in this round, by proof id."""
    rows = Verdict.objects.filter(round=handed_in).select_related("by").order_by("pk")
    return {row.proof_id: row for row in rows}


def effective_verdicts(part: Part) -> dict[str, Verdict]:
    """The latest verdict in effect (of a closed round) for each slot, by key of the expected proof.

    What vendors may read: verdicts of a round still open are the agency's own.
    """
    rows = Verdict.objects.filter(
        round__part=part, round__outcome__in=[RoundOutcome.VALIDATED, RoundOutcome.RETURNED]
    )
    rows = rows.select_related("by", "proof__slot", "round").order_by("pk")
    return {row.proof.slot.item_key: row for row in rows if row.outcome != "withdrawn"}


def verdict_history(proofs: list[Proof]) -> list[Verdict]:
    return list(
        Verdict.objects.filter(proof__in=proofs).select_related("by", "proof", "round").order_by("pk")
    )


def open_remarks(application: Application) -> dict[str, list[Remark]]:
    """Requests for change of the latest round of the administrative file, by field; "" holds general reasons."""
    rows = Remark.objects.filter(round__part__application=application).select_related("by", "round")
    grouped: dict[str, list[Remark]] = {}
    latest = max((row.round.n for row in rows), default=0)
    for row in rows:
        if row.round.n == latest:
            grouped.setdefault(row.field, []).append(row)
    return grouped
