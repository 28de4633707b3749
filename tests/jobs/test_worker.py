"""The worker as a process: killed without warning, told to stop, left by its parent."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(__file__).with_name("worker_program.py")
JOBS = 20

# The workers have a database of their own; the mark has them run on each engine.
pytestmark = [pytest.mark.processes, pytest.mark.django_db]


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A database of its own on the engine under test, migrated, and the folder where jobs leave their marks."""
    home = tmp_path_factory.mktemp("home")
    url = os.environ.get("JALON_DATABASE_URL", "")
    values = {**os.environ, "JALON_HOME": str(home), "DJANGO_SETTINGS_MODULE": "config.settings"}
    values |= {"PYTHONPATH": str(ROOT), "MARKS": str(home / "marks")}
    (home / "marks").mkdir()
    if not url:
        migrate(values)
        yield values
        return
    name = f"jalon_worker_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    values["JALON_DATABASE_URL"] = (
        url.partition("?")[0].rpartition("/")[0] + f"/{name}" + url[len(url.partition("?")[0]) :]
    )
    try:
        migrate(values)
        yield values
    finally:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def migrate(values):
    subprocess.run([sys.executable, "-m", "django", "migrate", "-v0"], env=values, cwd=ROOT, check=True)


def call(values, *arguments):
    done = subprocess.run(
        [sys.executable, str(PROGRAM), *arguments],
        env=values,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(done.stdout)


@pytest.fixture
def start(environment):
    """Start a worker (or a parent with a worker); whatever still runs at the end is killed."""
    running = []

    def run(*arguments):
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM), *arguments],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield run
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


def wait_for(condition, seconds=30.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def marks(environment, kind):
    return sorted(Path(environment["MARKS"]).glob(f"{kind}-*"))


def clear(environment):
    for mark in Path(environment["MARKS"]).iterdir():
        mark.unlink()


def test_killed_twice_no_job_is_lost(environment, start):
    clear(environment)
    call(environment, "ask", str(JOBS), "0.15")
    for killed_after in (4, 10):
        worker = start("work")
        wait_for(lambda: len(marks(environment, "done")) >= killed_after)  # noqa: B023
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    left = call(environment, "states")
    assert left.get("done", 0) < JOBS
    assert sum(left.values()) == JOBS
    start("work")
    wait_for(lambda: call(environment, "states") == {"done": JOBS})
    assert len(marks(environment, "done")) == JOBS


def test_told_to_stop_it_finishes_what_it_does_and_takes_nothing_new(environment, start):
    clear(environment)
    call(environment, "ask", "8", "1.0")
    worker = start("work")
    wait_for(lambda: len(marks(environment, "begun")) >= 1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=15) == 0
    begun, done = len(marks(environment, "begun")), len(marks(environment, "done"))
    assert begun == done
    assert begun < 8
    assert call(environment, "states") == {"done": done, "waiting": 8 - done}


def test_it_leaves_when_its_parent_is_killed(environment, start):
    parent = start("parent")
    worker_pid = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    try:
        wait_for(lambda: is_gone(worker_pid), seconds=15)
    finally:
        if not is_gone(worker_pid):
            os.kill(worker_pid, signal.SIGKILL)


def is_gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
