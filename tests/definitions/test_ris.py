"""The shipped programme RIS vague 2: that it is whole, bilingual, typeset, applied as the guide says, and our own."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from jalon.applications.rules.answers import normalise
from jalon.programmes.definition.applicability import applicability
from jalon.programmes.definition.check import check
from jalon.programmes.definition.conditions import Facts
from jalon.programmes.definition.folder import Tree, read_tree
from jalon.programmes.definition.schema import Definition, FormField, FormStep, Requirement, Text

ROOT = Path(__file__).resolve().parents[2] / "definitions"
RIS = ROOT / "segur-vague-2" / "ris"

# Facts (CIBA, double authentication, référencé vague 1) → slots, requirements, chapters with slots. One slot is the
# least that is asked for of the four ways to sign in.
EXPECTED = {
    (False, False, False): (121, 77, 16),
    (False, False, True): (53, 40, 10),
    (False, True, False): (127, 82, 16),
    (False, True, True): (59, 45, 10),
    (True, False, False): (125, 78, 16),
    (True, False, True): (57, 41, 10),
    (True, True, False): (131, 83, 16),
    (True, True, True): (63, 46, 10),
}

# Labels that the guide spells with a straight apostrophe or an ordinary space; ours follow the typographer.
SPELT_BY_THE_GUIDE = {
    "Gestion de l'Identité Nationale de Santé",
    "Imagerie - RIS : Profil Général",
    "Imagerie - RIS : CIBA",
    "Imagerie - RIS : Gestion double authentification avec SMS / email",
}


@pytest.fixture(scope="module")
def tree() -> Tree:
    return read_tree(ROOT)


@pytest.fixture(scope="module")
def ris(tree: Tree) -> Definition:
    return next(loaded.definition for loaded in tree.programmes if loaded.definition.code == "ris-vague-2")


def texts(node: object) -> Iterator[Text]:
    if isinstance(node, Text):
        yield node
    elif isinstance(node, BaseModel):
        for name in type(node).model_fields:
            yield from texts(getattr(node, name))
    elif isinstance(node, tuple | list):
        for part in node:
            yield from texts(part)
    elif isinstance(node, dict):
        yield from texts(list(node.values()))


def everything(tree: Tree) -> list[Text]:
    return list(texts([tree.portal, tree.tracks, [loaded.definition for loaded in tree.programmes]]))


def requirements(definition: Definition) -> list[Requirement]:
    return [requirement for chapter in definition.chapters for requirement in chapter.requirements]


def fields(definition: Definition) -> dict[str, FormField]:
    forms = [step for step in definition.steps if isinstance(step, FormStep)]
    return {field.key: field for form in forms for section in form.sections for field in section.fields}


# --- Whole --------------------------------------------------------------------------------------------------


def test_every_programme_holds_together(tree):
    assert [f for loaded in tree.programmes for f in check(loaded.definition, loaded.sources)] == []


def test_every_menu_entry_has_a_track(tree):
    assert {track.menu for track in tree.tracks} == {entry.key for entry in tree.portal.menu}


def test_only_tracks_with_a_programme_are_open(tree):
    with_programme = {loaded.definition.track for loaded in tree.programmes}
    assert {track.code for track in tree.tracks if track.opening == "open"} == with_programme


def test_one_interest_excludes_the_others(tree):
    exclusive = [i.label.fr for i in tree.portal.interests if i.exclusive]
    assert (len(tree.portal.interests), exclusive) == (7, ["Aucun dispositif identifié pour le moment"])


def test_chapters_and_requirements(ris):
    assert (len(ris.chapters), len(requirements(ris))) == (16, 83)


def test_the_chapters_that_the_guide_shows(ris):
    slots = {
        chapter.title.fr: sum(len(s.proofs) for r in chapter.requirements for s in r.scenarios)
        for chapter in ris.chapters
    }
    assert slots["Gestion de l'Identité Nationale de Santé"] == 19
    assert slots["Conformité aux autres services socles"] == 2


def test_steps_bear_the_titles_of_the_guide(ris):
    titles = ["Candidature administrative", "Éligibilité", "Dépôt des preuves", "Convention"]
    assert [step.title.fr for step in ris.steps] == titles


def test_codes_are_unique_and_nested(ris):
    for requirement in requirements(ris):
        for scenario in requirement.scenarios:
            assert re.fullmatch(re.escape(requirement.code) + r"\.\d\d", scenario.code)
            assert [p.code for p in scenario.proofs] == [
                f"{scenario.code}.{n:02d}" for n in range(1, len(scenario.proofs) + 1)
            ]
    codes = Counter(requirement.code for requirement in requirements(ris))
    assert [code for code, times in codes.items() if times > 1] == []


def test_positions_follow_the_order_of_the_chapters(ris):
    assert [r.position for r in requirements(ris)] == list(range(1, 84))


def test_every_kind_of_proof_is_used(ris):
    used = {k for r in requirements(ris) for s in r.scenarios for p in s.proofs for k in p.kinds}
    assert used == {kind.key for kind in ris.kinds}


def test_no_proof_asks_for_the_penetration_test(ris):
    proofs = [p.text.fr.lower() for r in requirements(ris) for s in r.scenarios for p in s.proofs]
    assert [text for text in proofs if "intrusion" in text] == []


def test_both_perimeters_and_all_profiles_have_rows(ris):
    rows = [
        (p.perimeter or s.perimeter or r.perimeter, p.profile or s.profile or r.profile)
        for r in requirements(ris)
        for s in r.scenarios
        for p in s.proofs
    ]
    assert {perimeter for perimeter, _ in rows} == {"vague-1", "vague-2"}
    assert {profile for _, profile in rows} == {"general", "ciba", "double-authentication"}


def test_requirements_without_proof_say_so_by_having_no_scenario(ris):
    bare = [r.code for r in requirements(ris) if not any(s.proofs for s in r.scenarios)]
    assert bare == ["MSS/CONF.02", "PSC.10", "DB/RIS.01", "SSI/IE.40", "TBB/va1.04"]


def test_the_three_gates(ris):
    assert [(gate.kind, gate.at, gate.zone) for gate in ris.gates] == [
        ("first_administrative", "2025-09-10T12:00", "Europe/Paris"),
        ("first_proofs", "2026-05-13T12:00", "Europe/Paris"),
        ("end_of_exchanges", "2026-09-16T12:00", "Europe/Paris"),
    ]


@pytest.mark.parametrize(("way", "codes"), [
    ("web", ["PSC.01.01.01"]), ("navigateur-externe", ["PSC.01.02.01"]), ("ciba", ["PSC.01.03.01"]),
    ("navigateur-interne", ["PSC.01.04.01", "PSC.01.04.02"]),
])  # fmt: skip
def test_one_way_to_sign_in_is_enough(ris, way, codes):
    found = applicability(ris, Facts(frozenset({"ciba"}), ways={"connexion-psc": way}))
    [signing_in] = [r for r in found.requirements if r.requirement.code == "PSC.01"]
    assert [p.proof.code for p in signing_in.applicable_proofs] == codes
    without = applicability(ris, Facts(ways={"connexion-psc": way}))
    assert without.offered["connexion-psc"] == ("web", "navigateur-externe", "navigateur-interne")
    assert bool(without.open_choices) == (way == "ciba")


# --- Applied as the guide says ------------------------------------------------------------------------------


def facts(ciba: bool, double: bool, vague_1: bool) -> Facts:
    profiles = {"ciba"} if ciba else set()
    if double:
        profiles.add("double-authentication")
    return Facts(frozenset(profiles), frozenset({"vague-1"} if vague_1 else ()))


@pytest.mark.parametrize(("case", "numbers"), EXPECTED.items())
def test_what_applies(ris, case, numbers):
    result = applicability(ris, facts(*case))
    assert (result.slot_count, len(result.applicable), len(result.chapters)) == numbers


@pytest.mark.parametrize(("case", "numbers"), EXPECTED.items())
def test_a_recount_from_the_files_agrees(case, numbers):
    """Counted with nothing of ours: the YAML files and the two sentences of the guide."""
    ciba, double, vague_1 = case
    profiles = {"general"} | ({"ciba"} if ciba else set())
    profiles |= {"double-authentication"} if double else set()
    perimeters = {"vague-2"} if vague_1 else {"vague-1", "vague-2"}
    slots, ways = 0, Counter[str]()
    for file in RIS.glob("chapters/*.yaml"):
        chapter: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        for requirement in chapter["requirements"]:
            for scenario in requirement.get("scenarios", []):
                for proof in scenario["proofs"]:
                    row = requirement | scenario | proof
                    if row["perimeter"] in perimeters and row["profile"] in profiles:
                        slots += "only" not in row
                        ways.update(row["only"]["options"] if "only" in row else ())
    assert slots + min(ways.values()) == numbers[0]


def test_a_vendor_of_wave_1_finds_one_slot_in_the_small_chapter(ris):
    result = applicability(ris, facts(ciba=False, double=False, vague_1=True))
    slots = [
        p.proof.code
        for r in result.applicable
        if r.chapter.key == "autres-services-socles"
        for p in r.applicable_proofs
    ]
    assert slots == ["APCV.01.01.01"]


@pytest.mark.parametrize(
    ("role", "needed"), [("own", True), ("third-party", True), ("none", False), (None, False)]
)
def test_the_proxy_clearance_is_needed_when_a_proxy_is_declared(ris, role, needed):
    proxy = next(p for p in ris.prerequisites if p.number == "1.2")
    assert proxy.when is not None
    assert proxy.when.holds(Facts(answers={"proxy_role": role})) is needed


def test_the_award_waits_for_clearances_and_approval_not_for_tests(ris):
    assert [(p.number, p.needed_for_award, p.waits_for) for p in ris.prerequisites] == [
        ("1.1", True, ()),
        ("1.2", True, ()),
        ("2.1", False, ()),
        ("2.2", True, ("edc-psc-lps", "edc-psc-proxy")),
    ]


@pytest.mark.parametrize(
    ("role", "asked"),
    [
        (None, {"nru_lps", "nru_proxy"}),
        ("own", {"nru_lps", "nru_proxy"}),
        ("third-party", {"nru_lps", "nru_proxy_third_party"}),
        ("none", {"nru_lps"}),
    ],
)
def test_the_numbers_asked_follow_the_part_played_by_the_proxy(ris, role, asked):
    numbers = {key: field for key, field in fields(ris).items() if key.startswith("nru_")}
    shown = {
        key
        for key, field in numbers.items()
        if field.when is None or field.when.holds(Facts(answers={"proxy_role": role}))
    }
    assert shown == asked
    assert [key for key, field in numbers.items() if field.equal_to == "nru_lps"] == ["nru_proxy"]


@pytest.mark.parametrize(
    ("country", "asked"), [("FR", {"company_siren", "company_siret"}), ("DE", {"company_vat"}), (None, set())]
)
def test_the_register_number_follows_the_country(ris, country, asked):
    conditional = {
        k: f for k, f in fields(ris).items() if k in {"company_siren", "company_siret", "company_vat"}
    }
    answers = {"company_country": country}
    assert {k for k, f in conditional.items() if f.when and f.when.holds(Facts(answers=answers))} == asked


@pytest.mark.parametrize(("given", "kept"), [("Mme", "mme"), ("M.", "m"), ("mme", "mme"), ("Dr", "Dr")])
def test_a_civility_is_understood_as_the_identity_provider_writes_it(ris, given, kept):
    assert normalise(fields(ris)["legal_civility"], given, ris) == kept


def test_every_button_finds_something_to_fill(ris):
    forms = [step for step in ris.steps if isinstance(step, FormStep)]
    for section in (section for form in forms for section in form.sections):
        sources = {field.source.partition(".")[0] for field in section.fields}
        for button in section.prefill:
            wanted = {"company"} if button.source == "company" else {"me", "legal_representative"}
            assert sources & wanted, (section.key, button.source)


# --- Bilingual and typeset ----------------------------------------------------------------------------------


def test_every_text_has_english(tree):
    assert [text.fr for text in everything(tree) if not text.en.strip()] == []


def test_french_texts_follow_the_typographer(tree):
    """Curly apostrophes; a no-break space before : ; ? ! and inside « »."""
    wrong = re.compile(r"'|\"| [:;?!»]|« |[^\s\u00a0\u202f][;?!](\s|$)|\w:\s")
    french = {text.fr for text in everything(tree)} - SPELT_BY_THE_GUIDE
    assert [text for text in sorted(french) if wrong.search(text)] == []


def test_placeholders_are_the_same_in_both_languages(ris):
    differing = [
        text.fr
        for text in texts(ris.convention)
        if set(re.findall(r"\{\w+\}", text.fr)) != set(re.findall(r"\{\w+\}", text.en))
    ]
    assert differing == []


# --- Our own words ------------------------------------------------------------------------------------------


def sentences(text: str) -> set[str]:
    """Sentences and clauses of 40 characters or more, without markup, case or punctuation."""
    plain = html.unescape(re.sub(r"<[^>]+>", "\n", html.unescape(text))).lower()
    parts = re.split(r"[.;:!?\n•]+", plain)
    tidy = (" ".join(re.findall(r"\w+", part)) for part in parts)
    return {part for part in tidy if len(part) >= 40}


@pytest.mark.real
@pytest.mark.parametrize("name", ["REM-RIS-Va2-A.xlsx", "REM-RIS-Va2-B.xlsx"])
def test_no_sentence_is_copied_from_the_reference_workbook(tree, reference_dir, name):
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_path(reference_dir / "rem" / name).get_sheet_by_index(0).to_python()
    head = rows[0]
    worded = [
        head.index(column) for column in ("Exigence", "Commentaire", "Scénario de conformité", "Preuve")
    ]
    theirs = {s for row in rows[1:] for column in worded for s in sentences(str(row[column]))}
    ours = {s for text in everything(tree) for s in sentences(text.fr)}
    assert len(theirs) > 500
    assert sorted(ours & theirs) == []
