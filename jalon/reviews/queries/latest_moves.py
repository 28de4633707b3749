"""What the last change of each file still asks of its vendor: for dashboards (R2, R5)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from jalon.applications.models import Application
from jalon.applications.queries.facts import frozen_facts
from jalon.evidence.models import Slot
from jalon.evidence.states import GIVEN
from jalon.reviews.models import Move
from jalon.reviews.states import MoveKind

TO_DO = ("add", "requalify", "redo", "back")


@dataclass(frozen=True)
class LatestMove:
    """The last move that still holds.

    `left`: proofs that it asked for and that are not given yet. `profiles_gone`: profiles to be chosen again.
    """

    n: int
    kind: MoveKind
    revision: int
    left: int
    profiles_gone: bool

    @property
    def asks(self) -> bool:
        return self.left > 0 or self.profiles_gone


def latest_moves(applications: Sequence[Application]) -> dict[int, LatestMove]:
    """By application id, of those that were ever moved. Two queries, however many files; one if none moved."""
    rows = Move.objects.filter(application__in=[a.pk for a in applications], undone=None).order_by("n")
    last = {
        pk: (n, kind, revision, json.loads(report))
        for pk, n, kind, revision, report in rows.values_list(
            "application_id", "n", "kind", "to_revision__number", "report"
        )
    }
    if not last:
        return {}
    slots = Slot.objects.filter(application__in=last, state__in=GIVEN)
    given = set(slots.values_list("application_id", "item_key"))
    found = {}
    for application in applications:
        if application.pk in last:
            n, kind, revision, told = last[application.pk]
            asked = {(application.pk, key) for name in TO_DO for key in told.get(name, ())}
            gone = frozen_facts(application).profiles & set(told.get("profiles_gone", ()))
            found[application.pk] = LatestMove(n, MoveKind(kind), revision, len(asked - given), bool(gone))
    return found
