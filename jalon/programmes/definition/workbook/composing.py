"""The chapters of a workbook inside a whole definition: forms, charter, convention and all that no list holds."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel

from jalon.programmes.definition.schema import Chapter, Definition, Perimeter, Profile, ProofKind, Text
from jalon.programmes.definition.workbook.adoption import adopt
from jalon.programmes.definition.workbook.choices import with_standing_choices
from jalon.programmes.definition.workbook.exporting import lines_of
from jalon.programmes.definition.workbook.importing import (
    ImportResult,
    import_lines,
    import_workbook,
    usual_of,
)
from jalon.programmes.definition.workbook.report import Report


def read_definition(
    path: Path, *, template: Definition, like: Definition | None, code: str, track: str, title: Text
) -> tuple[Definition | None, Report]:
    """A whole definition from a workbook: what no list holds comes from `like`, else from `template`.

    With `like`, all that the workbook does not change stays as it is there, keys first. None where the report has
    errors. WorkbookRefused when the file cannot be read as a list.
    """
    base = with_guesses(like or template, template)
    known = _Known.of(base)
    result = import_workbook(
        path,
        kinds=base.kinds,
        profile_keys=known.profiles,
        perimeter_keys=known.perimeters,
        usual=usual_of(base),
    )
    if result.report.errors:
        return None, result.report
    definition = compose(result, base, code=code, track=track, title=title)
    if like is not None:
        definition = adopt(definition, like, _again(base), result.report.columns)
    definition = with_standing_choices(definition, like)
    # A profile that only a choice named goes with it.
    profiles = _profiles(result.profiles, definition)
    return definition.model_copy(update={"profiles": profiles}), result.report


def _again(old: Definition) -> tuple[Chapter, ...]:
    """The list of `old`, as it would come back from a workbook."""
    known = _Known.of(old)
    return import_lines(
        lines_of(old), kinds=old.kinds, profile_keys=known.profiles, perimeter_keys=known.perimeters
    )


class _Known(NamedTuple):
    """Keys by the names that workbooks use."""

    profiles: Mapping[str, str]
    perimeters: Mapping[str, str]

    @classmethod
    def of(cls, definition: Definition) -> "_Known":
        return cls(
            {p.workbook or p.label.fr: p.key for p in definition.profiles},
            {p.workbook or p.label.fr: p.key for p in definition.perimeters},
        )


def compose(result: ImportResult, base: Definition, *, code: str, track: str, title: Text) -> Definition:
    """`base` with the chapters, profiles and perimeters of a workbook, and the kinds of proof that it asks for."""
    return base.model_copy(
        update={
            "code": code, "track": track, "title": title, "groups": (), "chapters": result.chapters,
            "kinds": _kinds(result, base), "profiles": _profiles(result.profiles, base),
            "perimeters": _perimeters(result.perimeters, base),
        }
    )  # fmt: skip


def with_guesses(base: Definition, template: Definition) -> Definition:
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


def _kinds(result: ImportResult, base: Definition) -> tuple[ProofKind, ...]:
    used = {
        kind
        for chapter in result.chapters
        for requirement in chapter.requirements
        for scenario in requirement.scenarios
        for proof in scenario.proofs
        for kind in proof.kinds
    }
    return tuple(kind for kind in base.kinds if kind.key in used)


def _profiles(names: Mapping[str, str], base: Definition) -> tuple[Profile, ...]:
    """Those of `base` that are locked, or used by the list or by a condition; then the new ones of the list."""
    needed = {key for what, key in _references(base) if what == "profile"} | set(names)
    known = {profile.key for profile in base.profiles}
    new = (
        Profile(key=key, label=Text(fr=name), workbook=name)
        for key, name in names.items()
        if key not in known
    )
    return (*(profile for profile in base.profiles if profile.locked or profile.key in needed), *new)


def _references(node: object) -> Iterator[tuple[str, str]]:
    """What the conditions of a definition refer to, outside its chapters."""
    if isinstance(node, BaseModel):
        if hasattr(node, "references"):
            yield from node.references()
            return
        for name in type(node).model_fields:
            if name != "chapters":
                yield from _references(getattr(node, name))
    elif isinstance(node, tuple):
        for part in node:
            yield from _references(part)


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
