"""Rows of a requirement workbook, read without our importer, edited by hand and written again."""

import random
from collections.abc import Callable, Iterable
from pathlib import Path

import python_calamine
import xlsxwriter

Row = dict[str, str]
Rows = list[Row]


def read_rows(path: Path) -> Rows:
    sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    header = [str(cell).strip() for cell in sheet[0]]
    return [{name: _text(cell) for name, cell in zip(header, row, strict=True)} for row in sheet[1:]]


def _text(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) else str(cell).strip()


def write_rows(path: Path, rows: Iterable[Row]) -> Path:
    rows = list(rows)
    book = xlsxwriter.Workbook(path, {"strings_to_urls": False})
    page = book.add_worksheet("Exigences")
    page.write_row(0, 0, list(rows[0]))
    for n, row in enumerate(rows, start=1):
        for i, cell in enumerate(row.values()):
            page.write_string(n, i, cell)
    book.close()
    return path


class List:
    """Edits on the rows of a list, by requirement. What is picked is taken: no two edits touch the same one."""

    def __init__(self, rows: Rows, chance: random.Random) -> None:
        self.rows = [dict(row) for row in rows]
        self.codes = list(dict.fromkeys(row["ID"] for row in rows))
        chance.shuffle(self.codes)
        self.taken: set[str] = set()

    def of(self, code: str) -> Rows:
        return [row for row in self.rows if row["ID"] == code]

    def scenarios(self, code: str) -> list[str]:
        return list(dict.fromkeys(row["N° scénario"] for row in self.of(code) if row["N° scénario"]))

    def pick(self, fits: Callable[[str], bool]) -> str:
        """A requirement that is plain (one chapter, one profile, whole numbers) and fits."""
        for code in self.codes:
            if code not in self.taken and self.is_plain(code) and fits(code):
                self.taken.add(code)
                return code
        raise AssertionError("no such requirement")

    def is_plain(self, code: str) -> bool:
        rows = self.of(code)
        numbers = [row["N° preuve"] for row in rows]
        same = ("Chapitre", "Profil", "Périmètre", "Exigence")
        return (
            bool(rows)
            and all(len({row[name] for row in rows}) == 1 for name in same)
            and all(row["N° scénario"].startswith(code) and row["Preuve"] for row in rows)
            and all(row["N° preuve"].startswith(row["N° scénario"]) for row in rows)
            and len({*numbers}) == len(numbers) == sum(r["N° preuve"] in numbers for r in self.rows)
        )

    def starts_a_chapter(self, code: str) -> bool:
        chapter = self.of(code)[0]["Chapitre"]
        return next(row["ID"] for row in self.rows if row["Chapitre"] == chapter) == code

    def put_after(self, rows: Rows, place: Row) -> None:
        """Where an exporter would write them: below `place`, with its order number."""
        self.rows = [row for row in self.rows if all(row is not other for other in rows)]
        at = next(n for n, row in enumerate(self.rows) if row is place) + 1
        self.rows[at:at] = [row | {"Ordre": place["Ordre"]} for row in rows]

    def renumber(self, rows: Rows, old: str, new: str) -> None:
        for row in rows:
            for name in ("ID", "N° scénario", "N° preuve"):
                if row[name].startswith(old):
                    row[name] = new + row[name].removeprefix(old)
