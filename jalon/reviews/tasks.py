"""Background work of reviews: the dates that pass, and an order to move files, one file at a time."""

from datetime import timedelta

from jalon.accounts.standing import SYSTEM
from jalon.applications.actions.tracking import pass_gates
from jalon.applications.models import Application
from jalon.applications.states import ApplicationState
from jalon.core import clock
from jalon.jobs.each import each_in_turn
from jalon.jobs.queue import periodic, task
from jalon.reviews.actions.orders import MOVE_ONE, SPREAD, move_ordered_file, spread_moves
from jalon.uploads.queries import checks_of

WATCHED = (
    ApplicationState.TO_COMPLETE,
    ApplicationState.TO_MODIFY,
    ApplicationState.ELIGIBLE,
    ApplicationState.LATE,
)
# What a form brought at the last instant is checked before it is written (documents.actions.PATIENCE), and has no row.
BEHIND = timedelta(minutes=5)


@periodic("reviews.pass_gates", every=timedelta(minutes=5))
def watch_gates() -> None:
    """Mark the files that missed a gate and free those whose gate was moved. One transaction a file."""
    at = clock.now() - BEHIND
    files = Application.objects.filter(state__in=WATCHED).select_related("revision")

    def look_at(file: Application) -> None:
        pass_gates(actor=SYSTEM, application_id=file.pk, checks=checks_of(file, at), at=at)

    # The list of a revision is read where it is asked for, once a revision: each file would carry its own copy.
    each_in_turn(files.defer("revision__content").iterator(), look_at)


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
