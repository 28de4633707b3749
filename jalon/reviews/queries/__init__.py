"""Reads about verdicts and remarks."""

from collections.abc import Collection, Iterable, Sequence

from django.utils.translation import ngettext

from jalon.applications.models import Application, Part, Round
from jalon.applications.states import ChapterState, RoundOutcome
from jalon.evidence.models import Proof
from jalon.evidence.queries import SlotView
from jalon.evidence.queries.judged import Blocked
from jalon.evidence.states import ACCEPTED
from jalon.reviews.models import Outcome, Remark, Verdict

NAMED = 3  # codes that a reason names


def latest_verdicts(handed_in: Round) -> dict[int, Verdict]:
    """The verdict that holds for each proof judged in this round, by proof id.

    While the round is open, one on a slot that changed since (another revision, other facts) holds no more: nobody
    has judged the proof against what is asked now.
    """
    rows = Verdict.objects.filter(round=handed_in).select_related("by", "proof__slot").order_by("pk")
    latest = {row.proof_id: row for row in rows}
    if handed_in.outcome != RoundOutcome.PENDING:
        return latest
    return {proof: row for proof, row in latest.items() if row.slot_version == row.proof.slot.content_version}


def effective_verdicts(part: Part) -> dict[str, Verdict]:
    """The latest verdict in effect (of a closed round) for each slot, by key of the expected proof.

    What vendors may read: verdicts of a round still open are the agency's own.
    """
    rows = Verdict.objects.filter(
        proof__slot__part=part, round__outcome__in=[RoundOutcome.VALIDATED, RoundOutcome.RETURNED]
    )
    rows = rows.select_related("by", "proof__slot", "round").order_by("pk")
    return {row.proof.slot.item_key: row for row in rows if row.outcome != "withdrawn"}


def effective_history(slot_ids: Collection[int]) -> dict[int, list[Verdict]]:
    """Every verdict in effect on these slots, by proof id, oldest first: what vendors may read of the past."""
    rows = Verdict.objects.filter(
        proof__slot__in=slot_ids, round__outcome__in=[RoundOutcome.VALIDATED, RoundOutcome.RETURNED]
    )
    grouped: dict[int, dict[int, Verdict]] = {}
    for row in rows.select_related("by", "round").order_by("pk"):
        grouped.setdefault(row.proof_id, {})[row.round_id] = (
            row  # the last one of a round is the one that held
        )
    return {
        proof: [v for v in by_round.values() if v.outcome != Outcome.WITHDRAWN]
        for proof, by_round in grouped.items()
    }


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


def unopened_parts(application: Application) -> frozenset[str]:
    """Keys of the parts that are handed in and that nobody of the agency has opened: they may be recalled."""
    waiting = Round.objects.filter(
        part__application=application, outcome=RoundOutcome.PENDING, opened_at=None
    )
    return frozenset(waiting.values_list("part__key", flat=True))


def asked_since(views: Iterable[SlotView]) -> list[SlotView]:
    """What is asked for in a chapter under examination and was not handed in with it, by a revision or other facts:
    nothing of it can be judged, so the chapter can only go back.
    """
    return [view for view in views if view.state not in ACCEPTED and not view.awaits_verdict]


def pieces_obstacle(blocked: Sequence[Blocked]) -> str:
    """Why these pieces stand in the way of submitting, or "": the reason under the inactive button."""
    n = len({one.item.pk for one in blocked})
    if not n:
        return ""
    codes = list(dict.fromkeys(one.view.code for one in blocked))
    named = ", ".join(codes[:NAMED]) + ("…" if len(codes) > NAMED else "")
    return ngettext(
        "%(n)s pièce à remplacer, selon les contrôles : %(codes)s",
        "%(n)s pièces à remplacer, selon les contrôles : %(codes)s",
        n,
    ) % {"n": n, "codes": named}


def submission_obstacle(part: Part, choices: int = 0) -> str:
    """Why the chapter cannot be submitted yet, or "": the reason under the inactive button.

    `choices`: those that are still to be made in it; which proofs they will ask for is not known before.
    """
    if choices:
        return ngettext("Reste %(n)s choix à faire", "Reste %(n)s choix à faire", choices) % {"n": choices}
    if part.state == ChapterState.TO_MODIFY:
        left = part.to_modify
        if left:
            return ngettext("Reste %(n)s preuve à modifier", "Reste %(n)s preuves à modifier", left) % {
                "n": left
            }
    missing = part.expected - part.given
    if missing:
        return ngettext("Reste %(n)s preuve à déposer", "Reste %(n)s preuves à déposer", missing) % {
            "n": missing
        }
    return ""
