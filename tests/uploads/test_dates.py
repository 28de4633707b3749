"""A file counts from the instant at which all of it was here, however long it is checked; nothing after it does."""

import os
from datetime import date as day
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
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
from jalon.documents import storage
from jalon.evidence.actions.deposits import (
    back_not_applicable,
    comment_proof,
    confirm_proof,
    deposit_file,
    remove_item,
    request_not_applicable,
)
from jalon.evidence.models import ProofItem
from jalon.evidence.queries import slot_views
from jalon.jobs.each import SomeFailed
from jalon.reviews import tasks
from jalon.reviews.actions.chapters import submit_chapter
from jalon.uploads.actions import GIVEN_UP, finish_upload, sweep_uploads
from jalon.uploads.actions.many import clear_files
from jalon.uploads.models import Upload
from jalon.uploads.queries import checks_of
from jalon.uploads.queries.many import Fate, plan_for
from jalon.uploads.rules import AT_ONCE
from jalon.uploads.states import UploadRole, UploadState
from jalon.web.vendor.chapter import deposits as web_deposits
from tests.kept import kept
from tests.sentences import as_written
from tests.uploads.conftest import HOW, padded, sender_of
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
    assert sender.state(late)["state"] == UploadState.HELD
    (held,) = plan_for(sender.world["agent"], sender.world.application).lines
    assert (held.fate, "La date limite est passée" in held.why) == (Fate.WAITING, True)
    named = {"actor": sender.world["agent"], "number": sender.world.number}
    for act, more in ((remove_item, {"item_id": other.pk}), (comment_proof, {"comment": "Voici."})):
        with pytest.raises(TransitionRefused, match="La date limite est passée"):
            act(**named, item_key=other.proof.slot.item_key, **more)
    finish_upload(upload_id=Upload.objects.get(name="preuve.pdf").pk)
    assert sender.state(where)["state"] == UploadState.DONE
    submit(sender)


def test_the_clock_looks_a_little_back(sender, go, monkeypatch):
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


@pytest.mark.any_database("instants that are handed on")
def test_what_a_form_brought_in_time_counts_however_long_the_machine_took(sender, go, freeze, monkeypatch):
    """The form without scripts: received a second before the date, at work a minute after it."""
    date = due(sender.world)
    go(date - SECOND)
    other = next(piece for piece in sender.pieces() if piece.proof.slot.item_key != sender.slot.key)

    def slowly(*named):
        found = slot_views(*named)
        freeze(date + MINUTE)
        return found

    monkeypatch.setattr(web_deposits, "slot_views", slowly)
    chapter, key, beside = sender.slot.requirement.chapter.key, sender.slot.key, other.proof.slot.item_key
    answer = sender.client.post(
        f"/candidatures/{sender.world.number}/chapitres/{chapter}/preuves",
        {
            f"file:{key}": SimpleUploadedFile("preuve.pdf", padded(3000)),
            f"comment:{key}": "Voici.", f"was:{key}": "",
            f"dated:{beside}:{other.pk}": "2026-01-10", f"said:{beside}:{other.pk}": " ",
        },
    )  # fmt: skip
    assert answer.status_code == 303, as_written(answer.content.decode())
    assert ProofItem.objects.filter(proof__slot__item_key=key, document__isnull=False).count() == 1
    assert ProofItem.objects.get(pk=other.pk).dated_on == day(2026, 1, 10)
    assert watch(sender) == ApplicationState.ELIGIBLE
    assert "Vous pouvez encore soumettre ce chapitre jusqu’au" in page(sender)
    go(date + MINUTE + AFTER_CHECK)
    submit(sender)


def _deposit(sender, arrived_at, act, **more):
    act(
        actor=sender.world["agent"], number=sender.world.number, item_key=sender.slot.key, arrived_at=arrived_at,
        **more,
    )  # fmt: skip


@pytest.mark.any_database("instants that are handed on")
def test_every_change_counts_from_the_instant_it_was_here(sender, go):
    """A link, a number, a word, a piece taken out…: none is refused for what it waited for, and none comes later."""
    date = due(sender.world)
    document = sender.world.play._receive("preuve.pdf", padded(100))
    go(date + MINUTE)
    acts = (
        (deposit_file, {"document_id": document.pk}),
        (comment_proof, {"comment": "Voici."}),
        (request_not_applicable, {"reason": "Sans objet."}),
        (back_not_applicable, {"document_id": document.pk}),
        (confirm_proof, {}),
    )
    for act, more in acts:
        with pytest.raises(TransitionRefused, match="La date limite est passée"):
            _deposit(sender, date + SECOND, act, **more)
        with pytest.raises(TransitionRefused, match="La date limite est passée"):
            _deposit(sender, None, act, **more)
        _deposit(sender, date, act, **more)
    assert watch(sender) == ApplicationState.ELIGIBLE


@pytest.mark.parametrize("tidy", ["remove", "clear", "sweep"])
def test_the_hour_after_a_check_is_not_tidied_away(sender, go, tidy):
    date = due(sender.world)
    go(date - MINUTE)
    where = sender.send(padded(LARGE))
    go(date + 10 * MINUTE)
    finish_upload(upload_id=sender.row().pk)
    if tidy == "remove":
        assert sender.client.delete(where, headers=HOW).status_code == 204
    elif tidy == "clear":
        Upload.objects.update(role=UploadRole.MANY)  # as one of many
        clear_files(actor=sender.world["agent"], application=sender.world.application)
    else:
        Upload.objects.update(expires_at=date)
        sweep_uploads()
    assert not Upload.objects.exists()
    assert "Vous pouvez encore soumettre ce chapitre jusqu’au" in page(sender)
    assert watch(sender) == ApplicationState.ELIGIBLE
    submit(sender)


def test_the_same_file_again_keeps_the_hour_that_was_promised(sender, go):
    """It is there once, so that nothing comes in: the page has said that there is an hour."""
    date = due(sender.world)
    go(date - MINUTE)
    data = padded(LARGE)
    sender.send(data)
    finish_upload(upload_id=sender.row().pk)
    sender.send(data)
    go(date + MINUTE)
    finish_upload(upload_id=Upload.objects.get(state=UploadState.CHECKING).pk)
    assert "Vous pouvez encore soumettre ce chapitre jusqu’au" in page(sender)
    submit(sender)


def test_a_last_byte_that_nobody_answered_for_counts_from_when_it_came(sender, go):
    """The process died between the byte and the row, and nothing ran for longer than a check may last."""
    date = due(sender.world)
    go(date - MINUTE)
    data = padded(LARGE)
    sender.begin(size=len(data))
    parts, token = storage.parts(), sender.row().token
    parts.append(token, 0, [data])
    os.utime(parts.path(token), times=((date - MINUTE).timestamp(),) * 2)
    go(date + 2 * GIVEN_UP)
    sweep_uploads()
    assert (sender.row().state, sender.row().arrived_at) == (UploadState.CHECKING, date - MINUTE)
    finish_upload(upload_id=sender.row().pk)
    submit(sender)
