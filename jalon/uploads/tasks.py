from datetime import timedelta

from jalon.accounts.standing import SYSTEM
from jalon.documents.actions import mark_unnamed
from jalon.documents.queries import long_unnamed_ids
from jalon.jobs.each import each_in_turn
from jalon.jobs.queue import periodic, task
from jalon.uploads import actions
from jalon.uploads.actions import archives, leftovers, many


@task(actions.FINISH_TASK, max_attempts=None, longest_wait=timedelta(minutes=5))
def finish(upload_id: int) -> None:
    """A machine too busy, or stopped, tries again until the sweep gives up."""
    actions.finish_upload(upload_id=upload_id)


@task(actions.OPEN_TASK, max_attempts=None, longest_wait=timedelta(minutes=5))
def open_archive(upload_id: int) -> None:
    archives.open_archive(upload_id=upload_id)


@task(many.PLACE_TASK, max_attempts=None, longest_wait=timedelta(minutes=5))
def place(application_id: int, user_id: int) -> None:
    many.place_files(application_id=application_id, user_id=user_id)


@periodic("uploads.sweep", every=timedelta(minutes=15))
def sweep() -> None:
    actions.sweep_uploads()


@periodic("uploads.let_go", every=timedelta(days=1))
def let_go() -> None:
    mark_unnamed()

    def one(document_id: int) -> None:
        leftovers.let_go(actor=SYSTEM, document_id=document_id)

    each_in_turn(long_unnamed_ids(), one)
