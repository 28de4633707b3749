"""`jalon doctor`: does this installation keep its promises?"""

import click

from jalon.cli.database import authority_fault, database_fault
from jalon.cli.report import finish, json_option
from jalon.cli.start import start_django


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Look at the installation: migrations, protection of append-only tables, folders, keys of signatures, bucket."""
    start_django()
    findings = [*_database(), *_folders(), *_authority(), *_bucket()]
    finish(not findings, {"findings": findings}, findings or ["All is well."], as_json=as_json)


def _database() -> list[str]:
    from django.db import OperationalError

    try:
        return [*_migrations(), *_triggers()]
    except OperationalError as error:
        return [database_fault(error)]


def _migrations() -> list[str]:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"migration not applied: {migration}" for migration, _ in plan]


def _triggers() -> list[str]:
    from jalon.core.db.append_only import missing_triggers

    return [
        f"table {table} is not protected against changes: run `jalon migrate`" for table in missing_triggers()
    ]


def _folders() -> list[str]:
    import os

    from django.conf import settings

    folders = (settings.HOME, settings.FILES_DIR, settings.KEYS_DIR, settings.JOURNAL_ANCHOR_DIR)
    return [f"folder {f} cannot be written" for f in folders if f.exists() and not os.access(f, os.W_OK)]


def _authority() -> list[str]:
    fault = authority_fault()
    return [fault] if fault else []


def _bucket() -> list[str]:
    from django.conf import settings

    from jalon.connectors.objects import Bucket

    address = settings.ENVIRONMENT.object_storage
    fault = Bucket(address).fault() if address else ""
    return [f"object storage cannot be used: {fault}"] if fault else []
