"""Whether a definition holds together: each name that it uses exists, and the path leads to its end."""

import base64
import binascii
import re
import string
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from zoneinfo import available_timezones

from pydantic import BaseModel

from jalon.programmes.definition.award_words import AwardWords
from jalon.programmes.definition.check_ways import way_faults
from jalon.programmes.definition.declared import faults
from jalon.programmes.definition.findings import DefinitionError, Finding, Path
from jalon.programmes.definition.one_of import Only
from jalon.programmes.definition.schema import (
    ConventionStep,
    Definition,
    ExpectedProof,
    FormField,
    FormSection,
    FormStep,
    ProofsStep,
    Requirement,
    RowScope,
    Scenario,
    Text,
)
from jalon.programmes.definition.strict_yaml import Sources

# What the text of a convention may name in braces. applications and awards fill them in.
PLACEHOLDERS = frozenset({
    "product", "version", "nil", "company", "company_address", "register_number", "representative_name",
    "representative_function", "profiles", "programme", "application_number", "date", "agency",
})  # fmt: skip
# The same for each text of the award; the others are shown as they are written.
AWARD_PLACEHOLDERS = {"solution": frozenset({"product", "version"})}
_KEYED = (
    "profiles", "perimeters", "claims", "one_of", "steps", "kinds", "groups", "chapters", "prerequisites",
    "return_reasons",
)  # fmt: skip
_FILE_NAME = re.compile(r"[^\W_][\w .()’'-]{0,99}")
_WHAT = {
    "profile": ("profil", "profile"), "claim": ("déclaration", "claim"), "answer": ("question", "question"),
    "perimeter": ("périmètre", "perimeter"), "kind": ("type de preuve", "kind of proof"),
    "group": ("groupe de chapitres", "chapter group"),
    "prerequisite": ("prérequis", "prerequisite"),
}  # fmt: skip


def check(definition: Definition, sources: Sources | None = None) -> list[Finding]:
    """Every fault, in the order of the definition's parts; with file and line when `sources` knows them."""
    checker = _Checker(definition)
    places = sources or Sources()
    found = []
    for code, path, params in checker.run():
        file, line = places.place(path)
        found.append(Finding(code, path, file, line, params))
    return found


def checked(definition: Definition, sources: Sources | None = None) -> Definition:
    """The definition itself, or DefinitionError with every fault."""
    if findings := check(definition, sources):
        raise DefinitionError(findings)
    return definition


Fault = tuple[str, Path, dict[str, str]]


