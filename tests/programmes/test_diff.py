"""What changed between two lists: the real ones, one with ten known edits, and small made-up ones."""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jalon.programmes.definition.compiled import Compiled
from jalon.programmes.definition.diff.changes import Diff, RequirementChange
from jalon.programmes.definition.diff.compare import diff
from jalon.programmes.definition.diff.reading import read_workbook
from jalon.programmes.definition.matching import match
from jalon.programmes.definition.schema import Definition
from tests.programmes.lists import List, Row, read_rows, write_rows

NOTHING = dict.fromkeys(
    (
        "added", "removed", "changed", "moved", "renumbered", "split", "merged", "scenarios_moved", "chapters",
        "around",
    ),
    0,
)  # fmt: skip
OF_THE_REQUIREMENT = (
    "ID", "Chapitre", "Fonction", "Exigence", "Commentaire", "Périmètre", "Profil", "Criticité",
)  # fmt: skip
# The eleven requirements that B leaves out.
ONLY_IN_A = {
    "DMP/AIRS.06", "DMP/AIRS.07", "DMP/CONF.03", "DMP/CONF.06", "DMP/HISTO.06", "DMP/PSC.01", "DMP/UX.29",
    "DOC/va1.03", "DOC/va1.05", "INS/PSC.01", "INS/va1.41",
}  # fmt: skip


def counts(found: Diff) -> dict[str, int]:
    return dict(found.counts)


# --- The real lists


@pytest.fixture(scope="module")
def list_a(reference_dir: Path) -> Definition:
    return read_workbook(reference_dir / "rem" / "REM-RIS-Va2-A.xlsx")


@pytest.fixture(scope="module")
def list_b(reference_dir: Path) -> Definition:
    return read_workbook(reference_dir / "rem" / "REM-RIS-Va2-B.xlsx")


@pytest.mark.real
def test_b_is_a_without_eleven_requirements(list_a: Definition, list_b: Definition) -> None:
    # Read on their own, the keys that two workbooks give say no more than the codes.
    matching = match(list_a, list_b, by_key=False)
    back = match(list_b, list_a, by_key=False)
    assert {m.found_by for m in (*matching.requirements, *matching.scenarios, *matching.proofs)} == {"code"}
    assert_eleven_went(list_a, list_b, diff(list_a, list_b, matching), diff(list_b, list_a, back))


@pytest.mark.real
def test_b_read_over_a_is_a_without_eleven_requirements(
    reference_dir: Path, list_a: Definition, list_b: Definition
) -> None:
    b_over_a = read_workbook(reference_dir / "rem" / "REM-RIS-Va2-B.xlsx", list_a)
    a_over_b = read_workbook(reference_dir / "rem" / "REM-RIS-Va2-A.xlsx", list_b)
    assert_eleven_went(list_a, list_b, diff(list_a, b_over_a), diff(list_b, a_over_b))


def assert_eleven_went(list_a: Definition, list_b: Definition, forth: Diff, back: Diff) -> None:
    assert counts(forth) == {**NOTHING, "removed": 11, "around": counts(forth)["around"]}
    assert counts(back) == {**NOTHING, "added": 11, "around": counts(back)["around"]}
    assert {place.code for place in forth.removed} == {place.code for place in back.added} == ONLY_IN_A
    proofs_a, proofs_b = len(Compiled(list_a).items), len(Compiled(list_b).items)
    assert Counter(i.status for i in forth.items) == {"untouched": proofs_b, "removed": proofs_a - proofs_b}
    assert Counter(i.status for i in back.items) == {"untouched": proofs_b, "added": proofs_a - proofs_b}


@pytest.mark.real
def test_a_list_is_equal_to_itself(list_a: Definition) -> None:
    found = diff(list_a, list_a)
    assert found.equal
    assert len(found.unchanged) == sum(len(c.requirements) for c in list_a.chapters)


