"""What counts as which change, on small lists."""

import json
from typing import Any

import pytest

from jalon.programmes.definition.diff.as_json import as_json
from jalon.programmes.definition.diff.meaning import meaning
from jalon.programmes.definition.diff.terminal import View, lines
from tests.programmes.builders import text
from tests.programmes.small_lists import STATEMENTS, Edit, Raw, compared, one, requirements, told

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
    "one way of several": (scenario("a1", 0, "only", {"one_of": "device", "options": ["desk"]}), ("only",)),
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
