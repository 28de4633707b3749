"""The queue: work is asked for in the transaction of the act, and done at least once after its commit.

A worker claims a row by a conditional update that raises its `fence` and gives it a lease; a heartbeat
extends the lease; completion counts only with the fence of the claim. A worker that dies leaves a lease that
runs out, and somebody else takes the row. Nothing is lost, and a function can be called twice: THE EFFECT OF
A TASK MUST BE IDEMPOTENT. A task runs outside any transaction, because the actions that it calls open their
own (durable) ones; it is done again from the start when one of them fails.
"""

import json
import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Least

from jalon.core import clock, transactions
from jalon.core.canonical import canonical_json
from jalon.core.discovery import import_each
from jalon.jobs.models import Job, JobState

logger = logging.getLogger(__name__)

TaskFunction = Callable[..., None]
F_ = TypeVar("F_", bound=TaskFunction)

MAX_ATTEMPTS = 12
LONGEST_WAIT = timedelta(hours=1)
# `run_due` has no heartbeat: its leases are long instead.
UNATTENDED_LEASE = timedelta(minutes=15)
MAX_ERROR_LENGTH = 2000
MAX_KEY_LENGTH = 200


class GiveUp(Exception):
    """Raised by a task that knows that trying again is useless: the job fails at once, and is kept."""


@dataclass(frozen=True)
class Task:
    name: str
    function: TaskFunction
    max_attempts: int | None  # None: for ever
    longest_wait: timedelta


@dataclass(frozen=True)
class Claim:
    """The right to do a job, until the lease runs out or somebody holds a higher fence."""

    job_id: int
    fence: int
    name: str
    key: str
    payload: dict[str, Any]
    attempts: int


_tasks: dict[str, Task] = {}
_periods: dict[str, timedelta] = {}


def task(
    name: str, *, max_attempts: int | None = MAX_ATTEMPTS, longest_wait: timedelta = LONGEST_WAIT
) -> Callable[[F_], F_]:
    """Register `function(**payload) -> None` under a name. Its effect must be idempotent.

    A failure is tried again after 2, 4, 8 … seconds (at most `longest_wait`), `max_attempts` times in all.
    """

    def register(function: F_) -> F_:
        known = _tasks.get(name)
        if known is not None and known.function.__qualname__ != function.__qualname__:
            raise ValueError(f"Two tasks are called {name}: {known.function} and {function}")
        _tasks[name] = Task(name, function, max_attempts, longest_wait)
        return function

    return register


def periodic(name: str, *, every: timedelta) -> Callable[[F_], F_]:
    """Register a function without arguments that runs once in each period (counted from 1970, UTC).

    After a stop, the present period is made up for, not those that were missed.
    """

    def register(function: F_) -> F_:
        _periods[name] = every
        return task(name)(function)

    return register


def load_tasks() -> list[str]:
    """Import every `jalon.*.tasks`, so that the tasks are known. Returns the names of the modules."""
    return import_each("tasks")


def enqueue(name: str, *, key: str, run_after: datetime | None = None, **payload: Any) -> None:
    """Ask for `name(**payload)` once this transaction is committed, not before `run_after`.

    While a job of the same name and key waits, asking again is asking once: the earlier of the two instants
    and the latest payload count. `payload` is JSON: codes, numbers, ISO dates.
    """
    if not transactions.is_open():
        raise RuntimeError(f"{name} must be enqueued in the transaction of the act that asks for it")
    if len(key) > MAX_KEY_LENGTH:  # SQLite would take it
        raise ValueError(f"The key of a job has at most {MAX_KEY_LENGTH} characters: {key}")
    now = clock.now()
    due, text = run_after or now, canonical_json(payload)
    waiting = Job.objects.filter(name=name, key=key, state=JobState.WAITING)
    while True:
        Job.objects.bulk_create(
            [Job(name=name, key=key, payload=text, run_after=due, created_at=now)], ignore_conflicts=True
        )
        # The update holds the row until our commit: no worker may begin it before it can see what we wrote.
        # When a worker was faster, nothing waits any more, and we insert again.
        earliest = Least(F("run_after"), Value(due))
        if waiting.update(run_after=earliest, payload=text, attempts=0):
            return


def enqueue_missing(name: str, payloads: Mapping[str, Mapping[str, Any]]) -> None:
    """Ask for `name(**payload)` by key, except where it waits or runs: its delays and attempts are left alone.

    For the sweeps that find work whose job is gone.
    """
    pending = Job.objects.filter(name=name, key__in=payloads, state__in=[JobState.WAITING, JobState.RUNNING])
    known = set(pending.values_list("key", flat=True))
    for key, payload in payloads.items():
        if key not in known:
            enqueue(name, key=key, **payload)


def enqueue_periodic() -> None:
    """Ask for the clock's work of the present period, unless it was asked for already."""
    now = clock.now()
    wanted = [_slot_job(name, every, now) for name, every in _periods.items()]
    known = set(Job.objects.filter(slot__in=[job.slot for job in wanted]).values_list("slot", flat=True))
    missing = [job for job in wanted if job.slot not in known]
    if missing:
        Job.objects.bulk_create(missing, ignore_conflicts=True)


