"""Damaged workbooks: each fault has a code of its own, says where it is, and leaves the target folder as it was."""

import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jalon.programmes.definition.commands import TEMPLATE, import_into
from jalon.programmes.definition.findings import MESSAGES
from jalon.programmes.definition.folder import load_folder
from jalon.programmes.definition.workbook.archive import Refused, _longest_string, look_into
from jalon.programmes.definition.workbook.cells import read_sheets
from jalon.programmes.definition.workbook.formulas import (
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_NAMES,
    MAX_TAG,
    Computed,
    computed_cells,
)
from jalon.programmes.definition.workbook_sentences import ERRORS, IGNORED, MENDS, REFUSALS
from tests.programmes.damage import (
    SECOND,
    Maker,
    altered,
    beside,
    book,
    by_scenario,
    far_cell,
    far_column,
    formula,
    lists,
    long_index,
    long_texts,
    many_rows,
    merged,
    never_computed,
    raw,
    readme,
    spaced_ends,
    two_sheets,
    within_formula,
    without_sheets,
    zipped,
)
from tests.programmes.workbooks import COLUMNS, rows, write

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
NOTHING_EXPECTED = {"N° scénario": "", "Scénario de conformité": "", "N° preuve": "", "Preuve": ""}

REFUSED: dict[str, tuple[Maker, tuple[str, int, str]]] = {
    "workbook.not_one": (raw(b"Bonjour"), ("", 0, "")),
    "workbook.old_format": (raw(OLE + "Workbook".encode("utf-16-le") * 99), ("", 0, "")),
    "workbook.protected": (raw(OLE + "EncryptedPackage".encode("utf-16-le") * 99), ("", 0, "")),
    "workbook.csv": (raw("Périmètre;ID;Chapitre\nVague 1;A.01;Un\n".encode()), ("", 0, "")),
    "workbook.open_document": (
        zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}), ("", 0, "")
    ),
    "workbook.binary": (zipped({"xl/workbook.bin": b"\0"}), ("", 0, "")),
    "workbook.macros": (beside("xl/vbaProject.bin"), ("", 0, "")),
    "workbook.broken": (altered("xl/worksheets/sheet1.xml", lambda sheet: sheet[:300]), ("", 0, "")),
    "workbook.xml_bomb": (
        altered("xl/sharedStrings.xml", lambda part: part.replace(b"<?xml", BOMB + b"<?xml", 1)), ("", 0, "")
    ),
    "workbook.zip_bomb": (beside("xl/media/x", (bytes(1 << 20) for _ in range(120))), ("", 0, "")),
    "workbook.too_large": (raw(b"PK" + bytes(20 * 1024 * 1024)), ("", 0, "")),
    "workbook.too_many_parts": (zipped({f"x/{n}": "" for n in range(1001)}), ("", 0, "")),
    "workbook.too_many_rows": (altered("xl/worksheets/sheet1.xml", many_rows), ("Exigences", 100_000, "")),
    "workbook.too_many_columns": (book(far_column), ("Exigences", 0, "XFD")),
    "workbook.too_much_text": (book(long_texts), ("Exigences", 0, "")),
    "workbook.too_heavy": (altered("xl/workbook.xml", long_index), ("", 0, "")),
    "workbook.no_sheet": (without_sheets, ("", 0, "")),
    "workbook.no_header": (book(lambda _, page: page.write(0, 0, "Bonjour")), ("Exigences", 0, "")),
    "workbook.columns": (
        lists({}, columns=[c for c in COLUMNS if c not in ("Profil", "Preuve")], top=2),
        ("Exigences", 3, "Profil, Preuve"),
    ),
    "workbook.two_lists": (book(two_sheets), ("Exigences 2", 1, "")),
    "workbook.empty": (lists(), ("Exigences", 0, "")),
}  # fmt: skip

UNUSABLE: dict[str, tuple[Maker, tuple[str, int, str]]] = {
    "row.no_id": (lists({}, {"ID": "", "N° scénario": "", "N° preuve": ""}), ("Exigences", 3, "ID")),
    "cell.too_long": (lists({}, {"N° scénario": "A.01." + "0" * 90}), ("Exigences", 3, "N° scénario")),
    "cell.error": (book(formula("#REF!")), ("Exigences", 2, "Chapitre")),
    "cell.not_computed": (altered("xl/worksheets/sheet1.xml", never_computed), ("Exigences", 2, "Chapitre")),
    "chapter.none": (lists({"Chapitre": ""}), ("Exigences", 2, "Chapitre")),
    "perimeter.none": (lists({}, {"ID": "B.01", "Périmètre": " "}), ("Exigences", 3, "Périmètre")),
    "profile.none": (lists({}, {"ID": "B.01", "Profil": ""}), ("Exigences", 3, "Profil")),
}

LEFT: dict[str, tuple[Maker, tuple[str, int, str]]] = {
    "sheet.ignored": (book(readme), ("Lisez-moi", 0, "")),
    "column.ignored": (lists({}, columns=[*COLUMNS, "Note interne"]), ("Exigences", 1, "Note interne")),
    "row.above_header": (
        lambda path: write(path, rows({}), top=3, above="Liste des exigences"), ("Exigences", 1, "")
    ),
}  # fmt: skip

