"""The antivirus: situation 14, and the files that wait for it."""

import pytest

from jalon.connectors.antivirus import AntivirusError, TooLarge, clamd
from jalon.core.errors import InvalidInput, TransitionRefused
from jalon.documents import actions
from jalon.documents.models import Scan
from jalon.documents.policy import is_not_analysed, may_open, open_refusal
from jalon.documents.queries import open_document
from jalon.jobs.models import Job, JobState
from jalon.jobs.queue import run_due
from tests.documents.antivirus import EICAR, Clamd, needs_clamd, real_clamd
from tests.documents.conftest import GOOD

PDF = GOOD["a.pdf"]


@pytest.fixture
def server():
    standin = Clamd()
    yield standin
    standin.server.close()


@pytest.fixture
def configure(settings):
    def use(address):
        settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"clamd": address})

    return use


def refuses_to_open(document):
    with pytest.raises(TransitionRefused) as caught:
        open_document(document)
    return caught.value.message


def test_none_configured_files_open_marked_so(receive):
    document = receive("a.pdf", PDF)
    assert (document.scan, may_open(document), is_not_analysed(document)) == (Scan.NOT_ANALYSED, True, True)
    assert Job.objects.count() == 0


def test_a_small_file_is_looked_at_at_once(receive, configure, server):
    configure(server.address)
    document = receive("a.pdf", PDF)
    assert (document.scan, may_open(document), is_not_analysed(document)) == (Scan.CLEAN, True, False)
    assert document.scanned_at is not None
    assert Job.objects.count() == 0


def test_what_is_found_at_once_is_not_kept(receive, configure, server, files_dir):
    configure(server.address)
    with pytest.raises(InvalidInput, match="programme malveillant"):
        receive("a.txt", EICAR, formats=["txt"])
    assert [path for path in files_dir.rglob("*") if path.is_file()] == []


def test_a_large_file_waits_for_the_verdict_then_opens(receive, configure, server):
    configure(server.address)
    document = receive("a.log", b"une ligne\n" * 900_000, formats=["log"], max_bytes=10**8, chunk=10**6)
    assert (document.scan, may_open(document)) == (Scan.PENDING, False)
    assert "en cours d’analyse" in refuses_to_open(document)
    run_due(strict=True)
    document.refresh_from_db()
    assert (document.scan, may_open(document), is_not_analysed(document)) == (Scan.CLEAN, True, False)


def test_an_infected_file_never_opens(receive, configure, server):
    configure("127.0.0.1:1")
    document = receive("a.txt", EICAR, formats=["txt"])
    configure(server.address)
    run_due(strict=True)
    document.refresh_from_db()
    assert document.scan == Scan.INFECTED
    assert "un programme malveillant" in refuses_to_open(document)
    configure("")
    assert may_open(document) is False
    actions.record_scan(content_id=document.content_id, found="")
    document.refresh_from_db()
    assert document.scan == Scan.INFECTED


def test_configured_but_away_files_wait_and_are_asked_about_again(receive, configure, server, freeze):
    clock_ = freeze("2026-03-02T10:00")
    configure("127.0.0.1:1")
    document = receive("a.pdf", PDF)
    for _ in range(20):
        run_due()
        clock_.shift(600)
    document.refresh_from_db()
    assert (document.scan, may_open(document)) == (Scan.PENDING, False)
    assert Job.objects.get().state == JobState.WAITING
    configure(server.address)
    run_due(strict=True)
    document.refresh_from_db()
    assert document.scan == Scan.CLEAN


def test_waiting_when_the_antivirus_is_taken_away_it_opens_marked_so(receive, configure):
    configure("127.0.0.1:1")
    document = receive("a.pdf", PDF)
    configure("")
    assert (open_refusal(document), is_not_analysed(document)) == ("", True)


def test_files_from_before_it_was_configured_are_looked_at(receive, configure, server):
    document = receive("a.pdf", PDF)
    actions.enqueue_scans()
    assert Job.objects.count() == 0
    configure(server.address)
    actions.enqueue_scans()
    run_due(strict=True)
    document.refresh_from_db()
    assert document.scan == Scan.CLEAN


def test_a_stream_that_is_too_long_for_it_gets_no_verdict():
    small = Clamd(limit=1000)
    with pytest.raises(AntivirusError, match=r"size limit exceeded|reset|Broken"):
        clamd.scan(small.address, [bytes(1024 * 1024)] * 20)
    small.server.close()


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/nowhere/clamd.socket"])
def test_an_address_where_nobody_answers(address):
    with pytest.raises(AntivirusError, match="clamd at"):
        clamd.scan(address, [b"x"])


@pytest.mark.processes
@needs_clamd
def test_the_real_clamd_agrees(tmp_path):
    with real_clamd(tmp_path) as address:
        assert clamd.scan(address, [PDF]) == ""
        assert clamd.scan(address, [EICAR[:30], EICAR[30:]]).startswith("Eicar-Test-Signature")


@pytest.mark.processes
@needs_clamd
def test_what_the_real_clamd_has_not_looked_through_is_neither_clean_nor_bad(tmp_path):
    with (
        real_clamd(tmp_path, "MaxFileSize 1M", "AlertExceedsMax yes") as address,
        pytest.raises(TooLarge, match="Limits"),
    ):
        clamd.scan(address, [b"une ligne\n" * 200_000])


def test_what_is_larger_than_it_takes_opens_marked_so(receive, configure):
    """Asked again it would say the same: no job without end, and no film that never opens."""
    small = Clamd(limit=1000)
    configure(small.address)
    at_once = receive("a.log", b"une ligne\n" * 200, formats=["log"])
    configure("127.0.0.1:1")
    waiting = receive("b.log", b"autre ligne\n" * 200, formats=["log"])
    configure(small.address)
    run_due(strict=True)
    small.server.close()
    waiting.refresh_from_db()
    for document in (at_once, waiting):
        assert (document.scan, may_open(document), is_not_analysed(document)) == (
            Scan.UNSCANNABLE,
            True,
            True,
        )
    assert Job.objects.exclude(state=JobState.DONE).count() == 0
