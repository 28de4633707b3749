"""A definition as a workbook of 14 columns, one row a proof, from which an import makes the same chapters again.

Cells are written as text, never as formulas, whatever they begin with.
"""

import html
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter

from jalon.core.text import fold
from jalon.programmes.definition.findings import DefinitionError, Finding
from jalon.programmes.definition.rich_text import plain_text, sanitised
from jalon.programmes.definition.schema import (
    Chapter,
    Definition,
    ExpectedProof,
    Requirement,
    RowScope,
    Scenario,
)
from jalon.programmes.definition.workbook.layouts import BEFORE, COLUMNS, NATURE

MAX_CELL = 32_767
_WIDTHS = {"Exigence": 70, "Scénario de conformité": 70, "Preuve": 50, "Fonction": 40, "Chapitre": 40}

Line = dict[str, str | int]


def lines_of(definition: Definition) -> list[Line]:
    """The rows of a list, by column. NATURE and BEFORE stand beside the 14 where a requirement has them."""
    names = _Names(definition)
    return [
        line
        for chapter in definition.chapters
        for requirement in chapter.requirements
        for line in _of_requirement(names, chapter, requirement)
    ]


def write_workbook(definition: Definition, path: Path) -> dict[str, int]:
    """Write the list to `path`; how much was written. DefinitionError for what would not come back."""
    lines = lines_of(definition)
    columns = [*COLUMNS, *(column for column in (NATURE, BEFORE) if any(column in line for line in lines))]
    _refuse_what_would_not_come_back(definition, lines)
    book = xlsxwriter.Workbook(path, {"in_memory": True})
    book.set_properties({"title": definition.title.fr})
    page = book.add_worksheet("Exigences")
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    heading = book.add_format({"bold": True, "bottom": 1})
    for place, column in enumerate(columns):
        page.set_column(place, place, _WIDTHS.get(column, 16), wrapped)
        page.write_string(0, place, column, heading)
    for number, line in enumerate(lines, start=1):
        for place, column in enumerate(columns):
            value = line.get(column, "")
            if isinstance(value, int):
                page.write_number(number, place, value)
            elif value:
                page.write_string(number, place, value)
    page.freeze_panes(1, 2)
    page.autofilter(0, 0, len(lines), len(columns) - 1)
    book.close()
    return {
        "rows": len(lines),
        "requirements": len({line["ID"] for line in lines}),
        "proofs": sum("Preuve" in line for line in lines),
    }


def _refuse_what_would_not_come_back(definition: Definition, lines: list[Line]) -> None:
    findings = [
        Finding("export.too_long", params={"code": str(line["ID"]), "column": column, "limit": str(MAX_CELL)})
        for line in lines
        for column, value in line.items()
        if isinstance(value, str) and len(value) > MAX_CELL
    ]
    slots = Counter(_slots(definition))
    findings += [
        Finding("export.same_proof", params={"code": code, "name": scenario or "—"})
        for (code, scenario, _), times in slots.items()
        if times > 1
    ]
    if findings:
        raise DefinitionError(findings)


def _slots(definition: Definition) -> Iterator[tuple[str, str, str]]:
    """By what an import tells proofs apart."""
    for chapter in definition.chapters:
        for requirement in chapter.requirements:
            for scenario in requirement.scenarios:
                for proof in scenario.proofs:
                    yield requirement.code, scenario.code, proof.code or f"? {fold(proof.text.fr)}"


class _Names:
    """Profiles and perimeters as workbooks write them."""

    def __init__(self, definition: Definition) -> None:
        self.profiles = {p.key: p.workbook or p.label.fr for p in definition.profiles}
        self.perimeters = {p.key: p.workbook or p.label.fr for p in definition.perimeters}

    def scope(self, scope: RowScope) -> Line:
        profile = self.profiles[scope.profile]
        return {
            "Périmètre": self.perimeters[scope.perimeter],
            "Profil": profile,
            "Profil historique": profile,
        }


def _of_requirement(names: _Names, chapter: Chapter, requirement: Requirement) -> Iterator[Line]:
    common: Line = {
        "ID": requirement.code, "Chapitre": chapter.title.fr, "Fonction": requirement.title.fr,
        "Exigence": _as_html(requirement.statement.fr, html_already=requirement.html), "Ordre": requirement.position,
    }  # fmt: skip
    optional = {
        "Commentaire": _as_text(requirement.comment.fr) if requirement.comment else "",
        "Criticité": requirement.criticality,
        NATURE: "PEUT" if requirement.nature == "may" else "",
        BEFORE: ", ".join(requirement.was),
    }
    common.update({column: text for column, text in optional.items() if text})
    for scope, line in _rows_of_requirement(requirement):
        yield {**common, **names.scope(scope), **line}


def _rows_of_requirement(requirement: Requirement) -> Iterator[tuple[RowScope, Line]]:
    """An import takes the scope of the first row for the requirement's own."""
    base = RowScope(perimeter=requirement.perimeter, profile=requirement.profile)
    if base in requirement.also or not requirement.scenarios:
        yield base, {}
    for scenario in requirement.scenarios:
        yield from _of_scenario(base, scenario, requirement)
    yield from ((scope, {}) for scope in requirement.also if scope != base)


def _of_scenario(
    base: RowScope, scenario: Scenario, requirement: Requirement
) -> Iterator[tuple[RowScope, Line]]:
    own = _within(base, scenario)
    common: Line = {"Scénario de conformité": _as_html(scenario.text.fr, html_already=requirement.html)}
    if scenario.code:
        common["N° scénario"] = scenario.code
    if own in scenario.also or not scenario.proofs:
        yield own, common
    for proof in scenario.proofs:
        line: Line = {**common, "Preuve": _as_text(proof.text.fr)}
        if proof.code:
            line["N° preuve"] = proof.code
        scope = _within(own, proof)
        for one in (scope, *(other for other in proof.also if other != scope)):
            yield one, line
    yield from ((scope, common) for scope in scenario.also if scope != own)


def _within(base: RowScope, part: Scenario | ExpectedProof) -> RowScope:
    return RowScope(perimeter=part.perimeter or base.perimeter, profile=part.profile or base.profile)


def _as_html(text: str, *, html_already: bool) -> str:
    return text if html_already else sanitised(text)


def _as_text(text: str) -> str:
    """Plain text as it is, unless a reader would take parts of it for markup."""
    if plain_text(text) == text:
        return text
    return f"<p>{html.escape(text, quote=False).replace(chr(10), '<br>')}</p>"
