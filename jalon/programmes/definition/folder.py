"""A definition as a folder of YAML files (docs/definitions.md), and back without a loss.

portal.yaml · <track>/track.yaml · <track>/<programme>/:
  programme.yaml  charter.yaml  convention.yaml  kinds.yaml  prerequisites.yaml
  steps/NN-<key>.yaml  chapters/NN-<key>.yaml  files/…
"""

import base64
import json
import re
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from jalon.programmes.definition.findings import DefinitionError, Finding, Path
from jalon.programmes.definition.schema import Definition, PortalDefinition, TrackDefinition
from jalon.programmes.definition.strict_yaml import Document, Sources, read_yaml

M = TypeVar("M", bound=BaseModel)

MAX_FILES_BYTES = 2 * 1024 * 1024
PROGRAMME_FILE = "programme.yaml"
TRACK_FILE = "track.yaml"
# What stands in a file of its own: (name in the definition, file, key inside the file or "" for the whole).
_FILES = (
    ("charter", "charter.yaml", ""),
    ("convention", "convention.yaml", ""),
    ("kinds", "kinds.yaml", "kinds"),
    ("prerequisites", "prerequisites.yaml", "prerequisites"),
)
_FOLDERS = ("steps", "chapters")
_OPTIONAL = {"prerequisites.yaml"}
_IGNORED = re.compile(r"\..*|README(\.md)?")


@dataclass
class Loaded:
    """A definition and where each part of it was written."""

    definition: Definition
    sources: Sources


@dataclass
class Tree:
    """All that stands under a definitions folder."""

    portal: PortalDefinition | None = None
    tracks: list[TrackDefinition] = field(default_factory=list)
    programmes: list[Loaded] = field(default_factory=list)


def load_folder(folder: FilePath) -> Definition:
    """The definition of a programme's folder. DefinitionError lists every fault with file and line."""
    return read_folder(folder).definition


def read_folder(folder: FilePath) -> Loaded:
    assembly = _Assembly(folder)
    raw = assembly.read()
    if assembly.findings:
        raise DefinitionError(assembly.findings)
    return Loaded(validated(Definition, raw, assembly.sources), assembly.sources)


def read_tree(folder: FilePath) -> Tree:
    """The portal, the tracks and the programmes of a definitions folder; not the folders in `_`.

    A single programme's folder is read as a tree of one, together with the track around it; a track's folder with
    the programmes in it. Where there is no programme at all, the folder is not what its reader meant. Beside
    programmes, a folder that cannot be read as one is a fault: passed over, it would be missed by nobody.
    """
    if (folder / PROGRAMME_FILE).exists():
        track = folder.resolve().parent / TRACK_FILE
        return Tree(
            None, [_document(TrackDefinition, track)] if track.exists() else [], [read_folder(folder)]
        )
    if not folder.is_dir():
        raise DefinitionError([Finding("folder.missing", file=str(folder), params={"name": str(folder)})])
    tree, findings = Tree(), list[Finding]()
    for step in (_read_portal, _read_tracks, _read_programmes):
        try:
            step(folder, tree)
        except DefinitionError as error:
            findings += error.findings
    if not findings and not tree.programmes:
        findings.append(Finding("folder.no_programme", file=str(folder), params={"name": str(folder)}))
    else:
        findings += _strangers(folder)
    if findings:
        raise DefinitionError(findings)
    _order(tree)
    return tree


def _order(tree: Tree) -> None:
    """Tracks in the order of the menu, programmes in that of their tracks; by name where that leaves a choice."""
    menu = [entry.key for entry in tree.portal.menu] if tree.portal else []
    tree.tracks.sort(key=lambda t: menu.index(t.menu) if t.menu in menu else len(menu))
    codes = [track.code for track in tree.tracks]
    tree.programmes.sort(
        key=lambda p: codes.index(p.definition.track) if p.definition.track in codes else len(codes)
    )


