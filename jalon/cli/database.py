"""`jalon migrate`: set Jalon up, or bring it to what this version expects; and what commands say without a database."""

import sys
from typing import Any

import click

from jalon.cli.report import as_json_was_asked, refuse
from jalon.cli.start import start_django

_NO_AUTHORITY = (
    "Conventions cannot be signed ({}): run `jalon migrate` where nothing was signed yet; else bring "
    "keys/signature-authority back from a backup, or run `jalon keys authority` where it is lost for good."
)
_DAMAGED_AUTHORITY = (
    "Conventions cannot be signed ({}): bring keys/signature-authority back from a backup, or run "
    "`jalon keys authority` where there is none: it puts this one aside and makes another."
)
# PostgreSQL's words for a table or a column that is not there.
_UNDEFINED = ("42P01", "42703")


class Commands(click.Group):
    """A database that has no tables or does not answer is told in one sentence, whatever the command."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            told = database_fault(error)
            if not told:
                raise
            refuse(told, as_json=as_json_was_asked(ctx))


def database_fault(error: Exception) -> str:
    """The sentence where the database is the fault, else "": a mistake of ours keeps its traceback."""
    if "django.db" not in sys.modules:  # some commands need no Django
        return ""
    from django.db import OperationalError, ProgrammingError

    if not isinstance(error, OperationalError | ProgrammingError):
        return ""
    said = " ".join(str(error).split())
    if said.startswith("no such ") or getattr(error.__cause__, "sqlstate", "") in _UNDEFINED:
        return f"The database has not the tables of this version ({said}): run `jalon migrate`."
    if isinstance(error, ProgrammingError):
        return ""
    return f"The database does not answer ({said}): see JALON_DATABASE_URL, or run `jalon migrate` where it is new."


def authority_fault() -> str:
    """The sentence where there is nothing to sign conventions with, and which command helps; else "". Needs Django."""
    from django.conf import settings

    from jalon.connectors.signature import NoAuthority, has_authority, load_authority

    try:
        load_authority(settings.KEYS_DIR)
    except NoAuthority as error:
        told = _DAMAGED_AUTHORITY if has_authority(settings.KEYS_DIR) else _NO_AUTHORITY
        return told.format(error)
    return ""


@click.command()
def migrate() -> None:
    """Create or update the tables, and the triggers of those that only grow; make what signs conventions, once."""
    start_django()
    set_up()


def set_up(verbosity: int = 1) -> None:
    """All that is made before Jalon is used. Done again, and by several at once, it changes nothing. Needs Django."""
    _migrate_database(verbosity)
    _make_authority()


def _make_authority() -> None:
    """Not where one is damaged, or has signed and is gone: another in its place is for an operator to decide."""
    from django.conf import settings

    from jalon.awards.queries import has_signatures
    from jalon.connectors.signature import has_authority, make_authority

    if has_authority(settings.KEYS_DIR):
        if fault := authority_fault():
            print(fault, file=sys.stderr)
    elif has_signatures():
        print(_NO_AUTHORITY.format("signatures exist, and what made them is gone"), file=sys.stderr)
    else:
        make_authority(settings.KEYS_DIR)


def _migrate_database(verbosity: int) -> None:
    from django.conf import settings
    from django.core.management import call_command

    settings.HOME.mkdir(parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=verbosity)
