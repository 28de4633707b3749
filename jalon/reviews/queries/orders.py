"""Reads about orders: which files are left, and how far the work is, from what the work itself wrote."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Subquery

from jalon.applications.models import Application
from jalon.programmes.models import Programme, Revision
from jalon.programmes.queries import current_revision
from jalon.reviews.models import HeldFile, Move, MoveOrder
from jalon.reviews.queries.impact import running_files
from jalon.reviews.states import Stay


@dataclass(frozen=True)
class OrderProgress:
    """How far an order is. `waiting` files are still to be looked at; those that stay, by the reason found then.

    `overtaken`: another revision is in force since, and nothing is moved any more.
    """

    order: MoveOrder
    moved: int
    undone: int
    waiting: int
    stays: Mapping[Stay, int]
    overtaken: Revision | None


def order_progress(order: MoveOrder) -> OrderProgress:
    """Four queries, however many files."""
    moves = order.moves.aggregate(n=Count("pk"), undone=Count("undone"))
    left = files_to_move(order)
    counted = held_files(order).filter(application__in=left).values("stay").annotate(n=Count("pk"))
    stays = {Stay(row["stay"]): row["n"] for row in counted.order_by("stay")}
    overtaken = replaced_by(order.revision)
    waiting = 0 if overtaken else left.count() - sum(stays.values())
    return OrderProgress(order, moves["n"] - moves["undone"], moves["undone"], waiting, stays, overtaken)


def files_to_move(order: MoveOrder) -> QuerySet[Application]:
    """Running files that still are on an older revision. One that was moved since and taken back stays back.

    Since the first order: who took a file back then did not ask a colleague to move it again.
    """
    first = MoveOrder.objects.filter(revision=order.revision).order_by("pk").values("at")[:1]
    moved = Move.objects.filter(to_revision=order.revision, at__gte=Subquery(first)).values("application_id")
    older = running_files(order.revision.programme).filter(revision__number__lt=order.revision.number)
    return older.exclude(pk__in=moved)


def held_files(order: MoveOrder) -> QuerySet[HeldFile]:
    return HeldFile.objects.filter(order=order)


def replaced_by(revision: Revision) -> Revision | None:
    """The revision in force, if a newer one than this."""
    current = current_revision(revision.programme)
    return current if current is not None and current.number > revision.number else None


def latest_order(programme: Programme) -> MoveOrder | None:
    rows = MoveOrder.objects.filter(revision__programme=programme)
    return rows.select_related("revision__programme", "by").defer("revision__content").order_by("-pk").first()