class _Checker:
    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.questions = dict(_questions(definition))
        self.known = {
            "profile": {p.key for p in definition.profiles},
            "claim": {c.key for c in definition.claims},
            "answer": {q.key for q in self.questions.values()}
            | {s.repeat.key for _, s in _sections(definition) if s.repeat},
            "perimeter": {p.key for p in definition.perimeters},
            "kind": {k.key for k in definition.kinds},
            "group": {g.key for g in definition.groups},
            "prerequisite": {p.key for p in definition.prerequisites},
        }

    def run(self) -> Iterator[Fault]:
        yield from self.keys()
        yield from self.conditions()
        yield from self.profiles()
        yield from self.steps()
        yield from self.fields()
        yield from self.claims()
        yield from self.chapters()
        yield from way_faults(self.definition.one_of, _limits(self.definition))
        yield from self.patterns()
        yield from self.checks()
        yield from self.prerequisites()
        yield from self.gates()
        yield from self.files()
        yield from self.convention()
        yield from self.award()

    # Keys and references

    def keys(self) -> Iterator[Fault]:
        d = self.definition
        for name in _KEYED:
            yield from _unique(((name, n, "key"), part.key) for n, part in enumerate(getattr(d, name)))
        yield from _unique(((*path, "key"), section.key) for path, section in _sections(d))
        yield from self.question_keys()
        for path, question in self.questions.items():
            yield from _unique(((*path, "options", n, "key"), o.key) for n, o in enumerate(question.options))
        for c, choice in enumerate(d.one_of):
            yield from _unique(
                (("one_of", c, "options", n, "key"), o.key) for n, o in enumerate(choice.options)
            )
        yield from _unique(((*path, "key"), r.key) for path, r in _requirements(d))
        yield from _unique(((*path, "key"), s.key) for path, s in _scenarios(d))
        yield from _unique(((*path, "key"), p.key) for path, p in _proofs(d))
        yield from _unique((("gates", n, "kind"), g.kind) for n, g in enumerate(d.gates))

    def question_keys(self) -> Iterator[Fault]:
        """Questions and repeated blocks share one space; the questions of each block have their own."""
        outer: list[tuple[Path, str]] = []
        for path, section in _sections(self.definition):
            outer += [((*path, "fields", n, "key"), q.key) for n, q in enumerate(section.fields)]
            if section.repeat:
                inside = (*path, "repeat")
                outer.append(((*inside, "key"), section.repeat.key))
                yield from _unique(
                    ((*inside, "fields", n, "key"), q.key) for n, q in enumerate(section.repeat.fields)
                )
        yield from _unique(outer)

    def conditions(self) -> Iterator[Fault]:
        for path, node in _models(self.definition):
            for name in ("when", "declared_when"):
                condition = getattr(node, name, None)
                for what, key in sorted(condition.references()) if condition is not None else ():
                    yield from self.known_as(what, key, (*path, name))

    def known_as(self, what: str, key: str | None, path: Path) -> Iterator[Fault]:
        if key is not None and key not in self.known[what]:
            yield "reference.unknown", path, {"name": key, **_named(what)}

    def profiles(self) -> Iterator[Fault]:
        if not any(p.locked for p in self.definition.profiles):
            yield "profile.locked", ("profiles",), {}
        choosable = [p for p in self.definition.profiles if not p.locked]
        if choosable and not any(q.kind == "profiles" for q in self.questions.values()):
            yield "field.profiles", ("steps",), {}

    # Steps and questions

    def steps(self) -> Iterator[Fault]:
        """Forms, handed in together; then the proofs; then the convention."""
        steps = self.definition.steps
        if sum(isinstance(s, ProofsStep) for s in steps) != 1:
            yield "steps.proofs", ("steps",), {}
        if [n for n, s in enumerate(steps) if isinstance(s, ConventionStep)] != [len(steps) - 1]:
            yield "steps.convention", ("steps",), {}
            return
        forms = [n for n, s in enumerate(steps) if isinstance(s, FormStep)]
        if not forms or forms != list(range(len(forms))):
            yield "steps.forms", ("steps",), {}

    def fields(self) -> Iterator[Fault]:
        for path, question in self.questions.items():
            beside = {
                q.key: q
                for other, q in self.questions.items()
                if other[:-1] == path[:-1] or "repeat" not in other
            }
            if question.equal_to is not None and question.equal_to not in beside:
                yield (
                    "reference.unknown",
                    (*path, "equal_to"),
                    {"name": question.equal_to, **_named("answer")},
                )
            if question.siren_of is not None:
                other = beside.get(question.siren_of)
                if other is None or other.kind != "siren":
                    yield "field.siren_of", (*path, "siren_of"), {"name": question.siren_of}
            if question.kind in ("choice", "choices") and not question.options:
                yield "field.options", (*path, "kind"), {}

    def claims(self) -> Iterator[Fault]:
        for n, claim in enumerate(self.definition.claims):
            yield from self.known_as("answer", claim.evidence_field, ("claims", n, "evidence_field"))

    def patterns(self) -> Iterator[Fault]:
        for path, node in _models(self.definition):
            pattern = getattr(node, "pattern", "")
            if pattern and not _compiles(pattern):
                yield "pattern.invalid", (*path, "pattern"), {"name": pattern}
            for i, guess in enumerate(getattr(node, "guess", ())):
                if not _compiles(guess):
                    yield "pattern.invalid", (*path, "guess", i), {"name": guess}

    def checks(self) -> Iterator[Fault]:
        kinds = {kind.key: kind for kind in self.definition.kinds}
        for n, kind in enumerate(self.definition.kinds):
            yield from faults(kind.checks, ("kinds", n), (kind,))
        for path, proof in _proofs(self.definition):
            yield from faults(proof.checks, path, tuple(kinds[k] for k in proof.kinds if k in kinds))

    # Chapters

    def chapters(self) -> Iterator[Fault]:
        for n, chapter in enumerate(self.definition.chapters):
            yield from self.known_as("group", chapter.group, ("chapters", n, "group"))
            if not chapter.requirements:
                yield "chapter.empty", ("chapters", n), {}
        for path, row in self.rows():
            yield from self.known_as("perimeter", row.perimeter, (*path, "perimeter"))
            yield from self.known_as("profile", row.profile, (*path, "profile"))
        for path, proof in _proofs(self.definition):
            for i, kind in enumerate(proof.kinds):
                yield from self.known_as("kind", kind, (*path, "kinds", i))

    def rows(self) -> Iterator[tuple[Path, Requirement | Scenario | ExpectedProof | RowScope]]:
        for walk in (_requirements, _scenarios, _proofs):
            for path, part in walk(self.definition):
                yield path, part
                yield from (((*path, "also", i), row) for i, row in enumerate(part.also))

    # Around

    def prerequisites(self) -> Iterator[Fault]:
        waits = {p.key: p.waits_for for p in self.definition.prerequisites}
        for n, prerequisite in enumerate(self.definition.prerequisites):
            for i, other in enumerate(prerequisite.waits_for):
                yield from self.known_as("prerequisite", other, ("prerequisites", n, "waits_for", i))
            if _reaches(waits, prerequisite.key):
                yield "prerequisite.cycle", ("prerequisites", n, "waits_for"), {"name": prerequisite.key}

    def gates(self) -> Iterator[Fault]:
        for n, gate in enumerate(self.definition.gates):
            if gate.zone not in _time_zones():
                yield "zone.unknown", ("gates", n, "zone"), {"name": gate.zone}
            try:
                datetime.fromisoformat(gate.at)
            except ValueError:
                yield "date.invalid", ("gates", n, "at"), {"name": gate.at}

    def files(self) -> Iterator[Fault]:
        for path, question in self.questions.items():
            if question.download and question.download.file not in self.definition.files:
                yield "file.unknown", (*path, "download", "file"), {"name": question.download.file}
        for name, content in self.definition.files.items():
            if not _FILE_NAME.fullmatch(name):
                yield "file.name", ("files", name), {"name": name}
            try:
                base64.b64decode(content, validate=True)
            except (binascii.Error, ValueError):
                yield "file.content", ("files", name), {"name": name}

    def convention(self) -> Iterator[Fault]:
        convention = self.definition.convention
        for role, key in convention.signatory_fields.items():
            yield from self.known_as("answer", key, ("convention", "signatory_fields", role))
        for role in ("given_name", "family_name", "function", "email"):
            if role not in convention.signatory_fields:
                yield "schema.missing", ("convention", "signatory_fields"), {"name": role}
        yield from _all_placeholders(("convention",), convention, PLACEHOLDERS)

    def award(self) -> Iterator[Fault]:
        for name in AwardWords.model_fields:
            known = AWARD_PLACEHOLDERS.get(name, frozenset())
            yield from _all_placeholders(("award", name), getattr(self.definition.award, name), known)


