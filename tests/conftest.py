"""What every test gets: no network but loopback, an explicit clock, the reference workbooks where there are any."""

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine

from jalon.core.clock import PARIS

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = Path(os.environ.get("JALON_REFERENCE", ROOT.parent / "shared")).resolve()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--only-database", action="store_true", help="only tests that use the database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--only-database"):
        return
    kept = [item for item in items if _uses_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _uses_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return "django_db" in {m.name for m in item.iter_markers()} or bool(
        fixtures & {"db", "transactional_db", "django_db_reset_sequences", "live_server"}
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


Freeze = Callable[[str | datetime], time_machine.Traveller]


@pytest.fixture
def freeze() -> Iterator[Freeze]:
    """Stop the time: `clock = freeze("2026-05-13T11:59")` (Paris wall time, when no zone is named).

    Called again it moves on; `clock.shift(timedelta)` and `clock.move_to(instant)` do too.
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
