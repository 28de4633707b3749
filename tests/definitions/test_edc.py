"""The trust space's desk for vendors: two clearances in one programme, its pentest form, its first chapter."""

import re

import pytest

from jalon.applications.rules.answers import field_error
from jalon.programmes.definition.conditions import Facts
from jalon.programmes.definition.schema import Definition
from tests.definitions import shipped

SOFTWARE, PROXY = "logiciel-utilisateur", "proxy-e-sante"
# Profiles, CIBA, hosted → slots, requirements, chapters with slots.
EXPECTED = {
    ((SOFTWARE,), False, False): (37, 31, 5),
    ((SOFTWARE,), False, True): (43, 37, 6),
    ((SOFTWARE,), True, False): (39, 32, 5),
    ((SOFTWARE,), True, True): (45, 38, 6),
    ((PROXY,), False, False): (39, 32, 5),
    ((PROXY,), False, True): (45, 38, 6),
    ((PROXY,), True, False): (39, 32, 5),
    ((PROXY,), True, True): (45, 38, 6),
    ((SOFTWARE, PROXY), False, False): (58, 46, 7),
    ((SOFTWARE, PROXY), False, True): (64, 52, 8),
    ((SOFTWARE, PROXY), True, False): (60, 47, 7),
    ((SOFTWARE, PROXY), True, True): (66, 53, 8),
}
MATURITY = "prerequis-maturite-technique"


@pytest.fixture(scope="module")
def edc() -> Definition:
    return shipped.programme("edc-psc-editeur")


def applied(edc, profiles, ciba=False, hosted=False):
    return shipped.result(
        edc, *profiles, sign_in_modes=["web", "ciba"] if ciba else ["web"], hosting="yes" if hosted else "no"
    )


@pytest.mark.parametrize(("case", "numbers"), EXPECTED.items())
def test_what_applies(edc, case, numbers):
    found = applied(edc, *case)
    assert (found.slot_count, len(found.applicable), len(found.chapters)) == numbers


@pytest.mark.parametrize(
    ("profiles", "codes"),
    [
        ((SOFTWARE,), ["EDC/MAT.01", "EDC/MAT.02", "EDC/MAT.03", "EDC/MAT.04"]),
        ((PROXY,), ["EDC/MAT.01", "EDC/MAT.02", "EDC/MAT.05", "EDC/MAT.06"]),
        ((SOFTWARE, PROXY), [f"EDC/MAT.0{n}" for n in range(1, 7)]),
    ],
)
def test_the_first_chapter_is_technical_maturity_for_each_clearance(edc, profiles, codes):
    found = applied(edc, profiles)
    assert found.chapters[0].key == MATURITY
    assert [r.requirement.code for r in found.applicable if r.chapter.key == MATURITY] == codes


def test_what_belongs_to_the_other_clearance_does_not_apply(edc):
    software = {r.requirement.code for r in applied(edc, (SOFTWARE,), True, True).applicable}
    proxy = {r.requirement.code for r in applied(edc, (PROXY,), True, True).applicable}
    both = {r.requirement.code for r in applied(edc, (SOFTWARE, PROXY), True, True).applicable}
    assert {"SC.PSC.01", "EDC/LPS.01", "EXI EDC PSC 102"} <= software - proxy
    assert {"EDC/PXY.01", "EDC/PXY.12"} <= proxy - software
    assert software | proxy == both == {r.code for r in shipped.requirements(edc)}
    assert {"SC.PSC.14", "SC.PSC.05", "SC.SSI/GEN.07", "SC.SSI/GEN.21"} <= software & proxy


def test_ciba_asks_for_its_binding_code(edc):
    with_it = {r.requirement.code for r in applied(edc, (SOFTWARE,), ciba=True).applicable}
    without = {r.requirement.code for r in applied(edc, (SOFTWARE,)).applicable}
    assert with_it - without == {"SC.PSC.04"}


def test_one_clearance_at_least_is_asked_for(edc):
    roles = shipped.fields(edc)["roles"]
    assert field_error(roles, ["socle"], {}, edc) == "Choisissez au moins 1 réponse."
    assert field_error(roles, ["socle", PROXY], {}, edc) == ""


def test_the_penetration_test_is_proved_by_one_signed_form(edc):
    slots = [
        (r.code, p.kinds)
        for r in shipped.requirements(edc)
        for s in r.scenarios
        for p in s.proofs
        if "pentest-form" in p.kinds
    ]
    assert [code for code, _kinds in slots] == [
        "SC.PSC.14", *(f"SC.SSI/GEN.{n}" for n in ("07", "08", "12", "13", "16", "17", "18"))
    ]  # fmt: skip
    assert {kinds for _code, kinds in slots} == {("pentest-form",)}  # nothing else will do
    kind = next(k for k in edc.kinds if k.key == "pentest-form")
    assert (kind.form, kind.formats) == ("file", ("pdf",))
    assert kind.hint is not None
    assert re.search("moins d’un an.*signé électroniquement", kind.hint.fr)


@pytest.mark.parametrize(
    ("profiles", "needed"),
    [((SOFTWARE,), ["1", "2"]), ((PROXY,), ["1", "2", "3"]), ((SOFTWARE, PROXY), ["1", "2", "3"])],
)
def test_the_conformity_tool_is_needed_for_a_proxy(edc, profiles, needed):
    facts = Facts(frozenset(profiles))
    assert [p.number for p in edc.prerequisites if p.when is None or p.when.holds(facts)] == needed
    assert [p.waits_for for p in edc.prerequisites] == [(), ("datapass",), ("bac-a-sable",)]


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({"proxy_used": "own", "company_country": "FR"}, {"company_siren", "company_siret"}),
        ({"proxy_used": "third-party", "company_country": "DE"}, {"proxy_number", "company_vat"}),
        ({"proxy_used": "own-elsewhere"}, {"proxy_number"}),
        ({"hosting": "yes"}, {"host_name", "hds_certificate"}),
        ({"apis": ["dmp", "other"]}, {"other_apis"}),
        ({}, set()),
    ],
)
def test_what_is_asked_follows_the_answers(edc, answers, asked):
    assert shipped.asked(edc, **answers) == asked


def test_the_desk_has_no_date(edc):
    assert edc.gates == ()
