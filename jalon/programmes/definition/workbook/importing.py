"""A workbook to the parts of a definition that it holds, in one call."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jalon.programmes.definition.rich_text import Texts
from jalon.programmes.definition.schema import (
    Chapter,
    Definition,
    ExpectedProof,
    Perimeter,
    Profile,
    ProofKind,
    Requirement,
    RowScope,
    Scenario,
)
from jalon.programmes.definition.workbook.archive import Refused
from jalon.programmes.definition.workbook.cells import read_sheets
from jalon.programmes.definition.workbook.chapters import build
from jalon.programmes.definition.workbook.keys import Names
from jalon.programmes.definition.workbook.kinds import Guesser
from jalon.programmes.definition.workbook.report import Remark, Report, WorkbookRefused
from jalon.programmes.definition.workbook.rows import Row, Usual, understand
from jalon.programmes.definition.workbook.table import Line, read_table

_NO_USUAL = Usual("", "")


@dataclass(frozen=True)
class ImportResult:
    """What was read: nothing (`chapters` is empty) where the report has errors. Names by key, in order of use."""

    chapters: tuple[Chapter, ...]
    profiles: Mapping[str, str]
    perimeters: Mapping[str, str]
    report: Report


def import_workbook(
    path: Path,
    *,
    kinds: Sequence[ProofKind],
    profile_keys: Mapping[str, str] | None = None,
    perimeter_keys: Mapping[str, str] | None = None,
    usual: Usual = _NO_USUAL,
) -> ImportResult:
    """Read a workbook. `profile_keys` and `perimeter_keys` give the keys of names that are known already.

    Raises WorkbookRefused when the file cannot be read as a list. Rows that cannot be used are in `report.errors`.
    """
    report = Report()
    texts = Texts()
    profiles, perimeters = Names(profile_keys or {}), Names(perimeter_keys or {})
    try:
        lines = read_table(read_sheets(path), report)
    except Refused as refused:
        raise WorkbookRefused(str(path), _remark(refused)) from refused
    rows = understand(lines, perimeters, profiles, usual, texts, report)
    if not rows and not report.errors:
        raise WorkbookRefused(str(path), Remark("workbook.empty", report.sheet))
    _count_rows(report, rows)
    chapters = () if report.errors else build(rows, Guesser(kinds), texts, report)
    _count_slots(report, chapters)
    report.tidy()
    return ImportResult(
        chapters, _in_use(profiles, chapters, "profile"), _in_use(perimeters, chapters, "perimeter"), report
    )


def import_lines(
    lines: Iterable[Mapping[str, str | int]],
    *,
    kinds: Sequence[ProofKind],
    profile_keys: Mapping[str, str],
    perimeter_keys: Mapping[str, str],
) -> tuple[Chapter, ...]:
    """The chapters of rows that an export made, without a file between."""
    texts, report = Texts(), Report()
    numbered = [
        Line(n, {column: str(value) for column, value in line.items()})
        for n, line in enumerate(lines, start=2)
    ]
    rows = understand(numbered, Names(perimeter_keys), Names(profile_keys), _NO_USUAL, texts, report)
    return build(rows, Guesser(kinds), texts, report)


def usual_of(base: Definition) -> Usual:
    """The first perimeter that always applies, and the profile of everybody, by their names in workbooks."""
    perimeter: Perimeter = next((p for p in base.perimeters if p.when is None), base.perimeters[0])
    profile: Profile = next((p for p in base.profiles if p.locked), base.profiles[0])
    return Usual(perimeter.workbook or perimeter.label.fr, profile.workbook or profile.label.fr)


def _remark(refused: Refused) -> Remark:
    return Remark(refused.code, refused.sheet, refused.row, refused.column, refused.read, "", refused.params)


def _count_rows(report: Report, rows: Sequence[Row]) -> None:
    report.rows = len({row.number for row in rows})
    report.requirements = len({row.code for row in rows})
    report.scenarios = len({(row.code, row.scenario_code) for row in rows if row.scenario_code})
    report.proofs = sum(bool(row.proof) for row in rows)
    report.profiles = len({row.profile for row in rows})
    with_proof = {row.code for row in rows if row.proof}
    report.without_proof = list(dict.fromkeys(row.code for row in rows if row.code not in with_proof))


def _count_slots(report: Report, chapters: Sequence[Chapter]) -> None:
    proofs = [p for c in chapters for r in c.requirements for s in r.scenarios for p in s.proofs]
    report.chapters = len(chapters)
    report.slots = len(proofs)
    report.kinds_guessed = sum(proof.kind_guessed for proof in proofs)


def _in_use(names: Names, chapters: Iterable[Chapter], what: str) -> dict[str, str]:
    """Names in the order in which the definition needs them, which an export and a second import keep."""
    by_key = names.by_key
    keys = (key for part in _scoped(chapters) if (key := getattr(part, what)) is not None)
    return {key: by_key[key] for key in dict.fromkeys(keys)}


def _scoped(
    chapters: Iterable[Chapter],
) -> Iterator[Requirement | Scenario | ExpectedProof | RowScope]:
    for chapter in chapters:
        for requirement in chapter.requirements:
            for part in (requirement, *_within(requirement)):
                yield part
                yield from part.also


def _within(requirement: Requirement) -> Iterator[Scenario | ExpectedProof]:
    for scenario in requirement.scenarios:
        yield scenario
        yield from scenario.proofs
