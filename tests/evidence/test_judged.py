"""From a deposit to what the machine says of it: read by a job, judged when looked at, in the way of a hand-over."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from jalon.applications.queries import definition_for
from jalon.applications.states import ChapterState
from jalon.core import clock
from jalon.core.errors import TransitionRefused
from jalon.core.readers.asking import NotRead
from jalon.documents.actions import enqueue_readings, receive_file, record_facts
from jalon.documents.checks import reading
from jalon.documents.checks.facts import VERSION, Facts, Pdf, Signature
from jalon.documents.models import Content, Document, Scan
from jalon.documents.queries import facts_of
from jalon.documents.tasks import read
from jalon.evidence.actions.deposits import deposit_file, remove_item, request_not_applicable
from jalon.evidence.actions.handovers import write_slots
from jalon.evidence.models import Proof, ProofItem
from jalon.evidence.queries import slot_views
from jalon.evidence.queries.judged import NOBODY, blocked_pieces, judged_items
from jalon.jobs.models import Job, JobState
from jalon.jobs.queue import run_due
from jalon.programmes.definition.schema import DeclaredCheck
from jalon.reviews.actions.chapters import submit_chapter
from tests.documents.samples import film, paper
from tests.kept import kept
from tests.sentences import as_written

CHAPTER = "gestion-ins"
ONE, DOCUMENT = "ins-va1.01.01.01", "ins-va1.15.01.01"
READ = "documents.read"


@pytest.fixture
@kept
def ready(world):
    """A chapter that could be submitted now."""
    return world.eligible().give(CHAPTER)


def give(world, name, data, key=ONE):
    document = receive_file(
        actor=world["agent"], company_id=world.application.company_id, name=name, chunks=[data],
        formats=[name.rpartition(".")[2]], max_bytes=10**8,
    )  # fmt: skip
    deposit_file(actor=world["agent"], number=world.number, item_key=key, document_id=document.pk)
    return document


def view_of(world, key=ONE):
    chapters = [chapter.key for chapter in definition_for(world.application).chapters]
    views = (view for chapter in chapters for view in slot_views(world.application, chapter))
    return next(view for view in views if view.key == key)


def judged(world, key=ONE):
    """What is said of the files of a slot, in order."""
    view = view_of(world, key)
    found = judged_items(definition_for(world.application), view.expected, view.proof, view.items)
    return [found[item.pk] for item in view.items if item.document]


def said(world, key=ONE):
    return [[(f.check, str(f.level)) for f in one.findings] for one in judged(world, key)]


def waiting():
    return Job.objects.filter(name=READ, state=JobState.WAITING).count()


def test_a_file_is_read_after_its_deposit_and_then_judged(ready):
    give(ready, "a.mp4", film())
    assert ([one.pending for one in judged(ready)], waiting()) == ([True], 1)
    run_due(strict=True)
    (one,) = judged(ready)
    assert (one.pending, one.findings, one.lines) == (False, (), (("Vidéo", "H.264, 1280 × 720, 2 s"),))


def test_what_blocks_is_named_and_stops_the_submission_until_it_is_replaced(ready):
    give(ready, "a.mp4", film("libx265"))
    run_due(strict=True)
    assert said(ready) == [[("video_codec", "blocking")]]
    with pytest.raises(TransitionRefused) as refused:
        ready.play.submit_chapters([CHAPTER])
    assert as_written(refused.value.message).splitlines() == [
        f"1 pièce à remplacer, selon les contrôles : {view_of(ready).code}.",
        (
            f"{view_of(ready).code} – La vidéo « a.mp4 » est encodée en H.265 (HEVC), que tous les navigateurs ne "
            "lisent pas. Convertissez-la : H.264, VP9, AV1 sont acceptés."
        ),
    ]
    item = ProofItem.objects.get(document__name="a.mp4")
    remove_item(actor=ready["agent"], number=ready.number, item_key=ONE, item_id=item.pk)
    ready.play.submit_chapters([CHAPTER])
    assert ready.application.parts.get(key=f"chapter:{CHAPTER}").state == ChapterState.SUBMITTED


def test_a_check_that_is_late_costs_nobody_the_date(ready):
    give(ready, "a.mp4", film("libx265"))
    ready.play.submit_chapters([CHAPTER])
    run_due(strict=True)
    assert said(ready) == [[("video_codec", "blocking")]]  # the verifier reads it


def test_a_warning_stops_nothing(ready):
    give(ready, "a.mp4", film(blank=True))
    run_due(strict=True)
    assert said(ready) == [[("video_blank", "warning")]]
    ready.play.submit_chapters([CHAPTER])


def test_links_are_judged_at_once_and_wait_for_nobody(ready):
    view = view_of(ready)
    found = judged_items(definition_for(ready.application), view.expected, view.proof, view.items)
    assert [(one.pending, one.findings) for one in found.values()] == [(False, ())]
    assert waiting() == 0


def test_asked_not_applicable_its_pieces_are_no_obstacle(ready):
    give(ready, "a.mp4", film("libx265"))
    run_due(strict=True)
    request_not_applicable(actor=ready["agent"], number=ready.number, item_key=ONE, reason="Sans écran.")
    ready.play.submit_chapters([CHAPTER])


def test_what_the_antivirus_found_blocks(ready):
    document = give(ready, "a.mp4", film())
    Content.objects.filter(pk=document.content_id).update(scan=Scan.INFECTED)
    assert said(ready) == [[("virus", "blocking")]]
    with pytest.raises(TransitionRefused, match="antivirus"):
        ready.play.submit_chapters([CHAPTER])


def test_a_machine_too_busy_tries_again(ready, monkeypatch):
    document = give(ready, "a.mp4", film())
    monkeypatch.setattr(reading, "LIMITS", replace(reading.LIMITS, wait=0))
    with pytest.raises(NotRead):
        run_due(strict=True)
    assert ([one.pending for one in judged(ready)], waiting()) == ([True], 1)
    monkeypatch.undo()
    read(document.pk)
    read(document.pk)
    assert [one.pending for one in judged(ready)] == [False]


def test_the_same_bytes_under_another_name_are_not_read_again(ready, monkeypatch):
    give(ready, "a.mp4", film())
    run_due(strict=True)
    monkeypatch.setattr(reading, "LIMITS", replace(reading.LIMITS, wait=0))  # nothing can be read any more
    again = give(ready, "b.mp4", film())
    run_due(strict=True)
    other = give(ready, "c.mov", film())  # another kind of file: it may say other things
    with pytest.raises(NotRead):
        read(other.pk)
    again.refresh_from_db()
    assert facts_of(again).film.codec == "h264"


def test_a_proof_that_goes_on_from_another_needs_no_second_reading(ready):
    give(ready, "a.mp4", film())
    run_due(strict=True)
    ready.play.submit_chapters([CHAPTER])
    ready.play.judge(CHAPTER, to_modify={ONE: "Montrez l’écran entier."}).close(CHAPTER, send_back=True)
    give(ready, "b.mp4", film("libvpx-vp9", "mp4"))
    assert [one.pending for one in judged(ready)] == [False, True]


def test_a_signature_is_judged_on_the_day_of_the_hand_over(ready):
    """Signed eleven months before the submission, and still good when it is examined two months later."""
    document = give(ready, "a.pdf", paper(), DOCUMENT)
    now = clock.now()
    signature = Signature(signer="Inès", signed_at=now - timedelta(days=350), intact=True)
    record_facts(
        document_id=document.pk, facts=Facts(format="pdf", pdf=Pdf(pages=1, signatures=(signature,)))
    )
    view = view_of(ready, DOCUMENT)
    asked = view.expected.model_copy(update={"checks": (DeclaredCheck(check="pdf_signature_age"),)})

    def found(submitted_days_ago):
        proof = Proof(submitted_at=now + timedelta(days=20) - timedelta(days=submitted_days_ago))
        told = judged_items(definition_for(ready.application), asked, proof, view.items)
        return [f.check for one in told.values() for f in one.findings]

    assert (found(20), found(0)) == ([], ["pdf_signature_age"])


def test_a_draft_is_judged_as_of_the_click_that_hands_it_in(ready):
    """The last day of a proof ends while the server is busy: that is not the vendor's time."""
    give(ready, "a.pdf", paper(), DOCUMENT)
    midnight = datetime(2027, 3, 2, tzinfo=clock.PARIS)
    run_due(strict=True)
    ProofItem.objects.filter(document__name="a.pdf").update(dated_on=date(2026, 3, 1))
    definition = definition_for(ready.application)
    kinds = [
        kind.model_copy(update={"checks": (DeclaredCheck(check="proof_age", params={"max_days": 365}),)})
        for kind in definition.kinds
    ]
    aged = definition.model_copy(update={"kinds": kinds})

    def blocked(at):
        return [one.finding.check for one in blocked_pieces(aged, [view_of(ready, DOCUMENT)], NOBODY, at)]

    assert (blocked(midnight - timedelta(seconds=1)), blocked(midnight)) == ([], ["proof_age"])


def test_what_is_handed_in_is_of_the_instant_of_the_click(ready):
    at = clock.now() - timedelta(minutes=2)
    submit_chapter(actor=ready["agent"], number=ready.number, chapter=CHAPTER, round_n=0, received_at=at)
    assert view_of(ready).proof.submitted_at == at


def test_what_older_readers_said_is_read_again(ready):
    document = give(ready, "a.mp4", film())
    run_due(strict=True)
    Document.objects.filter(pk=document.pk).update(facts='{"format":"mp4"}', facts_version=VERSION - 1)
    enqueue_readings()
    run_due(strict=True)
    document.refresh_from_db()
    assert (document.facts_version, facts_of(document).film.codec) == (VERSION, "h264")


def test_what_nothing_asked_to_read_is_read_once_it_stands_elsewhere(ready):
    """A move, or an earlier proof given again, may put a piece under checks that it never met."""
    document = give(ready, "a.mp4", film())
    run_due(strict=True)
    Document.objects.filter(pk=document.pk).update(facts="", facts_version=0)
    with transaction.atomic():
        write_slots(ready.application, {})
    run_due(strict=True)
    assert [one.pending for one in judged(ready)] == [False]
