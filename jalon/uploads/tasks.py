from datetime import timedelta

from jalon.jobs.queue import periodic, task
from jalon.uploads import actions


@task(actions.FINISH_TASK)
def finish(upload_id: int) -> None:
    actions.finish_upload(upload_id=upload_id)


@periodic("uploads.sweep", every=timedelta(minutes=15))
def sweep() -> None:
    actions.sweep_uploads()
