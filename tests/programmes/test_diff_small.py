"""What counts as which change, on small lists; and what holds for any two lists."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from jalon.cli import main
from jalon.programmes.definition.compiled import Compiled
from jalon.programmes.definition.diff.as_json import as_json
from jalon.programmes.definition.diff.changes import Diff
from jalon.programmes.definition.diff.compare import diff
from jalon.programmes.definition.diff.meaning import meaning
from jalon.programmes.definition.diff.order import out_of_place
from jalon.programmes.definition.diff.terminal import View, lines
from jalon.programmes.definition.schema import Definition
from tests.programmes.builders import made, proof, requirement, small, small_raw, text, write_tree

Raw = dict[str, Any]
Edit = Callable[[Raw], None]


def small_list() -> Raw:
    """Three chapters of requirements whose texts have little in common."""
    raw = small_raw()
    raw["chapters"] = [
        chapter("c1", one("a1", SAYINGS[0], SAYINGS[1]), one("a2", SAYINGS[2]), one("a3", SAYINGS[3])),
        chapter("c2", one("b1", SAYINGS[4], SAYINGS[5]), one("b2", SAYINGS[6]), one("b3")),
        chapter("c3", one("d1", SAYINGS[7])),
    ]
    return raw


SAYINGS = (
    "Ouvrir la fiche, relever les traits et comparer la date de naissance au registre.",
    "Rejeter une réponse tardive puis vérifier que le message d’alerte reste affiché.",
    "Envoyer un compte rendu signé vers la boîte du médecin traitant.",
    "Fermer toute session restée sans activité pendant quinze minutes.",
    "Chercher un correspondant par sa ville, sa profession ou son numéro national.",
    "Imprimer le code à barres en deux dimensions sur chaque feuille remise.",
    "Montrer le journal des accès d’une semaine entière, trié par utilisateur.",
    "Retirer un document du dossier partagé et constater sa disparition.",
)
STATEMENTS = {
    "a1": "Le logiciel compare l’identité reçue avec celle du registre national avant tout rattachement.",
    "a2": "Chaque compte rendu validé part sans délai vers la messagerie sécurisée du correspondant.",
    "a3": "Une session inactive se ferme seule ; l’écran ne laisse voir aucune donnée de patient.",
    "b1": "L’annuaire embarqué est rafraîchi toutes les nuits depuis la publication officielle.",
    "b2": "Toute consultation laisse une trace horodatée, conservée six mois au moins.",
    "b3": "L’hébergement est assuré par un prestataire certifié sur le territoire européen.",
    "d1": "L’auteur peut retirer son document, et la suppression se propage aux copies.",
}


def chapter(key: str, *requirements: Raw) -> Raw:
    return {"key": key, "title": text(f"Chapitre {key}"), "requirements": list(requirements)}


def one(key: str, *scenarios: str) -> Raw:
    code = f"{key[0].upper()}.0{key[1]}"
    return {
        "key": key, "code": code, "title": text(f"Titre de {key}"), "statement": text(STATEMENTS[key]),
        "perimeter": "new", "profile": "all",
        "scenarios": [
            {
                "key": f"{key}s{n}", "code": f"{code}.0{n}", "text": text(said),
                "proofs": [
                    proof(f"{key}s{n}p{m}", code=f"{code}.0{n}.0{m}", text=text(f"Preuve {m} : {said[:30]}"))
                    for m in (1, 2)
                ],
            }
            for n, said in enumerate(scenarios, start=1)
        ],
    }  # fmt: skip


def requirements(raw: Raw) -> dict[str, Raw]:
    return {r["key"]: r for c in raw["chapters"] for r in c["requirements"]}


def compared(edit: Edit) -> Diff:
    old, new = small_list(), small_list()
    edit(new)
    return diff(made(old), made(new))


def told(found: Diff) -> list[str]:
    """The whole difference, one short line a change."""
    lines = [f"+ {p.key}" for p in found.added] + [f"- {p.key}" for p in found.removed]
    lines += [f"renumbered {p.old.code} {p.new.code} by {p.found_by}" for p in found.renumbered]
    lines += [f"moved {m.what} {m.pair.new.key}" for m in found.moved]
    for word, groups in (("split", found.split), ("merged", found.merged)):
        for group in groups:
            lines.append(
                f"{word} {' '.join(p.key for p in group.old)} > {' '.join(p.key for p in group.new)}"
            )
    lines += [f"scenario {m.change.part.key} {m.old.key} > {m.new.key}" for m in found.scenarios_moved]
    for change in found.changed:
        lines += [f"{change.pair.new.key} {f.field}" for f in change.fields]
        for scenario in change.scenarios:
            name = scenario.part.key
            lines += [f"{name} {scenario.what}"] if scenario.what != "changed" else []
            lines += [f"{name} {f.field}" for f in scenario.fields]
            for inner in scenario.proofs:
                lines += [f"{inner.part.key} {inner.what}"] if inner.what != "changed" else []
                lines += [f"{inner.part.key} {f.field}" for f in inner.fields]
    lines += [f"chapter {(c.new or c.old).key} {c.what}" for c in found.chapters]  # type: ignore[union-attr]
    return lines + [f"around {'.'.join(c.path)} {c.what}" for c in found.around]


# --- One edit, one change


def field(key: str, name: str, value: Any) -> Edit:
    return lambda raw: requirements(raw)[key].update({name: value})


def scenario(key: str, number: int, name: str, value: Any) -> Edit:
    return lambda raw: requirements(raw)[key]["scenarios"][number].update({name: value})


def proof_field(key: str, name: str, value: Any) -> Edit:
    return lambda raw: requirements(raw)[key]["scenarios"][0]["proofs"][0].update({name: value})


def both(*edits: Edit) -> Edit:
    def edit(raw: Raw) -> None:
        for one_edit in edits:
            one_edit(raw)

    return edit


def put(chapter: int, at: int, requirement: Raw) -> Edit:
    return lambda raw: raw["chapters"][chapter]["requirements"].insert(at, requirement)


def drop(chapter: int, at: int) -> Edit:
    return lambda raw: raw["chapters"][chapter]["requirements"].pop(at)


def carry(source: tuple[int, int], target: tuple[int, int]) -> Edit:
    def edit(raw: Raw) -> None:
        carried = raw["chapters"][source[0]]["requirements"].pop(source[1])
        raw["chapters"][target[0]]["requirements"].insert(target[1], carried)

    return edit


def renumber(key: str, code: str, new_key: str = "", was: tuple[str, ...] = ()) -> Edit:
    """The number, and with it those of scenarios and proofs; `new_key`: as if read from another file."""

    def edit(raw: Raw) -> None:
        it = requirements(raw)[key]
        old = it["code"]
        it |= {"code": code, "key": new_key or key, **({"was": list(was)} if was else {})}
        for inner in it["scenarios"]:
            for part in (inner, *inner["proofs"]):
                part["code"] = part["code"].replace(old, code)
                part["key"] = part["key"].replace(key, it["key"])

    return edit


def carry_scenario(source: str, target: str) -> Edit:
    def edit(raw: Raw) -> None:
        found = requirements(raw)
        found[target]["scenarios"].append(found[source]["scenarios"].pop())

    return edit


def split(raw: Raw) -> None:
    part = requirements(raw)["a1"]["scenarios"].pop()
    fresh = {
        **one("a1"),
        "key": "x",
        "code": "A.09",
        "statement": text("Une autre phrase."),
        "scenarios": [part],
    }
    raw["chapters"][0]["requirements"].append(fresh)


def split_by_words(raw: Raw) -> None:
    it = requirements(raw)["b3"]
    it["statement"] = text("L’hébergement est assuré par un prestataire certifié.")
    fresh = {**it, "key": "x", "code": "B.09", "statement": text("Sur le territoire européen.")}
    raw["chapters"][1]["requirements"].append(fresh)


def merge(raw: Raw) -> None:
    found = requirements(raw)
    found["b1"]["scenarios"] += found["b2"]["scenarios"]
    raw["chapters"][1]["requirements"].pop(1)


def merge_by_words(raw: Raw) -> None:
    found = requirements(raw)
    found["b1"]["statement"] = text(f"{STATEMENTS['b1']} {STATEMENTS['b3']}")
    raw["chapters"][1]["requirements"].pop(2)


FRESH = {
    **one("d1"),
    "key": "x",
    "code": "X.01",
    "statement": text("Une règle toute neuve."),
    "scenarios": [],
}
CASES: dict[str, tuple[Edit, list[str]]] = {
    "nothing": (both(), []),
    "added": (put(0, 0, FRESH), ["+ x"]),
    "removed": (drop(0, 1), ["- a2"]),
    "title": (field("a1", "title", text("Autre titre")), ["a1 title"]),
    "translation": (field("a1", "title", text("Titre de a1", "Title of a1")), ["a1 title"]),
    "statement": (field("a1", "statement", text("Tout autre chose.")), ["a1 statement"]),
    "comment": (field("a1", "comment", text("Précision")), ["a1 comment"]),
    "nature": (field("a1", "nature", "may"), ["a1 nature"]),
    "criticality": (field("a1", "criticality", "Majeure"), ["a1 criticality"]),
    "prefix": (renumber("a1", "SC.A.01"), ["a1 code"]),
    "perimeter": (field("a1", "perimeter", "old"), ["a1 perimeter"]),
    "profile": (field("a1", "profile", "extra"), ["a1 profile"]),
    "profile of a requirement without scenarios": (field("b3", "profile", "extra"), ["b3 profile"]),
    "profile of one scenario": (scenario("a1", 0, "profile", "extra"), ["a1s1 profile"]),
    "profile of one proof": (proof_field("a1", "profile", "extra"), ["a1s1p1 profile"]),
    "the same profile, said elsewhere": (
        both(scenario("a2", 0, "profile", "all"), field("a2", "profile", "extra")), []
    ),
    "another row": (proof_field("a1", "also", [{"perimeter": "old", "profile": "all"}]), ["a1s1p1 also"]),
    "scenario": (scenario("a2", 0, "text", text("Autre déroulé")), ["a2s1 text"]),
    "scenario number": (scenario("a2", 0, "code", "A.02.07"), ["a2s1 code"]),
    "scenario removed": (lambda raw: requirements(raw)["a1"]["scenarios"].pop(), ["a1s2 removed"]),
    "scenarios exchanged": (lambda raw: requirements(raw)["a1"]["scenarios"].reverse(), ["a1 order"]),
    "scenario moved": (carry_scenario("a1", "b2"), ["scenario a1s2 a1 > b2"]),
    "proof": (proof_field("a1", "text", text("Un journal")), ["a1s1p1 text"]),
    "kinds": (proof_field("a1", "kinds", ["video", "number"]), ["a1s1p1 kinds"]),
    "guess confirmed": (proof_field("a1", "kind_guessed", True), []),
    "proof dropped": (lambda raw: requirements(raw)["a1"]["scenarios"][0]["proofs"].pop(), ["a1s1p2 removed"]),
    "renumbered": (renumber("a2", "A.12"), ["renumbered A.02 A.12 by key"]),
    "renumbered, remembered": (renumber("a2", "A.12", was=("A.02",)), ["renumbered A.02 A.12 by key"]),
    "renumbered in another file": (renumber("a2", "A.12", "y"), ["renumbered A.02 A.12 by text"]),
    "renumbered on record": (renumber("a2", "A.12", "y", was=("A.02",)), ["renumbered A.02 A.12 by was"]),
    "another key": (renumber("a2", "A.02", "y"), []),
    "moved to another chapter": (carry((0, 0), (2, 0)), ["moved chapter a1"]),
    "moved to the end": (carry((0, 0), (0, 2)), ["moved rank a1"]),
    "added above": (both(put(0, 0, FRESH), field("a1", "position", 4)), ["+ x"]),
    "split": (split, ["split a1 > a1 x"]),
    "split by words": (split_by_words, ["split b3 > b3 x"]),
    "merged": (merge, ["merged b1 b2 > b1"]),
    "merged by words": (merge_by_words, ["merged b1 b3 > b1"]),
    "chapter renamed": (lambda raw: raw["chapters"][0].update(title=text("Autre")), ["chapter c1 changed"]),
    "chapter renamed in another file": (
        lambda raw: raw["chapters"][0].update(title=text("Autre"), key="z"), ["chapter z changed"]
    ),
    "chapter moved": (lambda raw: raw["chapters"].insert(0, raw["chapters"].pop()), ["chapter c3 moved"]),
    "chapter gone with its requirement": (lambda raw: raw["chapters"].pop(), ["- d1"]),
    "question": (
        lambda raw: raw["steps"][0]["sections"][0]["fields"][0].update(required=True),
        ["around steps.file.sections.people.fields.given-name.required changed"],
    ),
    "question added": (
        lambda raw: raw["steps"][0]["sections"][0]["fields"].append(
            {"key": "fax", "kind": "text", "label": text("Fax")}
        ),
        ["around steps.file.sections.people.fields.fax added"],
    ),
    "limit": (lambda raw: raw["kinds"][0].update(max_mb=9), ["around kinds.video.max_mb changed"]),
    "gate": (
        lambda raw: raw["gates"][0].update(at="2027-01-01T12:00"), ["around gates.first_administrative.at changed"]
    ),
    "charter": (lambda raw: raw["charter"].update(version="2.0"), ["around charter.version changed"]),
    "prerequisite gone": (lambda raw: raw["prerequisites"].pop(), ["around prerequisites.b removed"]),
    "profiles exchanged": (lambda raw: raw["profiles"].reverse(), ["around profiles.all moved"]),
    "file": (lambda raw: raw["files"].update({"kit.pdf": "JVBERi0xLjUK"}), ["around files.kit.pdf changed"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_one_edit_is_one_change(name: str) -> None:
    edit, expected = CASES[name]
    found = compared(edit)
    assert told(found) == expected
    assert found.equal == (not expected)
    json.dumps(as_json(found))
    assert "\n".join(lines(found, View()))


# --- Meaning


MEANING: dict[str, tuple[Edit, tuple[str, ...]]] = {
    "statement": (field("a1", "statement", text("Tout autre chose.")), ("statement",)),
    "case": (field("a1", "statement", text(STATEMENTS["a1"].replace("avant", "AVANT"))), ("statement",)),
    "nature": (field("a1", "nature", "may"), ("nature",)),
    "scenario": (scenario("a1", 0, "text", text("Autre")), ("scenario",)),
    "proof": (proof_field("a1", "text", text("Un journal")), ("proof",)),
    "kinds": (proof_field("a1", "kinds", ["number"]), ("kinds",)),
    "limits": (lambda raw: raw["kinds"][0].update(formats=["mp4", "webm"]), ("limits",)),
    "profile": (field("a1", "profile", "extra"), ("scope",)),
    "another row": (proof_field("a1", "also", [{"perimeter": "old", "profile": "all"}]), ("scope",)),
    "other requirement": (carry_scenario("a1", "b2"), ()),
    "title": (field("a1", "title", text("Autre titre")), ()),
    "comment": (field("a1", "comment", text("Précision")), ()),
    "translation": (field("a1", "statement", text(STATEMENTS["a1"], "In English")), ()),
    "markup": (
        both(field("a1", "statement", text(f"<p>{STATEMENTS['a1']}</p>")), field("a1", "html", True)), ()
    ),
    "spacing": (field("a1", "statement", text(STATEMENTS["a1"].replace(" ", " \n "))), ()),
    "typography": (field("a1", "statement", text(STATEMENTS["a1"].replace("’", "'"))), ()),
    "label of a kind": (lambda raw: raw["kinds"][0].update(label=text("Film")), ()),
    "number": (renumber("a1", "A.11"), ()),
    "chapter": (carry((0, 0), (2, 0)), ()),
    "scenarios exchanged": (lambda raw: requirements(raw)["a1"]["scenarios"].reverse(), ()),
}  # fmt: skip


@pytest.mark.parametrize("name", MEANING)
def test_what_asks_for_something_else(name: str) -> None:
    edit, expected = MEANING[name]
    found = compared(edit)
    item = next(item for item in found.items if item.new and item.new.key == "a1s1p1")
    assert item.because == expected
    assert (item.status == "meaning") == bool(expected)
    assert item.old
    assert item.new
    same = meaning(found.old, item.old) == meaning(found.new, item.new)
    assert same == (not expected)


@pytest.mark.parametrize("name", ["title", "comment", "markup", "number", "chapter"])
def test_what_only_reads_otherwise_is_editorial(name: str) -> None:
    found = compared(MEANING[name][0])
    assert {item.status for item in found.items if item.new and item.new.requirement.key == "a1"} == {
        "editorial"
    }


# --- Whatever the lists


@st.composite
def lists(draw: st.DrawFn) -> Raw:
    """Some of the requirements, in any order and chapter, each with or without its scenarios."""
    raw = small_list()
    known = list(requirements(raw).values())
    chosen = draw(st.lists(st.sampled_from(known), unique_by=lambda r: str(r["key"]), min_size=1))
    for made_chapter in raw["chapters"]:
        made_chapter["requirements"] = []
    for it in copy.deepcopy(chosen):
        if draw(st.booleans()):
            it["scenarios"] = it["scenarios"][:1]
        if draw(st.booleans()):
            it["statement"] = text(draw(st.sampled_from(list(STATEMENTS.values()))))
        raw["chapters"][draw(st.integers(0, 2))]["requirements"].append(it)
    return raw


@settings(deadline=None, max_examples=30)
@given(lists())
def test_a_list_differs_in_nothing_from_itself(raw: Raw) -> None:
    found = diff(made(raw), made(raw))
    assert found.equal
    assert {item.status for item in found.items} <= {"untouched"}


@settings(deadline=None, max_examples=40)
@given(lists(), lists())
def test_a_comparison_reads_backwards(first: Raw, second: Raw) -> None:
    old, new = made(first), made(second)
    forth, back = diff(old, new), diff(new, old)
    assert keys(forth.added) == keys(back.removed)
    assert keys(forth.removed) == keys(back.added)
    assert {c.pair.old.key for c in forth.changed} == {c.pair.new.key for c in back.changed}
    assert {(m.what, m.pair.old.key) for m in forth.moved} == {(m.what, m.pair.new.key) for m in back.moved}
    assert len(forth.unchanged) == len(back.unchanged)
    assert {groups(g.old, g.new) for g in forth.split} == {groups(g.new, g.old) for g in back.merged}


def keys(places: Any) -> set[str]:
    return {place.key for place in places}


def groups(one_side: Any, other: Any) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(keys(one_side)), frozenset(keys(other))


@settings(deadline=None, max_examples=40)
@given(lists(), lists())
def test_every_requirement_is_told_once(first: Raw, second: Raw) -> None:
    """Each stands in one of: added or removed, regrouped, unchanged, or changed in some way."""
    found = diff(made(first), made(second))
    regrouped = {p.key for g in (*found.split, *found.merged) for p in g.new}
    touched = {c.pair.new.key for c in found.changed} | {p.new.key for p in found.renumbered}
    touched |= {m.pair.new.key for m in found.moved} | {m.new.key for m in found.scenarios_moved}
    counterpart = found.matching.new_requirement
    touched |= {counterpart[m.old.key].new for m in found.scenarios_moved if m.old.key in counterpart}
    same = {pair.new.key for pair in found.unchanged}
    whole = set(requirements(second))
    assert keys(found.added) | regrouped | touched | same == whole
    assert not (same & (keys(found.added) | touched | regrouped))


# --- Places


def shortest(places: list[int]) -> int:
    """The fewest that must move, the slow way: all but a longest increasing run."""
    best = [1] * len(places)
    for n in range(len(places)):
        best[n] = 1 + max((best[m] for m in range(n) if places[m] <= places[n]), default=0)
    return len(places) - max(best, default=0)


@given(st.permutations(range(9)))
def test_the_fewest_have_moved(order: list[int]) -> None:
    pairs = [(f"n{old}", old, new) for old, new in enumerate(order)]
    moved = out_of_place(pairs)
    assert len(moved) == shortest(list(order))
    assert out_of_place([(name, new, old) for name, old, new in pairs]) == moved
    rest = [pair for pair in pairs if pair[0] not in moved]
    assert out_of_place(rest) == set()


@given(st.lists(st.integers(0, 4), max_size=9))
def test_equal_places_are_in_no_order(places: list[int]) -> None:
    pairs = [(f"n{n}", n, place) for n, place in enumerate(places)]
    assert len(out_of_place(pairs)) == shortest(places)


# --- The command


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
