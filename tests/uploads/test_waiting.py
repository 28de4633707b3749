"""Good, and its slot takes nothing just then: it is kept, shown with the reason, and goes there at a word."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction

from jalon.accounts.standing import SYSTEM
from jalon.applications.actions.tracking import pass_gates
from jalon.applications.queries import definition_for
from jalon.applications.states import ApplicationState
from jalon.core import clock
from jalon.documents import storage
from jalon.documents.actions import add_document
from jalon.documents.models import Content, Scan
from jalon.documents.queries import stored_bytes
from jalon.evidence.actions.deposits import remove_item
from jalon.evidence.models import ItemKind, ProofItem, Slot
from jalon.reviews.actions.chapters import recall_chapter, submit_chapter
from jalon.uploads import actions
from jalon.uploads.actions import begin_upload, finish_upload, receive_bytes, sweep_uploads, taken_of
from jalon.uploads.actions.many import Announced, announce_files, confirm_files, place_files
from jalon.uploads.models import Upload
from jalon.uploads.queries.many import Fate, plan_for
from jalon.uploads.rules import AT_ONCE
from jalon.uploads.states import UploadState
from tests.kept import kept
from tests.sentences import as_written
from tests.uploads.conftest import padded, sender_of
from tests.uploads.test_dates import due
from tests.web.vendors import signed_in

DATA, LARGE = padded(3000), padded(AT_ONCE + 1)


def to_chapter(sender):
    return {
        "actor": sender.world["agent"],
        "number": sender.world.number,
        "chapter": sender.slot.requirement.chapter.key,
    }


@pytest.fixture
@kept
def handed_in(world):
    """A colleague hands the chapter in while a large file is on its way, whose name says no code."""
    sender = sender_of(world)
    begin_upload(
        actor=world["agent"],
        number=world.number,
        item_key=sender.slot.key,
        name="longue.pdf",
        size=len(LARGE),
    )
    world.give(sender.slot.requirement.chapter.key)
    submit_chapter(**to_chapter(sender), round_n=0, received_at=clock.now(), coming=1)
    return world


@pytest.fixture
def sent(sender, handed_in):
    """All of it has come; nobody has looked at it yet."""
    row = sender.row()
    storage.parts().discard(row.token)
    storage.parts().begin(row.token)
    receive_bytes(row, 0, [LARGE])
    return f"{sender.base}/{row.token}"


@pytest.fixture
def waiting(sender, sent):
    finish_upload(upload_id=sender.row().pk)
    return sent


def storage_path(row):
    return settings.FILES_DIR / row.kept_as


def line_of(sender):
    (line,) = plan_for(sender.world["agent"], sender.world.application).lines
    return line


def found(sender):
    return [piece for piece in sender.pieces() if piece.document and piece.document.name == "longue.pdf"]


def placed(sender):
    return [piece.proof.slot.item_key for piece in found(sender)]


def confirm(sender):
    """Every file that needs no more word goes where it is meant."""
    line = line_of(sender)
    picks = {line.upload.token: line.target.key} if line.fate == Fate.MATCHED else {}
    confirm_files(actor=sender.world["agent"], number=sender.world.number, picks=picks)
    place(sender)


def place(sender):
    """What the job does after the confirmation."""
    place_files(application_id=sender.world.application.pk, user_id=sender.world.users["agent"].pk)


def tells(sender, words):
    """On the chapter's own page, and on the list of chapters."""
    home = f"/candidatures/{sender.world.number}"
    pages = (f"{home}/chapitres/{to_chapter(sender)['chapter']}", f"{home}/preuves")
    return [words in as_written(sender.client.get(page).content.decode()) for page in pages]


def test_a_good_file_whose_chapter_was_handed_in_meanwhile_waits_for_its_slot(sender, waiting):
    said = sender.state(waiting)
    assert (said["state"], "Votre fichier est gardé" in said["message"]) == (UploadState.HELD, True)
    assert (line_of(sender).fate, line_of(sender).target.key) == (Fate.WAITING, sender.slot.key)
    assert "Ce chapitre est au statut « Soumis »" in as_written(line_of(sender).why)
    assert tells(sender, "1 fichier reçu attend d’être rangé") == [True, True]
    confirm(sender)
    assert placed(sender) == []
    recall_chapter(**to_chapter(sender))
    assert (line_of(sender).fate, line_of(sender).why) == (Fate.MATCHED, "")
    for _again in range(2):
        confirm(sender)
    assert (placed(sender), sender.state(waiting)["state"]) == ([sender.slot.key], UploadState.DONE)
    assert tells(sender, "attend d’être rangé") == [False, False]


def test_it_counts_from_the_word_of_its_sender(sender, waiting, freeze):
    """A file that waits gives nobody more time."""
    recall_chapter(**to_chapter(sender))
    freeze(clock.now() + timedelta(hours=3))
    confirm(sender)
    assert Slot.objects.get(item_key=sender.slot.key).arrived_at == clock.now()


def test_a_date_that_passed_hides_nothing_of_what_waits(sender, freeze):
    """The application is late: what came after the date is kept, shown, and of use once the agency gives more time."""
    world = sender.world
    at = due(world) + timedelta(minutes=1)
    freeze(at - timedelta(hours=1))
    sender.client = signed_in(world.users["agent"])
    where = sender.begin("longue.pdf", len(DATA))["Location"]
    freeze(at)
    pass_gates(actor=SYSTEM, application_id=world.application.pk, checks={}, at=at)
    sender.client = signed_in(world.users["agent"])
    sender.patch(where, 0, DATA)
    assert (world.application.state, line_of(sender).fate) == (ApplicationState.LATE, Fate.WAITING)
    assert "Le dossier est au statut « Hors délai »" in as_written(sender.state(where)["message"])
    assert tells(sender, "1 fichier reçu attend d’être rangé") == [True, True]


