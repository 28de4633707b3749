"""Tables that only grow. The database itself refuses UPDATE, DELETE and TRUNCATE on them.

SQLite drops a table's triggers when a migration remakes the table, so they are installed anew after each
migration, and looked for when the server starts (`missing_triggers`).
"""

from typing import Any

from django.apps import apps
from django.db import connection, models


class AppendOnlyModel(models.Model):
    """A row is a fact: written once. A correction is another row."""

    class Meta:
        abstract = True


def append_only_tables() -> list[str]:
    return sorted(m._meta.db_table for m in apps.get_models() if issubclass(m, AppendOnlyModel))  # noqa: SLF001


def install_triggers(**_kwargs: Any) -> None:
    """Idempotent. Called after every migration."""
    existing = set(connection.introspection.table_names())
    for table in append_only_tables():
        if table in existing:
            _install(table)


def missing_triggers() -> list[str]:
    """Tables that should only grow but that the database would let somebody change."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT tbl_name, COUNT(*) FROM sqlite_master WHERE type = 'trigger' GROUP BY 1")
            wanted = 2
        else:
            cursor.execute(
                "SELECT c.relname, COUNT(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE t.tgname LIKE 'append_only_%%' GROUP BY 1"
            )
            wanted = 2
        found = dict(cursor.fetchall())
    return [table for table in append_only_tables() if found.get(table, 0) < wanted]


def _install(table: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for event in ("UPDATE", "DELETE"):
                cursor.execute(
                    f"CREATE TRIGGER IF NOT EXISTS append_only_{event.lower()}_{table} BEFORE {event} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
            return
        cursor.execute(
            "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
        for name, event, level in (("rows", "UPDATE OR DELETE", "ROW"), ("table", "TRUNCATE", "STATEMENT")):
            cursor.execute(f"DROP TRIGGER IF EXISTS append_only_{name} ON {table}")
            cursor.execute(
                f"CREATE TRIGGER append_only_{name} BEFORE {event} ON {table} "
                f"FOR EACH {level} EXECUTE FUNCTION append_only()"
            )
