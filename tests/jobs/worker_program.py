"""Run by test_worker as processes of their own: asks for jobs, works, counts."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.db import transaction  # noqa: E402

from jalon.jobs import queue  # noqa: E402
from jalon.jobs.models import Job  # noqa: E402
from jalon.jobs.worker import Worker  # noqa: E402

MARKS = Path(os.environ["MARKS"])


@queue.task("tests.mark")
def mark(number: int, seconds: float) -> None:
    (MARKS / f"begun-{number}").touch()
    time.sleep(seconds)
    (MARKS / f"done-{number}").touch()


def ask(count: str, seconds: str) -> None:
    with transaction.atomic():
        Job.objects.all().delete()
        for number in range(int(count)):
            queue.enqueue("tests.mark", key=str(number), number=number, seconds=float(seconds))
    sys.stdout.write("{}")


def states() -> None:
    found = Counter(Job.objects.filter(name="tests.mark").values_list("state", flat=True))
    sys.stdout.write(json.dumps(found))


def work(parent_pid: str = "") -> None:
    Worker(
        threads=2,
        lease=timedelta(seconds=1.5),
        poll=timedelta(milliseconds=100),
        parent_pid=int(parent_pid) if parent_pid else None,
    ).run()


def parent() -> None:
    child = subprocess.Popen([sys.executable, __file__, "work", str(os.getpid())])
    time.sleep(2)
    sys.stdout.write(f"{child.pid}\n")
    sys.stdout.flush()
    time.sleep(60)


{"ask": ask, "states": states, "work": work, "parent": parent}[sys.argv[1]](*sys.argv[2:])
