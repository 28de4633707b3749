"""`simulate` against a recomputation from the rows, per requirement and per proof, for every possible answer."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from jalon.programmes.definition.commands import TEMPLATE, import_into, simulate_folder
from jalon.programmes.definition.findings import DefinitionError
from jalon.programmes.definition.folder import load_folder, write_folder
from jalon.programmes.definition.simulation import simulate
from tests.programmes.builders import small
from tests.programmes.workbooks import raw_rows

RIS = TEMPLATE.parent / "segur-vague-2" / "ris"
Pair = tuple[str, str]  # perimeter, profile
Slot = tuple[str, str, str]  # requirement, scenario, proof


class Rows:
    """Which (perimeter, profile) ask for what: all that a naive reading needs."""

    def __init__(self, rows: Iterator[tuple[Pair, str, Slot | None]]) -> None:
        self.requirements: dict[str, set[Pair]] = {}
        self.slots: dict[Slot, set[Pair]] = {}
        for pair, code, slot in rows:
            self.requirements.setdefault(code, set()).add(pair)
            if slot:
                self.slots.setdefault(slot, set()).add(pair)

    def expected(self, allowed: set[Pair]) -> tuple[dict[str, bool], dict[Slot, bool]]:
        return (
            {code: not pairs.isdisjoint(allowed) for code, pairs in self.requirements.items()},
            {slot: not pairs.isdisjoint(allowed) for slot, pairs in self.slots.items()},
        )


def told(answer: dict[str, Any]) -> tuple[dict[str, bool], dict[Slot, bool]]:
    entries = answer["requirements"]
    # What waits for a choice of one way is asked of whoever chooses it.
    slots = {
        (entry["code"], proof["scenario"], proof["code"]): proof["applies"] or proof["why"] == "to_choose"
        for entry in entries
        for proof in entry["proofs"]
    }
    assert answer["requirement_count"] == sum(entry["applies"] for entry in entries)
    applying = sum(proof["applies"] for entry in entries for proof in entry["proofs"])
    assert answer["proof_count"] == applying + sum(choice["at_least"] for choice in answer["choices"])
    return {entry["code"]: entry["applies"] for entry in entries}, slots


def every_answer(names: list[str]) -> Iterator[tuple[tuple[str, ...], bool]]:
    for size in range(len(names) + 1):
        for chosen in combinations(names, size):
            yield chosen, False
            yield chosen, True


def rows_of_yaml(folder: Path) -> Iterator[tuple[Pair, str, Slot | None]]:
    for file in sorted((folder / "chapters").glob("*.yaml")):
        for requirement in yaml.safe_load(file.read_text(encoding="utf-8"))["requirements"]:
            own = (requirement["perimeter"], requirement["profile"])
            code = requirement["code"]
            if not requirement.get("scenarios"):
                yield own, code, None
            for scenario in requirement.get("scenarios", ()):
                inner = (scenario.get("perimeter", own[0]), scenario.get("profile", own[1]))
                if not scenario.get("proofs"):
                    yield inner, code, None
                for proof in scenario.get("proofs", ()):
                    pair = (proof.get("perimeter", inner[0]), proof.get("profile", inner[1]))
                    yield pair, code, (code, scenario["code"], proof["code"])


def test_the_shipped_programme_in_all_its_cases() -> None:
    assert not any("also:" in file.read_text(encoding="utf-8") for file in (RIS / "chapters").iterdir())
    definition = load_folder(RIS)
    rows = Rows(rows_of_yaml(RIS))
    choosable = {p.workbook or p.label.fr: p.key for p in definition.profiles if not p.locked}
    cases = list(every_answer(list(choosable)))
    assert len(cases) == 8
    for chosen, listed_before in cases:
        profiles = {choosable[name] for name in chosen} | {p.key for p in definition.profiles if p.locked}
        perimeters = {p.key for p in definition.perimeters if p.when is None or not listed_before}
        allowed = {(perimeter, profile) for perimeter in perimeters for profile in profiles}
        assert told(simulate(definition, chosen, listed_before=listed_before)) == rows.expected(allowed)


@pytest.mark.real
@pytest.mark.parametrize("quarter", range(4))
def test_the_real_workbook_in_all_4096_cases(reference_dir: Path, tmp_path: Path, quarter: int) -> None:
    path = reference_dir / "rem" / "REM-RIS-Va2-B.xlsx"
    assert import_into(path, tmp_path / "parcours" / "rem")["ok"]
    definition = load_folder(tmp_path / "parcours" / "rem")
    raw = raw_rows(path)
    rows = Rows(
        (
            (row["Périmètre"], row["Profil"]),
            row["ID"],
            (row["ID"], row["N° scénario"], row["N° preuve"]) if row["Preuve"] else None,
        )
        for row in raw
    )
    cases = list(every_answer(sorted({row["Profil"] for row in raw} - {"Général"})))
    assert len(cases) == 4096
    for chosen, listed_before in cases[quarter::4]:
        perimeters = ["Vague 2"] if listed_before else ["Vague 1", "Vague 2"]
        allowed = {(perimeter, profile) for perimeter in perimeters for profile in (*chosen, "Général")}
        assert told(simulate(definition, chosen, listed_before=listed_before)) == rows.expected(allowed)


def test_names_are_recognised_as_people_write_them() -> None:
    definition = small()
    extra = next(p for p in definition.profiles if not p.locked)
    names = (extra.workbook or extra.label.fr, f"  {extra.label.fr.upper()}\xa0", extra.key)
    answers = [simulate(definition, [name], listed_before=False) for name in names]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0] != simulate(definition, [], listed_before=False)


def test_everybody_has_the_locked_profile() -> None:
    definition = small()
    locked = next(p for p in definition.profiles if p.locked)
    named = simulate(definition, [locked.workbook or locked.label.fr], listed_before=True)
    assert named == simulate(definition, [], listed_before=True)


def test_an_unknown_profile_is_named_with_those_that_are_known(tmp_path: Path) -> None:
    write_folder(small(), tmp_path / "one")
    with pytest.raises(DefinitionError) as error:
        simulate_folder(tmp_path / "one", ["Inconnu", "Autre"], listed_before=False)
    assert [f.code for f in error.value.findings] == ["profile.unknown", "profile.unknown"]
    assert all(p.label.fr in str(error.value) for p in small().profiles if not p.workbook)


def test_each_line_has_a_reason() -> None:
    answer = simulate(load_folder(RIS), [], listed_before=True)
    lines = [line for entry in answer["requirements"] for line in (entry, *entry["proofs"])]
    assert all(line["reason"] and line["reason_en"] for line in lines)
    assert {line["why"] for line in lines} == {"applies", "perimeter", "profile", "to_choose"}
