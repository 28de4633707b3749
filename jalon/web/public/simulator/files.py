"""The simulated list as files: a workbook, and CSV with `;` and a byte order mark, as French spreadsheets read it.

Nothing in a cell is ever a formula: the workbook writes strings as strings, and CSV puts an apostrophe before what a
spreadsheet would compute. Spaces are plain: other programs read these files.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import xlsxwriter
from django.utils.translation import gettext as _

from jalon.core import clock, dates
from jalon.core.typography import plain_spaces
from jalon.programmes.definition.award_words import AwardWords
from jalon.programmes.definition.schema import Definition, Prerequisite
from jalon.web.answers import said
from jalon.web.public.simulator.edition import Edition
from jalon.web.public.simulator.listing import ChapterLines, Line, ProofLine, ScenarioLine, plain
from jalon.web.public.simulator.summary import Summary

Cell = str | int
_COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n")
_CELL_LIMIT = 32_767  # characters, of a spreadsheet's cell
WIDTHS = (24, 18, 34, 48, 12, 40, 14, 48, 16, 48, 12, 40, 34)


@dataclass(frozen=True)
class Sheet:
    """All that a file tells."""

    definition: Definition
    edition: Edition
    address: str
    choices: Sequence[tuple[str, str]]
    filters: Sequence[tuple[str, str]]
    summary: Summary
    chapters: Sequence[ChapterLines]


def head_rows(sheet: Sheet) -> list[list[Cell]]:
    """What was chosen, on which list, when, and what it gives: label, value, detail."""
    now, figures = clock.now(), sheet.summary.figures
    state = _("annoncée, à partir du") if sheet.edition.announced else _("en vigueur depuis le")
    rows: list[list[Cell]] = [
        [_("Démarche"), said(sheet.definition.title)],
        [_("Révision"), sheet.edition.number, f"{state} {dates.day(sheet.edition.effective_on)}"],
        [_("Simulation du"), f"{dates.day(now)} {dates.hour(now)}", _("heure de Paris")],
        [_("Adresse"), sheet.address],
    ]
    rows += [[label, value] for label, value in sheet.choices]
    rows += [
        [_("Exigences"), figures.requirements],
        [_("Preuves"), figures.proofs],
        [_("Chapitres"), figures.chapters],
    ]
    rows += [
        [_("Preuves de type « %(kind)s »") % {"kind": said(bar.kind.label)}, bar.count, bar.limits]
        for bar in sheet.summary.kinds
    ]
    words = sheet.definition.award
    rows += [_desk_row(desk.prerequisite, words) for desk in sheet.summary.desks if desk.needed]
    return rows + [[label, value] for label, value in sheet.filters]


def _desk_row(asked: Prerequisite, words: AwardWords) -> list[Cell]:
    return [
        _("Autre guichet : %(desk)s") % {"desk": said(asked.desk)},
        f"{asked.number} {said(asked.title)}".strip(),
        said(words.needed if asked.needed_for_award else words.not_needed),
    ]


def columns() -> list[str]:
    return [
        _("Chapitre"), _("Exigence"), _("Intitulé"), _("Énoncé"), _("Exigence : applicable"), _("Exigence : raison"),
        _("Scénario"), _("Texte du scénario"), _("Preuve"), _("Preuve attendue"), _("Preuve : applicable"),
        _("Preuve : raison"), _("Type, formats et limite"),
    ]  # fmt: skip


def list_rows(chapters: Sequence[ChapterLines]) -> Iterator[list[Cell]]:
    """One row a proof; a scenario or a requirement without proof has one row too."""
    for chapter in chapters:
        for line in chapter.lines:
            for scenario, proof in _parts(line):
                yield _row(said(chapter.chapter.title), line, scenario, proof)


def _parts(line: Line) -> Iterator[tuple[ScenarioLine | None, ProofLine | None]]:
    if not line.scenarios:
        yield None, None
    for scenario in line.scenarios:
        if not scenario.proofs:
            yield scenario, None
        for proof in scenario.proofs:
            yield scenario, proof


def _row(chapter: str, line: Line, scenario: ScenarioLine | None, proof: ProofLine | None) -> list[Cell]:
    requirement = line.requirement
    html = requirement.html
    return [
        chapter,
        requirement.code,
        said(requirement.title),
        plain(requirement.statement, html=html),
        _yes(line.applies),
        line.reason,
        scenario.scenario.code if scenario else "",
        plain(scenario.scenario.text, html=html) if scenario else "",
        proof.code if proof else "",
        plain(proof.result.proof.text, html=html) if proof else _("Aucune preuve attendue"),
        _yes(proof.applies) if proof else "",
        proof.reason if proof else "",
        proof.takes if proof else "",
    ]


def _yes(applies: bool) -> str:
    return _("oui") if applies else _("non")


def csv_bytes(sheet: Sheet) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for row in head_rows(sheet):
        writer.writerow([harmless(cell) for cell in row])
    writer.writerow([])
    writer.writerow([harmless(cell) for cell in columns()])
    for row in list_rows(sheet.chapters):
        writer.writerow([harmless(cell) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def harmless(cell: Cell) -> Cell:
    """Text that a spreadsheet would compute, as text."""
    if isinstance(cell, int):
        return cell
    text = plain_spaces(cell)
    return f"'{text}" if text.lstrip(" ").startswith(_COMPUTED) else text


def xlsx_bytes(sheet: Sheet) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as workbook:
        bold = workbook.add_format({"bold": True, "valign": "top"})
        wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        head = workbook.add_worksheet(_("Simulation"))
        head.set_column(0, 0, 44, bold)
        head.set_column(1, 2, 60, wrapped)
        _write(head, head_rows(sheet))
        rows = list(list_rows(sheet.chapters))
        listed = workbook.add_worksheet(_("Liste"))
        for n, width in enumerate(WIDTHS):
            listed.set_column(n, n, width, wrapped)
        listed.write_row(0, 0, [plain_spaces(name) for name in columns()], bold)
        _write(listed, rows, first=1)
        listed.freeze_panes(1, 2)
        listed.autofilter(0, 0, max(len(rows), 1), len(WIDTHS) - 1)
        listed.set_landscape()
        listed.fit_to_pages(1, 0)
        listed.repeat_rows(0)
    return out.getvalue()


def _write(page: xlsxwriter.worksheet.Worksheet, rows: Sequence[Sequence[Cell]], first: int = 0) -> None:
    for n, row in enumerate(rows, start=first):
        for column, cell in enumerate(row):
            if isinstance(cell, int):
                page.write_number(n, column, cell)
            elif cell:
                page.write_string(n, column, plain_spaces(cell)[:_CELL_LIMIT])
