"""Reads about orders: which files are left, how far the work is."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from jalon.applications.models import Application
from jalon.programmes.models import Programme
from jalon.reviews.models import Move, MoveOrder
from jalon.reviews.queries.impact import impact_of, revision_target, running_files
from jalon.reviews.states import Stay


@dataclass(frozen=True)
class OrderProgress:
    """How far an order is. `waiting` files are still to be moved, `held` ones wait for somebody, by reason."""

    order: MoveOrder
    moved: int
    undone: int
    waiting: int
    stays: Mapping[Stay, int]


def order_progress(order: MoveOrder) -> OrderProgress:
    moves = order.moves.aggregate(n=Count("pk"), undone=Count("undone"))
    target = revision_target(order.revision)
    left = files_to_move(order)
    stays = Counter(one.stays for one in impact_of(order.revision.programme, target, files=left))
    waiting = stays.pop(None, 0)
    return OrderProgress(
        order, moves["n"] - moves["undone"], moves["undone"], waiting, {s: n for s, n in stays.items() if s}
    )


def files_to_move(order: MoveOrder) -> QuerySet[Application]:
    """Running files that still are on an older revision. One that was moved since and taken back stays back."""
    moved = Move.objects.filter(to_revision=order.revision, at__gte=order.at).values("application_id")
    older = running_files(order.revision.programme).filter(revision__number__lt=order.revision.number)
    return older.exclude(pk__in=moved)


def latest_order(programme: Programme) -> MoveOrder | None:
    rows = MoveOrder.objects.filter(revision__programme=programme)
    return rows.select_related("revision__programme", "by").defer("revision__content").order_by("-pk").first()