def ten_edits(edited: List) -> dict[str, Any]:
    """Ten edits of a real list, each on requirements of its own: which they are, by kind of edit."""
    return {kind: edit(edited) for kind, edit in EDITS.items()}


def several(edited: List) -> Callable[[str], bool]:
    return lambda code: len(edited.scenarios(code)) >= 2


def single(edited: List) -> Callable[[str], bool]:
    return lambda code: len(edited.scenarios(code)) == 1


def edit_text(edited: List) -> str:
    code = edited.pick(single(edited))
    for row in edited.of(code):
        row["Exigence"] += " Cette règle vaut aussi pour les documents reçus avant la mise en service."
    return code


def split(edited: List) -> tuple[str, str]:
    source = edited.pick(several(edited))
    part = f"{source}.BIS"
    second = edited.scenarios(source)[1]
    rows = [row for row in edited.of(source) if row["N° scénario"] == second]
    edited.renumber(rows, second, f"{part}.01")
    for row in rows:
        row |= {"ID": part, "Exigence": "La seconde moitié de la règle, dite à part."}
    return source, part


def merge(edited: List) -> tuple[str, str]:
    first = edited.pick(single(edited))
    profile = edited.of(first)[0]["Profil"]
    other = edited.pick(
        lambda code: (
            single(edited)(code)
            and not edited.starts_a_chapter(code)
            and edited.of(code)[0]["Profil"] == profile
        )
    )
    both = edited.of(first)[0]["Exigence"] + edited.of(other)[0]["Exigence"]
    rows = edited.of(other)
    edited.renumber(rows, edited.scenarios(other)[0], f"{first}.02")
    hand_over(edited, rows, first)
    for row in edited.of(first):
        row["Exigence"] = both
    return first, other


def renumber(edited: List) -> tuple[str, str]:
    old = edited.pick(single(edited))
    edited.renumber(edited.of(old), old, f"{old}99")
    edited.taken.add(f"{old}99")
    return old, f"{old}99"


def change_chapter(edited: List) -> tuple[str, str]:
    chapters = list(dict.fromkeys(row["Chapitre"] for row in edited.rows))
    code = edited.pick(lambda code: single(edited)(code) and not edited.starts_a_chapter(code))
    rows = edited.of(code)
    chapter = chapters[chapters.index(rows[0]["Chapitre"]) - 1]
    last = [row for row in edited.rows if row["Chapitre"] == chapter][-1]
    for row in rows:
        row["Chapitre"] = chapter
    edited.put_after(rows, last)
    return code, chapter


def change_profile(edited: List) -> str:
    code = edited.pick(lambda code: edited.of(code)[0]["Profil"] == "Général" and several(edited)(code))
    other = next(row["Profil"] for row in edited.rows if row["Profil"] != "Général")
    for row in edited.of(code):
        row["Profil"] = other
    return code


def change_wave(edited: List) -> str:
    code = edited.pick(lambda code: edited.of(code)[0]["Périmètre"].lower() == "vague 1")
    for row in edited.of(code):
        row["Périmètre"] = "Vague 2"
    return code


def add_proof(edited: List) -> str:
    code = edited.pick(single(edited))
    last = edited.of(code)[-1]
    text = "Le journal de la solution, au format texte"
    edited.put_after([{**last, "N° preuve": f"{last['N° scénario']}.88", "Preuve": text}], last)
    return code


def drop_proof(edited: List) -> str:
    code = edited.pick(lambda code: single(edited)(code) and len(edited.of(code)) >= 2)
    last = edited.of(code)[-1]
    edited.rows = [row for row in edited.rows if row is not last]
    return code


def move_scenario(edited: List) -> tuple[str, str]:
    giver, taker = edited.pick(several(edited)), edited.pick(single(edited))
    went = edited.scenarios(giver)[1]
    rows = [row for row in edited.of(giver) if row["N° scénario"] == went]
    edited.renumber(rows, went, f"{taker}.02")
    hand_over(edited, rows, taker)
    return giver, taker


