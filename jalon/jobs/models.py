"""Background work: the row is the job. Enqueued in the transaction of the act that asks for it."""

from django.db import models
from django.db.models import Q


class JobState(models.TextChoices):
    """Replaced: it failed, and the same work had been asked for again meanwhile; the newer row does it."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    REPLACED = "replaced"


class Job(models.Model):
    name = models.CharField(max_length=120)
    key = models.CharField(max_length=200)
    # "<name>@<start of the period>" for work of the clock, whatever became of it: once per period.
    slot = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001 (NULL: not of the clock)
    payload = models.TextField(default="{}")
    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    run_after = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveBigIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Asking twice for the same work before it began is asking once.
            models.UniqueConstraint(
                fields=["name", "key"], condition=Q(state="waiting"), name="job_one_waiting"
            ),
        ]
        indexes = [models.Index(fields=["state", "run_after"], name="job_due")]

    def __str__(self) -> str:
        return f"{self.name} {self.key}"
