"""Worlds that many tests begin with are played once per process; afterwards their rows are put back.

    @pytest.fixture
    @kept
    def company(db) -> Company:
        return open_application_of_everybody()

A function or method marked `kept` is a step: it writes to the database and returns what tests hold of it. The first
time it is played, and what it changed is remembered: rows that came and went, and the Python objects. When the
same step is taken again from the same rows, with the same plain arguments, these are put back instead.

A step takes plain values, which name it, and objects that steps before it returned in the same test, which the rows
determine. Nothing is put back where that could differ from playing: in a test that commits, that changes settings or
patches something, under a clock that was stopped, with files kept elsewhere, or after anything else was written.
"""

import copy
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import pytest
import time_machine
from django.conf import settings
from django.db import connection

P = ParamSpec("P")
T = TypeVar("T")

Key = tuple[Any, ...]
Rows = dict[str, dict[Any, Any]]  # table → primary key → row, as the database spells it
PLAIN = (str, int, bool, type(None), Path)
READING = ("SELECT", "SAVEPOINT", "RELEASE", "BEGIN", "PRAGMA", "SET")


@dataclass(frozen=True)
class _Played:
    """What a step did: rows of changed tables, taken out by key and put in, and the objects that it left."""

    removed: dict[str, list[Any]]
    added: dict[str, list[Any]]
    objects: list[Any]
    result: Any


class _Present:
    """Which kept state the database of this process holds, if any."""

    def __init__(self) -> None:
        self.key: Key | None = None
        self.looked = False  # whether this test has asked already if it begins with empty tables
        self.returned: dict[
            int, tuple[str, Any]
        ] = {}  # by id: what steps of this test returned, and which did
        self.played: dict[Key, _Played] = {}

    def forget(self, *, keep: bool) -> None:
        self.key, self.looked, self.returned = None, not keep, {}

    def state(self) -> Key | None:
        if not self.looked:
            self.looked = True
            self.key = () if _is_empty() else None
        return self.key

    def note(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(READING):
            self.key, self.looked = None, True
        return execute(sql, params, many, context)


_present = _Present()


def kept(step: Callable[P, T]) -> Callable[P, T]:
    """Play `step` once per process and starting state; then put back what it did."""

    @wraps(step)
    def taken(*args: P.args, **kwargs: P.kwargs) -> T:
        before = _present.state() if _may_keep() else None
        given = [*enumerate(args), *sorted(kwargs.items())]
        if before is None or not all(_is_known(value) for _name, value in given):
            return step(*args, **kwargs)
        name = (step.__module__, step.__qualname__)
        key = (*before, (name, tuple((place, _told(value)) for place, value in given)))
        objects = [value for _name, value in given if not isinstance(value, PLAIN)]
        if key not in _present.played:
            result = _play(key, lambda: step(*args, **kwargs), objects)
        else:
            result = cast(T, _put_back(_present.played[key], objects))
        _present.key = key
        _present.returned[id(result)] = (f"{len(key)} {'.'.join(name)}", result)
        return result

    return taken


def _is_known(value: Any) -> bool:
    return isinstance(value, PLAIN) or id(value) in _present.returned


def _told(value: Any) -> str:
    """What distinguishes this argument from another, given the steps before."""
    return repr(value) if isinstance(value, PLAIN) else _present.returned[id(value)][0]


CHANGING = {"settings", "monkeypatch"}  # what a test asks for to change what a step would do


@pytest.fixture(autouse=True)
def nothing_kept_yet(request: pytest.FixtureRequest) -> None:
    """Each test begins with what the last one left: nothing, as far as rows are concerned, or a folder's world."""
    asked = inspect.signature(request.function).parameters if hasattr(request, "function") else {}
    _present.forget(keep=not CHANGING & set(asked))
    if _present.note not in connection.execute_wrappers:
        connection.execute_wrappers.append(_present.note)


def _may_keep() -> bool:
    """Inside the transaction of a test, on real time, with files where they stay."""
    return (
        connection.in_atomic_block
        and not time_machine.escape_hatch.is_travelling()
        and settings.FILES_DIR == settings.HOME / "files"
    )


def _play(key: Key, step: Callable[[], T], objects: list[Any]) -> T:
    before = _rows()
    result = step()
    after = _rows()
    changed = [table for table in after if after[table] != before[table]]
    # Copied together, so that what the result shares with the objects stays shared.
    own_objects, own_result = copy.deepcopy((objects, result))
    _present.played[key] = _Played(
        {t: [pk for pk in before[t] if after[t].get(pk) != before[t][pk]] for t in changed},
        {t: [row for pk, row in after[t].items() if before[t].get(pk) != row] for t in changed},
        own_objects,
        own_result,
    )
    return result


def _put_back(played: _Played, objects: list[Any]) -> Any:
    for table, keys in played.removed.items():
        if keys:
            _delete(table, keys)
    for table, rows in played.added.items():
        if rows:
            _insert(table, rows)
    # What was given stays the very object that the test holds, wherever the result refers to it.
    stand_ins = {id(theirs): mine for theirs, mine in zip(played.objects, objects, strict=True)}
    for theirs, mine in zip(played.objects, objects, strict=True):
        if hasattr(theirs, "__dict__"):
            mine.__dict__.update(copy.deepcopy(theirs.__dict__, stand_ins))
    return copy.deepcopy(played.result, stand_ins)


# --- Rows, as the database spells them: nothing is converted on the way out and in -------------------------------


def _is_empty() -> bool:
    """Whether the tables of the product hold nothing; what migrations leave is not counted."""
    tables = [table for table in _keys() if not table.startswith(("django_", "auth_"))]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + " OR ".join(f'EXISTS (SELECT 1 FROM "{table}")' for table in tables))
        return not cursor.fetchone()[0]


