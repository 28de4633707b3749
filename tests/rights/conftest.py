"""One state of the database for all tests of this folder: made once, inside a transaction that never ends.

Each test runs in a savepoint of its own (`db`) and leaves the state as it found it.
"""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse

from jalon.web import errors
from tests.rights.asking import WHOLE_PAGE
from tests.rights.world import World, make_world
from tests.undone import Undone


@pytest.fixture(scope="package")
def kept_database(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), Undone():
        yield


@pytest.fixture(scope="package")
def made_world(kept_database) -> World:
    return make_world()


@pytest.fixture
def world(made_world: World, db) -> World:
    return made_world


@pytest.fixture(autouse=True)
def bare_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """One handler draws every "not found", with the menu and the counts of who asks: thousands of times the same page.

    Drawn only for who asks with WHOLE_PAGE; all others get its status and no words.
    """

    def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
        if WHOLE_PAGE in request.headers:
            return errors.not_found(request, exception)
        return HttpResponse(status=404)

    monkeypatch.setattr("config.urls.handler404", not_found)


@pytest.fixture
def content() -> Callable[[], dict[str, int]]:
    """Every row of every table, as one digest a table. Sessions are no business of this test."""

    def look() -> dict[str, int]:
        with connection.cursor() as cursor:
            tables = sorted(connection.introspection.table_names(cursor))
            return {table: _digest(cursor, table) for table in tables if table not in _ANYBODY_WRITES}

    return look


_ANYBODY_WRITES = ("django_session", "axes_accesslog", "axes_accessattempt", "axes_accessfailurelog")


def _digest(cursor, table: str) -> int:
    cursor.execute(f'SELECT * FROM "{table}"')
    return hash(frozenset(cursor.fetchall()))
