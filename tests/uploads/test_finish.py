"""From the last byte to the piece in its slot: once, whole, or not at all."""

from dataclasses import replace
from pathlib import Path

import pytest

from jalon.accounts.models import Membership
from jalon.applications.queries import definition_for
from jalon.awards.actions.decisions import withdraw_application
from jalon.core import clock
from jalon.core.readers.asking import NotRead
from jalon.documents import actions as documents
from jalon.documents import storage
from jalon.documents.checks import reading
from jalon.documents.models import Content, Document, Scan
from jalon.documents.storage.incoming import Parts
from jalon.jobs.models import Job, JobState
from jalon.jobs.queue import _tasks, load_tasks, run_due
from jalon.uploads import actions
from jalon.uploads.actions import finish_upload, sweep_uploads
from jalon.uploads.models import Upload
from jalon.uploads.queries import under_way, uploads_by_slot
from jalon.uploads.rules import AT_ONCE, LIFE
from jalon.uploads.states import UploadState
from tests.documents.antivirus import EICAR, needs_clamd, real_clamd
from tests.sentences import as_written
from tests.uploads.conftest import padded

DATA = padded(3000)


def objects(files_dir):
    return sorted(p for p in files_dir.rglob("*") if p.is_file())


def test_a_large_file_is_checked_in_the_background(sender):
    where = sender.send(padded(AT_ONCE + 1), step=4 * 1024 * 1024)
    assert (sender.state(where)["state"], sender.pieces()) == (UploadState.CHECKING, [])
    assert sender.client.delete(where, headers={"Tus-Resumable": "1.0.0"}).status_code == 409
    run_due(strict=True)
    assert (sender.state(where)["state"], len(sender.pieces())) == (UploadState.DONE, 1)
    assert storage.parts().sizes() == {}


def test_finished_twice_is_finished_once(sender, files_dir):
    sender.send(padded(AT_ONCE + 1))
    finish_upload(upload_id=sender.row().pk)
    kept = objects(files_dir)
    finish_upload(upload_id=sender.row().pk)
    run_due(strict=True)
    assert (objects(files_dir), Document.objects.filter(name="preuve.pdf").count()) == (kept, 1)


def test_a_death_between_object_and_row_leaves_one_object(sender, files_dir, monkeypatch):
    """The object was made, the row was not: who comes next finds the object under the same key."""
    sender.send(padded(AT_ONCE + 1))
    before = len(objects(files_dir))

    def die(*_of, **_named):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(actions, "place", die)
        with pytest.raises(KeyboardInterrupt):
            finish_upload(upload_id=sender.row().pk)
    assert len(objects(files_dir)) == before + 1
    run_due(strict=True)
    (piece,) = sender.pieces()
    assert len(objects(files_dir)) == before
    assert files_dir / piece.document.content.storage_key in objects(files_dir)


def test_a_machine_that_does_not_manage_refuses_nothing(sender, monkeypatch):
    """Too busy, or stopped in the middle: the bytes stay, and are tried again."""
    with monkeypatch.context() as patch:
        patch.setattr(reading, "LIMITS", replace(reading.LIMITS, wait=0))
        where = sender.send(DATA)  # the answer to the last byte is 204 all the same
        assert (sender.state(where)["state"], sender.pieces()) == (UploadState.CHECKING, [])
        with pytest.raises(NotRead):
            finish_upload(upload_id=sender.row().pk)
    assert storage.parts().sizes() == {sender.row().token: len(DATA)}
    finish_upload(upload_id=sender.row().pk)
    assert (sender.state(where)["state"], len(sender.pieces())) == (UploadState.DONE, 1)
    assert storage.parts().sizes() == {}


def test_the_check_is_tried_as_long_as_the_sweep_waits():
    load_tasks()
    assert _tasks[actions.FINISH_TASK].max_attempts is None


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("preuve.pdf", b"MZ" + bytes(300), "n’est pas un fichier PDF"),
        ("preuve.pdf", DATA[:3000], "incomplet"),
    ],
)
def test_what_is_not_what_it_says_is_refused_and_gone(sender, files_dir, name, data, words):
    before = objects(files_dir)
    where = sender.send(data, name)
    said = sender.state(where)
    assert (said["state"], words in as_written(said["message"])) == (UploadState.REFUSED, True)
    assert (objects(files_dir), sender.pieces()) == (before, [])
    sender.send(DATA)  # the next good one works
    assert len(sender.pieces()) == 1