def _slot_job(name: str, every: timedelta, now: datetime) -> Job:
    seconds = int(every.total_seconds())
    start = datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=UTC)
    slot = f"{name}@{start:%Y-%m-%dT%H:%M:%SZ}"
    return Job(name=name, key=slot, slot=slot, run_after=now, created_at=now)


def run_due(*, limit: int = 1000, strict: bool = False) -> int:
    """Do what is due now in this process, what that work asks for included; returns how many jobs were done.

    Failures are kept for a later attempt; with `strict` the first one is also raised (for tests).
    """
    load_tasks()
    done = 0
    while done < limit and (claimed := claim(UNATTENDED_LEASE)) is not None:
        done += 1
        error = run(claimed)
        if error is not None and strict:
            raise error
    return done


def due_jobs(now: datetime) -> QuerySet[Job]:
    """What may be claimed: waiting and due, or left behind by a worker that died."""
    return Job.objects.filter(
        Q(state=JobState.WAITING, run_after__lte=now) | Q(state=JobState.RUNNING, lease_until__lt=now)
    )


def claim(lease: timedelta) -> Claim | None:
    """Take the oldest job that is due, or None."""
    while True:
        now = clock.now()
        if not due_jobs(now).exists():  # looking takes no lock
            return None
        with transaction.atomic(durable=True):
            job = due_jobs(now).select_for_update(skip_locked=True).order_by("run_after", "pk").first()
            if job is None:
                return None
            if not _is_exhausted(job):
                return _take(job, now + lease)
            _settle(job.pk, job.fence, JobState.FAILED, "The worker died in each attempt.")
            logger.error("Job %s failed for good: its worker died in each of %d attempts", job, job.attempts)


def _is_exhausted(job: Job) -> bool:
    known = _tasks.get(job.name)
    return known is not None and known.max_attempts is not None and job.attempts >= known.max_attempts


def _take(job: Job, lease_until: datetime) -> Claim:
    fence, attempts = job.fence + 1, job.attempts + 1
    Job.objects.filter(pk=job.pk, fence=job.fence).update(
        state=JobState.RUNNING, fence=fence, attempts=attempts, lease_until=lease_until
    )
    return Claim(job.pk, fence, job.name, job.key, json.loads(job.payload), attempts)


def extend(claimed: Claim, lease: timedelta) -> bool:
    """The heartbeat: False when the job is not ours any more."""
    mine = Job.objects.filter(pk=claimed.job_id, fence=claimed.fence, state=JobState.RUNNING)
    return bool(mine.update(lease_until=clock.now() + lease))


def run(claimed: Claim) -> Exception | None:
    """Do a claimed job and record its outcome. Returns the error of a failed attempt, already recorded."""
    try:
        _tasks[claimed.name].function(**claimed.payload)  # KeyError: no such task in this version of Jalon
    except Exception as error:  # noqa: BLE001  (whatever a task raises is recorded and tried again)
        _record_failure(claimed, error)
        return error
    if not _settle(claimed.job_id, claimed.fence, JobState.DONE, ""):
        logger.warning("Job %s %s was done, but its lease had run out meanwhile", claimed.name, claimed.key)
    return None


def _settle(job_id: int, fence: int, state: JobState, error: str) -> bool:
    mine = Job.objects.filter(pk=job_id, fence=fence, state=JobState.RUNNING)
    return bool(mine.update(state=state, lease_until=None, last_error=error, finished_at=clock.now()))


def _record_failure(claimed: Claim, error: Exception) -> None:
    text = f"{type(error).__name__}: {error}".replace("\x00", "")[:MAX_ERROR_LENGTH]
    known = _tasks.get(claimed.name)
    max_attempts = known.max_attempts if known else MAX_ATTEMPTS
    if isinstance(error, GiveUp) or (max_attempts is not None and claimed.attempts >= max_attempts):
        logger.error("Job %s %s failed for good", claimed.name, claimed.key, exc_info=error)
        _settle(claimed.job_id, claimed.fence, JobState.FAILED, text)
        return
    logger.warning(
        "Job %s %s failed, attempt %d", claimed.name, claimed.key, claimed.attempts, exc_info=error
    )
    longest = known.longest_wait if known else LONGEST_WAIT
    try:
        with transaction.atomic():
            Job.objects.filter(pk=claimed.job_id, fence=claimed.fence, state=JobState.RUNNING).update(
                state=JobState.WAITING,
                lease_until=None,
                last_error=text,
                run_after=clock.now() + backoff(claimed.attempts, longest),
            )
    except IntegrityError:
        # The same work was asked for while this ran: that row does it.
        _settle(claimed.job_id, claimed.fence, JobState.REPLACED, text)


def backoff(attempts: int, longest: timedelta) -> timedelta:
    """2, 4, 8 … seconds after the first, second, third failure, ± a quarter, at most `longest`."""
    wait = min(timedelta(seconds=2 ** min(attempts, 20)), longest)
    return wait * random.uniform(0.75, 1.25)  # noqa: S311  (spreads retries, guards nothing)