def _read_portal(folder: FilePath, tree: Tree) -> None:
    if (folder / "portal.yaml").exists():
        tree.portal = _document(PortalDefinition, folder / "portal.yaml")


def _read_tracks(folder: FilePath, tree: Tree) -> None:
    for file in _files_of(folder, TRACK_FILE):
        tree.tracks.append(_document(TrackDefinition, file))


def _files_of(folder: FilePath, below_the_track: str) -> list[FilePath]:
    """Of the track that `folder` itself is, else of each track in it."""
    alone = (folder / TRACK_FILE).exists()
    return sorted(folder.glob(below_the_track if alone else f"[!._]*/{below_the_track}"))


def _read_programmes(folder: FilePath, tree: Tree) -> None:
    findings: list[Finding] = []
    for file in _files_of(folder, f"[!._]*/{PROGRAMME_FILE}"):
        try:
            tree.programmes.append(read_folder(file.parent))
        except DefinitionError as error:
            findings += error.findings
    if findings:
        raise DefinitionError(findings)


def _strangers(folder: FilePath) -> list[Finding]:
    """Folders that stand where a programme or a track does, and hold none."""
    tracks, found = _folders_in(folder), list[Finding]()
    if (folder / TRACK_FILE).exists():
        tracks = [folder]
    for track in tracks:
        inside = [(one, (one / PROGRAMME_FILE).exists()) for one in _folders_in(track)]
        if (track / TRACK_FILE).exists() or any(is_programme for _one, is_programme in inside):
            found += [_stranger("programme", one) for one, is_programme in inside if not is_programme]
        else:
            found.append(_stranger("track", track))
    return found


def _folders_in(folder: FilePath) -> list[FilePath]:
    return sorted(entry for entry in folder.glob("[!._]*") if entry.is_dir())


def _stranger(wanted: str, folder: FilePath) -> Finding:
    return Finding(f"folder.not_a_{wanted}", file=str(folder), params={"name": folder.name})


def _document(model: type[M], file: FilePath) -> M:
    document = read_yaml(file, str(file))
    sources = Sources()
    sources.add((), str(file), document.lines)
    return validated(model, document.value, sources)


def validated(model: type[M], raw: Any, sources: Sources) -> M:
    """`raw` as `model`; each fault with its place. Strict: a text is never taken for a number or a truth."""
    try:
        return model.model_validate_json(json.dumps(raw), strict=True)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True, include_input=False)
        raise DefinitionError([_finding(raw, sources, detail) for detail in details]) from error


