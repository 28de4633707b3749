"""Reports of every platform end in one shape; what is no report, or means harm, ends in a sentence."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from jalon.connectors.reports import ReportError, Verdict, read_report
from jalon.connectors.reports.reading import verdict_of
from jalon.core.clock import PARIS

SAMPLES = Path(__file__).parents[1] / "data" / "reports"
CET = timezone(timedelta(hours=1))
PASSED, FAILED, UNDEFINED = Verdict.PASSED, Verdict.FAILED, Verdict.UNDEFINED


@pytest.mark.parametrize(
    ("name", "form", "verdict", "test", "made_at", "owner", "counters"),
    [
        (
            "evs-passed.xml", "evs", PASSED, "CI-SIS-CR-IMA-N1-Create_doc-Sc1",
            datetime(2027, 2, 11, 9, 12, tzinfo=CET),
            ("CLAIRVUE", "Clairvue Portail"), {"total": 42, "errors": 0, "warnings": 3},
        ),
        (
            "evs-failed.xml", "evs", FAILED, "ITI-30", datetime(2027, 2, 9, 17, 40, 0, 123456, tzinfo=UTC),
            ("", ""), {"total": 0, "errors": 2, "warnings": 0},
        ),
        (
            "evs-older.xml", "evs", PASSED, "", datetime(2026, 11, 2, 10, tzinfo=PARIS),
            ("", ""), {"total": 0, "errors": 0, "warnings": 0},
        ),
        ("evs-undefined.xml", "evs", UNDEFINED, "ITI-31", None, ("", ""), {"total": 0, "errors": 0, "warnings": 0}),
        (
            "datahouse-test.json", "gazelle_test", PASSED, "Flux d’identité PAM, ITI-31",
            datetime(2027, 2, 4, 11, 4, 30, tzinfo=UTC), ("CLAIRVUE", "Clairvue Workflow"),
            {"total": 7, "errors": 0, "warnings": 0, "undefined": 0},
        ),
        (
            "datahouse-validation.json", "gazelle_validation", UNDEFINED, "FR Core Patient",
            datetime(2027, 1, 5, 8, tzinfo=CET), ("", ""), {"total": 12, "errors": 1, "warnings": 1, "undefined": 4},
        ),
        (
            "inferno.json", "inferno", FAILED, "us_core_v311", datetime(2027, 1, 10, 10, tzinfo=UTC),
            ("", ""), {"total": 3, "errors": 1, "warnings": 0, "undefined": 1},
        ),
        (
            "inferno-passed.json", "inferno", PASSED, "a", datetime(2027, 1, 10, 10, tzinfo=UTC),
            ("", ""), {"total": 2, "errors": 0, "warnings": 0, "undefined": 0},
        ),
        (
            "itb.xml", "itb", PASSED, "eudcc.certificate", datetime(2026, 12, 1, 14, 30, tzinfo=CET),
            ("", ""), {"total": 5, "errors": 0, "warnings": 1},
        ),
        (
            "junit.xml", "junit", FAILED, "conformité", datetime(2026, 12, 24, 18, tzinfo=PARIS),
            ("", ""), {"total": 6, "errors": 1, "warnings": 0, "undefined": 1},
        ),
        (
            "instance.html", "gazelle_instance", PASSED, "CDA_Create_CR-IMA", datetime(2027, 2, 1, 12, tzinfo=UTC),
            ("CLAIRVUE", "Clairvue Portail"), {},
        ),
    ],
)  # fmt: skip
def test_a_report_is_read(name, form, verdict, test, made_at, owner, counters):
    found = read_report((SAMPLES / name).read_bytes())
    assert (found.format, found.verdict, found.test, found.made_at) == (form, verdict, test, made_at)
    assert ((found.organisation, found.product), found.counters) == (owner, counters)


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><validationReport result="&b;"/>'
FOREIGN = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><validationReport result="&a;"/>'


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "unknown"),
        (b"PASSED", "unknown"),
        (b"<rapport resultat='PASSED'/>", "unknown"),
        (b'{"result": "PASSED"}', "unknown"),
        (b"[]", "unknown"),
        (b'["PASSED"]', "unknown"),
        (b"<html><body><h1>Sign in</h1></body></html>", "unknown"),
        (b"<validationReport result='PASSED'>", "damaged"),
        (b"<validationReport \x00/>", "damaged"),
        (b'{"overallResult": "PASSED"', "damaged"),
        (b'{"content": 7}', "unknown"),
        (b'{"content": "{"}', "damaged"),
        (BOMB, "xml_entities"),
        (FOREIGN, "xml_entities"),
        (b"<a>" * 5000, "too_complex"),
        (b"<validationReport>" + b"<b/>" * 600_000 + b"</validationReport>", "too_complex"),
        (b" " * (20 * 1024 * 1024 + 1), "too_complex"),
        (b"[" * 200_000, "damaged"),
    ],
)
def test_what_is_no_report_is_told(data, problem):
    with pytest.raises(ReportError) as refused:
        read_report(data)
    assert refused.value.problem == problem
    assert refused.value.message.endswith(".")
    assert refused.value.remedy.endswith(".")


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("PASSED", PASSED), ("DONE_PASSED", PASSED), ("pass", PASSED), ("SUCCESS", PASSED), ("verified", PASSED),
        ("FAILED", FAILED), ("DONE_FAILED", FAILED), ("fail", FAILED), ("error", FAILED), ("aborted", FAILED),
        ("UNDEFINED", UNDEFINED), ("DONE_UNDEFINED", UNDEFINED), ("WARNING", UNDEFINED), ("completed", UNDEFINED),
        ("partially verified", UNDEFINED), ("IN_PROGRESS", UNDEFINED), ("skip", UNDEFINED), ("", UNDEFINED),
        ("PASSED?", UNDEFINED), ("not passed", UNDEFINED),
    ],
)  # fmt: skip
def test_only_a_known_word_is_a_pass(said, verdict):
    assert verdict_of(said) == verdict


def test_names_are_shown_as_plain_words():
    data = '<testsuite name="a\u202eb&#10;c" tests="1"/>'.encode()
    assert read_report(data).test == "a b c"