_KEYS: dict[str, str] = {}


def _keys() -> dict[str, str]:
    """Table → its primary key."""
    if not _KEYS:
        with connection.cursor() as cursor:
            for table in sorted(connection.introspection.table_names(cursor)):
                key = connection.introspection.get_primary_key_column(cursor, table)
                if key is not None:
                    _KEYS[table] = key
    return _KEYS


def _rows() -> Rows:
    rows: Rows = {}
    with connection.cursor() as cursor:
        for table, key in _keys().items():
            if connection.vendor == "sqlite":
                # An expression has no declared type, by which the driver would convert.
                fetched = connection.connection.execute(
                    f'SELECT +"{key}", {_plain_columns(table)} FROM "{table}"'
                )
                rows[table] = {row[0]: row[1:] for row in fetched}
            else:
                with cursor.copy(f'COPY (SELECT t."{key}", t.* FROM "{table}" AS t) TO STDOUT') as copied:
                    rows[table] = dict(line.split("\t", 1) for line in _lines(copied))
    return rows


def _lines(pieces: Iterable[bytes | memoryview]) -> list[str]:
    """Ends of lines within a value are escaped; other separators that Python knows are not."""
    return [f"{line}\n" for line in b"".join(pieces).decode().split("\n")[:-1]]


_COLUMNS: dict[str, list[str]] = {}


def _columns(table: str) -> list[str]:
    if table not in _COLUMNS:
        _COLUMNS[table] = [row[1] for row in connection.connection.execute(f'PRAGMA table_info("{table}")')]
    return _COLUMNS[table]


def _plain_columns(table: str) -> str:
    return ", ".join(f'+"{column}"' for column in _columns(table))


def _delete(table: str, keys: list[Any]) -> None:
    key = _keys()[table]
    if connection.vendor == "sqlite":
        connection.connection.executemany(
            f'DELETE FROM "{table}" WHERE "{key}" = ?', [(one,) for one in keys]
        )
    else:
        with connection.cursor() as cursor:
            cursor.execute(f'DELETE FROM "{table}" WHERE "{key}"::text = ANY(%s)', [keys])


def _insert(table: str, rows: list[Any]) -> None:
    if connection.vendor == "sqlite":
        marks = ", ".join("?" * len(_columns(table)))
        connection.connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)
    else:
        with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" FROM STDIN') as copied:
            copied.write("".join(rows))