class _Assembly:
    """Collects the parts of one programme from its files, with every fault that it meets on the way."""

    def __init__(self, folder: FilePath) -> None:
        self.folder = folder
        self.findings: list[Finding] = []
        self.sources = Sources()

    def read(self) -> dict[str, Any]:
        if not self.folder.is_dir():
            self.fault("folder.missing", self.folder, name=str(self.folder))
            return {}
        self.look_around()
        main = self.document(self.folder / PROGRAMME_FILE)
        raw = self.whole(main, ()) if main else {}
        for name, file, inner in _FILES:
            if (self.folder / file).exists() or file not in _OPTIONAL:
                self.part(raw, name, file, inner)
        for name in _FOLDERS:
            raw[name] = self.parts(name)
        if files := self.files():
            raw["files"] = files
        return raw

    def look_around(self) -> None:
        known = {PROGRAMME_FILE, "files", *_FOLDERS, *(file for _, file, _ in _FILES)}
        for entry in sorted(self.folder.iterdir()):
            if entry.name not in known and not _IGNORED.fullmatch(entry.name):
                self.fault("file.unexpected", entry, name=entry.name)
            elif entry.is_symlink():
                self.fault("file.link", entry, name=entry.name)

    def document(self, file: FilePath) -> Document | None:
        if file.is_symlink():
            self.fault("file.link", file, name=file.name)
            return None
        if not file.is_file():
            self.fault("file.missing", file, name=file.name)
            return None
        try:
            return read_yaml(file, str(file))
        except DefinitionError as error:
            self.findings += error.findings
            return None

    def whole(self, document: Document, prefix: Path, file: str = PROGRAMME_FILE) -> dict[str, Any]:
        name = str(self.folder / file)
        self.sources.add(prefix, name, document.lines)
        if isinstance(document.value, dict):
            return document.value
        self.findings.append(Finding("schema.mapping", prefix, name, 1))
        return {}

    def part(self, raw: dict[str, Any], name: str, file: str, inner: str) -> None:
        if name in raw:
            place, line = self.sources.place((name,))
            self.findings.append(
                Finding("file.unexpected", (name,), place, line, {"name": f"{name} ({file})"})
            )
        if not (document := self.document(self.folder / file)):
            return
        if not inner:
            raw[name] = self.whole(document, (name,), file)
            return
        content = self.whole(document, (name,), file)
        for key in sorted(set(content) - {inner}):
            line = document.lines.get((key,), 1)
            self.findings.append(
                Finding("schema.unknown", (name, key), str(self.folder / file), line, {"name": key})
            )
        if inner not in content:
            self.findings.append(
                Finding("schema.missing", (name,), str(self.folder / file), 1, {"name": inner})
            )
        inside = {path[1:]: line for path, line in document.lines.items() if path[:1] == (inner,)}
        self.sources.add((name,), str(self.folder / file), inside)
        raw[name] = content.get(inner)

    def parts(self, name: str) -> list[Any]:
        result: list[Any] = []
        place = self.folder / name
        if not place.is_dir():
            self.fault("file.missing", place, name=f"{name}/")
            return result
        for file in sorted(place.iterdir()):
            if _IGNORED.fullmatch(file.name):
                continue
            if file.suffix != ".yaml":
                self.fault("file.unexpected", file, name=file.name)
            elif document := self.document(file):
                self.sources.add((name, len(result)), str(file), document.lines)
                result.append(document.value)
        return result

    def files(self) -> dict[str, str]:
        place = self.folder / "files"
        found: dict[str, str] = {}
        if not place.is_dir():
            return found
        entries = [entry for entry in sorted(place.iterdir()) if not _IGNORED.fullmatch(entry.name)]
        if sum(entry.lstat().st_size for entry in entries) > MAX_FILES_BYTES:
            self.fault("files.too_large", place, limit=f"{MAX_FILES_BYTES // 1024**2} Mo")
            return found
        for file in entries:
            if file.is_symlink() or not file.is_file():
                self.fault("file.link" if file.is_symlink() else "file.unexpected", file, name=file.name)
            else:
                self.sources.add(("files", file.name), str(file), {(): 0})
                found[file.name] = base64.b64encode(file.read_bytes()).decode("ascii")
        return found

    def fault(self, code: str, file: FilePath, **params: str) -> None:
        self.findings.append(Finding(code, (), str(file), 0, params))


# --- What pydantic found, in plain words ------------------------------------------------------------------

_SIMPLE = {
    "string_type": "schema.text", "int_type": "schema.integer", "int_from_float": "schema.integer",
    "bool_type": "schema.boolean", "list_type": "schema.list", "tuple_type": "schema.list",
    "dict_type": "schema.mapping", "model_type": "schema.mapping", "model_attributes_type": "schema.mapping",
    "string_too_short": "schema.empty",
}  # fmt: skip


def _finding(raw: Any, sources: Sources, detail: ErrorDetails) -> Finding:
    path, rest = _path_in(raw, detail["loc"])
    kind, context = detail["type"], detail.get("ctx", {})
    name = str(rest[-1] if rest else path[-1] if path else "")
    code, params = _words(kind, context, name, detail["msg"])
    if code in ("schema.missing", "schema.unknown") and rest:
        path = (*path, str(rest[-1]))
    file, line = sources.place(path)
    return Finding(code, path, file, line, params)


