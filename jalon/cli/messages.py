"""`jalon messages`: compiled translations, made from the .po files at installation (not kept in git)."""

from pathlib import Path

import click

from jalon.cli.report import finish, json_option

LOCALE = Path(__file__).resolve().parent.parent / "locale"


@click.group()
def messages() -> None:
    """Translations of the interface."""


@messages.command("compile")
@json_option
def compile_all(as_json: bool) -> None:
    """Write each .mo beside its .po."""
    written = compile_messages()
    finish(True, {"compiled": written}, written, as_json=as_json)


def compile_messages(*, only_stale: bool = False) -> list[str]:
    """Paths of the catalogues written, in order. Needs no gettext programs."""
    import polib

    written = []
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if only_stale and target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        partial = target.with_suffix(".mo.partial")  # a reader must never meet half a catalogue
        polib.pofile(str(source)).save_as_mofile(str(partial))
        partial.replace(target)
        written.append(str(target))
    return written
