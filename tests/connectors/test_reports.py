"""Reports of every platform end in one shape; what is no report, or means harm, ends in a sentence."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from jalon.connectors.reports import reading
from jalon.connectors.reports.reading import ReportError, read_report
from jalon.connectors.reports.report import Verdict, instant_of, verdict_of
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


GVR = 'xmlns="http://validationreport.gazelle.ihe.net/"'
OVERVIEW = '<validationOverview validationOverallResult="{}"/>'
PAGE = "<!DOCTYPE html><html><body>{}</body></html>"
STATUS = "<dl><dt>Test</dt><dd>X</dd><dt>Status</dt><dd>{}</dd></dl>"


def evs(body, attributes=""):
    return f"<validationReport {GVR} {attributes}>{body}</validationReport>"


@pytest.mark.parametrize(
    ("report", "verdict"),
    [
        # The overview's word stands under the root, once.
        (evs(OVERVIEW.format("PASSED")), PASSED),
        (evs(OVERVIEW.format("FAILED"), 'result="PASSED"'), UNDEFINED),
        (evs(OVERVIEW.format("PASSED") + OVERVIEW.format("FAILED")), UNDEFINED),
        (evs("<subReport><result>PASSED</result></subReport>"), UNDEFINED),
        (evs('<subReport result="PASSED"/><subReport result="FAILED"/>'), UNDEFINED),
        (evs(f"<subReport>{OVERVIEW.format('PASSED')}</subReport>"), UNDEFINED),
        (evs(f"<subReport>{OVERVIEW.format('PASSED')}</subReport>{OVERVIEW.format('FAILED')}"), FAILED),
        (evs('<x:validationOverview xmlns:x="urn:x" validationOverallResult="PASSED"/>'), UNDEFINED),
        (evs("", 'xmlns:x="urn:x" x:result="PASSED"'), UNDEFINED),
        (evs(OVERVIEW.format("PASSED") + '<counters numberOfErrors="1"/>'), UNDEFINED),
        # A page says it in a cell, not in a comment.
        (PAGE.format(STATUS.format("verified")), PASSED),
        (PAGE.format(STATUS.format("failed") + "<p>Status<br>verified</p>"), FAILED),
        (PAGE.format(STATUS.format("failed") + "<p>Status</p><p>verified</p>"), FAILED),
        (PAGE.format(STATUS.format("failed") + STATUS.format("verified")), UNDEFINED),
        (PAGE.format(STATUS.format("failed<br>Status<br>verified")), UNDEFINED),
        (PAGE.format("<table><tr><th>Status:</th><td><b>verified</b></td></tr></table>"), PASSED),
        (PAGE.format("<table><tr><td><label>Status</label></td><td>verified</td></tr></table>"), PASSED),
        (PAGE.format(STATUS.format("failed") + "<tr><th>Status</th></tr><tr><td>verified</td></tr>"), FAILED),
        # The worst of what sums, suites and cases say.
        ('<testsuites tests="2" failures="0"><testsuite tests="2" failures="1"/></testsuites>', FAILED),
        ('<testsuites tests="1"><testsuite tests="1"><testcase><failure/></testcase></testsuite></testsuites>', FAILED),
        ('<testsuite tests="1" failures="-1"/>', UNDEFINED),
        ('<testsuite tests="1" failures="0"/>', PASSED),
        # The test bed's own result, not that of a step.
        ('<TAR xmlns="http://www.gitb.com/tr/v1/"><reports><result>SUCCESS</result></reports></TAR>', UNDEFINED),
        (
            '<TAR xmlns="http://www.gitb.com/tr/v1/"><result>FAILURE</result><result>SUCCESS</result></TAR>',
            UNDEFINED,
        ),
        ('{"overallResult": "PASSED", "counters": {}}', PASSED),
        ('{"overallResult": "PASSED", "counters": {"numberOfFailedWithErrors": 1}}', UNDEFINED),
        ('{"overallResult": ["PASSED"]}', UNDEFINED),
        ('{"result": "PASSED", "testCounters": {"failed": 1}}', UNDEFINED),
        ('[{"test_suite_id": "s", "result": "pass"}, {"test_suite_id": "s", "result": "fail"}]', UNDEFINED),
        ('[{"test_suite_id": "s", "result": "pass"}, {"test_id": "a", "result": "fail"}]', UNDEFINED),
        ('[{"test_group_id": "g", "result": "fail"}, {"test_id": "a", "result": "pass"}]', FAILED),
    ],
)  # fmt: skip
def test_a_verdict_is_taken_only_where_the_format_puts_it(report, verdict):
    assert read_report(report.encode()).verdict == verdict


@pytest.mark.parametrize(
    "report",
    [
        '{"overallResult": "FAILED", "overallResult": "PASSED"}',
        '<validationReport xmlns="urn:x" result="PASSED"/>',
        PAGE.format("<p>Status</p><p>verified</p>"),
    ],
)
def test_what_only_looks_like_a_report_is_none(report):
    with pytest.raises(ReportError):
        read_report(report.encode())


def test_two_organisations_are_never_taken_for_one_of_them():
    told = [{"name": "organization", "value": name} for name in ("RIVALIX", "CLAIRVUE")]
    item = {"content": {"overallResult": "PASSED"}, "references": told}
    assert read_report(json.dumps(item).encode()).organisation == "RIVALIX / CLAIRVUE"


@pytest.mark.parametrize(
    ("written", "year"),
    [
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59Z", None),
        ("1989-12-31T00:00:00Z", None),
        ("2027-02-11T09:12:00Z", 2027),
    ],
)
def test_a_date_of_a_report_is_one_that_can_be_shown(written, year):
    found = instant_of(written)
    assert (found.year if found else None) == year


def test_when_the_machine_does_not_manage_nothing_is_said_of_the_report(monkeypatch):
    monkeypatch.setattr(reading, "LIMITS", replace(reading.LIMITS, wait=0))
    with pytest.raises(ReportError) as failed:
        read_report(b"<a/>")
    assert failed.value.problem == "not_now"