EDITS: dict[str, Callable[[List], Any]] = {
    "text": edit_text, "split": split, "merge": merge, "renumber": renumber, "chapter": change_chapter,
    "profile": change_profile, "wave": change_wave, "proof added": add_proof, "proof dropped": drop_proof,
    "scenario moved": move_scenario,
}  # fmt: skip


def hand_over(edited: List, rows: list[Row], code: str) -> None:
    """These rows of a scenario become rows of another requirement."""
    host = edited.of(code)[-1]
    for row in rows:
        row |= {name: host[name] for name in OF_THE_REQUIREMENT}
    edited.put_after(rows, host)


@pytest.fixture(scope="module", params=range(4))
def edited(
    request: pytest.FixtureRequest, reference_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Any]]:
    """The edited workbook, on four choices of requirements, and which ones they are."""
    rows = read_rows(reference_dir / "rem" / "REM-RIS-Va2-B.xlsx")
    edited = List(rows, random.Random(request.param))
    done = ten_edits(edited)
    for row in edited.rows:  # every order number is another one: no requirement moved by that
        row["Ordre"] = str(int(row["Ordre"]) * 10 + 700)
    return write_rows(tmp_path_factory.mktemp("c") / "C.xlsx", edited.rows), done


TEN = {**NOTHING, "changed": 5, "split": 1, "merged": 1, "renumbered": 1, "moved": 1, "scenarios_moved": 1}


@pytest.mark.real
@pytest.mark.parametrize("over", [True, False])
def test_ten_edits_are_found_and_nothing_else(
    list_b: Definition, edited: tuple[Path, dict[str, Any]], over: bool
) -> None:
    workbook, done = edited
    list_c = read_workbook(workbook, list_b) if over else read_workbook(workbook)
    found = diff(list_b, list_c, match(list_b, list_c, by_key=over))
    assert told(found) == {
        (done["text"], ("statement",)), (done["profile"], ("profile",)), (done["wave"], ("perimeter",)),
        (done["proof added"], ("proof added",)), (done["proof dropped"], ("proof removed",)),
    }  # fmt: skip
    assert found_in_list(found) == {**TEN, "around": 0}
    codes = lambda places: tuple(place.code for place in places)  # noqa: E731
    assert [(codes(g.old), codes(g.new)) for g in found.split] == [((done["split"][0],), done["split"])]
    assert [(codes(g.old), codes(g.new)) for g in found.merged] == [(done["merge"], (done["merge"][0],))]
    assert [(p.old.code, p.new.code) for p in found.renumbered] == [done["renumber"]]
    assert [(m.what, m.pair.new.code, m.pair.new.chapter.title.fr) for m in found.moved] == [
        ("chapter", *done["chapter"])
    ]
    assert [(m.old.code, m.new.code) for m in found.scenarios_moved] == [done["scenario moved"]]


def told(found: Diff) -> set[tuple[str, tuple[str, ...]]]:
    return {(change.pair.new.code, names(change)) for change in found.changed}


def names(change: RequirementChange) -> tuple[str, ...]:
    """Every difference inside a requirement, in words."""
    inside = [f.field for f in change.fields]
    for scenario in change.scenarios:
        inside += [f"scenario {scenario.what}"] if scenario.what != "changed" else []
        inside += [f"scenario {f.field}" for f in scenario.fields]
        for one in scenario.proofs:
            inside += [f"proof {one.what}"] if one.what != "changed" else []
            inside += [f"proof {f.field}" for f in one.fields]
    return tuple(inside)


@pytest.mark.real
def test_ten_edits_read_backwards(list_b: Definition, edited: tuple[Path, dict[str, Any]]) -> None:
    list_c = read_workbook(edited[0], list_b)
    assert found_in_list(diff(list_c, list_b)) == TEN


def found_in_list(found: Diff) -> dict[str, int]:
    """Read on its own, a workbook names its profiles in another order: that stands around the list."""
    return {**counts(found), "around": 0}