MENDED: dict[str, tuple[Maker, tuple[str, int, str]]] = {
    "column.twice": (lists({}, columns=[*COLUMNS, "Preuve"]), ("Exigences", 1, "Preuve")),
    "row.nothing": (lists({}, {**dict.fromkeys(COLUMNS, ""), "Ordre": 7}), ("Exigences", 3, "ID")),
    "cell.spaces": (lists({}, {**SECOND, "N° preuve": "A.01.01.02\xa0\u200b"}), ("Exigences", 3, "N° preuve")),
    "cell.merged": (book(merged), ("Exigences", 3, "ID")),
    "cell.formula": (book(formula("Un")), ("Exigences", 2, "Chapitre")),
    "cell.from_requirement": (lists({}, {**SECOND, "Profil": ""}), ("Exigences", 3, "Profil")),
    "chapter.from_above": (lists({}, {"ID": "B.01", "N° preuve": "B", "Chapitre": ""}), ("Exigences", 3, "Chapitre")),
    "id.from_scenario": (lists({}, {**SECOND, "ID": ""}), ("Exigences", 3, "ID")),
    "code.number": (lists({"N° preuve": 1.1}), ("Exigences", 2, "N° preuve")),
    "code.nearly_same": (lists({}, {"ID": "SC.A.01", "N° preuve": "B"}), ("Exigences", 3, "ID")),
    "name.spelling": (lists({}, {**SECOND, "Périmètre": "vague\xa02"}), ("Exigences", 3, "Périmètre")),
    "perimeter.new": (lists({}, {**SECOND, "Périmètre": "Vague 3"}), ("Exigences", 3, "Périmètre")),
    "order.not_number": (lists({"Ordre": "dernier"}), ("Exigences", 2, "Ordre")),
    "nature.unknown": (by_scenario({"Nature de l'exigence": "POURRAIT"}), ("Exigences", 2, "Nature de l'exigence")),
    "requirement.no_statement": (lists({"Exigence": ""}), ("Exigences", 2, "Exigence")),
    "requirement.no_scenario": (lists({}, {"ID": "B.01", **NOTHING_EXPECTED}), ("Exigences", 3, "N° scénario")),
    "requirement.no_proof": (
        lists({}, {"ID": "B.01", "N° scénario": "B.01.01", "N° preuve": "", "Preuve": ""}), ("Exigences", 3, "Preuve")
    ),
    "requirement.two_chapters": (lists({}, {**SECOND, "Chapitre": "Deux"}), ("Exigences", 3, "Chapitre")),
    "scenario.no_number": (lists({"N° scénario": ""}), ("Exigences", 2, "N° scénario")),
    "scenario.no_proof": (
        lists({}, {"N° scénario": "A.01.02", "N° preuve": "", "Preuve": ""}), ("Exigences", 3, "Preuve")
    ),
    "proof.no_text": (lists({}, {**SECOND, "Preuve": "<p> </p>"}), ("Exigences", 3, "Preuve")),
    "proof.no_number": (by_scenario({"N° preuve 2": "", "Preuve 2": "Un journal"}), ("Exigences", 2, "N° preuve 2")),
    "proof.repeated": (lists({}, {"Preuve": "Un journal"}), ("Exigences", 3, "N° preuve")),
    "proof.two_scenarios": (lists({}, {"N° scénario": "A.01.02"}), ("Exigences", 3, "N° preuve")),
    "text.differs": (lists({}, {**SECOND, "Exigence": "Un autre énoncé"}), ("Exigences", 3, "Exigence")),
    "text.dangerous": (lists({"Exigence": "<p onclick='x()'>a<script>b</script></p>"}), ("Exigences", 2, "Exigence")),
    "text.maybe_cut": (lists({"Commentaire": "x" * 32_767}), ("Exigences", 2, "Commentaire")),
}  # fmt: skip


def imported(make: Maker, tmp_path: Path) -> tuple[dict[str, Any], Path]:
    make(tmp_path / "liste.xlsx")
    target = tmp_path / "parcours" / "liste"
    return import_into(tmp_path / "liste.xlsx", target), target


def places(remarks: list[dict[str, Any]]) -> list[tuple[str, tuple[str, int, str]]]:
    return [(r["code"], (r["sheet"], r["row"], r["column"])) for r in remarks]


def test_the_good_one_has_none(tmp_path: Path) -> None:
    answer, target = imported(lists({}), tmp_path)
    assert (answer["ok"], answer["mended"], answer["errors"], answer["ignored"]) == (True, [], [], [])
    assert load_folder(target).chapters[0].requirements[0].code == "A.01"
    assert [path.name for path in target.parent.iterdir()] == ["liste"]