def test_who_lost_the_right_meanwhile_deposits_nothing(sender, files_dir):
    before = objects(files_dir)
    sender.send(padded(AT_ONCE + 1))
    Membership.objects.filter(user=sender.world.users["agent"]).update(until=clock.now())
    run_due(strict=True)
    upload = sender.row()
    assert (upload.state, sender.pieces()) == (UploadState.REFUSED, [])
    assert "plus le droit" in upload.message
    assert objects(files_dir) == before


def test_the_same_bytes_again_lie_once(sender, files_dir):
    sender.send(DATA, "premier.pdf")
    before = objects(files_dir)
    sender.send(DATA, "second.pdf")
    assert objects(files_dir) == before
    assert Content.objects.filter(documents__name__in=["premier.pdf", "second.pdf"]).distinct().count() == 1
    assert len(sender.pieces()) == 1  # the same piece


def infected():
    return padded(3000).replace(b"x" * len(EICAR), EICAR, 1)


def test_the_antivirus_reads_while_the_digest_is_taken(sender, clamd):
    sender.send(DATA)
    (piece,) = sender.pieces()
    assert piece.document.scan == Scan.CLEAN
    assert clamd.asked == 1


def test_what_the_antivirus_finds_is_not_kept(sender, clamd, files_dir):
    before = objects(files_dir)
    where = sender.send(infected())
    said = sender.state(where)
    assert (said["state"], "programme malveillant" in said["message"]) == (UploadState.REFUSED, True)
    assert (objects(files_dir), sender.pieces()) == (before, [])


@pytest.mark.processes
@needs_clamd
def test_the_real_clamd_lets_the_good_in_and_keeps_the_bad_out(sender, settings, tmp_path, files_dir):
    with real_clamd(tmp_path) as address:
        settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"clamd": address})
        large = sender.send(padded(AT_ONCE + 1).replace(b"x" * len(EICAR), EICAR, 1), "gros.pdf")
        before = len(objects(files_dir))
        run_due(strict=True)
        assert sender.state(large)["state"] == UploadState.REFUSED
        assert len(objects(files_dir)) == before - 1  # what had come in is gone
        sender.send(DATA)
        assert [piece.document.scan for piece in sender.pieces()] == [Scan.CLEAN]


def test_while_the_antivirus_is_away_the_file_stays_shut(sender, settings):
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"clamd": "127.0.0.1:1"})
    sender.send(DATA)
    (piece,) = sender.pieces()
    assert piece.document.scan == Scan.PENDING
    assert Job.objects.filter(name="documents.scan").count() == 1


def test_what_nobody_came_back_to_is_swept(sender):
    where = sender.begin(size=len(DATA))["Location"]
    sender.patch(where, 0, DATA[:100])
    sweep_uploads()
    assert Upload.objects.count() == 1
    Upload.objects.update(expires_at=clock.now() - LIFE)
    sweep_uploads()
    assert Upload.objects.count() == 0


def test_a_last_byte_that_nobody_answered_for_is_found(sender):
    """The process died between the byte and the row."""
    sender.begin(size=len(DATA))
    storage.parts().append(sender.row().token, 0, [DATA])
    sweep_uploads()
    assert len(sender.pieces()) == 1


def test_one_that_never_began_is_shown_and_can_be_given_up(sender):
    """The process died between the row and the part: it counts, so the person sees it."""
    where = sender.begin(size=len(DATA))["Location"]
    storage.parts().discard(sender.row().token)
    (shown,) = uploads_by_slot(sender.world["agent"], sender.world.application)[sender.slot.key]
    assert (shown.received, sender.patch(where, 0, DATA).status_code) == (0, 404)
    assert sender.client.delete(where, headers={"Tus-Resumable": "1.0.0"}).status_code == 204
    assert Upload.objects.count() == 0


