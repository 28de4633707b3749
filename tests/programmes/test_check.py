"""Each rule that holds a definition together: one fault, one finding."""

import base64
from pathlib import Path
from typing import Any

import pytest

from jalon.programmes.definition.check import PLACEHOLDERS, check, checked
from jalon.programmes.definition.findings import DefinitionError
from jalon.programmes.definition.folder import read_folder, write_folder
from tests.programmes.builders import made, proof, question, requirement, small, small_raw, text

Raw = dict[str, Any]


def fields(raw: Raw) -> list[Raw]:
    found: list[Raw] = raw["steps"][0]["sections"][0]["fields"]
    return found


def named(raw: Raw, key: str) -> Raw:
    return next(field for field in fields(raw) if field["key"] == key)


def put(raw: Raw, path: str, value: object) -> None:
    target: Any = raw
    *parts, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    for part in parts:
        target = target[part]
    if last == "+":
        target.append(value)
    else:
        target[last] = value


P = "chapters/0/requirements/0"
CASES: dict[str, tuple[str, object, str, str]] = {
    # name: (where to put, what, code, where it is found)
    "profile twice": ("profiles/+", {"key": "all", "label": text("A")}, "key.duplicate", "profiles[2].key"),
    "step twice": ("steps/1/key", "file", "key.duplicate", "steps[1].key"),
    "kind twice": ("kinds/1/key", "video", "key.duplicate", "kinds[1].key"),
    "chapter twice": ("chapters/1/key", "c1", "key.duplicate", "chapters[1].key"),
    "requirement twice": ("chapters/1/requirements/0/key", "r1", "key.duplicate", "chapters[1].requirements[0].key"),
    "scenario twice": (
        "chapters/1/requirements/0/scenarios/0/key", "r1-s", "key.duplicate",
        "chapters[1].requirements[0].scenarios[0].key",
    ),
    "proof twice": (
        "chapters/1/requirements/0/scenarios/0/proofs/0/key", "p1", "key.duplicate",
        "chapters[1].requirements[0].scenarios[0].proofs[0].key",
    ),
    "section twice": ("steps/0/sections/1/key", "people", "key.duplicate", "steps[0].sections[1].key"),
    "question twice": (
        "steps/0/sections/0/fields/+", question("given-name"), "key.duplicate", "steps[0].sections[0].fields[10].key",
    ),
    "question named as a block": (
        "steps/0/sections/1/fields", [question("members")], "key.duplicate", "steps[0].sections[1].repeat.key",
    ),
    "question twice in a block": (
        "steps/0/sections/1/repeat/fields/1", question("name"), "key.duplicate",
        "steps[0].sections[1].repeat.fields[1].key",
    ),
    "option twice": (
        "steps/0/sections/0/fields/0",
        question("given-name", "choice", options=[{"key": "a", "label": text("A")}] * 2), "key.duplicate",
        "steps[0].sections[0].fields[0].options[1].key",
    ),
    "gate twice": ("gates/1/kind", "first_administrative", "key.duplicate", "gates[1].kind"),
    "prerequisite twice": (
        "prerequisites/1", {**small_raw()["prerequisites"][0]}, "key.duplicate", "prerequisites[1].key",
    ),
    "unknown profile in a condition": (
        "steps/0/sections/1/repeat/when", {"any": [{"not": {"profile": "x"}}]}, "reference.unknown",
        "steps[0].sections[1].repeat.when",
    ),
    "unknown claim in a condition": ("perimeters/0/when", {"claim": "x"}, "reference.unknown", "perimeters[0].when"),
    "unknown answer in a condition": (
        "claims/0/declared_when", {"answer": "x"}, "reference.unknown", "claims[0].declared_when",
    ),
    "unknown answer for a prerequisite": (
        "prerequisites/0/when", {"answer": "x"}, "reference.unknown", "prerequisites[0].when",
    ),
    "unknown evidence": ("claims/0/evidence_field", "x", "reference.unknown", "claims[0].evidence_field"),
    "unknown perimeter": (f"{P}/perimeter", "x", "reference.unknown", "chapters[0].requirements[0].perimeter"),
    "unknown profile": (f"{P}/profile", "x", "reference.unknown", "chapters[0].requirements[0].profile"),
    "unknown profile of a scenario": (
        f"{P}/scenarios/0/profile", "x", "reference.unknown", "chapters[0].requirements[0].scenarios[0].profile",
    ),
    "unknown profile of a proof": (
        f"{P}/scenarios/0/proofs/1/profile", "x", "reference.unknown",
        "chapters[0].requirements[0].scenarios[0].proofs[1].profile",
    ),
    "unknown profile of another row": (
        f"{P}/also", [{"perimeter": "new", "profile": "x"}], "reference.unknown",
        "chapters[0].requirements[0].also[0].profile",
    ),
    "unknown kind": (
        f"{P}/scenarios/0/proofs/0/kinds", ["video", "film"], "reference.unknown",
        "chapters[0].requirements[0].scenarios[0].proofs[0].kinds[1]",
    ),
    "unknown group": ("chapters/0/group", "x", "reference.unknown", "chapters[0].group"),
    "unknown prerequisite": ("prerequisites/1/waits_for", ["x"], "reference.unknown", "prerequisites[1].waits_for[0]"),
    "prerequisite waits for itself": (
        "prerequisites/0/waits_for", ["a"], "prerequisite.cycle", "prerequisites[0].waits_for",
    ),
    "unknown equal_to": (
        "steps/0/sections/0/fields/0", question("given-name", equal_to="x"), "reference.unknown",
        "steps[0].sections[0].fields[0].equal_to",
    ),
    "unknown siren_of": (
        "steps/0/sections/0/fields/5", question("siret", "siret", siren_of="x"), "field.siren_of",
        "steps[0].sections[0].fields[5].siren_of",
    ),
    "siren_of of another kind": (
        "steps/0/sections/0/fields/5", question("siret", "siret", siren_of="email"), "field.siren_of",
        "steps[0].sections[0].fields[5].siren_of",
    ),
    "choice without options": (
        "steps/0/sections/0/fields/0", question("given-name", "choices"), "field.options",
        "steps[0].sections[0].fields[0].kind",
    ),
    "no question for the profiles": ("steps/0/sections/0/fields/8", question("other"), "field.profiles", "steps"),
    "nothing locked": ("profiles/0", {"key": "all", "label": text("Général")}, "profile.locked", "profiles"),
    "no proofs step": (
        "steps/1", {"kind": "form", "key": "f", "title": text("F"), "sections": []}, "steps.proofs", "steps",
    ),
    "convention not last": (
        "steps/+", {"kind": "form", "key": "f", "title": text("F"), "sections": []}, "steps.convention", "steps",
    ),
    "two conventions": (
        "steps/+", {"kind": "convention", "key": "f", "title": text("F")}, "steps.convention", "steps",
    ),
    "download without file": ("files", {}, "file.unknown", "steps[0].sections[0].fields[9].download.file"),
    "file that is not base64": ("files/kit.pdf", "%%%", "file.content", "files.kit.pdf"),
    "file name with a path": ("files/..", base64.b64encode(b"x").decode(), "file.name", "files..."),
    "bad pattern of a kind": ("kinds/1/pattern", "[", "pattern.invalid", "kinds[1].pattern"),
    "bad guess of a kind": ("kinds/1/guess", ["["], "pattern.invalid", "kinds[1].guess[0]"),
    "bad pattern of a question": (
        "steps/0/sections/0/fields/0", question("given-name", pattern="("), "pattern.invalid",
        "steps[0].sections[0].fields[0].pattern",
    ),
    "unknown placeholder": (
        "convention/parties_vendor", text("{company}", "{companies}"), "placeholder.unknown",
        "convention.parties_vendor.en",
    ),
    "unknown placeholder in an article": (
        "convention/articles/0/paragraphs/0", text("{x}"), "placeholder.unknown",
        "convention.articles[0].paragraphs[0].fr",
    ),
    "placeholder that the award does not know": (
        "award", {"solution": text("{nil}")}, "placeholder.unknown", "award.solution.fr",
    ),
    "placeholder where nothing fills it in": (
        "award", {"pronounced": text("{product} est référencé")}, "placeholder.none", "award.pronounced.fr",
    ),
    "placeholder with a layout": (
        "award", {"solution": text("{product:>200}")}, "placeholder.layout", "award.solution.fr",
    ),
    "placeholder with a conversion": (
        "convention/title", text("{product!r}"), "placeholder.layout", "convention.title.fr",
    ),
    "open brace": ("convention/title", text("{company"), "placeholder.syntax", "convention.title.fr"),
    "unknown signatory question": (
        "convention/signatory_fields/email", "x", "reference.unknown", "convention.signatory_fields.email",
    ),
    "signatory incomplete": (
        "convention/signatory_fields", {"given_name": "given-name", "family_name": "family-name", "email": "email"},
        "schema.missing", "convention.signatory_fields",
    ),
    "unknown zone": ("gates/0/zone", "Europe/Atlantis", "zone.unknown", "gates[0].zone"),
    "date that does not exist": ("gates/0/at", "2026-02-30T12:00", "date.invalid", "gates[0].at"),
    "empty chapter": ("chapters/1/requirements", [], "chapter.empty", "chapters[1]"),
}  # fmt: skip


