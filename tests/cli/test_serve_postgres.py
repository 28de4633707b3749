"""`jalon serve` on a PostgreSQL that goes away and comes back: its requests fail soon, and then work again."""

import subprocess
import sys
import time
from collections.abc import Iterator
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


def cut_all(folder: Path) -> None:
    with psycopg.connect(host=str(folder), user="jalon", dbname="postgres", autocommit=True) as connection:
        connection.execute(f"SELECT pg_terminate_backend(pid) FROM {OTHERS}")
        until(lambda: not connection.execute(f"SELECT pid FROM {OTHERS}").fetchall())


def status(port: int) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/readyz")
    return connection.getresponse().status


def test_a_database_that_was_away_is_found_again(database, tmp_path):
    folder, port = Path(database.partition("host=")[2]), free_port()
    door = folder / ".s.PGSQL.5432"
    process = subprocess.Popen(
        [sys.executable, "-m", "jalon.cli", "serve", "--no-worker", "--port", str(port)],
        env=surroundings(tmp_path, JALON_DATABASE_URL=database),
    )
    try:
        until(lambda: answers(port) and status(port) == 200)
        cut_all(folder)
        door.rename(folder / "shut")
        begun = time.monotonic()
        assert [status(port) for _ in range(3)] == [500] * 3
        assert time.monotonic() - begun < 60
        (folder / "shut").rename(door)
        until(lambda: status(port) == 200, seconds=60)
    finally:
        process.kill()
        process.wait()
