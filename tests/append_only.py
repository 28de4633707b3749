"""Tests that commit are cleaned up by emptying every table, which append-only tables refuse, as they should."""

import pytest
from django.db import connection

from jalon.core.db.append_only import append_only_tables


@pytest.fixture(autouse=True)
def tables_that_can_be_emptied(request):
    """After a test with `django_db(transaction=True)`: lift the triggers, so that its rows can be removed.

    The flush ends with post_migrate, which installs them again.
    """
    marker = request.node.get_closest_marker("django_db")
    if marker is None or not marker.kwargs.get("transaction"):
        yield
        return
    request.getfixturevalue("_django_db_helper")  # set up before us, so torn down after us
    yield
    with connection.cursor() as cursor:
        for table in append_only_tables():
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS append_only_update_{table}")
                cursor.execute(f"DROP TRIGGER IF EXISTS append_only_delete_{table}")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS append_only_rows ON {table}")
                cursor.execute(f"DROP TRIGGER IF EXISTS append_only_table ON {table}")
