"""Background work of reviews: an order to move files, one file at a time."""

from jalon.accounts.standing import SYSTEM
from jalon.jobs.queue import task
from jalon.reviews.actions.orders import MOVE_ONE, SPREAD, move_ordered_file, spread_moves


@task(SPREAD)
def spread(order_id: int) -> None:
    """Ask for one job per file, in small transactions."""
    last = 0
    while last := spread_moves(order_id=order_id, after_id=last):
        pass


@task(MOVE_ONE)
def move_one(order_id: int, application_id: int) -> None:
    """Done again, it finds the file moved and does nothing."""
    move_ordered_file(actor=SYSTEM, order_id=order_id, application_id=application_id)
