"""Connections of PostgreSQL that the threads of one process share.

Only of a process that serves, from its start: a command makes its one connection and is told at once why it cannot; and
a pool that a server was forked with has lost the threads that open its connections.
"""

from django.conf import settings
from django.db import connection


def share_connections() -> None:
    if connection.vendor == "postgresql":
        connection.settings_dict["OPTIONS"]["pool"] = settings.DATABASE_POOL
