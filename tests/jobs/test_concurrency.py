"""Several workers and several askers at once, on real connections."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from jalon.jobs import queue
from jalon.jobs.models import Job, JobState
from jalon.jobs.queue import claim, enqueue, task

pytestmark = pytest.mark.django_db(transaction=True)

LEASE = timedelta(seconds=60)


def in_threads(count, function):
    """Run `function(number)` in threads at once; raises what any of them raised."""
    errors: list[BaseException] = []
    start = threading.Barrier(count)

    def body(number: int) -> None:
        try:
            start.wait()
            function(number)
        except BaseException as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=body, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []


def test_each_job_is_claimed_by_one_worker_only(monkeypatch):
    monkeypatch.setattr(queue, "_tasks", {})
    task("tests.nothing")(lambda: None)
    with transaction.atomic():
        for number in range(40):
            enqueue("tests.nothing", key=str(number))
    claimed: list[int] = []

    def work(_: int) -> None:
        while (mine := claim(LEASE)) is not None:
            claimed.append(mine.job_id)

    in_threads(4, work)
    assert Counter(claimed) == Counter(Job.objects.values_list("pk", flat=True))


def test_askers_at_once_make_one_waiting_job():
    def ask(number: int) -> None:
        for _ in range(10):
            with transaction.atomic():
                enqueue("tests.bell", key="1", asker=number)

    in_threads(4, ask)
    assert list(Job.objects.values_list("state", flat=True)) == [JobState.WAITING]


def test_a_bell_rung_before_the_commit_is_not_answered_before_it():
    """Whoever asks again for waiting work holds it: a worker must not begin it and miss what is being written."""
    with transaction.atomic():
        enqueue("tests.bell", key="1")
    found: list[object] = []
    asker_wrote, looked = threading.Event(), threading.Event()

    def body(number: int) -> None:
        if number == 0:
            with transaction.atomic():
                enqueue("tests.bell", key="1")
                asker_wrote.set()
                looked.wait(1)
        else:
            asker_wrote.wait(10)
            found.append(claim(LEASE))
            looked.set()

    in_threads(2, body)
    if connection.vendor == "postgresql":
        assert found == [None]  # skipped, and found again at the next look
        found.append(claim(LEASE))
    assert [mine.name for mine in found if mine] == ["tests.bell"]
