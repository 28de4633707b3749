"""`programme diff`, on two folders."""

import json
from pathlib import Path

from click.testing import CliRunner

from jalon.cli import main
from jalon.programmes.definition.compiled import Compiled
from jalon.programmes.definition.diff.meaning import meaning
from jalon.programmes.definition.schema import Definition
from tests.programmes.builders import made, proof, requirement, small, small_raw, text, write_tree


def test_the_command_compares_two_folders(tmp_path: Path) -> None:
    old = write_tree(tmp_path / "old", small())
    raw = small_raw()
    raw["chapters"][0]["requirements"][0]["statement"] = text("Un autre énoncé")
    raw["chapters"][1]["requirements"].append(requirement("r9", "new", "all", [proof("p9")]))
    new = write_tree(tmp_path / "new", made(raw))
    run = CliRunner().invoke(main, ["programme", "diff", str(old), str(new), "--json"])
    answer = json.loads(run.output)
    assert (run.exit_code, answer["ok"], answer["equal"]) == (0, True, False)
    assert {name: n for name, n in answer["counts"].items() if n} == {
        "added": 1,
        "changed": 1,
        "unchanged": 2,
    }
    assert [place["code"] for place in answer["added"]] == ["R9"]
    (changed,) = answer["changed"]
    assert changed["fields"] == [
        {
            "field": "statement", "language": "fr", "editorial": False, "old": "Énoncé", "new": "Un autre énoncé",
            "words": [["-", "Énoncé"], ["+", "Un autre énoncé"]],
        }
    ]  # fmt: skip
    assert answer["proofs"] == {"added": 1, "meaning": 2, "untouched": 2}
    assert [one["because"] for one in answer["to_look_at_again"]] == [["statement"], ["statement"]]

    run = CliRunner().invoke(main, ["programme", "diff", str(old), str(new), "--language", "en"])
    assert run.exit_code == 0
    assert run.output.splitlines() == [
        "demo → demo",
        "3 requirements, 4 proofs → 4 requirements, 5 proofs",
        "Added: 1 · Changed: 1 · Unchanged: 2",
        "Proofs — new: 1 · to be looked at again: 2 · untouched: 2",
        "",
        "Added (1)",
        "  + R9               r9  Chapitre 2 · 1 proof",
        "",
        "Changed (1)",
        "  ~ R1               r1",
        "      statement: [-Énoncé-]{+Un autre énoncé+}",
    ]


def test_the_command_says_that_nothing_differs(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "one", small())
    run = CliRunner().invoke(main, ["programme", "diff", str(folder), str(folder)])
    assert (run.exit_code, run.output.splitlines()[-1]) == (0, "Aucune différence.")


def test_the_command_says_what_it_cannot_read(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "one", small())
    (tmp_path / "x.xlsx").write_bytes(b"no workbook")
    run = CliRunner().invoke(main, ["programme", "diff", str(folder), str(tmp_path / "x.xlsx"), "--json"])
    assert (run.exit_code, json.loads(run.output)["ok"]) == (1, False)
    missing = CliRunner().invoke(main, ["programme", "diff", str(folder), str(tmp_path / "none.xlsx")])
    assert missing.exit_code == 2


def test_an_unread_definition_is_the_same_as_a_compiled_one() -> None:
    definition: Definition = small()
    item = Compiled(definition).items["p1"]
    assert meaning(definition, item) == meaning(made(small_raw()), Compiled(made(small_raw())).items["p1"])
