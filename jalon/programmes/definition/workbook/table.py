"""The one sheet that holds the list, as lines: the number of the row, and its texts by column."""

from dataclasses import dataclass, field
from typing import Any

from jalon.core.text import fold
from jalon.programmes.definition.workbook.archive import Refused
from jalon.programmes.definition.workbook.cells import Sheet, Sheets
from jalon.programmes.definition.workbook.formulas import Computed
from jalon.programmes.definition.workbook.layouts import Header, find_header, is_numbered
from jalon.programmes.definition.workbook.report import Remark, Report

_CODES = ("ID", "N° scénario", "N° preuve")
_BY_NAME = "exigences"


@dataclass
class Line:
    """`texts` has only what is not empty. `shown` names a column as the sheet does, where it has another name."""

    row: int
    texts: dict[str, str]
    shown: dict[str, str] = field(default_factory=dict)

    def column(self, name: str) -> str:
        return self.shown.get(name, name)


def read_table(sheets: Sheets, report: Report) -> list[Line]:
    """The lines of the list. Refused when no sheet, or more than one, holds one."""
    sheet, header = _chosen(sheets.sheets, report)
    report.sheet = sheet.name
    report.layout = "scenario" if header.by_scenario else "proof"
    report.columns = list(header.names)
    table = _Table(sheet, header, sheets.computed(sheet), report)
    return table.lines()


def _chosen(sheets: tuple[Sheet, ...], report: Report) -> tuple[Sheet, Header]:
    if not sheets:
        raise Refused("workbook.no_sheet")
    headers = [(sheet, header) for sheet in sheets if (header := find_header(sheet.rows))]
    lists = [(sheet, header) for sheet, header in headers if not header.missing]
    if not lists:
        raise _no_list(sheets, headers)
    filled = [(sheet, header) for sheet, header in lists if _has_rows(sheet, header)] or lists
    named = [(sheet, header) for sheet, header in filled if fold(sheet.name) == _BY_NAME]
    chosen = named if len(named) == 1 else filled
    if len(chosen) > 1:
        second, header = chosen[1]
        names = ", ".join(sheet.name for sheet, _ in chosen)
        raise Refused("workbook.two_lists", sheet=second.name, row=second.top + header.row + 1, names=names)
    for sheet in sheets:
        if sheet is not chosen[0][0] and any(cell != "" for row in sheet.rows for cell in row):
            report.ignored.append(Remark("sheet.ignored", sheet.name))
    return chosen[0]


def _no_list(sheets: tuple[Sheet, ...], headers: list[tuple[Sheet, Header]]) -> Refused:
    if not headers:
        return Refused("workbook.no_header", sheet=sheets[0].name)
    sheet, header = max(headers, key=lambda pair: len(pair[1].columns))
    names = ", ".join(header.missing)
    return Refused(
        "workbook.columns", sheet=sheet.name, row=sheet.top + header.row + 1, column=names, names=names
    )


def _has_rows(sheet: Sheet, header: Header) -> bool:
    return any(cell != "" for row in sheet.rows[header.row + 1 :] for cell in row)


class _Table:
    def __init__(
        self, sheet: Sheet, header: Header, computed: dict[tuple[int, int], Computed], report: Report
    ) -> None:
        self.sheet = sheet
        self.header = header
        self.computed = computed
        self.report = report
        self.kept_rows = sheet.rows[header.row + 1 :]
        self.first = sheet.top + header.row + 1  # of `kept_rows`, from 0

    def lines(self) -> list[Line]:
        self.tell_what_is_left()
        self.judge_computed()
        self.fill_merged()
        lines = []
        for n, row in enumerate(self.kept_rows):
            number = self.first + n + 1
            texts = {}
            for place, column in self.header.columns.items():
                if (cell := row[place]) != "":
                    texts[column] = cell if cell.__class__ is str else self.text(number, column, cell)
            if texts:
                lines.append(Line(number, texts, self.header.names))
        if not self.header.by_scenario:
            return lines
        return [part for line in lines for part in _by_proof(line, self.header)]

    def tell_what_is_left(self) -> None:
        number = self.sheet.top + self.header.row + 1
        for n, row in enumerate(self.sheet.rows[: self.header.row]):
            if words := " ".join(str(cell) for cell in row if cell != ""):
                self.report.ignored.append(
                    Remark("row.above_header", self.sheet.name, self.sheet.top + n + 1, read=words)
                )
        for name in self.header.unknown.values():
            self.report.ignored.append(Remark("column.ignored", self.sheet.name, number, name, name))
        for name in self.header.twice.values():
            self.report.mended.append(Remark("column.twice", self.sheet.name, number, name, name))

    def fill_merged(self) -> None:
        """A merged cell says the same for each of its rows; the file holds it once."""
        for (top, left), (bottom, _) in self.sheet.merged:
            place = left - self.sheet.left
            column = self.header.columns.get(place)
            if column is None or top < self.first:
                continue
            value = self.kept_rows[top - self.first][place]
            for n in range(top - self.first + 1, min(bottom - self.first + 1, len(self.kept_rows))):
                if self.kept_rows[n][place] == "" and value != "":
                    self.kept_rows[n][place] = value
                    self.tell("cell.merged", self.first + n + 1, column, "", str(value))

    def text(self, number: int, column: str, cell: Any) -> str:
        text = _text(cell)
        if column in _CODES or column.startswith("N° preuve"):
            self.tell("code.number", number, column, text, text)
        return text

    def judge_computed(self) -> None:
        """The parser gives the last value of a formula; nothing, where there is none or it is an error."""
        for (row, place), cell in self.computed.items():
            column = self.header.columns.get(place - self.sheet.left)
            if column is None or not self.first <= row < self.first + len(self.kept_rows):
                continue
            if not cell.error and cell.value is not None:
                self.tell("cell.formula", row + 1, column, cell.formula, cell.value)
                continue
            code, read = ("cell.error", cell.value) if cell.error else ("cell.not_computed", cell.formula)
            name = self.header.names[column]
            self.report.errors.append(Remark(code, self.sheet.name, row + 1, name, read or cell.formula))
            # One fault, told once: what stands there is not taken for nothing.
            self.kept_rows[row - self.first][place - self.sheet.left] = read or cell.formula

    def tell(self, code: str, row: int, column: str, read: str, kept: str) -> None:
        name = self.header.names.get(column, column)
        self.report.mended.append(Remark(code, self.sheet.name, row, name, read, kept))


def _by_proof(line: Line, header: Header) -> list[Line]:
    """A row with the proofs of one scenario side by side, as one line a proof; without any, one line."""
    whole = {column: text for column, text in line.texts.items() if not is_numbered(column)}
    filled = [
        pair for pair in header.proof_pairs if any(line.texts.get(column, "").strip() for column in pair)
    ]
    parts = []
    for number, proof in filled or header.proof_pairs[:1]:
        texts = {"N° preuve": line.texts.get(number, ""), "Preuve": line.texts.get(proof, "")}
        shown = {**header.names, "N° preuve": number, "Preuve": proof}
        parts.append(Line(line.row, {**whole, **{c: text for c, text in texts.items() if text}}, shown))
    return parts


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "VRAI" if cell else "FAUX"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
