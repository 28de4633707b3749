from datetime import timedelta

from jalon.core import clock
from jalon.jobs.models import Job, JobState
from jalon.jobs.queue import periodic

KEPT = timedelta(days=30)


@periodic("jobs.purge", every=timedelta(days=1))
def purge() -> None:
    """Forget what was done long ago. What failed is kept until somebody deals with it."""
    Job.objects.filter(
        state__in=[JobState.DONE, JobState.REPLACED], finished_at__lt=clock.now() - KEPT
    ).delete()
