"""The clock's work on applications."""

from datetime import timedelta

from jalon.accounts.standing import SYSTEM
from jalon.applications.actions.tracking import pass_gates
from jalon.applications.models import Application
from jalon.applications.states import ApplicationState
from jalon.jobs.queue import periodic

WATCHED = (
    ApplicationState.TO_COMPLETE,
    ApplicationState.TO_MODIFY,
    ApplicationState.ELIGIBLE,
    ApplicationState.LATE,
)


@periodic("applications.pass_gates", every=timedelta(minutes=5))
def watch_gates() -> None:
    """Mark the files that missed a gate and free those whose gate was moved. One transaction a file."""
    for pk in Application.objects.filter(state__in=WATCHED).values_list("pk", flat=True).iterator():
        pass_gates(actor=SYSTEM, application_id=pk)
