"""A file counts from the instant at which all of it was here, however long it is checked; nothing after it does."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jalon.accounts.standing import SYSTEM
from jalon.applications.actions.tracking import pass_gates
from jalon.applications.models import Part
from jalon.applications.queries.dates import administrative_holds, calendar
from jalon.applications.rules.gates import AFTER_CHECK, proofs_due
from jalon.applications.states import ApplicationState, ChapterState
from jalon.core import clock
from jalon.core.errors import TransitionRefused
from jalon.evidence.actions.deposits import comment_proof, remove_item
from jalon.jobs.each import SomeFailed
from jalon.reviews import tasks
from jalon.reviews.actions.chapters import submit_chapter
from jalon.uploads.actions import finish_upload
from jalon.uploads.models import Upload
from jalon.uploads.queries import checks_of
from jalon.uploads.rules import AT_ONCE
from jalon.uploads.states import UploadState
from tests.kept import kept
from tests.sentences import as_written
from tests.uploads.conftest import padded, sender_of
from tests.web.vendors import signed_in

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LARGE = AT_ONCE + 1


@pytest.fixture
@kept
def nearly(world):
    """One chapter is handed in but for one slot; the others were never to be given."""
    chapter = sender_of(world).slot.requirement.chapter.key
    world.give(chapter)
    Part.objects.exclude(key=f"chapter:{chapter}").filter(key__startswith="chapter:").update(expected=0)
    return world


@pytest.fixture
def go(sender, freeze):
    """To an instant, and signed in there."""

    def to(instant):
        freeze(instant)
        sender.client = signed_in(sender.world.users["agent"])

    return to


@pytest.fixture
def sender(nearly):
    found = sender_of(nearly)
    for piece in found.pieces():
        if piece.proof.slot.item_key == found.slot.key:
            take_out(found, piece)
    return found


def take_out(sender, piece):
    remove_item(
        actor=sender.world["agent"], number=sender.world.number, item_key=sender.slot.key, item_id=piece.pk
    )


def due(world):
    application = world.application
    return proofs_due(calendar(application), administrative_holds(application), clock.now())


def submit(sender, at=None, coming=0):
    return submit_chapter(
        actor=sender.world["agent"], number=sender.world.number, chapter=sender.slot.requirement.chapter.key,
        round_n=0, received_at=at or clock.now(), coming=coming,
    )  # fmt: skip


def watch(sender):
    """The clock looks at the dates."""
    at = clock.now()
    application = sender.world.application
    pass_gates(actor=SYSTEM, application_id=application.pk, checks=checks_of(application, at), at=at)
    return sender.world.application.state


def page(sender):
    chapter = sender.slot.requirement.chapter.key
    answer = sender.client.get(f"/candidatures/{sender.world.number}/chapitres/{chapter}")
    return as_written(answer.content.decode())


@pytest.mark.parametrize(
    ("arrived", "data", "counts"),
    [
        (-MINUTE, padded(LARGE), True),
        (timedelta(), padded(LARGE), True),
        (SECOND, padded(LARGE), False),
        (-MINUTE, b"MZ" + bytes(LARGE), False),  # refused: the slot stays empty
    ],
    ids=["before", "at the instant", "after", "refused"],
)
def test_a_file_counts_from_the_instant_it_was_here(sender, go, arrived, data, counts):
    """It is sent around the date, its check ends ten minutes after."""
    date = due(sender.world)
    go(date - MINUTE)
    where = sender.begin(size=len(data))["Location"]
    go(date + arrived)
    assert sender.patch(where, 0, data).status_code == 204
    go(date + 10 * MINUTE)
    assert watch(sender) == (ApplicationState.ELIGIBLE if arrived <= timedelta() else ApplicationState.LATE)
    finish_upload(upload_id=sender.row().pk)
    assert (sender.row().state == UploadState.DONE) is counts
    if not counts:
        with pytest.raises(TransitionRefused):
            submit(sender)
        assert watch(sender) == ApplicationState.LATE
        return
    assert "Vous pouvez encore soumettre ce chapitre jusqu’au" in page(sender)
    with pytest.raises(TransitionRefused, match="La date limite est passée"):
        submit(sender, at=date + 10 * MINUTE + AFTER_CHECK + SECOND)
    last = date + 10 * MINUTE + AFTER_CHECK
    go(last)
    assert watch(sender) == ApplicationState.ELIGIBLE
    assert submit(sender).submitted_at == last
    go(last + SECOND)
    assert watch(sender) == ApplicationState.ELIGIBLE


def test_nobody_who_waits_too_long_hands_in(sender, go):
    date = due(sender.world)
    go(date)
    sender.send(padded(LARGE))
    go(date + MINUTE)
    finish_upload(upload_id=sender.row().pk)
    go(date + MINUTE + AFTER_CHECK + SECOND)
    assert watch(sender) == ApplicationState.LATE


def test_a_check_that_was_over_in_time_gives_no_time(sender, go):
    date = due(sender.world)
    go(date - MINUTE)
    sender.send(padded(3000))
    go(date + SECOND)
    with pytest.raises(TransitionRefused, match="La date limite est passée"):
        submit(sender)
    assert watch(sender) == ApplicationState.LATE


def test_while_a_date_waits_for_a_check_nothing_else_is_put_in(sender, go):
    """The file that arrived in time opens the way for itself alone."""
    date = due(sender.world)
    other = next(piece for piece in sender.pieces() if piece.proof.slot.item_key != sender.slot.key)
    go(date - MINUTE)
    late = sender.begin("tard.pdf", 3000)["Location"]
    where = sender.send(padded(LARGE))
    assert "compte, même si son contrôle se termine après" in page(sender)
    go(date + MINUTE)
    assert "Vous avez encore une heure, une fois ce contrôle terminé" in page(sender)
    assert sender.begin("encore.pdf", 3000).status_code == 409
    data = padded(2500)
    Upload.objects.filter(name="tard.pdf").update(size=len(data))
    assert sender.patch(late, 0, data).status_code == 204
    assert "La date limite est passée" in sender.state(late)["message"]
    named = {"actor": sender.world["agent"], "number": sender.world.number}
    for act, more in ((remove_item, {"item_id": other.pk}), (comment_proof, {"comment": "Voici."})):
        with pytest.raises(TransitionRefused, match="La date limite est passée"):
            act(**named, item_key=other.proof.slot.item_key, **more)
    finish_upload(upload_id=Upload.objects.get(name="preuve.pdf").pk)
    assert sender.state(where)["state"] == UploadState.DONE
    submit(sender)


def test_the_clock_looks_a_minute_back(sender, go, monkeypatch):
    """What was received at the very instant of the date is still being written when the clock comes by."""
    seen = []
    monkeypatch.setattr(tasks, "pass_gates", lambda **named: seen.append(named["at"]))
    go(due(sender.world) + SECOND)
    tasks.watch_gates()
    assert seen == [clock.now() - tasks.BEHIND]


def test_the_clock_reads_no_list_of_requirements_without_need(sender):
    with CaptureQueriesContext(connection) as seen:
        tasks.watch_gates()
    assert [query["sql"] for query in seen if '"programmes_revision"."content"' in query["sql"]] == []


def test_the_clock_goes_on_after_a_file_that_raises(sender, monkeypatch):
    def raises(**_named):
        raise ValueError("this one")

    monkeypatch.setattr(tasks, "pass_gates", raises)
    with pytest.raises(SomeFailed, match="1 failed; the first: ValueError: this one"):
        tasks.watch_gates()


def test_a_hand_over_leaves_nothing_behind_that_nobody_was_told_of(sender):
    """A replacement is still checked: the chapter goes without it only once the page has said so."""
    sender.send(padded(3000))
    assert sender.begin("mieux.pdf", 3000).status_code == 201
    chapter = sender.slot.requirement.chapter.key
    address = f"/candidatures/{sender.world.number}/chapitres/{chapter}/soumettre"
    refused = sender.client.post(address, {"round": "0", "coming": "0"})
    words = as_written(refused.content.decode())
    assert (refused.status_code, "1 fichier de ce chapitre est encore en cours d’envoi" in words) == (
        409,
        True,
    )
    assert '<input type="hidden" name="coming" value="1">' in words
    assert sender.client.post(address, {"round": "0", "coming": "1"}).status_code == 303
    assert Part.objects.get(key=f"chapter:{chapter}").state == ChapterState.SUBMITTED