def _words(kind: str, context: dict[str, Any], name: str, message: str) -> tuple[str, dict[str, str]]:
    if kind in _SIMPLE:
        return _SIMPLE[kind], {}
    if kind == "missing":
        return "schema.missing", {"name": name}
    if kind == "extra_forbidden":
        return "schema.unknown", {"name": name}
    if kind in ("literal_error", "union_tag_invalid"):
        expected = str(context.get("expected") or context.get("expected_tags", ""))
        return "schema.choice", {"expected": expected.replace(" or ", ", ").replace("'", "")}
    if kind == "union_tag_not_found":
        return _without_tag(message)
    return _beyond_limit(kind, context, message)


def _without_tag(message: str) -> tuple[str, dict[str, str]]:
    return ("schema.condition", {}) if "_tag" in message else ("schema.missing", {"name": "kind"})


def _beyond_limit(kind: str, context: dict[str, Any], message: str) -> tuple[str, dict[str, str]]:
    limits = {
        "string_too_long": ("schema.long", "max_length"),
        "string_pattern_mismatch": ("schema.pattern", "pattern"),
        "too_short": ("schema.few", "min_length"), "greater_than_equal": ("schema.low", "ge"),
        "less_than_equal": ("schema.high", "le"),
    }  # fmt: skip
    if kind in limits:
        code, key = limits[kind]
        return code, {"pattern" if key == "pattern" else "limit": str(context.get(key, ""))}
    return "schema.other", {"problem": message}


def _path_in(raw: Any, location: tuple[int | str, ...]) -> tuple[Path, tuple[int | str, ...]]:
    """`location` without the names of variants that pydantic mixes in; and what `raw` has not."""
    path: list[str | int] = []
    current, rest = raw, list[int | str]()
    for part in location:
        inside = (isinstance(current, dict) and part in current) or (
            isinstance(current, list) and isinstance(part, int) and part < len(current)
        )
        if inside:
            current = current[part]
            path.append(part)
        else:
            rest.append(part)
    return tuple(path), tuple(rest)


# --- Writing ----------------------------------------------------------------------------------------------


def write_folder(definition: Definition, folder: FilePath) -> None:
    """Write a definition into an empty (or new) folder, in the order of the schema."""
    prepare_folder(folder)
    content = plain(definition)
    for name, file, inner in _FILES:
        part = content.pop(name, None)
        if part is not None:
            _write(folder / file, {inner: part} if inner else part)
    for name in _FOLDERS:
        parts = content.pop(name)
        width = max(2, len(str(len(parts))))
        (folder / name).mkdir()
        for number, part in enumerate(parts, start=1):
            _write(folder / name / f"{number:0{width}}-{part['key']}.yaml", part)
    if files := content.pop("files", None):
        (folder / "files").mkdir()
        for name, text in files.items():
            (folder / "files" / name).write_bytes(base64.b64decode(text))
    _write(folder / PROGRAMME_FILE, content)


def prepare_folder(folder: FilePath) -> None:
    """Make the folder; refuse one that holds anything."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise DefinitionError([Finding("folder.not_empty", file=str(folder), params={"name": str(folder)})])


def plain(definition: BaseModel) -> dict[str, Any]:
    """The definition as JSON knows it, without what equals its default."""
    return definition.model_dump(mode="json", by_alias=True, exclude_defaults=True)


class _Dumper(yaml.CSafeDumper):
    pass


def _text(dumper: yaml.CSafeDumper, text: str) -> yaml.Node:
    # A block for several lines, where a block keeps every character; else PyYAML chooses.
    tidy = "\n" in text and all(line == line.rstrip() for line in text.split("\n")) and text == text.strip()
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if tidy else None)


_Dumper.add_representer(str, _text)


def _write(file: FilePath, content: Any) -> None:
    text = yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    file.write_text(text, encoding="utf-8")
