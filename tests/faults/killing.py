"""Kill a process at a given SQL statement, and look at what is left.

The parent never opens the database: whoever looks or acts is a forked child with its own connection to a database
of its own (a file on SQLite, a database made from a template on PostgreSQL). The child that acts dies by SIGKILL, as
a server does when its machine loses power: no handler runs, no transaction is rolled back politely.
"""

import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

Act = Callable[[], Any]


@dataclass(frozen=True)
class Point:
    """Where to die: `statement` counts from 1; 0 stands for the commits, numbered by `commit`."""

    when: str  # "before" or "after"
    statement: int = 0
    commit: int = 0
    passed: int = 0  # the commits that are through by then: what they wrote is all that the database holds

    def __str__(self) -> str:
        return (
            f"{self.when} commit {self.commit}" if self.commit else f"{self.when} statement {self.statement}"
        )


@dataclass(frozen=True)
class Database:
    """A database that belongs to one test: a path on SQLite, a name on PostgreSQL."""

    name: str

    def copy_to(self, other: "Database") -> None:
        if connection.vendor == "sqlite":
            for suffix in ("", "-wal", "-shm"):
                Path(other.name + suffix).unlink(missing_ok=True)
            shutil.copyfile(self.name, other.name)
            return
        _administer(f'DROP DATABASE IF EXISTS "{other.name}" WITH (FORCE)')
        _administer(f'CREATE DATABASE "{other.name}" TEMPLATE "{self.name}"')

    def forget(self) -> None:
        if connection.vendor == "sqlite":
            for suffix in ("", "-wal", "-shm"):
                Path(self.name + suffix).unlink(missing_ok=True)
        else:
            _administer(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')


def new_database(label: str, folder: Path) -> Database:
    name = f"jalon_faults_{label}_{os.getpid()}"
    if connection.vendor == "sqlite":
        return Database(str(folder / f"{name}.sqlite3"))
    _administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    _administer(f'CREATE DATABASE "{name}"')
    return Database(name)


def _administer(statement: str) -> None:
    """Run a statement that stands outside any database of ours."""
    import psycopg

    where = connection.get_connection_params()
    known = {name: where[name] for name in ("host", "port", "user", "password") if name in where}
    with psycopg.connect(dbname="postgres", autocommit=True, **known) as session:
        session.execute(statement)


def in_child(database: Database, act: Act) -> Any:
    """Run `act` in a process of its own on that database; returns its JSON-able result. Raises what it raised."""
    status, output = _fork(database, act)
    if status != 0:
        raise AssertionError(f"the child ended with {status}:\n{output}")
    return json.loads(output)


@contextmanager
def onlooker(database: Database, looks: Mapping[str, Act]) -> Iterator[Callable[[str], Any]]:
    """Looks at the database whenever asked, in one of several ways: one process for all looks."""
    asking, asked = os.pipe()
    answers, answering = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(asked)
        os.close(answers)
        _live_as_onlooker(database, looks, asking, answering)
    os.close(asking)
    os.close(answering)

    def ask(look: str) -> Any:
        os.write(asked, look.encode() + b"\n")
        answer = json.loads(lines.readline() or '{"error": "the onlooker ended"}')
        assert "error" not in answer, answer["error"]
        return answer["seen"]

    try:
        with os.fdopen(answers, encoding="utf-8") as lines:
            yield ask
    finally:
        os.close(asked)
        os.waitpid(child, 0)


def killed_in(database: Database, act: Act, point: Point) -> None:
    """Run `act` in a process that dies at `point`; fails when it never gets there."""
    status, output = _fork(database, lambda: _until(point, act))
    died = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert died, f"the process was to die {point}, but ended with {status}:\n{output}"


def killed_before(database: Database, n: int, act: Act) -> bool:
    """Run `act` in a process that dies before its nth effect that lasts; False when it came to its end before.

    What lasts: a statement that writes, a commit, a file that is made, linked or taken away.
    """
    status, output = _fork(database, lambda: _before_effect(n, act))
    died = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert died or status == 0, f"the process ended with {status}:\n{output}"
    return died


def points_of(database: Database, act: Act, *, only_writes: bool) -> list[Point]:
    """Every point of an act, counted by running it once (on a copy that is thrown away).

    `only_writes`: of the statements, those that change rows, and before them alone: after one is before the next.
    """
    statements, commits = in_child(database, lambda: _count(act))
    at_statements = [
        Point(when, statement=n, passed=passed)
        for n, (writes, passed) in enumerate(statements, start=1)
        for when in ("before", "after")
        if not only_writes or (writes and when == "before")
    ]
    at_commits = [
        Point(when, commit=n, passed=n if when == "after" else n - 1)
        for n in range(1, commits + 1)
        for when in ("before", "after")
    ]
    return at_statements + at_commits


def content() -> int:
    """A digest of every row of every table: in one process, equal digests stand for equal databases."""
    found = []
    with connection.cursor() as cursor:
        for table in _tables():
            cursor.execute(f'SELECT * FROM "{table}"')
            found.append((table, frozenset(cursor.fetchall())))
    return hash(tuple(found))


@cache
def _tables() -> list[str]:
    return sorted(connection.introspection.django_table_names())


def _fork(database: Database, act: Act) -> tuple[int, str]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _live_in_child(database, act, writing)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        output = pipe.read()
    return os.waitpid(child, 0)[1], output


def _live_as_onlooker(database: Database, looks: Mapping[str, Act], asking: int, answering: int) -> None:
    """Never returns. Ends when nobody can ask any more."""
    with os.fdopen(asking, encoding="utf-8") as questions:
        for look in iter(questions.readline, ""):
            try:
                if not _still_connected(database):
                    _turn_to(database)
                answer = {"seen": looks[look.strip()]()}
            except BaseException:  # noqa: BLE001  (told to the parent)
                answer = {"error": traceback.format_exc()}
            os.write(answering, json.dumps(answer).encode() + b"\n")
    os._exit(0)


def _still_connected(database: Database) -> bool:
    """A database that was replaced has ended its connections on PostgreSQL; SQLite would read the file of before."""
    if connection.vendor == "sqlite" or connection.settings_dict["NAME"] != database.name:
        return False
    return connection.is_usable()


def _turn_to(database: Database) -> None:
    # The parent's connection, if it has one, is not ours to close politely.
    connections["default"].connection = None
    connections["default"].settings_dict["NAME"] = database.name
    settings.DATABASES["default"]["NAME"] = database.name


def _live_in_child(database: Database, act: Act, writing: int) -> None:
    """Never returns: pytest must not go on twice."""
    status = 1
    try:
        _turn_to(database)
        text, status = json.dumps(act()), 0
        connections.close_all()
    except BaseException:  # noqa: BLE001  (told to the parent)
        text = traceback.format_exc()
    with os.fdopen(writing, "w", encoding="utf-8") as pipe:
        pipe.write(text)
    sys.stdout.flush()
    os._exit(status)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _until(point: Point, act: Act) -> Any:
    seen = {"statements": 0, "commits": 0}

    def at_statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen["statements"] += 1
        here = point.statement == seen["statements"]
        if here and point.when == "before":
            _die()
        result = execute(sql, params, many, context)
        if here and point.when == "after":
            _die()
        return result

    commit = BaseDatabaseWrapper._commit

    def at_commit(wrapper: BaseDatabaseWrapper) -> Any:
        seen["commits"] += 1
        here = point.commit == seen["commits"]
        if here and point.when == "before":
            _die()
        result = commit(wrapper)
        if here and point.when == "after":
            _die()
        return result

    BaseDatabaseWrapper._commit = at_commit  # type: ignore[method-assign]
    with connection.execute_wrapper(at_statement):
        act()


_WRITING = ("INSERT", "UPDATE", "DELETE")
_FILING = ("os.link", "os.remove", "os.rename", "os.truncate")


def _before_effect(n: int, act: Act) -> None:
    left = n

    def here() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            _die()

    def at_statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(_WRITING):
            here()
        return execute(sql, params, many, context)

    commit = BaseDatabaseWrapper._commit

    def at_commit(wrapper: BaseDatabaseWrapper) -> Any:
        here()
        return commit(wrapper)

    def at_event(event: str, given: tuple[Any, ...]) -> None:
        makes = event == "open" and isinstance(given[2], int) and given[2] & os.O_CREAT
        if (makes or event in _FILING) and str(given[0]).startswith(files):
            here()

    files = str(settings.FILES_DIR)
    BaseDatabaseWrapper._commit = at_commit  # type: ignore[method-assign]
    sys.addaudithook(at_event)
    with connection.execute_wrapper(at_statement):
        act()


def _count(act: Act) -> tuple[list[tuple[bool, int]], int]:
    """For each statement of an act whether it changes rows, and the commits before it; and all commits."""
    statements: list[tuple[bool, int]] = []
    commits = 0

    def at_statement(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append((sql.startswith(_WRITING), commits))
        return execute(sql, params, many, context)

    commit = BaseDatabaseWrapper._commit

    def at_commit(wrapper: BaseDatabaseWrapper) -> Any:
        nonlocal commits
        commits += 1
        return commit(wrapper)

    BaseDatabaseWrapper._commit = at_commit  # type: ignore[method-assign]
    with connection.execute_wrapper(at_statement):
        act()
    return statements, commits