def test_the_small_definition_is_whole() -> None:
    assert check(small()) == []


@pytest.mark.parametrize("name", CASES)
def test_each_fault_gives_one_finding(name: str) -> None:
    path, value, code, where = CASES[name]
    raw = small_raw()
    put(raw, path, value)
    assert [(f.code, f.where) for f in check(made(raw))] == [(code, where)]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_word_of_the_award_fits_into_a_notice(language: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        small(award={"application": {"fr": "Candidature labellisée", language: "a" * 201}})
    found = [(f.code, f.where) for f in refused.value.findings]
    assert found == [("schema.long", f"award.application.{language}")]


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ({"kind": "proofs", "key": "f", "title": text("F")}, "steps.proofs"),
        ({"kind": "form", "key": "f", "title": text("F"), "sections": []}, "steps.forms"),
    ],
)
def test_forms_then_one_proofs_step_then_the_convention(step: dict[str, Any], code: str) -> None:
    raw = small_raw()
    raw["steps"].insert(len(raw["steps"]) - 1, step)
    assert [(f.code, f.where) for f in check(made(raw))] == [(code, "steps")]


def test_a_programme_without_a_form_is_refused() -> None:
    raw = small_raw()
    raw["steps"] = raw["steps"][1:]
    assert "steps.forms" in {f.code for f in check(made(raw))}


