"""Certification of teleconsultation systems: three forms, a claim of its own, two dates, no other desk."""

import pytest

from jalon.programmes.definition.schema import Definition
from tests.definitions import shipped

PRESCRIPTION, MOBILE, DEVICES = "prescription", "application-mobile", "dispositifs-connectes"
# Profiles, ISO/IEC 27001 confirmed → slots, requirements, chapters with slots.
EXPECTED = {
    ((), False): (28, 24, 4),
    ((), True): (23, 19, 4),
    ((PRESCRIPTION,), False): (32, 27, 5),
    ((PRESCRIPTION,), True): (27, 22, 5),
    ((MOBILE,), False): (31, 27, 5),
    ((MOBILE,), True): (26, 22, 5),
    ((DEVICES,), False): (32, 27, 5),
    ((DEVICES,), True): (27, 22, 5),
    ((PRESCRIPTION, MOBILE), False): (35, 30, 6),
    ((PRESCRIPTION, DEVICES), True): (31, 25, 6),
    ((PRESCRIPTION, MOBILE, DEVICES), False): (39, 33, 7),
    ((PRESCRIPTION, MOBILE, DEVICES), True): (34, 28, 7),
}


@pytest.fixture(scope="module")
def tlc() -> Definition:
    return shipped.programme("certification-teleconsultation")


def applied(tlc, profiles, certified):
    return shipped.result(tlc, *profiles, claims=("iso-27001",) if certified else ())


@pytest.mark.parametrize(("case", "numbers"), EXPECTED.items())
def test_what_applies(tlc, case, numbers):
    found = applied(tlc, *case)
    assert (found.slot_count, len(found.applicable), len(found.chapters)) == numbers


def test_a_confirmed_certificate_spares_five_requirements(tlc):
    without = {r.requirement.code for r in applied(tlc, (), certified=False).applicable}
    certified = {r.requirement.code for r in applied(tlc, (), certified=True).applicable}
    assert without - certified == {f"SC.SSI/GEN.{n}" for n in ("01", "02", "14", "19", "21")}


@pytest.mark.parametrize(
    ("profile", "codes"),
    [
        (PRESCRIPTION, {"TLC/PRE.01", "TLC/PRE.02", "TLC/PRE.03"}),
        (MOBILE, {"TLC/MOB.01", "TLC/MOB.02", "TLC/MOB.03"}),
        (DEVICES, {"TLC/DIS.01", "TLC/DIS.02", "TLC/DIS.03"}),
    ],
)
def test_each_profile_adds_its_own_chapter(tlc, profile, codes):
    core = {r.requirement.code for r in applied(tlc, (), certified=False).applicable}
    found = {r.requirement.code for r in applied(tlc, (profile,), certified=False).applicable}
    assert found - core == codes


def test_five_steps_of_which_three_forms(tlc):
    assert [(step.kind, step.title.fr) for step in tlc.steps] == [
        ("form", "Société"),
        ("form", "Système présenté"),
        ("form", "Sécurité et données"),
        ("proofs", "Preuves de conformité"),
        ("convention", "Convention de certification"),
    ]


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({"applicant_kind": "company"}, {"licence_number"}),
        ({"applicant_kind": "vendor"}, set()),
        ({"iso_27001": "yes"}, {"iso_number", "iso_until", "iso_document"}),
        ({"outside_eu": "yes", "iso_27001": "no"}, {"outside_eu_why"}),
    ],
)
def test_what_is_asked_follows_the_answers(tlc, answers, asked):
    assert shipped.asked(tlc, **answers) == asked


def test_two_dates_and_no_other_desk(tlc):
    assert [gate.kind for gate in tlc.gates] == ["first_proofs", "end_of_exchanges"]
    assert tlc.prerequisites == ()
