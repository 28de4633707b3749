"""What the bell of lower packages calls: something about an application changed."""

from jalon.applications.actions.steps import RECONCILE
from jalon.awards.actions.decisions import reconcile
from jalon.jobs.queue import task


@task(RECONCILE)
def reconcile_application(application_id: int) -> None:
    reconcile(application_id=application_id)
