"""Gazelle on the wire: lists, reports and permanent links, and each way in which a platform may fail."""

from datetime import date

import pytest

from jalon.connectors.gazelle import Api, Source, get_report, list_reports, report_link
from jalon.connectors.gazelle import listing as listing_of
from jalon.connectors.reports.reading import ReportError
from jalon.connectors.reports.report import Verdict
from jalon.connectors.web_fetch import Failure, FetchError, Limits
from tests.stand_ins.gazelle import HOST, KEY, RIVAL_KEY, ROOT, gazelle, held, served_gazelle

__all__ = ["gazelle", "served_gazelle"]  # fixtures


def source(api=Api.EVS, key=KEY, organisation="CLAIRVUE") -> Source:
    return Source(api, HOST, organisation, key)


def take(gazelle, ref, key="", path="/evs/report.seam?oid={}"):
    link = report_link(f"https://{HOST}{path.format(ref)}")
    assert link
    return get_report(
        link, hosts=[HOST], authorization=f"GazelleAPIKey {key}" if key else "", network=gazelle.network
    )


def refused(gazelle, ref, **options):
    with pytest.raises(FetchError) as failed:
        take(gazelle, ref, **options)
    return failed.value.failure


def test_an_organisation_sees_its_validations_the_latest_first(gazelle):
    found = list_reports(source(), network=gazelle.network)
    assert [(r.ref.rpartition(".")[2], r.verdict) for r in found[:4]] == [
        ("101", Verdict.PASSED), ("105", Verdict.UNDEFINED), ("102", Verdict.FAILED), ("103", Verdict.UNDEFINED),
    ]  # fmt: skip
    assert (found[0].test, found[0].product) == ("CI-SIS-CR-IMA-N1-Create_doc-Sc1", "Clairvue RIS")
    assert [r.url for r in found if r.ref.endswith(".104")] == [
        f"https://{HOST}/evs/report.seam?oid={ROOT}.104&privacyKey=lecture-9"
    ]
    assert gazelle.state.asked == [("/evs/rest/validations", "CLAIRVUE")]


def test_items_of_the_datahouse_are_listed_the_same_way(gazelle):
    (found,) = list_reports(source(Api.DATAHOUSE), network=gazelle.network)
    assert (found.ref, found.test, found.verdict, found.product) == (
        "b7c1-2", "PAM ITI-31", Verdict.PASSED, "Clairvue RIS",
    )  # fmt: skip
    assert found.url == f"https://{HOST}/test-execution/reports/b7c1-2"


def test_a_list_is_read_page_by_page_and_only_so_far(gazelle):
    many = [held(1000 + n, date=f"2027-01-01T00:00:{n % 60:02d}Z") for n in range(620)]
    gazelle.state.hold([{"keyword": "CLAIRVUE", "key": KEY, "reports": many}])
    found = list_reports(source(), network=gazelle.network)
    assert (len(found), len(gazelle.state.asked)) == (listing_of.MOST, 5)


def test_a_list_is_narrowed_by_test_and_day(gazelle):
    assert [r.test for r in list_reports(source(), test="ITI-30", network=gazelle.network)] == ["ITI-30"]
    since = list_reports(source(), since=date(2027, 2, 9), network=gazelle.network)
    assert {r.ref.rpartition(".")[2] for r in since} == {"105", "101", "102"}


@pytest.mark.parametrize("asked", [source(key=""), source(key="fausse-cle"), source(key=RIVAL_KEY)])
def test_without_the_organisations_own_key_there_is_no_list(gazelle, asked):
    with pytest.raises(FetchError) as failed:
        list_reports(asked, network=gazelle.network)
    assert failed.value.failure == Failure.NO_ACCESS
    assert asked.key not in failed.value.message or not asked.key
    assert not asked.key or asked.key not in repr(asked)


@pytest.mark.parametrize(
    ("ref", "path", "verdict", "form"),
    [
        (f"{ROOT}.101", "/evs/report.seam?oid={}", Verdict.PASSED, "evs"),
        (f"{ROOT}.102", "/evs/report.seam?oid={}", Verdict.FAILED, "evs"),
        (f"{ROOT}.103", "/evs/report.seam?oid={}", Verdict.UNDEFINED, "evs"),
        (f"{ROOT}.104", "/evs/report.seam?oid={}&privacyKey=lecture-9", Verdict.PASSED, "evs"),
        ("b7c1-2", "/gazelle/test-execution/reports/{}", Verdict.PASSED, "gazelle_test"),
        ("4211", "/EU-CAT/testing/test/test/TestInstance.seam?id={}", Verdict.PASSED, "gazelle_instance"),
    ],
)
def test_a_permanent_link_gives_its_report(gazelle, ref, path, verdict, form):
    taken = take(gazelle, ref, path=path)
    report = taken.report
    assert (report.verdict, report.format, report.organisation) == (verdict, form, "CLAIRVUE")
    assert report.product == "Clairvue RIS"
    assert taken.raw


def test_a_private_report_opens_with_the_companys_key_or_its_own(gazelle):
    private = f"{ROOT}.104"
    assert refused(gazelle, private) == Failure.NO_ACCESS
    assert refused(gazelle, private, key=RIVAL_KEY) == Failure.NO_ACCESS
    assert take(gazelle, private, key=KEY).report.verdict == Verdict.PASSED


@pytest.mark.parametrize(
    ("n", "failure"),
    [
        (105, Failure.NOT_FOUND), (201, Failure.TOO_BIG), (203, Failure.REFUSED_ADDRESS),
        (204, Failure.REDIRECTED_ELSEWHERE), (205, Failure.WRONG_TYPE), (206, Failure.BUSY), (999, Failure.NOT_FOUND),
    ],
)  # fmt: skip
def test_a_report_that_cannot_be_had_says_why(gazelle, n, failure):
    if failure == Failure.REFUSED_ADDRESS:  # an allowed host only: the redirect leaves it
        failure = Failure.REDIRECTED_ELSEWHERE
    assert refused(gazelle, f"{ROOT}.{n}") == failure


@pytest.mark.parametrize(("n", "problem"), [(200, "damaged"), (202, "xml_entities")])
def test_a_report_that_cannot_be_read_says_why(gazelle, n, problem):
    with pytest.raises(ReportError) as failed:
        take(gazelle, f"{ROOT}.{n}")
    assert failed.value.problem == problem


@pytest.mark.parametrize(("mode", "failure"), [("down", Failure.BUSY), ("unauthorized", Failure.NO_ACCESS)])
def test_a_platform_that_is_down_or_forgot_the_key(gazelle, mode, failure):
    gazelle.fail(mode)
    with pytest.raises(FetchError) as failed:
        list_reports(source(), network=gazelle.network)
    assert failed.value.failure == failure


def test_a_slow_platform_is_not_waited_for(gazelle, monkeypatch):
    monkeypatch.setattr(listing_of, "LISTING", Limits(seconds=0.3))
    gazelle.fail("slow", seconds=1.5)
    with pytest.raises(FetchError) as failed:
        list_reports(source(), network=gazelle.network)
    assert failed.value.failure == Failure.TIMED_OUT


def test_a_list_holds_plain_words_only(gazelle):
    named = held(101, test="ITI\ud800-30 \u202eexe", product="Clair\u0007vue")
    gazelle.state.hold([{"keyword": "CLAIRVUE", "key": KEY, "reports": [named]}])
    line = next(r for r in list_reports(source(), network=gazelle.network) if r.ref.endswith(".101"))
    assert (line.test, line.product) == ("ITI -30 exe", "Clair vue")
