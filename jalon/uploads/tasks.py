from datetime import timedelta

from jalon.jobs.queue import periodic, task
from jalon.uploads import actions


@task(actions.FINISH_TASK, max_attempts=None, longest_wait=timedelta(minutes=5))
def finish(upload_id: int) -> None:
    """A machine too busy, or stopped, tries again until the sweep gives up."""
    actions.finish_upload(upload_id=upload_id)


@periodic("uploads.sweep", every=timedelta(minutes=15))
def sweep() -> None:
    actions.sweep_uploads()
