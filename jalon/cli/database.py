"""`jalon migrate`: bring the database to the form that this version expects."""

import click

from jalon.cli.start import start_django


@click.command()
def migrate() -> None:
    """Create or update the tables, and the triggers of those that only grow."""
    start_django()
    migrate_database()


def migrate_database(verbosity: int = 1) -> None:
    """Needs Django set up."""
    from django.conf import settings
    from django.core.management import call_command

    settings.HOME.mkdir(parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=verbosity)
