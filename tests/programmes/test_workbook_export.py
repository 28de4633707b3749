"""What is exported comes back: import(export(x)) = x."""

import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import python_calamine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jalon.programmes.definition.check import check
from jalon.programmes.definition.commands import TEMPLATE, export_to, import_into
from jalon.programmes.definition.findings import DefinitionError
from jalon.programmes.definition.folder import load_folder, plain, write_folder
from jalon.programmes.definition.schema import Definition, Text
from jalon.programmes.definition.workbook.composing import read_definition
from jalon.programmes.definition.workbook.exporting import write_workbook
from tests.programmes.builders import small
from tests.programmes.workbooks import COLUMNS, Row, rows, write

RIS = TEMPLATE.parent / "segur-vague-2" / "ris"


template = cache(load_folder)


def read(path: Path, like: Definition | None = None) -> Definition:
    definition, report = read_definition(
        path, template=template(TEMPLATE), like=like, code="x", track="y", title=Text(fr="X")
    )
    assert definition is not None, report.errors
    return definition


def round_trip(definition: Definition, path: Path, like: Definition | None = None) -> dict[str, Any]:
    write_workbook(definition, path)
    again = read(path, like)
    return plain(
        again.model_copy(
            update={"code": definition.code, "track": definition.track, "title": definition.title}
        )
    )


TEXTS = [
    "", "x", "Une vidéo", "=1+1", "+33 1", "@x", "<p>Un</p><p>Deux\xa0: trois</p>", "a < b & c", "Sujet <nom>",
    "Ligne\n\nautre ligne\nfin", "<ul><li>a</li><li>b</li></ul>", "&lt;p&gt;", "&amp;lt;", "<b>gras", "_x0041_",
    "x\u200by", "<p>&lt;p&gt; littéral</p>", "- point", "<script>x</script>", "«\xa0guillemets\xa0»", "😀 é ﬁ", "0012",
    "12",
]  # fmt: skip
text = st.sampled_from(TEXTS)
name = st.sampled_from
any_row = st.fixed_dictionaries({
    "Périmètre": name(["Vague 1", "Vague 2", "vague 2", "Vague 3"]), "Chapitre": name(["Un", "Deux", "Trois"]),
    "ID": name(["A.01", "SC.A.01", "A.02", "B.01", "12"]), "Fonction": name(["", "Titre", "A : b"]), "Exigence": text,
    "Commentaire": text, "Profil": name(["Général", "P", "Q", "général "]), "N° scénario": name(["", "S.1", "S.2"]),
    "Scénario de conformité": text, "N° preuve": name(["", "1", "2", "02"]), "Preuve": text,
    "Criticité": name(["", "Mineure"]), "Ordre": name([0, 1, 2]),
})  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(any_row, min_size=1, max_size=8))
def test_any_list_comes_back_the_same(tmp_path_factory: pytest.TempPathFactory, raw: list[Row]) -> None:
    folder = tmp_path_factory.mktemp("any")
    first = read(write(folder / "first.xlsx", raw))
    assert check(first) == []
    assert round_trip(first, folder / "second.xlsx") == plain(first)
    assert round_trip(first, folder / "third.xlsx", like=first) == plain(first)


@pytest.mark.real
@pytest.mark.parametrize("which", ["A", "B"])
def test_the_real_workbooks_come_back_the_same(reference_dir: Path, tmp_path: Path, which: str) -> None:
    first = read(reference_dir / "rem" / f"REM-RIS-Va2-{which}.xlsx")
    assert round_trip(first, tmp_path / "again.xlsx") == plain(first)


def test_a_programme_keeps_through_a_workbook_what_a_workbook_cannot_hold(tmp_path: Path) -> None:
    """Translations, groups, keys, chosen kinds, plain texts, ways: all of the shipped programme."""
    definition = load_folder(RIS)
    assert definition.one_of
    assert round_trip(definition, tmp_path / "w.xlsx", like=definition) == plain(definition)
    with pytest.raises(DefinitionError, match="R1"):  # two proofs of one text, without a number
        write_workbook(small(), tmp_path / "s.xlsx")


def test_one_edit_changes_one_thing(tmp_path: Path) -> None:
    """The title of one requirement, in a list that came from a programme with translations."""
    definition = load_folder(RIS)
    chapter = definition.chapters[2]
    edited = chapter.requirements[1].model_copy(update={"title": Text(fr="Un autre titre")})
    requirements = (chapter.requirements[0], edited, *chapter.requirements[2:])
    chapters = (
        *definition.chapters[:2],
        chapter.model_copy(update={"requirements": requirements}),
        *definition.chapters[3:],
    )
    changed = definition.model_copy(update={"chapters": chapters})
    assert round_trip(changed, tmp_path / "w.xlsx", like=definition) == plain(changed)


