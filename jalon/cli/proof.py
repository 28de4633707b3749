"""`jalon proof`: what a vendor can know of a piece of proof before sending it. No database, no server."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jalon.cli.report import finish, json_option, refuse

if TYPE_CHECKING:
    from jalon.documents.checks.facts import Facts
    from jalon.documents.checks.model import Finding
    from jalon.programmes.definition.schema import ProofKind


@click.group()
def proof() -> None:
    """Pieces of proof: try a file before sending it."""


@proof.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", required=True, metavar="KIND", help="video, screenshot, document, pentest_form, …")
@click.option(
    "--programme",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of a definition: its kinds of proof instead of those that Jalon brings.",
)
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@json_option
def check(file: Path, kind: str, folder: Path | None, language: str, as_json: bool) -> None:
    """Say all that is wrong with FILE as a proof of this kind, and how to mend it.

    The same checks as after a deposit (docs/checks.md). Exit status: 0 nothing blocks, 1 something does, 2 wrong use.
    """
    from jalon.core import clock
    from jalon.documents.checks.judging import blocking
    from jalon.programmes.definition.trying import try_file

    try:
        chosen = _kind(kind, folder)
    except _WrongUse as wrong:
        refuse(str(wrong), as_json=as_json, status=2)
    facts, findings = try_file(file, chosen, clock.now())
    answer = {
        "file": file.name,
        "kind": chosen.key,
        "findings": [finding.as_json(language) for finding in findings],
        "facts": facts.model_dump(mode="json", exclude_defaults=True, exclude={"troubles", "version"}),
    }
    lines = _lines(file, chosen, facts, findings, language)
    finish(not blocking(findings), answer, lines, as_json=as_json)


class _WrongUse(Exception):
    """No file can be tried as what was asked for."""


def _kind(name: str, folder: Path | None) -> "ProofKind":
    from jalon.programmes.definition.findings import DefinitionError
    from jalon.programmes.definition.folder import load_folder
    from jalon.programmes.definition.trying import default_kinds, kind_called

    try:
        kinds = load_folder(folder).kinds if folder else default_kinds()
    except DefinitionError as error:
        raise _WrongUse(str(error)) from error
    found = kind_called(kinds, name)
    if found is None:
        raise _WrongUse(
            f"There is no kind of proof “{name}” here; there are: {', '.join(k.key for k in kinds)}."
        )
    if found.form != "file":
        raise _WrongUse(f"A proof of the kind “{name}” is given as a {found.form}, not as a file.")
    return found


def _lines(
    file: Path, kind: "ProofKind", facts: "Facts", findings: "list[Finding]", language: str
) -> Iterator[str]:
    from jalon.documents.checks.telling import told

    words = {"fr": ("BLOQUANT", "attention"), "en": ("BLOCKING", "warning")}[language]
    for finding in findings:
        yield f"{words[finding.level == 'warning']} {finding.check}: {finding.message(language)}"
        yield f"    {finding.remedy(language)}"
    for label, value in told(facts, language):
        yield f"{label} : {value}" if language == "fr" else f"{label}: {value}"
    if not findings:
        label = kind.label.in_language(language)
        yield (
            f"{file.name} : rien à signaler ({label})."
            if language == "fr"
            else f"{file.name}: nothing to say ({label})."
        )
