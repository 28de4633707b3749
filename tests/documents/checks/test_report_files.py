"""Test reports that are handed in as files: read with the rest of the file, judged as those that are taken over."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jalon.documents.checks.readers.texts import json_text
from jalon.documents.checks.telling import told
from jalon.programmes.definition.schema import DeclaredCheck, ProofKind
from jalon.programmes.definition.trying import default_kinds, kind_called, try_file

SAMPLES = Path(__file__).parents[2] / "data" / "reports"
NOW = datetime(2027, 3, 1, tzinfo=UTC)
BARE = b"<?xml version='1.0'?><rapport/>"


@pytest.fixture(scope="module")
def kind() -> ProofKind:
    found = kind_called(default_kinds(), "report-file")
    assert found
    return found


def tried(path: Path, kind: ProofKind):
    facts, findings = try_file(path, kind, NOW)
    return facts.report, [(f.check, f.case, str(f.level)) for f in findings]


@pytest.mark.parametrize(
    ("name", "verdict", "test", "tested_on"),
    [
        ("inferno-passed.json", "passed", "a", date(2027, 1, 10)),
        ("inferno.json", "failed", "us_core_v311", date(2027, 1, 10)),
        ("itb.xml", "passed", "eudcc.certificate", date(2026, 12, 1)),
        ("junit.xml", "failed", "conformité", date(2026, 12, 24)),
        ("evs-passed.xml", "passed", "CI-SIS-CR-IMA-N1-Create_doc-Sc1", date(2027, 2, 11)),
        ("evs-undefined.xml", "undefined", "ITI-31", None),
        ("datahouse-test.json", "passed", "Flux d’identité PAM, ITI-31", date(2027, 2, 4)),
    ],
)
def test_each_platform_s_file_is_read_and_judged(kind, name, verdict, test, tested_on):
    report, findings = tried(SAMPLES / name, kind)
    assert report is not None
    assert (report.verdict, report.test, report.tested_on) == (verdict, test, tested_on)
    assert findings == ([] if verdict == "passed" else [("report_passed", verdict, "blocking")])


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xml", BARE),
        ("a.json", b'{"result": "PASSED"}'),
        ("a.json", b"[]"),
        ("a.json", b'{"overallResult": "PASSED", "overallResult": "FAILED"}'),
    ],
)
def test_a_file_that_is_no_report_is_told_so(kind, tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    assert tried(tmp_path / name, kind) == (None, [("report_passed", "no_report", "blocking")])


NAMES = (
    "content", "references", "name", "value", "results", "result", "overallResult", "counters", "testCounters",
    "testRunReports", "test", "validationMethod", "dateTime", "test_id", "test_suite_id", "optional", "updated_at",
)  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("PASSED"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=25,
)


@given(ANYTHING)
def test_whatever_stands_where_a_report_has_its_words_is_read_or_none(anything):
    """Any JSON may be handed in: it must not come out as a file that cannot be read."""
    with NamedTemporaryFile(suffix=".json") as file:
        file.write(json.dumps(anything).encode())
        file.flush()
        assert set(json_text(Path(file.name), deep=True)) <= {"report"}


def test_where_nothing_asks_for_a_report_nothing_is_wrong(kind, tmp_path):
    (tmp_path / "a.xml").write_bytes(BARE)
    assert tried(tmp_path / "a.xml", kind.model_copy(update={"checks": ()})) == (None, [])


def test_it_is_about_this_product_in_the_allowed_period(kind):
    asked = (
        DeclaredCheck(check="report_product", params={"product": "Clairvue Archive"}),
        DeclaredCheck(check="report_organisation", params={"organisation": "KUBUS"}),
        DeclaredCheck(check="report_dates", params={"last_day": "2027-02-10"}),
    )
    _report, findings = tried(SAMPLES / "evs-passed.xml", kind.model_copy(update={"checks": asked}))
    assert findings == [
        ("report_product", "", "warning"),
        ("report_organisation", "", "blocking"),
        ("report_dates", "", "blocking"),
    ]


def test_what_it_says_is_told_beside_the_file(kind):
    facts, _findings = try_file(SAMPLES / "evs-passed.xml", kind, NOW)
    assert told(facts) == [
        ("Résultat", "PASSED"),
        ("Test", "CI-SIS-CR-IMA-N1-Create_doc-Sc1"),
        ("Produit", "Clairvue Portail"),
        ("Organisation", "CLAIRVUE"),
        ("Joué le", "11/02/2027"),
    ]
    assert told(facts, "en")[-1] == ("Run on", "11 February 2027")
