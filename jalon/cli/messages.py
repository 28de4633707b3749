"""`jalon messages`: compiled translations, made from the .po files at installation (not kept in git).

The English catalogue is what people wrote. The French one is derived: each sentence of the code with the spaces that
French wants (`core/typography.py`).
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jalon.cli.report import finish, json_option
from jalon.core import typography

if TYPE_CHECKING:
    import polib

LOCALE = Path(__file__).resolve().parent.parent / "locale"
FRENCH = Path("fr", "LC_MESSAGES")
_RULES = (Path(__file__), Path(typography.__file__))  # by which the French catalogue is made
_FRENCH_HEADER = {"Language": "fr", "Content-Type": "text/plain; charset=utf-8",
                  "Plural-Forms": "nplurals=2; plural=(n > 1);"}  # fmt: skip


@click.group()
def messages() -> None:
    """Translations of the interface."""


@messages.command("compile")
@json_option
def compile_all(as_json: bool) -> None:
    """Write the .mo of each language; the French one from the sentences themselves."""
    written = compile_messages()
    finish(True, {"compiled": written}, written, as_json=as_json)


def compile_messages(*, only_stale: bool = False) -> list[str]:
    """Paths of the catalogues written, in order. Needs no gettext programs."""
    import polib

    written = []
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        translated, french = source.with_suffix(".mo"), LOCALE / FRENCH / f"{source.stem}.mo"
        if only_stale and _is_newer(translated, source) and _is_newer(french, source, *_RULES):
            continue
        catalogue = polib.pofile(str(source))
        _write(catalogue, translated)
        _write(french_catalogue(catalogue), french)
        written += [str(translated), str(french)]
    return written


def french_catalogue(catalogue: "polib.POFile") -> "polib.POFile":
    """Each sentence of a catalogue in French: itself, set as French is."""
    import polib

    french = polib.POFile()
    french.metadata = dict(_FRENCH_HEADER)
    for entry in catalogue:
        if not entry.obsolete:
            french.append(_in_french(entry))
    return french


def _in_french(entry: "polib.POEntry") -> "polib.POEntry":
    import polib

    said = {"msgid": entry.msgid, "msgctxt": entry.msgctxt}
    one = typography.french_spaces(entry.msgid)
    if not entry.msgid_plural:
        return polib.POEntry(**said, msgstr=one)
    several = typography.french_spaces(entry.msgid_plural)
    return polib.POEntry(**said, msgid_plural=entry.msgid_plural, msgstr_plural={0: one, 1: several})


def _is_newer(target: Path, *sources: Path) -> bool:
    return target.exists() and all(target.stat().st_mtime >= source.stat().st_mtime for source in sources)


def _write(catalogue: "polib.POFile", target: Path) -> None:
    """A reader must never meet half a catalogue, nor two writers each other."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(f".mo.{os.getpid()}.partial")
    catalogue.save_as_mofile(str(partial))
    partial.replace(target)