def _named(what: str) -> dict[str, str]:
    fr, en = _WHAT[what]
    return {"what": fr, "what_en": en}


def _all_placeholders(at: Path, node: BaseModel, known: frozenset[str]) -> Iterator[Fault]:
    for path, text in _texts(node):
        for language in ("fr", "en"):
            yield from _placeholders(getattr(text, language), (*at, *path, language), known)


def _placeholders(text: str, path: Path, known: frozenset[str]) -> Iterator[Fault]:
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        yield "placeholder.syntax", path, {}
        return
    found = [(name, spec or conversion) for _, name, spec, conversion in parts if name is not None]
    for name, layout in found:
        if not known:
            yield "placeholder.none", path, {"name": name}
        elif layout:
            yield "placeholder.layout", path, {"name": name}
        elif name not in known:
            yield "placeholder.unknown", path, {"name": name, "known": ", ".join(sorted(known))}


def _texts(node: BaseModel) -> Iterator[tuple[Path, Text]]:
    for path, part in _models(node):
        if isinstance(part, Text):
            yield path, part


def _models(node: object, path: Path = ()) -> Iterator[tuple[Path, BaseModel]]:
    """Every model inside `node`, itself first, with its path. Conditions are leaves."""
    if isinstance(node, BaseModel):
        yield path, node
        if hasattr(node, "references"):
            return
        for name in type(node).model_fields:
            yield from _models(getattr(node, name), (*path, name))
    elif isinstance(node, tuple):
        for n, part in enumerate(node):
            yield from _models(part, (*path, n))
    elif isinstance(node, dict):
        for key, part in node.items():
            yield from _models(part, (*path, key))


def _sections(definition: Definition) -> Iterator[tuple[Path, FormSection]]:
    for n, step in enumerate(definition.steps):
        if isinstance(step, FormStep):
            for i, section in enumerate(step.sections):
                yield ("steps", n, "sections", i), section


def _questions(definition: Definition) -> Iterator[tuple[Path, FormField]]:
    for path, section in _sections(definition):
        for n, question in enumerate(section.fields):
            yield (*path, "fields", n), question
        for n, question in enumerate(section.repeat.fields if section.repeat else ()):
            yield (*path, "repeat", "fields", n), question


def _requirements(definition: Definition) -> Iterator[tuple[Path, Requirement]]:
    for c, chapter in enumerate(definition.chapters):
        for r, requirement in enumerate(chapter.requirements):
            yield ("chapters", c, "requirements", r), requirement


def _scenarios(definition: Definition) -> Iterator[tuple[Path, Scenario]]:
    for path, requirement in _requirements(definition):
        for s, scenario in enumerate(requirement.scenarios):
            yield (*path, "scenarios", s), scenario


def _proofs(definition: Definition) -> Iterator[tuple[Path, ExpectedProof]]:
    for path, scenario in _scenarios(definition):
        for p, proof in enumerate(scenario.proofs):
            yield (*path, "proofs", p), proof


def _limits(definition: Definition) -> Iterator[tuple[Path, Only]]:
    for walk in (_scenarios, _proofs):
        for path, part in walk(definition):
            if part.only is not None:
                yield (*path, "only"), part.only


def _unique(keys: Iterable[tuple[Path, str]]) -> Iterator[Fault]:
    seen: Counter[str] = Counter()
    for path, key in keys:
        if seen[key]:
            yield "key.duplicate", path, {"name": key}
        seen[key] += 1


@cache
def _time_zones() -> frozenset[str]:
    """Those of this machine. Finding them is a walk through some thousand files."""
    return frozenset(available_timezones())


def _reaches(waits: dict[str, tuple[str, ...]], start: str) -> bool:
    """Whether following `waits` from `start` leads back to it."""
    seen: set[str] = set()
    todo = list(waits[start])
    while todo:
        key = todo.pop()
        if key == start:
            return True
        if key not in seen:
            seen.add(key)
            todo += waits.get(key, ())
    return False


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
