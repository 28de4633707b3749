"""What the command line does with definitions, without a database. Each gives one JSON-able answer."""

import json
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from jalon.core.text import fold
from jalon.programmes.definition.check import check
from jalon.programmes.definition.compiled import digest_of
from jalon.programmes.definition.findings import DefinitionError, Finding
from jalon.programmes.definition.folder import (
    PROGRAMME_FILE,
    TRACK_FILE,
    Loaded,
    load_folder,
    read_folder,
    read_tree,
    write_folder,
)
from jalon.programmes.definition.schema import Definition, PortalDefinition, Text, TrackDefinition
from jalon.programmes.definition.simulation import simulate
from jalon.programmes.definition.strict_yaml import read_yaml
from jalon.programmes.definition.workbook.composing import read_definition
from jalon.programmes.definition.workbook.exporting import write_workbook
from jalon.programmes.definition.workbook.keys import slug
from jalon.programmes.definition.workbook.report import Report, WorkbookRefused

DEFINITIONS = Path(__file__).resolve().parents[3] / "definitions"
TEMPLATE = DEFINITIONS / "_template"


def check_folder(folder: Path) -> dict[str, Any]:
    """Check one programme's folder, or a whole definitions folder.

    `{"ok": bool, "programmes": [{code, sha256, chapters, requirements, slots, folder}], "findings": […]}`;
    each finding as `Finding.as_json`.
    """
    try:
        loaded = [read_folder(folder)] if (folder / PROGRAMME_FILE).exists() else read_tree(folder).programmes
    except DefinitionError as error:
        return {"ok": False, "programmes": [], "findings": [finding.as_json() for finding in error.findings]}
    findings = [finding for part in loaded for finding in check(part.definition, part.sources)]
    return {
        "ok": not findings,
        "programmes": [_summary(part) for part in loaded],
        "findings": [finding.as_json() for finding in findings],
    }


def import_into(
    workbook: Path, folder: Path, like: Path | None = None, track: str | None = None
) -> dict[str, Any]:
    """Write a whole definition folder from a workbook; its code is the folder's name, its track the one around.

    `{"ok": bool, "folder", "code", "track", …Report.as_json(), "findings": […]}`: unless `ok`, nothing was written,
    and `errors` (rows, or the file) or `findings` (the definition as a whole) say why. Raises DefinitionError on
    wrong use: the folder is not empty, its name is no code, `like` is no definition.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise DefinitionError([Finding("folder.not_empty", file=str(folder), params={"name": str(folder)})])
    template = load_folder(TEMPLATE)
    old = load_folder(like) if like else None
    code, track = _code(folder), track or _track(folder, old)
    title = old.title if old else Text(fr=workbook.stem)
    answer: dict[str, Any] = {"folder": str(folder), "code": code, "track": track}
    try:
        definition, report = read_definition(
            workbook, template=template, like=old, code=code, track=track, title=title
        )
    except WorkbookRefused as refused:
        definition, report = None, Report.of_refusal(refused)
    findings = check(definition) if definition else []
    if definition and not findings:
        _write_whole(definition, folder)
    told = [finding.as_json() for finding in findings]
    return {"ok": bool(definition and not findings), **answer, **report.as_json(), "findings": told}


def export_to(folder: Path, workbook: Path) -> dict[str, Any]:
    """Write the list of a definition folder as a workbook of 14 columns."""
    written = write_workbook(load_folder(folder), workbook)
    return {"ok": True, "workbook": str(workbook), **written}


def simulate_folder(folder: Path, profiles: Sequence[str], *, listed_before: bool) -> dict[str, Any]:
    """What applies, from a definition folder alone. DefinitionError `profile.unknown` on a name that is not known."""
    return {"ok": True, **simulate(load_folder(folder), profiles, listed_before=listed_before)}


def _write_whole(definition: Definition, folder: Path) -> None:
    """All files or none: written beside, then put in place at once."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as beside:
        made = Path(beside) / folder.name
        write_folder(definition, made)
        made.replace(folder)


def schema() -> dict[str, Any]:
    """The published JSON Schema of the definition format: a programme, and what stands around programmes."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Jalon definition, format 1",
        "definition": Definition.model_json_schema(by_alias=True),
        "portal": PortalDefinition.model_json_schema(by_alias=True),
        "track": TrackDefinition.model_json_schema(by_alias=True),
    }


def write_schema(file: Path) -> dict[str, Any]:
    text = json.dumps(schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    changed = not file.exists() or file.read_text(encoding="utf-8") != text
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return {"ok": True, "file": str(file), "changed": changed}


def _summary(loaded: Loaded) -> dict[str, Any]:
    definition = loaded.definition
    requirements = [r for chapter in definition.chapters for r in chapter.requirements]
    return {
        "code": definition.code, "track": definition.track, "title": definition.title.fr,
        "folder": str(Path(loaded.sources.place(("code",))[0]).parent), "sha256": digest_of(definition),
        "chapters": len(definition.chapters), "requirements": len({r.code for r in requirements}),
        "slots": sum(len(s.proofs) for r in requirements for s in r.scenarios),
    }  # fmt: skip


def _code(folder: Path) -> str:
    name = folder.resolve().name
    code = re.sub(r"[^a-z0-9_.-]+", "-", fold(name)).strip("-_.")[:60]
    if not code:
        raise DefinitionError([Finding("code.invalid", file=str(folder), params={"name": name})])
    return code


def _track(folder: Path, like: Definition | None) -> str:
    """The track around the new folder; else that of `like`; else the name of the folder around."""
    around = folder.resolve().parent / TRACK_FILE
    if around.exists():
        value = read_yaml(around, str(around)).value
        if isinstance(value, dict) and isinstance(value.get("code"), str):
            return str(value["code"])
    return like.track if like else slug(folder.resolve().parent.name)


def texts_of(findings: Iterable[Finding], language: str = "fr") -> list[str]:
    """One line a finding, as a person reads it in a terminal."""
    return [
        " : ".join(p for p in (f"{f.file}:{f.line}" if f.line else f.file, f.where, f.message(language)) if p)
        for f in findings
    ]
