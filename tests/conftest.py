"""What every test gets: no network but loopback, an explicit clock, the reference workbooks where there are any."""

import gc
import ipaddress
import os
import re
import socket
from collections.abc import Callable, Iterator
from datetime import datetime
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.template.base import Template
from django.test.utils import _TestState
from hypothesis import HealthCheck, settings

from jalon.cli.messages import compile_messages
from jalon.core.clock import PARIS
from tests.kept import nothing_kept_yet

__all__ = ["nothing_kept_yet"]  # a fixture of every test

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = Path(os.environ.get("JALON_REFERENCE", ROOT.parent / "shared")).resolve()


# A machine that is busy draws examples slowly: that says nothing about the product.
settings.register_profile("jalon", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("jalon")


def pytest_configure(config: pytest.Config) -> None:
    """Pages are read in the languages as they are now, whatever was compiled last."""
    compile_messages(only_stale=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--only-database", action="store_true", help="only tests to which the database matters")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A run of the browser tests, say, imports no file that does not name their mark: most of them take seconds."""
    words = config.option.markexpr.replace("and not ", "-").split()
    needed = [word for word in words if word.isidentifier() and word not in ("and", "or", "not")]
    if (
        "or" in words
        or "not" in words
        or "(" in config.option.markexpr
        or not collection_path.match("test_*.py")
    ):
        return None
    text = collection_path.read_text(encoding="utf-8")
    return True if any(f"mark.{word}" not in text for word in needed) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--only-database"):
        return
    kept = [item for item in items if _uses_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes make poor names, and differ between processes where they hold a time."""
    return f"{argname}-{len(val)}-bytes" if isinstance(val, bytes) else None


_DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server"}


def _uses_database(item: pytest.Item) -> bool:
    """In this process, or in one that it forks: a served site has a home and a SQLite file of its own."""
    if item.get_closest_marker("any_database"):
        return False
    fixtures = set(getattr(item, "fixturenames", ()))
    by_itself = "django_db_blocker" in signature(getattr(item, "obj", item)).parameters
    return (
        item.get_closest_marker("django_db") is not None or by_itself or bool(fixtures & _DATABASE_FIXTURES)
    )


def _is_local(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a unix socket
    host = str(address[0])
    try:
        return host in ("localhost", "") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def only_loopback() -> Iterator[None]:
    """A test that reaches for the network fails, wherever it runs."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_local(address):
            raise AssertionError(f"a test may only connect to loopback, not to {address}")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(scope="session", autouse=True)
def no_needless_work(django_test_environment: None) -> Iterator[None]:
    """Django copies the context of each template that it renders, which no test here reads; the garbage collector
    walks through all that was imported, again and again.
    """
    Template._render = _TestState.saved_data.template_render
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    yield
    gc.unfreeze()


@pytest.fixture(scope="session", autouse=True)
def only_acts_begin_transactions() -> Iterator[None]:
    """The transaction around a test is not an act's: what an act has to begin for itself is missed here too."""
    from django.db import connection

    from jalon.core import transactions

    def is_open() -> bool:
        return any(not block._from_testcase for block in connection.atomic_blocks)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transactions, "is_open", is_open)
        yield


@pytest.fixture(scope="session", autouse=True)
def authority_of_signatures() -> None:
    """What set-up makes beside the tables; before the days on which tests stop the clock.

    For whoever signs a sample, on a database or not: the browser's tests drive a server with a home of its own.
    """
    from django.conf import settings as jalon

    from jalon.connectors.signature import make_authority

    with time_machine.travel(datetime(2025, 1, 1, tzinfo=PARIS)):
        make_authority(jalon.KEYS_DIR)


Freeze = Callable[[str | datetime], time_machine.Traveller]


@pytest.fixture
def freeze() -> Iterator[Freeze]:
    """Stop the time at an instant (Paris wall time, when it names no zone).

    `clock = freeze("2026-05-13T11:59")`; called again it moves on, as `clock.shift(timedelta)` does.
    """
    running: list[time_machine.travel] = []

    def stop_at(instant: str | datetime) -> time_machine.Traveller:
        moment = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
        travel = time_machine.travel(moment if moment.tzinfo else moment.replace(tzinfo=PARIS), tick=False)
        running.append(travel)
        return travel.start()

    yield stop_at
    for travel in reversed(running):
        travel.stop()


# Rows that any request may touch: who is signed in, who is locked out, what to show on the next page.
_WRITTEN_BY_ANY_REQUEST = re.compile(r'"?(django_session|axes_\w+)"?')
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|TRUNCATE)\b", re.IGNORECASE)


def _refuse_to_write(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    if _WRITES.match(sql) and not _WRITTEN_BY_ANY_REQUEST.search(sql[:200]):
        raise AssertionError(f"a GET must not write: {sql[:200]}")
    return execute(sql, params, many, context)


@pytest.fixture(autouse=True)
def get_never_writes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each GET and HEAD of Django's test client, unless the test is marked `get_may_write("why")`."""
    if request.node.get_closest_marker("get_may_write"):
        return
    from django.db import connection
    from django.test import Client

    def read_only(method: Callable[..., Any]) -> Callable[..., Any]:
        def ask(self: Client, *args: Any, **kwargs: Any) -> Any:
            with connection.execute_wrapper(_refuse_to_write):
                return method(self, *args, **kwargs)

        return ask

    monkeypatch.setattr(Client, "get", read_only(Client.get))
    monkeypatch.setattr(Client, "head", read_only(Client.head))


@pytest.fixture(scope="session")
def reference_dir() -> Path:
    """The folder with the real requirement workbooks: not ours to publish, so not in this repository."""
    if not (REFERENCE / "rem").is_dir():
        message = (
            f"no reference workbooks in {REFERENCE}: set JALON_REFERENCE to the folder that holds rem/*.xlsx"
        )
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return REFERENCE


@pytest.fixture
def home() -> Path:
    """JALON_HOME of this test process."""
    from django.conf import settings

    return Path(settings.HOME)
