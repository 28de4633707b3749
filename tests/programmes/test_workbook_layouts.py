"""The public lists: one row a scenario, with older and newer headers."""

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from jalon.programmes.definition.commands import TEMPLATE
from jalon.programmes.definition.folder import load_folder
from jalon.programmes.definition.schema import Definition, Text
from jalon.programmes.definition.workbook.composing import read_definition
from jalon.programmes.definition.workbook.layouts import COLUMNS, find_header
from jalon.programmes.definition.workbook.report import Report

PROOFS = [f"{what} {n}" for n in range(1, 11) for what in ("N° preuve", "Preuve")]
OLDER = [
    "Exigence conditionnelle OUI/NON", "Profil", "ID Section", "Section", "Bloc", "Fonction", "Nature de l'exigence",
    "N° exigence", "Énoncé de l'exigence (DOIT) ou de la préconisation (PEUT)", "N° scénario",
    "Scénario de conformité", *PROOFS, "Note interne",
]  # fmt: skip
NEWER = [
    "Périmètre", "ID", "Chapitre", "Fonction", "Exigence", "Commentaire", "Nature de l'exigence", "Profil",
    "N° scénario", "Scénario de conformité", *PROOFS, "Statut publication", "VA N-1", "Criticité", "Ordre",
]  # fmt: skip
OLD_ROW = {
    "Exigence conditionnelle OUI/NON": "OUI", "Profil": "Option", "ID Section": "INS", "Section": "Identité",
    "Fonction": "Traits", "Nature de l'exigence": "Préconisation (PEUT)", "N° exigence": "SC.INS.01",
    "Énoncé de l'exigence (DOIT) ou de la préconisation (PEUT)": "<p>Énoncé</p>", "N° scénario": "INS.01.01",
    "Scénario de conformité": "Scénario", "N° preuve 1": "INS.01.01.01", "Preuve 1": "Une vidéo",
    "N° preuve 2": "INS.01.01.02", "Preuve 2": "Un journal", "N° preuve 10": "INS.01.01.10", "Preuve 10": "Un document",
}  # fmt: skip
NEW_ROW = {
    "Périmètre": "Vague 1", "ID": "INS/va1.01", "Chapitre": "Identité", "Fonction": "Traits", "Exigence": "Énoncé",
    "Commentaire": "Voir l’annexe", "Nature de l'exigence": "Exigence (DOIT)", "Profil": "Général",
    "N° scénario": "INS/va1.01.01", "Scénario de conformité": "Scénario", "N° preuve 1": "INS/va1.01.01.01",
    "Preuve 1": "Une vidéo", "Statut publication": "Inchangée", "VA N-1": "INS.32, INS.33 ; INS.34",
    "Criticité": "Mineure", "Ordre": 7,
}  # fmt: skip


def write(path: Path, columns: list[str], *found: dict[str, Any]) -> Path:
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("Scénarios coeur de métier").write(0, 0, "Autre chose")
    page = book.add_worksheet("Exigences")
    page.write_row(1, 2, columns)
    for n, row in enumerate(found, start=2):
        page.write_row(n, 2, [row.get(column, "") for column in columns])
    book.close()
    return path


def read(path: Path) -> tuple[Definition | None, Report]:
    return read_definition(
        path, template=load_folder(TEMPLATE), like=None, code="x", track="y", title=Text(fr="X")
    )


def test_the_older_headers(tmp_path: Path) -> None:
    second = {"N° exigence": "INS.02", "Exigence conditionnelle OUI/NON": "NON", "Profil": ""}
    definition, report = read(write(tmp_path / "w.xlsx", OLDER, OLD_ROW, {**OLD_ROW, **second}))
    assert definition is not None, report.errors
    assert (report.layout, report.requirements, report.scenarios, report.proofs) == ("scenario", 2, 2, 6)
    (chapter,) = definition.chapters
    first, other = chapter.requirements
    assert (chapter.title.fr, first.code, first.title.fr, first.statement.fr, first.nature) == (
        "Identité", "SC.INS.01", "Traits", "<p>Énoncé</p>", "may",
    )  # fmt: skip
    assert (first.perimeter, first.profile, other.profile) == ("vague-2", "option", "general")
    assert [(p.code, p.text.fr, p.kinds) for s in first.scenarios for p in s.proofs] == [
        ("INS.01.01.01", "Une vidéo", ("video",)),
        ("INS.01.01.02", "Un journal", ("log",)),
        ("INS.01.01.10", "Un document", ("document",)),
    ]
    assert {(r.code, r.sheet, r.column) for r in report.ignored} == {
        ("sheet.ignored", "Scénarios coeur de métier", ""),
        ("column.ignored", "Exigences", "ID Section"),
        ("column.ignored", "Exigences", "Bloc"),
        ("column.ignored", "Exigences", "Note interne"),
    }


def test_a_conditional_requirement_must_name_its_profile(tmp_path: Path) -> None:
    _, report = read(write(tmp_path / "w.xlsx", OLDER, {**OLD_ROW, "Profil": ""}))
    assert [(e.code, e.row, e.column) for e in report.errors] == [("profile.none", 3, "Profil")]


def test_the_newer_headers(tmp_path: Path) -> None:
    empty = {**NEW_ROW, "N° scénario": "INS/va1.01.02", "N° preuve 1": "", "Preuve 1": ""}
    definition, report = read(write(tmp_path / "w.xlsx", NEWER, NEW_ROW, empty))
    assert definition is not None, report.errors
    (requirement,) = definition.chapters[0].requirements
    assert (requirement.was, requirement.nature, requirement.criticality, requirement.position) == (
        ("INS.32", "INS.33", "INS.34"), "must", "Mineure", 7,
    )  # fmt: skip
    assert (requirement.perimeter, requirement.profile) == ("vague-1", "general")
    assert [len(scenario.proofs) for scenario in requirement.scenarios] == [1, 0]
    assert [(m.code, m.row, m.column) for m in report.mended] == [("scenario.no_proof", 4, "Preuve 1")]
    assert (report.rows, report.requirements, report.scenarios, report.proofs) == (2, 1, 2, 1)


def test_a_fault_names_the_column_as_the_sheet_does(tmp_path: Path) -> None:
    spaced = {**OLD_ROW, "Section": " Identité", "N° preuve 2": "", "N° exigence": "SC.INS.01 "}
    _, report = read(write(tmp_path / "w.xlsx", OLDER, spaced))
    assert {(m.code, m.column) for m in report.mended} == {
        ("cell.spaces", "Section"), ("cell.spaces", "N° exigence"), ("proof.no_number", "N° preuve 2"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "header",
    [
        [column.upper() for column in COLUMNS],
        [f" {column}\xa0" for column in COLUMNS],
        [column.replace("N°", "Numéro de") for column in COLUMNS],
        [column.replace("N°", "No") for column in COLUMNS],
        [column.replace("é", "e").replace("è", "e") for column in COLUMNS],
    ],
)
def test_headers_as_people_write_them(header: list[str]) -> None:
    found = find_header([["Titre"], [], header])
    assert found is not None
    assert (found.row, found.missing, list(found.columns.values())) == (2, (), list(COLUMNS))
