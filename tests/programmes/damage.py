"""Workbooks made wrong on purpose, each in one way."""

import re
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.programmes.workbooks import BASE, COLUMNS, Row, rows, write

Maker = Callable[[Path], Any]
SECOND = {"N° preuve": "A.01.01.02", "Preuve": "Un journal"}
SCENARIO = ["Périmètre", "ID", "Chapitre", "Fonction", "Exigence", "Nature de l'exigence", "Profil", "N° scénario",
            "Scénario de conformité", "N° preuve 1", "Preuve 1", "N° preuve 2", "Preuve 2"]  # fmt: skip


def lists(*changes: Row, **options: Any) -> Maker:
    return lambda path: write(path, rows(*changes), **options)


def raw(content: bytes) -> Maker:
    return lambda path: path.write_bytes(content)


def zipped(parts: dict[str, bytes | str]) -> Maker:
    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(name, content)

    return make


def beside(part: str, content: bytes | Iterable[bytes] = b"x") -> Maker:
    """A good workbook with one more part."""

    def make(path: Path) -> None:
        write(path, rows({}))
        with (
            zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
            archive.open(part, "w", force_zip64=True) as file,
        ):
            for block in [content] if isinstance(content, bytes) else content:
                file.write(block)

    return make


def altered(part: str, change: Callable[[bytes], bytes], *changes: Row) -> Maker:
    """A good workbook with one part rewritten."""

    def make(path: Path) -> None:
        write(path, rows(*changes or ({},)))
        with zipfile.ZipFile(path) as archive:
            parts = {info.filename: archive.read(info) for info in archive.infolist()}
        zipped({**parts, part: change(parts[part])})(path)

    return make


def book(fill: Callable[[Any, Any], None], **options: Any) -> Maker:
    def make(path: Path) -> None:
        made = xlsxwriter.Workbook(path, options)
        fill(made, made.add_worksheet("Exigences"))
        made.close()

    return make


def filled(page: Any, *changes: Row) -> None:
    page.write_row(0, 0, COLUMNS)
    for n, row in enumerate(rows(*changes), start=1):
        for place, column in enumerate(COLUMNS):
            page.write(n, place, row[column])


def many_rows(sheet: bytes) -> bytes:
    more = "".join(f'<row r="{n}"><c r="B{n}"><v>1</v></c></row>' for n in range(3, 100_001))
    return sheet.replace(b"</sheetData>", more.encode() + b"</sheetData>")


def spaced_ends(sheet: bytes, count: int = 6_000) -> bytes:
    """Cells with formulas whose ends are written in an unusual way, which XML allows."""
    more = "".join(
        f'<row r="{n}"><c r="AA{n}" t="str"><f>"a"&amp;"b"</f><v>ab</v></c ></row>'
        for n in range(3, count + 3)
    )
    return formula_ends(sheet).replace(b"</sheetData>", more.encode() + b"</sheetData>")


def formula_ends(sheet: bytes) -> bytes:
    cell = b'<c r="C2" t="str"><f>"U"&amp;"n"</f ><v>Un</v ></c >'
    return re.sub(rb'<c r="C2" t="s"><v>\d+</v></c>', cell, sheet)


def within_formula(inside: bytes) -> Callable[[bytes], bytes]:
    """A sheet with a formula, and `inside` behind its rows."""
    return lambda sheet: formula_ends(sheet).replace(b"</sheetData>", b"</sheetData>" + inside, 1)


def long_index(index: bytes) -> bytes:
    return index.replace(b"<sheets>", b"<!--" + b" " * (2 << 20) + b"--><sheets>")


def far_column(_book: Any, page: Any) -> None:
    filled(page, {})
    page.write("XFD1", "x")


def far_cell(_book: Any, page: Any) -> None:
    filled(page, {})
    page.write("A1048576", "x")


def long_texts(_book: Any, page: Any) -> None:
    """One string of the file, repeated by thousands of cells."""
    filled(page, *({"Preuve": "x" * 32_000, "Exigence": "x" * 32_000} for _ in range(1100)))


def merged(made: Any, page: Any) -> None:
    filled(page, {}, {**SECOND, "ID": "", "N° scénario": ""})
    page.merge_range(1, 1, 2, 1, "A.01")
    page.merge_range(1, 7, 2, 7, "A.01.01")


def formula(value: Any) -> Callable[[Any, Any], None]:
    def fill(_book: Any, page: Any) -> None:
        filled(page, {})
        page.write_formula(1, 2, '="U"&"n"', value=value)

    return fill


def never_computed(sheet: bytes) -> bytes:
    return re.sub(rb'<c r="C2" t="s"><v>\d+</v></c>', b'<c r="C2" t="str"><f>CONCAT("U","n")</f></c>', sheet)


def two_sheets(made: Any, page: Any) -> None:
    filled(page, {})
    filled(made.add_worksheet("Exigences 2"), {})
    page.name = "Exigences 1"


def readme(made: Any, page: Any) -> None:
    filled(page, {})
    made.add_worksheet("Lisez-moi").write(0, 0, "Bonjour")


def without_sheets(path: Path) -> None:
    made = xlsxwriter.Workbook(path)
    made.add_worksheet("Données").write(0, 0, 1)
    chart = made.add_chart({"type": "bar"})
    chart.add_series({"values": "=Données!$A$1:$A$1"})
    made.add_chartsheet("Graphique").set_chart(chart)
    made.close()
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    sheet = b'<sheet name="Donn\xc3\xa9es" sheetId="1" r:id="rId1"/>'
    assert sheet in parts["xl/workbook.xml"]
    zipped({**parts, "xl/workbook.xml": parts["xl/workbook.xml"].replace(sheet, b"")})(path)


def by_scenario(change: Row) -> Maker:
    def make(path: Path) -> None:
        made = xlsxwriter.Workbook(path)
        page = made.add_worksheet("Exigences")
        page.write_row(0, 0, SCENARIO)
        row = {
            **BASE, "Nature de l'exigence": "EXIGENCE (DOIT)", "N° preuve 1": "A.01.01.01", "Preuve 1": "Une vidéo",
            **change,
        }  # fmt: skip
        page.write_row(1, 0, [row.get(column, "") for column in SCENARIO])
        made.close()

    return make