def test_keys_follow_a_requirement_to_another_chapter_and_out_of_its_prefix(tmp_path: Path) -> None:
    base = rows({"ID": "SC.A.01"}, {"ID": "B.01", "N° scénario": "B.01.01", "N° preuve": "B.01.01.01"})
    old = read(write(tmp_path / "old.xlsx", base))
    moved = rows(
        {"ID": "B.01", "N° scénario": "B.01.01", "N° preuve": "B.01.01.01"},
        {"ID": "A.01", "Chapitre": "Deux", "Exigence": "Autre énoncé"},
    )
    for like in (None, old):
        new = read(write(tmp_path / "new.xlsx", moved), like)
        keys = {
            p.code: (r.key, s.key, p.key)
            for d in (old, new)
            for c in d.chapters
            for r in c.requirements
            for s in r.scenarios
            for p in s.proofs
        }
        both = [
            (r.key, s.key, p.key)
            for d in (old, new)
            for c in d.chapters
            for r in c.requirements
            for s in r.scenarios
            for p in s.proofs
        ]
        assert (len(both), set(both)) == (4, set(keys.values()))


def test_a_code_that_went_to_another_requirement_does_not_take_its_key(tmp_path: Path) -> None:
    """A.01 became A.02 (its earlier number says so), and a new A.01 came."""
    columns = [*COLUMNS, "VA N-1"]
    old = read(write(tmp_path / "old.xlsx", rows({})))
    renumbered = {"ID": "A.02", "N° scénario": "A.02.01", "N° preuve": "A.02.01.01", "VA N-1": "A.01"}
    new = {"Exigence": "Tout autre chose", "Scénario de conformité": "Rien à voir", "Preuve": "Un journal"}
    wide = write(tmp_path / "new.xlsx", rows(new, renumbered), columns=columns)
    found = {r.code: r for c in read(wide, old).chapters for r in c.requirements}
    was = old.chapters[0].requirements[0]
    assert len({found["A.01"].key, found["A.02"].key}) == 2
    assert (found["A.02"].key, check(read(wide, old))) == (was.key, [])


def test_a_kind_that_a_person_chose_outlives_a_new_import(tmp_path: Path) -> None:
    path = write(tmp_path / "w.xlsx", rows({}))
    assert import_into(path, tmp_path / "t" / "one")["ok"]
    one = load_folder(tmp_path / "t" / "one")
    requirement = one.chapters[0].requirements[0]
    scenario = requirement.scenarios[0]
    proof = scenario.proofs[0].model_copy(update={"kinds": ("document",), "kind_guessed": False})
    chosen = one.model_copy(
        update={
            "kinds": load_folder(TEMPLATE).kinds,
            "chapters": (
                one.chapters[0].model_copy(
                    update={
                        "requirements": (
                            requirement.model_copy(
                                update={"scenarios": (scenario.model_copy(update={"proofs": (proof,)}),)}
                            ),
                        )
                    }
                ),
            ),
        }
    )
    write_folder(chosen, tmp_path / "t" / "two")
    assert import_into(path, tmp_path / "t" / "three", tmp_path / "t" / "two")["ok"]
    kept = load_folder(tmp_path / "t" / "three").chapters[0].requirements[0].scenarios[0].proofs[0]
    assert (kept.kinds, kept.kind_guessed, kept.key) == (("document",), False, proof.key)


def test_the_file_has_the_14_columns_as_text_and_no_formula(tmp_path: Path) -> None:
    definition = read(write(tmp_path / "w.xlsx", rows({"Exigence": "=1+1", "Preuve": "=HYPERLINK(1)"})))
    write_workbook(definition, tmp_path / "out.xlsx")
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    table = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "out.xlsx")).get_sheet_by_index(0)
    header, row = table.to_python()
    assert tuple(header) == COLUMNS
    assert row == [
        "Vague 2", "A.01", "Un", "Titre", "<p>=1+1</p>", "", "Général", "A.01.01", "<p>Scénario</p>", "A.01.01.01",
        "=HYPERLINK(1)", "Général", "Majeure", 1.0,
    ]  # fmt: skip


def test_the_same_definition_gives_the_same_cells(tmp_path: Path) -> None:
    for name_ in ("one", "two"):
        write_workbook(load_folder(RIS), tmp_path / f"{name_}.xlsx")
    with zipfile.ZipFile(tmp_path / "one.xlsx") as one, zipfile.ZipFile(tmp_path / "two.xlsx") as two:
        for part in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"):
            assert one.read(part) == two.read(part)


def test_a_text_that_no_cell_can_hold_is_refused_and_nothing_written(tmp_path: Path) -> None:
    definition = read(write(tmp_path / "w.xlsx", rows({"Preuve": "a" * 20_000}, {"Preuve": "b" * 20_000})))
    write_folder(definition, tmp_path / "x")
    with pytest.raises(DefinitionError) as error:
        export_to(tmp_path / "x", tmp_path / "out.xlsx")
    assert ([f.code for f in error.value.findings], (tmp_path / "out.xlsx").exists()) == (
        ["export.too_long"],
        False,
    )
