"""`jalon serve` on a PostgreSQL that goes away and comes back: its requests fail soon, and then work again."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import psycopg
import pytest

from tests.cli.test_no_database import surroundings
from tests.cli.test_serve import answers, free_port, until
from tests.postgres import throw_away_postgres

pytestmark = pytest.mark.processes


@pytest.fixture
def database() -> Iterator[str]:
    with throw_away_postgres() as url:
        yield url


OTHERS = "pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"


def folder_of(database: str) -> Path:
    return Path(database.partition("host=")[2])


def operator(database: str) -> psycopg.Connection:
    return psycopg.connect(host=str(folder_of(database)), user="jalon", dbname="postgres", autocommit=True)


def cut_all(database: str) -> int:
    """As a restart does. How many there were."""
    with operator(database) as connection:
        cut = connection.execute(f"SELECT pg_terminate_backend(pid) FROM {OTHERS}").fetchall()
        until(lambda: not connection.execute(f"SELECT pid FROM {OTHERS}").fetchall())
    return len(cut)


def status(port: int, page: str = "/readyz") -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", page)
    return connection.getresponse().status


def held_at_once(database: str, port: int, count: int) -> list[int]:
    """Statuses of requests that all hold a connection at one moment: a table that each reads is locked till then."""
    waiting = f"SELECT pid FROM {OTHERS} AND wait_event_type = 'Lock'"
    with ThreadPoolExecutor(count) as visitors, operator(database) as locker, operator(database) as watcher:
        with locker.transaction():
            locker.execute("LOCK TABLE programmes_portal IN ACCESS EXCLUSIVE MODE")
            visits = [visitors.submit(status, port, "/") for _ in range(count)]
            until(
                lambda: (
                    len(watcher.execute(waiting).fetchall()) == count or any(visit.done() for visit in visits)
                )
            )
        return [visit.result() for visit in visits]


@contextmanager
def serving(database: str, home: Path, *options: str) -> Iterator[int]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "jalon.cli", "serve", "--no-worker", "--port", str(port), *options],
        env=surroundings(home, JALON_DATABASE_URL=database),
    )
    try:
        until(lambda: answers(port) and status(port) == 200)
        yield port
    finally:
        process.kill()
        process.wait()


def test_a_database_that_was_away_is_found_again(database, tmp_path):
    door, shut = folder_of(database) / ".s.PGSQL.5432", folder_of(database) / "shut"
    with serving(database, tmp_path) as port:
        cut_all(database)
        door.rename(shut)
        begun = time.monotonic()
        assert [status(port) for _ in range(3)] == [500] * 3
        assert time.monotonic() - begun < 60
        shut.rename(door)
        until(lambda: status(port) == 200, seconds=60)


def test_connections_that_were_cut_while_nobody_used_them_cost_no_request(database, tmp_path):
    with serving(database, tmp_path) as port:
        assert held_at_once(database, port, 12) == [200] * 12
        assert cut_all(database) >= 12
        assert [status(port) for _ in range(15)] == [200] * 15
        assert cut_all(database) > 0
        assert held_at_once(database, port, 12) == [200] * 12


def test_each_thread_may_hold_a_connection_and_none_waits_for_another(database, tmp_path):
    with serving(database, tmp_path, "--threads", "40") as port:
        assert held_at_once(database, port, 40) == [200] * 40