def test_what_is_asked_no_more_goes_by_its_name(sender, waiting, monkeypatch):
    row = sender.row()
    row.item_key, row.name = "plus-demandee", f"{sender.slot.code} fiche.pdf"
    row.save()
    assert line_of(sender).target.key == sender.slot.key
    row.name = "fiche.pdf"
    row.save()
    assert line_of(sender).fate == Fate.UNKNOWN


def test_another_file_of_that_name_and_size_is_taken_all_the_same(sender, waiting):
    row = sender.row()
    (other,) = announce_files(
        actor=sender.world["agent"], number=sender.world.number, files=[Announced(row.name, row.size)]
    )
    assert other.pk != row.pk


def test_a_placing_that_never_ends_waits_for_the_same_slot(sender, waiting, freeze):
    recall_chapter(**to_chapter(sender))
    Upload.objects.update(state=UploadState.PLACING)
    freeze(clock.now() + actions.GIVEN_UP + timedelta(minutes=1))
    sweep_uploads()
    row = sender.row()
    assert (row.state, row.item_key) == (UploadState.HELD, sender.slot.key)


def test_what_is_taken_up_as_the_sweep_comes_by_stays(sender, waiting, freeze, monkeypatch):
    """Its seven days were over when the sweep looked; it has its word a moment later."""
    row = sender.row()
    freeze(row.expires_at + timedelta(seconds=1))
    forget = actions._forget_expired

    def late(*of):
        Upload.objects.update(state=UploadState.PLACING)
        return forget(*of)

    monkeypatch.setattr(actions, "_forget_expired", late)
    sweep_uploads()
    assert (sender.row().pk, (storage_path(row)).is_file()) == (row.pk, True)


def test_the_same_content_in_its_slot_waits_for_nothing(sender, waiting):
    recall_chapter(**to_chapter(sender))
    confirm(sender)
    Upload.objects.update(state=UploadState.HELD)
    assert line_of(sender).fate == Fate.SAME
    assert tells(sender, "attend d’être rangé") == [False, False]


def test_confirmed_and_closed_again_it_goes_on_waiting_for_the_same_slot(sender, waiting):
    recall_chapter(**to_chapter(sender))
    line = line_of(sender)
    confirm_files(
        actor=sender.world["agent"], number=sender.world.number, picks={line.upload.token: sender.slot.key}
    )
    submit_chapter(**to_chapter(sender), round_n=1, received_at=clock.now(), coming=1)
    place(sender)
    assert (line_of(sender).fate, line_of(sender).target.key) == (Fate.WAITING, sender.slot.key)


def test_a_slower_check_of_the_same_file_takes_nothing_away(sender, sent, monkeypatch):
    """The request and its second try overlap: the faster one holds the file, the slower one finds it held."""
    upload, checked = sender.row(), actions._checked

    def overtaken(of):
        monkeypatch.setattr(actions, "_checked", checked)
        taken = checked(of)
        finish_upload(upload_id=upload.pk)
        return taken

    monkeypatch.setattr(actions, "_checked", overtaken)
    finish_upload(upload_id=upload.pk)
    recall_chapter(**to_chapter(sender))
    confirm(sender)
    (piece,) = found(sender)
    assert b"".join(stored_bytes(piece.document)) == LARGE


@pytest.mark.parametrize("how", ["in time", "put away"])
def test_what_waits_too_long_or_is_put_away_leaves_nothing(sender, waiting, freeze, how):
    row = sender.row()
    kept = storage_path(row)
    assert kept.is_file()
    if how == "put away":
        sender.client.delete(waiting, headers={"Tus-Resumable": "1.0.0"})
    else:
        freeze(row.expires_at + timedelta(seconds=1))
        sweep_uploads()
    assert (Upload.objects.count(), kept.is_file()) == (0, False)


def test_what_was_found_infected_meanwhile_gets_no_place(sender, waiting):
    row = sender.row()
    with transaction.atomic():
        add_document(sender.world["agent"], taken_of(row))
    Content.objects.filter(sha256=row.sha256).update(scan=Scan.INFECTED)
    recall_chapter(**to_chapter(sender))
    confirm(sender)
    assert (placed(sender), "programme malveillant" in line_of(sender).why) == ([], True)


def test_a_file_for_a_full_slot_waits_for_room(sender):
    last = sender.begin("longue.pdf", len(DATA))["Location"]
    sender.send(padded(4000))
    most = definition_for(sender.world.application).max_items_per_slot
    (piece,) = sender.pieces()
    ProofItem.objects.bulk_create(
        ProofItem(
            proof=piece.proof, position=n, kind=ItemKind.LINK, proof_kind=piece.proof_kind, added_by=piece.added_by,
            added_at=piece.added_at, url=f"https://preuves.example/{n}",
        )
        for n in range(1, most)
    )  # fmt: skip
    sender.patch(last, 0, DATA)
    assert (line_of(sender).fate, as_written(line_of(sender).why)) == (
        Fate.WAITING, f"{most} pièces au plus : retirez-en une d’abord.",
    )  # fmt: skip
    remove_item(
        actor=sender.world["agent"], number=sender.world.number, item_key=sender.slot.key,
        item_id=sender.pieces()[0].pk,
    )  # fmt: skip
    confirm(sender)
    assert placed(sender) == [sender.slot.key]
