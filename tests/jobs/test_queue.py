"""The queue in one process: asked for once, done, tried again, given up, taken over."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from jalon.core import clock
from jalon.jobs import queue
from jalon.jobs.models import Job, JobState
from jalon.jobs.queue import GiveUp, backoff, claim, enqueue, enqueue_periodic, periodic, run, run_due, task

LEASE = timedelta(seconds=30)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_registry(monkeypatch):
    """Tasks of a test are known to that test alone."""
    monkeypatch.setattr(queue, "_tasks", {})
    monkeypatch.setattr(queue, "_periods", {})
    monkeypatch.setattr(queue, "load_tasks", list)


@pytest.fixture
def done():
    """What the task "tests.note" did."""
    notes: list[str] = []

    @task("tests.note")
    def note(text: str = "") -> None:
        notes.append(text)

    return notes


@transaction.atomic
def ask(name: str, **words: Any) -> None:
    """As acts do, in their transaction."""
    enqueue(name, **words)


def states() -> list[str]:
    return list(Job.objects.order_by("pk").values_list("state", flat=True))


def test_asked_for_and_done(done):
    ask("tests.note", key="1", text="bonjour")
    assert run_due() == 1
    assert done == ["bonjour"]
    assert states() == [JobState.DONE]
    assert run_due() == 0


def test_asking_again_while_it_waits_is_asking_once_with_the_latest_payload(done):
    ask("tests.note", key="1", text="first")
    ask("tests.note", key="1", text="second")
    assert run_due() == 1
    assert done == ["second"]


def test_the_earlier_instant_counts_whichever_was_asked_first(done, freeze):
    clock_ = freeze("2026-03-02T10:00:00.5")
    now = clock.now()
    ask("tests.note", key="1", run_after=now + timedelta(hours=2))
    ask("tests.note", key="1", run_after=now + timedelta(hours=1))
    ask("tests.note", key="1", run_after=now + timedelta(hours=3))
    assert list(Job.objects.values_list("run_after", flat=True)) == [now + timedelta(hours=1)]
    clock_.shift(timedelta(minutes=59))
    assert run_due() == 0
    clock_.shift(timedelta(minutes=1))
    assert run_due() == 1


def test_other_key_or_other_name_is_other_work(done):
    task("tests.other")(lambda: None)
    ask("tests.note", key="1")
    ask("tests.note", key="2")
    ask("tests.other", key="1")
    assert run_due() == 3


def test_asked_for_while_it_runs_it_is_done_once_more():
    seen: list[int] = []

    @task("tests.bell")
    def bell() -> None:
        seen.append(1)
        if len(seen) == 1:
            ask("tests.bell", key="1")

    ask("tests.bell", key="1")
    assert run_due() == 2
    assert states() == [JobState.DONE, JobState.DONE]


def test_a_failure_is_tried_again_later(freeze):
    clock_ = freeze("2026-03-02T10:00")
    attempts: list[int] = []

    @task("tests.fails_once")
    def fails_once() -> None:
        attempts.append(1)
        if len(attempts) == 1:
            raise OSError("the network is down")

    ask("tests.fails_once", key="1")
    assert run_due() == 1
    job = Job.objects.get()
    assert (job.state, job.last_error) == (JobState.WAITING, "OSError: the network is down")
    assert timedelta(seconds=1.5) <= job.run_after - clock.now() <= timedelta(seconds=2.5)
    assert run_due() == 0
    clock_.shift(timedelta(seconds=3))
    assert run_due() == 1
    assert states() == [JobState.DONE]


def test_after_the_last_attempt_it_is_kept_as_failed(freeze):
    clock_ = freeze("2026-03-02T10:00")

    @task("tests.fails", max_attempts=3)
    def fails() -> None:
        raise OSError("no")

    ask("tests.fails", key="1")
    for _ in range(5):
        run_due()
        clock_.shift(timedelta(hours=1))
    job = Job.objects.get()
    assert (job.state, job.attempts) == (JobState.FAILED, 3)


def test_giving_up_fails_at_once():
    @task("tests.gives_up")
    def gives_up() -> None:
        raise GiveUp("the address does not exist")

    ask("tests.gives_up", key="1")
    run_due()
    assert states() == [JobState.FAILED]


def test_a_failure_is_replaced_by_the_same_work_asked_for_meanwhile():
    @task("tests.asks_and_fails")
    def asks_and_fails() -> None:
        ask("tests.asks_and_fails", key="1")
        raise OSError("no")

    ask("tests.asks_and_fails", key="1")
    assert run_due(limit=1) == 1
    assert states() == [JobState.REPLACED, JobState.WAITING]


def test_strict_raises_what_the_task_raised():
    @task("tests.fails")
    def fails() -> None:
        raise OSError("no")

    ask("tests.fails", key="1")
    with pytest.raises(OSError, match="no"):
        run_due(strict=True)


def test_a_task_that_this_version_does_not_know_waits_for_one_that_does():
    ask("tests.of_tomorrow", key="1")
    run_due()
    job = Job.objects.get()
    assert (job.state, job.last_error) == (JobState.WAITING, "KeyError: 'tests.of_tomorrow'")


def test_a_lease_that_ran_out_is_taken_over_and_the_late_one_is_fenced(done, freeze):
    clock_ = freeze("2026-03-02T10:00")
    ask("tests.note", key="1", text="x")
    slow = claim(LEASE)
    assert claim(LEASE) is None
    clock_.shift(timedelta(seconds=31))
    quick = claim(LEASE)
    assert (quick.job_id, quick.fence) == (slow.job_id, slow.fence + 1)
    assert queue.extend(slow, LEASE) is False
    run(slow)
    assert states() == [JobState.RUNNING]
    run(quick)
    assert states() == [JobState.DONE]


def test_the_heartbeat_keeps_the_lease(done, freeze):
    clock_ = freeze("2026-03-02T10:00")
    ask("tests.note", key="1")
    mine = claim(LEASE)
    clock_.shift(timedelta(seconds=20))
    assert queue.extend(mine, LEASE) is True
    clock_.shift(timedelta(seconds=20))
    assert claim(LEASE) is None


def test_a_job_that_kills_its_worker_each_time_is_given_up(freeze):
    clock_ = freeze("2026-03-02T10:00")
    task("tests.kills", max_attempts=3)(lambda: None)
    ask("tests.kills", key="1")
    for _ in range(3):
        assert claim(LEASE) is not None
        clock_.shift(timedelta(minutes=1))
    assert claim(LEASE) is None
    assert states() == [JobState.FAILED]


def test_a_key_that_only_sqlite_would_take_is_refused():
    with pytest.raises(ValueError, match="at most 200 characters"):
        ask("tests.note", key="x" * 201)


def test_missing_work_is_asked_for_and_pending_work_left_alone(done, freeze):
    freeze("2026-03-02T10:00")
    later = clock.now() + timedelta(hours=1)
    ask("tests.note", key="waits", run_after=later, text="waits")
    transaction.atomic(queue.enqueue_missing)(
        "tests.note", {"waits": {"text": "now"}, "gone": {"text": "gone"}}
    )
    assert list(Job.objects.order_by("pk").values_list("key", "run_after")) == [
        ("waits", later),
        ("gone", clock.now()),
    ]


def test_work_of_the_clock_is_done_once_in_each_period(freeze):
    clock_ = freeze("2026-03-02T10:17")
    seen: list[int] = []
    periodic("tests.hourly", every=timedelta(hours=1))(lambda: seen.append(1))
    for _ in range(3):
        enqueue_periodic()
        run_due()
    assert len(seen) == 1
    clock_.shift(timedelta(hours=5))
    enqueue_periodic()
    enqueue_periodic()
    run_due()
    assert len(seen) == 2
    assert list(Job.objects.order_by("pk").values_list("slot", flat=True)) == [
        "tests.hourly@2026-03-02T09:00:00Z",
        "tests.hourly@2026-03-02T14:00:00Z",
    ]


def test_two_tasks_may_not_share_a_name():
    def one() -> None: ...

    def two() -> None: ...

    task("tests.same")(one)
    with pytest.raises(ValueError, match=r"tests\.same"):
        task("tests.same")(two)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 2), (2, 4), (5, 32), (11, 2048), (12, 3600), (500, 3600)]
)
def test_backoff_doubles_up_to_its_limit(attempts, seconds):
    wait = backoff(attempts, timedelta(hours=1)).total_seconds()
    assert 0.75 * seconds <= wait <= 1.25 * seconds


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_can_be_asked_for():
    assert not connection.in_atomic_block
    with pytest.raises(RuntimeError, match=r"tests\.note must be enqueued in the transaction"):
        enqueue("tests.note", key="1")


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_was_never_asked_for(done):
    with transaction.atomic():
        ask("tests.note", key="1")
        transaction.set_rollback(True)
    assert run_due() == 0


@pytest.mark.django_db(transaction=True)
def test_a_task_runs_outside_any_transaction():
    seen: list[bool] = []

    @task("tests.looks")
    def looks() -> None:
        seen.append(connection.in_atomic_block)

    with transaction.atomic():
        ask("tests.looks", key="1")
    run_due(strict=True)
    assert seen == [False]
