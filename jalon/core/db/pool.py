"""Connections of PostgreSQL that the threads of one process share.

Only of a process that serves, from its start: a command makes its one connection and is told at once why it cannot; and
a pool that a server was forked with has lost the threads that open its connections.
"""

from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

_SPARE = 4  # the worker's clock, and one that is just being made anew


def share_connections(*, threads: int) -> None:
    """One for each thread: it may hold its own for minutes (a download), and no other shall wait for it."""
    if connection.vendor == "postgresql":
        pool = {**settings.DATABASE_POOL, "max_size": threads + _SPARE}
        connection.settings_dict["OPTIONS"]["pool"] = pool
        connection_created.connect(_replace_cut)


def _replace_cut(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """A connection that was cut while nobody used it (PostgreSQL started anew) costs no request.

    One that was cut is seldom alone: all that wait in the pool are looked at, and those that were cut made anew, at
    once. What Django does with CONN_HEALTH_CHECKS looks at one after the other, with growing pauses: a request that
    meets four of them waits for 5 seconds and fails.
    """
    if not connection.is_usable():
        connection.pool.check()  # type: ignore[attr-defined]  # PostgreSQL's wrapper has one
        connection.close()
        connection.connect()
