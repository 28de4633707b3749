"""Requirement workbooks made by tests, and the real ones as raw rows, read without our code."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import python_calamine
import xlsxwriter

from jalon.programmes.definition.workbook.layouts import COLUMNS

Row = dict[str, Any]
BASE: Row = {
    "Périmètre": "Vague 2", "ID": "A.01", "Chapitre": "Un", "Fonction": "Titre", "Exigence": "Énoncé",
    "Commentaire": "", "Profil": "Général", "N° scénario": "A.01.01", "Scénario de conformité": "Scénario",
    "N° preuve": "A.01.01.01", "Preuve": "Une vidéo", "Profil historique": "", "Criticité": "Majeure", "Ordre": 1,
}  # fmt: skip


def write(
    path: Path,
    rows: Iterable[Row],
    columns: Sequence[str] = COLUMNS,
    sheet: str = "Exigences",
    top: int = 0,
    above: str = "",
) -> Path:
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet(sheet)
    if above:
        page.write(0, 0, above)
    known = {name.casefold().strip(): name for name in COLUMNS}
    named = [(i, known.get(name.casefold().strip(), name)) for i, name in enumerate(columns)]
    page.write_row(top, 0, columns)
    for n, row in enumerate(rows, start=top + 1):
        for i, name in named:
            page.write(n, i, row.get(name, ""))
    book.close()
    return path


def rows(*changes: Row) -> list[Row]:
    return [{**BASE, **change} for change in changes]


def raw_rows(path: Path) -> list[Row]:
    table = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Exigences").to_python()
    return [dict(zip(table[0], row, strict=True)) for row in table[1:]]
