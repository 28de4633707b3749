"""What the command line does with definitions, without a database. Each gives one JSON-able answer."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jalon.core.text import fold
from jalon.programmes.definition.check import check
from jalon.programmes.definition.compiled import digest_of
from jalon.programmes.definition.findings import DefinitionError, Finding
from jalon.programmes.definition.folder import (
    PROGRAMME_FILE,
    Loaded,
    load_folder,
    prepare_folder,
    read_folder,
    read_tree,
    write_folder,
)
from jalon.programmes.definition.schema import (
    Definition,
    Perimeter,
    PortalDefinition,
    Profile,
    Text,
    TrackDefinition,
)
from jalon.programmes.definition.strict_yaml import read_yaml
from jalon.programmes.definition.workbook import ImportResult, import_workbook, slug

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


def import_into(workbook: Path, folder: Path, like: Path | None = None) -> dict[str, Any]:
    """Write a whole definition folder from a workbook; the code is the folder's name, the track the folder around it.

    All that a workbook does not hold (forms, charter, convention…) comes from `like`, or from the template.
    `{"ok": bool, "folder": …, "code": …, "track": …, "report": Report, "findings": […]}`; `ok` is false when
    findings remain that a person must mend. Raises DefinitionError when nothing could be made.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise DefinitionError([Finding("folder.not_empty", file=str(folder), params={"name": str(folder)})])
    template = load_folder(TEMPLATE)
    base = load_folder(like) if like else template
    base = _with_kinds(base, template)
    result = import_workbook(
        workbook,
        kinds=base.kinds,
        profile_keys={p.workbook: p.key for p in base.profiles if p.workbook},
        perimeter_keys={p.workbook: p.key for p in base.perimeters if p.workbook},
    )
    title = base.title if like else Text(fr=workbook.stem)
    definition = compose(result, base, code=_code(folder), track=_track(folder, base, like), title=title)
    prepare_folder(folder)
    write_folder(definition, folder)
    findings = check(definition)
    return {
        "ok": not findings, "folder": str(folder), "code": definition.code, "track": definition.track,
        "report": result.report.as_json(), "findings": [finding.as_json() for finding in findings],
    }  # fmt: skip


def compose(result: ImportResult, base: Definition, *, code: str, track: str, title: Text) -> Definition:
    """The parts of a workbook inside everything else of `base`."""
    used = {
        kind
        for c in result.chapters
        for r in c.requirements
        for s in r.scenarios
        for p in s.proofs
        for kind in p.kinds
    }
    kinds = tuple(kind for kind in base.kinds if kind.key in used)
    return base.model_copy(
        update={
            "code": code, "track": track, "title": title, "groups": (), "chapters": result.chapters, "kinds": kinds,
            "profiles": _profiles(result.profiles, base), "perimeters": _perimeters(result.perimeters, base),
        }
    )  # fmt: skip


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


def _with_kinds(base: Definition, template: Definition) -> Definition:
    """`base` with the template's words for guessing, and with the kinds that it has not."""
    known = {kind.key: kind for kind in template.kinds}
    kinds = [
        kind
        if kind.guess or kind.guess_otherwise or kind.key not in known
        else kind.model_copy(
            update={"guess": known[kind.key].guess, "guess_otherwise": known[kind.key].guess_otherwise}
        )
        for kind in base.kinds
    ]
    missing = [kind for key, kind in known.items() if key not in {kind.key for kind in base.kinds}]
    return base.model_copy(update={"kinds": (*kinds, *missing)})


def _profiles(names: Mapping[str, str], base: Definition) -> tuple[Profile, ...]:
    """Locked profiles first, then those of the workbook; known ones keep their words, others leave."""
    locked = [profile for profile in base.profiles if profile.locked]
    known = {profile.key: profile for profile in base.profiles}
    chosen = [
        known.get(key) or Profile(key=key, label=Text(fr=name), workbook=name)
        for key, name in names.items()
        if key not in {profile.key for profile in locked}
    ]
    return (*locked, *chosen)


def _perimeters(names: Mapping[str, str], base: Definition) -> tuple[Perimeter, ...]:
    """Those of `base`, and an unconditional one for each name that it does not know."""
    known = {perimeter.key for perimeter in base.perimeters}
    return (*base.perimeters, *(_perimeter(key, name) for key, name in names.items() if key not in known))


def _perimeter(key: str, name: str) -> Perimeter:
    return Perimeter(
        key=key, label=Text(fr=name), workbook=name,
        reason_applies=Text(
            fr=f"Demandé à toutes les candidatures ({name}).", en=f"Asked of every application ({name})."
        ),
        reason_not=Text(fr=f"Sans objet ({name}).", en=f"Does not apply ({name})."),
    )  # fmt: skip


def _code(folder: Path) -> str:
    name = folder.resolve().name
    code = re.sub(r"[^a-z0-9_.-]+", "-", fold(name)).strip("-_.")[:60]
    if not code:
        raise DefinitionError([Finding("code.invalid", file=str(folder), params={"name": name})])
    return code


def _track(folder: Path, base: Definition, like: Path | None) -> str:
    """The track around the new folder; else that of `like`; else the name of the folder around."""
    around = folder.resolve().parent / "track.yaml"
    if around.exists():
        value = read_yaml(around, str(around)).value
        if isinstance(value, dict) and isinstance(value.get("code"), str):
            return str(value["code"])
    return base.track if like else slug(folder.resolve().parent.name)


def texts_of(findings: Iterable[Finding], language: str = "fr") -> list[str]:
    """One line a finding, as a person reads it in a terminal."""
    return [
        " : ".join(p for p in (f"{f.file}:{f.line}" if f.line else f.file, f.where, f.message(language)) if p)
        for f in findings
    ]
