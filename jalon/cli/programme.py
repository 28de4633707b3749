"""`jalon programme`: definitions of programmes, on disk and in the database.

`check`, `import`, `export`, `diff` and `simulate` work on files alone: they load no Django and need no database.
"""

import shutil
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from jalon.cli.report import finish, json_option, refuse
from jalon.cli.start import start_django

if TYPE_CHECKING:
    from jalon.programmes.definition.findings import DefinitionError

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def programme() -> None:
    """Programmes as data: check a folder, import a workbook, load and publish."""


@programme.command()
@click.argument("folder", type=FOLDER)
@json_option
def check(folder: Path, as_json: bool) -> None:
    """Say all that is wrong with FOLDER: one programme, or all that stand under a definitions folder."""
    from jalon.programmes.definition.commands import check_folder

    answer = check_folder(folder)
    lines = [_told(finding) for finding in answer["findings"]]
    lines += [
        "{code}: {chapters} chapters, {requirements} requirements, {slots} slots".format_map(one)
        for one in answer["programmes"]
    ]
    finish(answer.pop("ok"), answer, lines, as_json=as_json)


def _key(_context: click.Context, _option: click.Parameter, written: str | None) -> str | None:
    from pydantic import TypeAdapter, ValidationError

    from jalon.programmes.definition.texts import Key

    try:
        return None if written is None else str(TypeAdapter(Key).validate_python(written))
    except ValidationError as error:
        raise click.BadParameter(f"{written}: lower case, digits, “-”, “_” and “.” only") from error


@programme.command("import")
@click.argument("workbook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--into",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Empty or new folder; its name becomes the programme's code.",
)
@click.option(
    "--track",
    callback=_key,
    metavar="KEY",
    help="Its track. Default: that of track.yaml around the folder, of --like, the name of the folder around.",
)
@click.option(
    "--like",
    type=FOLDER,
    help="Definition that gives what a workbook does not hold: forms, charter, convention. Default: a template.",
)
@json_option
def import_(workbook: Path, folder: Path, track: str | None, like: Path | None, as_json: bool) -> None:
    """Turn the requirement list in WORKBOOK into a definition folder, and report what was read and mended.

    Nothing is written, and the exit status is 1, where rows cannot be used: all of them are named.
    """
    from jalon.programmes.definition.commands import import_into
    from jalon.programmes.definition.findings import DefinitionError

    try:
        answer = import_into(workbook, folder, like, track)
    except DefinitionError as error:
        wrong_use = any(finding.code == "folder.not_empty" for finding in error.findings)
        _finish_with_findings(error, as_json=as_json, status=2 if wrong_use else 1)
    counted = ("rows", "chapters", "requirements", "scenarios", "proofs", "slots", "profiles")
    lines = [", ".join(f"{answer[name]} {name}" for name in counted)]
    for kind, word in (("ignored", "left aside"), ("mended", "mended"), ("errors", "NOT READ")):
        lines += [f"{word}: {_place_in_workbook(remark)}{remark['why_en']}" for remark in answer[kind]]
    lines += [_told(finding) for finding in answer["findings"]]
    lines.append(
        f"Programme {answer['code']}, of the track {answer['track']}. `jalon programme load` needs this track: loaded "
        "before, or as track.yaml in the folder around."
        if answer["ok"]
        else "Nothing was written."
    )
    finish(answer.pop("ok"), answer, lines, as_json=as_json)