@pytest.mark.parametrize("code", [*REFUSED, *UNUSABLE])
def test_what_cannot_be_used_is_refused_whole(code: str, tmp_path: Path) -> None:
    maker, place = (REFUSED | UNUSABLE)[code]
    began = time.monotonic()
    answer, target = imported(maker, tmp_path)
    assert places(answer["errors"]) == [(code, place)]
    assert (answer["ok"], target.exists(), target.parent.exists()) == (False, False, False)
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("code", [*LEFT, *MENDED])
def test_what_can_be_understood_is_mended_and_told(code: str, tmp_path: Path) -> None:
    maker, place = (LEFT | MENDED)[code]
    answer, target = imported(maker, tmp_path)
    told = answer["ignored" if code in LEFT else "mended"]
    assert (code, place) in places(told)
    assert (answer["ok"], answer["errors"], target.exists()) == (True, [], True)
    for remark in told:
        assert all(remark[name] for name in ("why", "why_en", "code"))


def test_every_code_has_a_damaged_workbook() -> None:
    assert set(REFUSED) == set(REFUSALS)
    assert (set(UNUSABLE), set(LEFT), set(MENDED)) == (set(ERRORS), set(IGNORED), set(MENDS))
    assert len({*REFUSED, *UNUSABLE, *LEFT, *MENDED}) >= 30
    assert {*REFUSALS, *ERRORS, *IGNORED, *MENDS} <= set(MESSAGES)


def test_an_empty_folder_stays_empty(tmp_path: Path) -> None:
    (tmp_path / "parcours" / "liste").mkdir(parents=True)
    answer, target = imported(UNUSABLE["row.no_id"][0], tmp_path)
    assert (answer["ok"], list(target.iterdir()), len(list(target.parent.iterdir()))) == (False, [], 1)


@pytest.mark.parametrize("cell", [far_cell, far_column])
def test_a_cell_far_away_takes_neither_time_nor_memory(
    cell: Callable[[Any, Any], None], tmp_path: Path
) -> None:
    began = time.monotonic()
    answer, _ = imported(book(cell), tmp_path)
    assert answer["errors"][0]["code"] in ("workbook.too_many_rows", "workbook.too_many_columns")
    assert time.monotonic() - began < 20


def test_formulas_are_read_in_one_pass(tmp_path: Path) -> None:
    """However the ends of cells are written: looking for each of them anew took 14 seconds and more."""
    make = altered("xl/worksheets/sheet1.xml", spaced_ends)
    make(tmp_path / "liste.xlsx")
    assert (tmp_path / "liste.xlsx").stat().st_size < 100_000
    sheets = read_sheets(tmp_path / "liste.xlsx")
    began = time.process_time()
    cells = sheets.computed(sheets.sheets[0])
    assert time.process_time() - began < 5
    assert (len(cells), cells[1, 2]) == (6_001, Computed('="U"&"n"', "Un", error=False))
    answer, _ = imported(make, tmp_path)
    told = [(r["code"], r["row"], r["column"], r["read"]) for r in answer["mended"]]
    assert told == [("cell.formula", 2, "Chapitre", '="U"&"n"')]


@pytest.mark.parametrize(
    "inside",
    [
        b"<a/>" * (MAX_ELEMENTS + 1),
        b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1),
        b'<a b="' + b"x" * (4 * MAX_TAG) + b'"/>',
        b"<!--" + b"x" * (4 * MAX_TAG) + b"-->",
        b"".join(b"<a%d/>" % n for n in range(2 * MAX_NAMES)),
    ],
    ids=["elements", "depth", "attribute", "comment", "names"],
)
def test_formulas_are_not_looked_for_beyond_measure(inside: bytes, tmp_path: Path) -> None:
    altered("xl/worksheets/sheet1.xml", within_formula(inside))(tmp_path / "liste.xlsx")
    looked = look_into((tmp_path / "liste.xlsx").read_bytes())
    began = time.process_time()
    with pytest.raises(Refused) as refused:
        computed_cells(looked, "Exigences")
    assert refused.value.code == "workbook.too_heavy"
    assert time.process_time() - began < 5


def test_the_longest_string_is_found_across_blocks(tmp_path: Path) -> None:
    """Wherever a block ends: within a tag, or a text."""
    for before in range((1 << 20) - 12, (1 << 20) + 3):
        strings = b"<sst>" + b" " * (before - 5) + b"<x:si>" + b"y" * 1_500_000 + b"<si>z</si></sst>"
        zipped({"xl/sharedStrings.xml": strings})(tmp_path / "strings.zip")
        with zipfile.ZipFile(tmp_path / "strings.zip") as file:
            assert _longest_string(file) == len(b">") + 1_500_000


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", bytes(5000)])
def test_any_bytes_are_refused(content: bytes, tmp_path: Path) -> None:
    answer, target = imported(raw(content), tmp_path)
    assert [error["code"] for error in answer["errors"]] in (["workbook.not_one"], ["workbook.broken"])
    assert not target.exists()


def test_every_code_is_documented() -> None:
    text = (TEMPLATE.parents[1] / "docs" / "definitions.md").read_text(encoding="utf-8")
    told = {
        code: sentence for line in text.splitlines() if (cells := line.split("|")) and line.startswith("| `")
        for code, sentence in [(cells[1].strip(" `"), cells[2].strip())]
    }  # fmt: skip
    for code in (*REFUSALS, *ERRORS, *IGNORED, *MENDS):
        assert told[code] == MESSAGES[code][1]