def test_a_long_cycle_names_each_that_waits() -> None:
    raw = small_raw()
    raw["prerequisites"][0]["waits_for"] = ["b"]
    assert [f.params for f in check(made(raw))] == [{"name": "a"}, {"name": "b"}]


def test_two_blocks_may_use_the_same_names() -> None:
    raw = small_raw()
    raw["steps"][0]["sections"].append(
        {
            **raw["steps"][0]["sections"][1],
            "key": "more",
            "repeat": {**raw["steps"][0]["sections"][1]["repeat"], "key": "others"},
        }
    )
    assert check(made(raw)) == []


def test_a_siret_in_a_block_looks_at_the_siren_beside_it() -> None:
    raw = small_raw()
    raw["steps"][0]["sections"][1]["repeat"]["fields"].append(question("siret", "siret", siren_of="siren"))
    assert check(made(raw)) == []


WAYS = [{"key": "device", "label": text("Appareil"), "options": [
    {"key": "desk", "label": text("Bureau")}, {"key": "hand", "label": text("Poche")}]}]  # fmt: skip
SCENARIO = "chapters[0].requirements[0].scenarios[0]"
BOTH = {"one_of": "device", "options": ["desk", "hand"]}


@pytest.mark.parametrize(
    ("only", "found"),
    [
        (BOTH, []),
        ({"one_of": "device", "options": ["desk"]}, []),
        (
            {"one_of": "device", "options": ["desk", "hand", "foot"]},
            [("one_of.option", f"{SCENARIO}.only.options[2]")],
        ),
        (
            {"one_of": "size", "options": ["desk"]},
            [("reference.unknown", f"{SCENARIO}.only.one_of")],
        ),
    ],
)
def test_ways_and_what_depends_on_them(only: Raw, found: list[tuple[str, str]]) -> None:
    raw = small_raw() | {"one_of": WAYS}
    put(raw, "chapters/0/requirements/0/scenarios/0/only", only)
    assert [(f.code, f.where) for f in check(made(raw))] == found


def test_a_choice_and_its_options_have_keys_of_their_own() -> None:
    options = [*WAYS[0]["options"], {"key": "hand", "label": text("Poche")}]
    raw = small_raw() | {"one_of": [WAYS[0] | {"options": options}, *WAYS]}
    put(raw, "chapters/0/requirements/0/scenarios/0/only", BOTH)
    assert {(f.code, f.where) for f in check(made(raw))} >= {
        ("key.duplicate", "one_of[1].key"), ("key.duplicate", "one_of[0].options[2].key")
    }  # fmt: skip


def test_every_placeholder_is_accepted() -> None:
    raw = small_raw()
    raw["convention"]["title"] = text(" ".join(f"{{{name}}}" for name in PLACEHOLDERS) + " {{}}")
    assert check(made(raw)) == []


def test_findings_carry_file_and_line(tmp_path: Path) -> None:
    raw = small_raw()
    raw["chapters"][1]["requirements"].append(requirement("r4", "new", "nobody", [proof("p9")]))
    write_folder(made(raw), tmp_path / "demo")
    loaded = read_folder(tmp_path / "demo")
    with pytest.raises(DefinitionError) as refused:
        checked(loaded.definition, loaded.sources)
    (finding,) = refused.value.findings
    lines = (tmp_path / "demo" / "chapters" / "02-c2.yaml").read_text(encoding="utf-8").splitlines()
    assert (Path(finding.file).name, lines[finding.line - 1].strip()) == ("02-c2.yaml", "profile: nobody")
    assert finding.message("en") == "“nobody” names no profile of the definition."