def test_a_part_that_ends_during_the_sweep_is_no_failure(tmp_path, monkeypatch):
    parts = Parts(tmp_path)
    monkeypatch.setattr(Path, "glob", lambda *_of: iter([tmp_path / "gone.tus"]))
    assert parts.stale(0) == []


def test_a_large_film_leaves_the_antivirus_its_time(sender, clamd, monkeypatch):
    """It answers when it has looked at everything: asked once, not twice."""
    monkeypatch.setattr(documents, "PATIENCE", 0.0001)
    monkeypatch.setattr(actions, "PATIENCE", 0.0001)
    sender.send(padded(AT_ONCE + 1))
    run_due(strict=True)
    assert ([piece.document.scan for piece in sender.pieces()], clamd.asked) == ([Scan.CLEAN], 1)


def test_what_stands_behind_a_reason_takes_no_room(sender):
    most = definition_for(sender.world.application).max_items_per_slot
    sender.send(DATA)
    (piece,) = sender.pieces()
    for position in range(1, most + 1):
        piece.pk, piece.backs, piece.proof_kind, piece.position = None, True, "", position
        piece.save(force_insert=True)
    assert sender.begin("autre.pdf", 100).status_code == 201


def test_before_a_hand_over_the_page_tells_of_what_it_would_leave_behind(sender):
    application, key = sender.world.application, sender.slot.key
    chapter = sender.slot.requirement.chapter.key
    sender.world.give(chapter)
    home = f"/candidatures/{application.number}"

    def told() -> list[bool]:
        """On the chapter's own page, and beside its button in the list of chapters."""
        pages = (f"{home}/chapitres/{chapter}", f"{home}/preuves")
        said = [as_written(sender.client.get(page).content.decode()) for page in pages]
        return ["1 fichier est encore en cours d’envoi" in page for page in said]

    assert told() == [False, False]
    assert sender.begin(size=len(DATA)).status_code == 201
    assert told() == [True, True]
    assert under_way(application) == {key: 1}
    Upload.objects.update(state=UploadState.CHECKING)
    assert under_way(application) == {key: 1}
    Upload.objects.update(state=UploadState.RECEIVING, expires_at=clock.now())
    assert under_way(application) == {}


def test_a_file_for_a_proof_that_was_dropped_is_told_so(sender, monkeypatch):
    """A colleague has chosen another way, or the file was moved to another list."""
    where = sender.send(padded(AT_ONCE + 1))
    monkeypatch.setattr("jalon.uploads.queries.expected_proof", lambda *_of: None)
    run_due(strict=True)
    said = sender.state(where)
    assert (said["state"], sender.pieces()) == (UploadState.REFUSED, [])
    assert said["message"] == "Cette preuve n’est plus demandée à votre candidature."


def test_a_file_of_an_application_that_ended_is_refused(sender, world):
    where = sender.send(padded(AT_ONCE + 1))
    withdraw_application(actor=world["agent"], number=world.number)
    run_due(strict=True)
    assert sender.state(where)["state"] == UploadState.REFUSED


def test_a_small_file_that_was_put_away_has_no_second_try_left(sender):
    where = sender.send(b"MZ" + bytes(300))
    sender.client.delete(where, headers={"Tus-Resumable": "1.0.0"})
    Job.objects.update(run_after=clock.now())
    run_due(strict=True)
    assert not Job.objects.exclude(state=JobState.DONE).exists()


def test_a_check_whose_part_another_one_put_away_ends_quietly(sender, monkeypatch):
    sender.send(padded(AT_ONCE + 1))
    upload, checked = sender.row(), actions._checked

    def overtaken(of):
        monkeypatch.setattr(actions, "_checked", checked)
        finish_upload(upload_id=upload.pk)
        return checked(of)

    monkeypatch.setattr(actions, "_checked", overtaken)
    finish_upload(upload_id=upload.pk)
    assert (sender.row().state, len(sender.pieces())) == (UploadState.DONE, 1)
