"""Which files grow too old before they are accepted."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from jalon.applications.models import Application
from jalon.applications.states import ApplicationState
from jalon.documents.checks.dating import AGEING, expires_on
from jalon.documents.queries import facts_of
from jalon.evidence.models import ItemKind, ProofItem
from jalon.evidence.rules import lets_age, proof_code
from jalon.evidence.states import AWAITED
from jalon.programmes.definition.declared import declared_checks
from jalon.programmes.models import Revision
from jalon.programmes.queries import compiled, definition_of


@dataclass(frozen=True)
class Ageing:
    """A file in a slot where it has still to be accepted, and the last day on which it can be handed in."""

    piece: ProofItem
    code: str
    expires_on: date


def ageing(files: QuerySet[Application]) -> list[Ageing]:
    """In those of these applications that take proofs, in the order in which they were given. One query.

    What was accepted grows old in peace, and so does what a reason stands before.
    """
    pieces = ProofItem.objects.filter(
        proof__slot__application__in=files.filter(state=ApplicationState.ELIGIBLE).order_by().values("pk"),
        proof__slot__state__in=AWAITED,
        proof__slot__asked=True,
        proof__superseded_at=None,
        proof__na_reason="",
        document__content__sealed_at=None,
        kind=ItemKind.FILE,
        backs=False,
    )
    rows = pieces.select_related("document__content", "proof__slot__application__revision")
    rows = rows.defer("proof__slot__application__revision__content").order_by("pk")
    return [one for piece in rows if (one := _ageing(piece)) is not None]


def _ageing(piece: ProofItem) -> Ageing | None:
    slot = piece.proof.slot
    found = compiled(slot.application.revision)
    item = found.items.get(slot.item_key)
    kind = next((kind for kind in found.definition.kinds if kind.key == piece.proof_kind), None)
    if item is None or kind is None or piece.document is None:
        return None
    declared = [one for one in declared_checks(kind, item.proof) if one.check in AGEING]
    ends = expires_on(declared, piece.dated_on, facts_of(piece.document)) if declared else None
    return Ageing(piece, proof_code(item.requirement, item.scenario, item.proof), ends) if ends else None


def companies_with_proofs_that_age() -> list[int]:
    """Whose applications take proofs under a list that finds some too old one day. Two queries."""
    files = Application.objects.filter(state=ApplicationState.ELIGIBLE)
    pinned = Revision.objects.filter(pk__in=files.order_by().values("revision")).defer("content")
    ageing = [revision.pk for revision in pinned if lets_age(definition_of(revision))]
    found = files.filter(revision__in=ageing).order_by("company")
    return list(found.values_list("company", flat=True).distinct())