@programme.command()
@click.argument("folder", type=FOLDER)
@click.argument("workbook", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def export(folder: Path, workbook: Path, as_json: bool) -> None:
    """Write the requirement list of FOLDER to WORKBOOK: 14 columns, one row a proof."""
    from jalon.programmes.definition.commands import export_to
    from jalon.programmes.definition.findings import DefinitionError

    try:
        answer = export_to(folder, workbook)
    except DefinitionError as error:
        _finish_with_findings(error, as_json=as_json)
    lines = ["{workbook}: {requirements} requirements, {proofs} proofs, {rows} rows".format_map(answer)]
    finish(answer.pop("ok"), answer, lines, as_json=as_json)


@programme.command()
@click.argument("folder", type=FOLDER)
@click.option("--profile", "profiles", multiple=True, metavar="NAME", help="As in the workbook; repeatable.")
@click.option(
    "--wave1",
    type=click.Choice(["yes", "no"]),
    default="no",
    show_default=True,
    help="Whether the product was listed in the previous wave: what that wave has shown does not apply again.",
)
@json_option
def simulate(folder: Path, profiles: tuple[str, ...], wave1: str, as_json: bool) -> None:
    """Say what applies to a product with these profiles, and why, from FOLDER alone."""
    from jalon.programmes.definition.commands import simulate_folder
    from jalon.programmes.definition.findings import DefinitionError

    try:
        answer = simulate_folder(folder, profiles, listed_before=wave1 == "yes")
    except DefinitionError as error:
        wrong_use = any(finding.code == "profile.unknown" for finding in error.findings)
        _finish_with_findings(error, as_json=as_json, status=2 if wrong_use else 1)
    lines = [
        f"{'x' if entry['applies'] else '-'} {entry['code']}: "
        f"{sum(proof['applies'] for proof in entry['proofs'])} proofs. {entry['reason']}"
        for entry in answer["requirements"]
    ]
    least = "at least " if answer["choices"] else ""
    lines.append(f"{answer['requirement_count']} requirements, {least}{answer['proof_count']} proofs")
    finish(answer.pop("ok"), answer, lines, as_json=as_json)


@programme.command()
@click.argument("old", type=click.Path(exists=True, path_type=Path))
@click.argument("new", type=click.Path(exists=True, path_type=Path))
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@json_option
def diff(old: Path, new: Path, language: str, as_json: bool) -> None:
    """Say what changed from OLD to NEW: each a definition folder or a requirement workbook.

    Exits 0 whether or not they differ (`equal` in the JSON object says), 1 when one of them cannot be read.
    """
    from jalon.programmes.definition.diff.as_json import as_json as object_of
    from jalon.programmes.definition.diff.reading import diff_paths
    from jalon.programmes.definition.diff.terminal import View, lines
    from jalon.programmes.definition.findings import DefinitionError

    try:
        found = diff_paths(old, new)
    except DefinitionError as error:
        _finish_with_findings(error, as_json=as_json)
    if as_json:
        finish(True, object_of(found), [], as_json=True)
    view = View(language, colour=sys.stdout.isatty(), width=max(shutil.get_terminal_size().columns, 60))
    finish(True, {}, lines(found, view, (old.name, new.name)), as_json=False)


@programme.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option(
    "--replace", multiple=True, metavar="CODE", help="Overwrite this programme's unpublished draft."
)
@json_option
def load(folder: Path | None, replace: tuple[str, ...], as_json: bool) -> None:
    """Load FOLDER (default: JALON_DEFINITIONS) into drafts. The same content changes nothing."""
    start_django()
    from django.conf import settings

    from jalon.accounts.standing import SYSTEM
    from jalon.core.errors import DomainError
    from jalon.programmes.actions.loading import load_definitions
    from jalon.programmes.definition.findings import DefinitionError

    try:
        results = load_definitions(
            actor=SYSTEM, folder=folder or settings.ENVIRONMENT.definitions, replace=replace
        )
    except DefinitionError as error:
        _finish_with_findings(error, as_json=as_json)
    except DomainError as error:
        refuse(error.message, as_json=as_json)
    kept = [result.code for result in results if result.outcome == "kept"]
    lines = [f"{result.kind} {result.code}: {result.outcome}" for result in results]
    lines += [
        f"The draft of {code} has other, unpublished changes: --replace {code} overwrites them."
        for code in kept
    ]
    facts = {
        "loaded": [
            {"kind": r.kind, "code": r.code, "outcome": r.outcome, "sha256": r.sha256} for r in results
        ]
    }
    finish(not kept, facts, lines, as_json=as_json)


@programme.command()
@click.argument("code")
@click.option("--reason", required=True, help="Why, for the record.")
@click.option("--effective-on", type=click.DateTime(["%Y-%m-%d"]), help="Default: today, in Paris.")
@json_option
def publish(code: str, reason: str, effective_on: Any, as_json: bool) -> None:
    """Publish the draft of programme CODE as its next revision."""
    start_django()
    from jalon.accounts.standing import SYSTEM
    from jalon.core import clock
    from jalon.core.errors import DomainError
    from jalon.programmes.actions.publishing import publish as publish_draft

    day: date = effective_on.date() if effective_on else clock.paris_date(clock.now())
    try:
        revision = publish_draft(actor=SYSTEM, programme_code=code, reason=reason, effective_on=day)
    except DomainError as error:
        refuse(error.message, as_json=as_json)
    facts = {"programme": code, "revision": revision.number, "sha256": revision.sha256}
    finish(
        True,
        facts,
        [f"{code}: revision {revision.number}, effective on {revision.effective_on}."],
        as_json=as_json,
    )


@programme.command()
@click.argument("code")
@click.argument("kind", type=click.Choice(["first_administrative", "first_proofs", "end_of_exchanges"]))
@click.argument("wall_time", metavar="YYYY-MM-DDTHH:MM")
@click.option("--zone", default="Europe/Paris", show_default=True)
@click.option("--reason", required=True, help="Why, for the record.")
@json_option
def gate(code: str, kind: str, wall_time: str, zone: str, reason: str, as_json: bool) -> None:
    """Set one of the dates of programme CODE; the dates before it stay on record."""
    start_django()
    from jalon.accounts.standing import SYSTEM
    from jalon.core.errors import DomainError
    from jalon.programmes.actions.gates import set_gate

    try:
        set_gate(actor=SYSTEM, programme_code=code, kind=kind, wall_time=wall_time, zone=zone, reason=reason)
    except DomainError as error:
        refuse(error.message, as_json=as_json)
    facts = {"programme": code, "kind": kind, "wall_time": wall_time, "zone": zone}
    finish(True, facts, [f"{code}: {kind} is {wall_time} ({zone})."], as_json=as_json)


@programme.command()
@click.argument(
    "file", type=click.Path(dir_okay=False, path_type=Path), default="docs/definitions/schema.json"
)
def schema(file: Path) -> None:
    """Write the JSON Schema of definitions to FILE, so that editors complete them."""
    from jalon.programmes.definition.commands import write_schema

    write_schema(file)


def _place_in_workbook(remark: dict[str, Any]) -> str:
    row = f"row {remark['row']}" if remark["row"] else ""
    place = ", ".join(part for part in (remark["sheet"], row, remark["column"]) if part)
    return f"{place}: " if place else ""


def _told(finding: dict[str, Any]) -> str:
    place = f"{finding['file']}:{finding['line']}" if finding["line"] else finding["file"]
    return " : ".join(part for part in (place, finding["path"], finding["message_en"]) if part)


def _finish_with_findings(error: "DefinitionError", *, as_json: bool, status: int = 1) -> NoReturn:
    findings = [finding.as_json() for finding in error.findings]
    lines = [_told(finding) for finding in findings]
    finish(False, {"findings": findings}, lines, as_json=as_json, status=status)
