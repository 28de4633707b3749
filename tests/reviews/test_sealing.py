"""Sealed removal (R9): closed at once for everybody, destroyed on two people's word; a trace stays."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from jalon.applications.models import AnswerDocument
from jalon.applications.queries import definition_for
from jalon.core import clock
from jalon.core.errors import InvalidInput, NotAllowed, NotVisible, TransitionRefused
from jalon.demo.play import Play
from jalon.demo.samples import sample_file
from jalon.documents import storage
from jalon.documents.actions import receive_file, record_destruction
from jalon.documents.models import Content, Document, Seal, SealOutcome
from jalon.documents.policy import open_refusal
from jalon.documents.queries import open_document, stored_bytes
from jalon.documents.tasks import destroy, sweep
from jalon.evidence.actions.deposits import deposit_file, remove_item
from jalon.evidence.models import ProofItem
from jalon.evidence.queries import SlotView, chapter_key, slot_views
from jalon.evidence.rules import kinds_of
from jalon.jobs.queue import run_due
from jalon.journal.models import Entry
from jalon.journal.queries import verify
from jalon.reviews.actions.chapters import submit_chapter
from jalon.reviews.actions.examination import judge_proof
from jalon.reviews.actions.sealing import seal_file, settle_sealed_file
from jalon.reviews.models import Outcome
from jalon.reviews.queries.seals import seal_views, sealed_drafts
from tests.kept import kept
from tests.scenarios.cast import open_application_of_everybody

CHAPTER = "gestion-ins"


@pytest.fixture
@kept
def handed_in(world):
    company = world.eligible()
    company.play.deposit(CHAPTER)
    company.play.submit_chapters([CHAPTER])
    return company


@pytest.fixture
def submitted(handed_in):
    """With bytes of its own: rows are put back after a test, files are not."""
    content = piece(handed_in).document.content
    with storage.receive(storage.chunks_of(content.storage_key), content.size) as copy:
        key = storage.new_key()
        storage.keep(copy.path, key)
    Content.objects.filter(pk=content.pk).update(storage_key=key)
    return handed_in


def path_of(key: str) -> Path:
    return Path(settings.FILES_DIR) / key


def piece(company) -> ProofItem:
    return ProofItem.objects.filter(
        proof__slot__application=company.application, document__isnull=False
    ).earliest("pk")


def seal(company, who="verifier", document_id=None, **typed) -> Seal:
    asked = {"reason": "health", "words": "minute 3", **typed}
    return seal_file(
        actor=company[who],
        number=company.number,
        document_id=document_id or piece(company).document_id,
        **asked,
    )


def settle(company, sealed: Seal, outcome=SealOutcome.DESTROYED, who="manager") -> None:
    settle_sealed_file(actor=company[who], number=company.number, seal_id=sealed.pk, outcome=outcome)


def lines(company) -> list[tuple[str, dict]]:
    entries = Entry.objects.filter(chain=f"application:{company.number}").order_by("seq")
    told = ("reviews.piece", "documents.content")
    return [(e.event, json.loads(e.payload)) for e in entries if e.event.startswith(told)]


def test_sealed_at_once_for_everybody(submitted):
    document = piece(submitted).document
    sealed = seal(submitted)
    fresh = Document.objects.get(pk=document.pk)
    assert "Scellé le" in open_refusal(fresh)
    assert "données de santé" in open_refusal(fresh)
    for read in (open_document, stored_bytes):
        with pytest.raises(TransitionRefused):
            read(fresh)
    assert lines(submitted) == [
        (
            "reviews.piece.sealed",
            {"cause": "health", "seal": sealed.pk, "sha256": document.sha256, "size": document.size},
        )
    ]
    assert submitted.told("reviews.piece_sealed") == ["agent", "delegate", "employee"]
    assert "verifier" not in submitted.told("reviews.seal_waits")
    assert "manager" in submitted.told("reviews.seal_waits")


def test_two_people_destroy_it_and_the_trace_stays(submitted):
    document = piece(submitted).document
    path = path_of(document.content.storage_key)
    sealed = seal(submitted)
    settle(submitted, sealed)
    assert path.exists()  # until the job, after the commit
    run_due(strict=True)
    assert not path.exists()
    sealed.refresh_from_db()
    kept_row = Document.objects.get(pk=document.pk)
    assert sealed.destroyed_at is not None
    assert (kept_row.name, kept_row.sha256, kept_row.size) == (document.name, document.sha256, document.size)
    assert "Retiré le" in open_refusal(kept_row)
    assert [event for event, _payload in lines(submitted)] == [
        "reviews.piece.sealed", "reviews.piece.destruction_confirmed", "documents.content.destroyed",
    ]  # fmt: skip
    assert lines(submitted)[-1][1] == {"seal": sealed.pk, "sha256": document.sha256, "size": document.size}
    assert submitted.told("reviews.piece_destroyed") == ["agent", "delegate", "employee"]
    assert verify(None).faults == ()


def test_the_words_of_the_asker_are_in_no_line_of_the_journal(submitted):
    settle(submitted, seal(submitted, words="le dossier de Mme Durand, page 3"))
    run_due(strict=True)
    assert not any("Durand" in entry.payload for entry in Entry.objects.all())


def test_the_destruction_done_again_is_one(submitted):
    sealed = seal(submitted)
    settle(submitted, sealed)
    run_due(strict=True)
    first = Seal.objects.get(pk=sealed.pk).destroyed_at
    call_destroy(sealed)
    assert Seal.objects.get(pk=sealed.pk).destroyed_at == first
    assert [event for event, _p in lines(submitted)].count("documents.content.destroyed") == 1


def test_what_a_backup_brings_back_is_taken_away_again(submitted):
    sealed = seal(submitted)
    settle(submitted, sealed)
    run_due(strict=True)
    path = path_of(Content.objects.get(pk=sealed.content_id).storage_key)
    path.write_bytes(b"restored")
    sweep()
    assert not path.exists()


def call_destroy(sealed: Seal) -> None:
    destroy(sealed.pk)


def test_nothing_is_destroyed_without_the_second_word(submitted):
    sealed = seal(submitted)
    call_destroy(sealed)
    assert path_of(Content.objects.get(pk=sealed.content_id).storage_key).exists()
    with pytest.raises(TransitionRefused):
        record_destruction(actor=submitted["verifier"], seal_id=sealed.pk)


@pytest.mark.parametrize("outcome", SealOutcome)
def test_the_same_person_never_says_the_second_word(submitted, outcome):
    sealed = seal(submitted)
    with pytest.raises(NotAllowed):
        settle(submitted, sealed, outcome, who="verifier")
    with pytest.raises(IntegrityError), transaction.atomic():
        Seal.objects.filter(pk=sealed.pk).update(
            outcome=outcome, decided_by=sealed.asked_by_id, decided_at=sealed.asked_at
        )


def test_lifted_it_is_read_again(submitted):
    document = piece(submitted).document
    sealed = seal(submitted)
    settle(submitted, sealed, SealOutcome.LIFTED)
    run_due(strict=True)
    fresh = Document.objects.get(pk=document.pk)
    assert open_refusal(fresh) == ""
    assert b"".join(stored_bytes(fresh))
    assert submitted.told("reviews.piece_unsealed") == ["agent", "delegate", "employee"]
    again = seal(submitted, who="manager")  # another reason may come up
    settle(submitted, again, who="verifier")


def test_a_decision_said_twice_is_one_and_another_one_is_refused(submitted):
    sealed = seal(submitted)
    settle(submitted, sealed)
    settle(submitted, sealed)
    with pytest.raises(TransitionRefused):
        settle(submitted, sealed, SealOutcome.LIFTED)
    with pytest.raises(TransitionRefused):
        seal(submitted, who="manager")
    assert len(lines(submitted)) == 2


@pytest.mark.parametrize("who", ["agent", "delegate", "employee", "college", "signatory", "administrator"])
def test_others_neither_seal_nor_decide(submitted, who):
    sealed = seal(submitted)
    for act in (lambda: seal(submitted, who=who), lambda: settle(submitted, sealed, who=who)):
        with pytest.raises((NotAllowed, NotVisible)):
            act()


def test_a_reason_is_wanted_and_words_where_it_is_none_of_the_list(submitted):
    for typed in ({"reason": ""}, {"reason": "x"}, {"reason": "other", "words": " "}, {"words": "x" * 501}):
        with pytest.raises(InvalidInput):
            seal(submitted, **typed)
    assert Seal.objects.count() == 0


def test_what_is_not_handed_in_is_not_there_to_be_sealed(submitted):
    draft = Document.objects.create(
        content=piece(submitted).document.content, name="brouillon.mp4", media_type="video/mp4",
        added_at=piece(submitted).added_at,
    )  # fmt: skip
    with pytest.raises(NotVisible):
        seal(submitted, document_id=draft.pk)
    with pytest.raises(NotVisible):
        seal(submitted, document_id=10**9)


def test_the_same_bytes_are_sealed_in_every_application_of_the_company(submitted):
    """Under whatever name, and told to the people of each."""
    item = piece(submitted)
    other = Document.objects.create(
        content=item.document.content, name="autre.mp4", media_type="video/mp4", added_at=item.added_at
    )
    seal(submitted)
    assert "Scellé le" in open_refusal(Document.objects.get(pk=other.pk))


def test_the_same_bytes_do_not_come_back(submitted):
    item = piece(submitted)
    data = b"".join(stored_bytes(item.document))
    sealed = seal(submitted)
    given = {
        "actor": submitted["agent"], "company_id": submitted.application.company_id, "name": item.document.name,
        "formats": ["mp4", "png", "pdf", "txt", "log"], "max_bytes": 10_000_000,
    }  # fmt: skip
    with pytest.raises(InvalidInput, match="retiré"):
        receive_file(**given, chunks=[data])
    settle(submitted, sealed)
    run_due(strict=True)
    with pytest.raises(InvalidInput, match="retiré"):
        receive_file(**given, chunks=[data])
    assert not path_of(Content.objects.get(pk=sealed.content_id).storage_key).exists()


def view_of(company, item: ProofItem):
    views = slot_views(company.play.application, CHAPTER)
    return next(v for v in views if v.slot and v.slot.pk == item.proof.slot_id)


def test_a_proof_with_a_sealed_piece_goes_back_and_is_given_anew(submitted):
    play, item = submitted.play, piece(submitted)
    seal(submitted)
    view = view_of(submitted, item)
    asked = {
        "actor": play.verifier, "number": play.number, "chapter": CHAPTER, "slot_version": view.version,
        "item_key": view.key,
    }  # fmt: skip
    with pytest.raises(TransitionRefused, match="scellée"):
        judge_proof(**asked, outcome=Outcome.CONFORMING)
    play.judge(
        CHAPTER, to_modify={view_of(submitted, item).key: "Une pièce est scellée : donnez-en une autre."}
    )
    play.close(CHAPTER, send_back=True)
    assert view_of(submitted, item).state == "to_modify"


def test_a_sealed_file_is_not_handed_in_again(submitted):
    play, item = submitted.play, piece(submitted)
    key = view_of(submitted, item).key
    play.judge(CHAPTER, to_modify={key: "Montrez l’écran entier."}).close(CHAPTER, send_back=True)
    seal(submitted)
    add_something(play, key)
    with pytest.raises(TransitionRefused, match="scellées"):
        hand_in_again(play)
    for old in view_of(submitted, item).items:
        if old.document and old.document.content.sealed_at:
            remove_item(actor=play.vendor, number=play.number, item_key=key, item_id=old.pk)
    hand_in_again(play)


def add_something(play: Play, key: str) -> None:
    view = next(v for v in slot_views(play.application, CHAPTER) if v.key == key)
    kind = next(k for k in kinds_of(definition_for(play.application), view.expected) if k.form == "file")
    name, data = sample_file(kind, 987)
    document = receive_file(
        actor=play.vendor, company_id=play.application.company_id, name=name, chunks=[data],
        formats=kind.formats, max_bytes=10_000_000,
    )  # fmt: skip
    deposit_file(actor=play.vendor, number=play.number, item_key=key, document_id=document.pk)


def hand_in_again(play: Play) -> None:
    submit_chapter(actor=play.vendor, number=play.number, chapter=CHAPTER, round_n=1, received_at=clock.now())


def test_the_verdict_of_a_conforming_proof_stays(submitted):
    play, item = submitted.play, piece(submitted)
    play.judge(CHAPTER).close(CHAPTER)
    seal(submitted)
    assert view_of(submitted, item).state == "conforming"


def test_a_seal_is_shown_with_the_names_and_proofs_of_its_file(submitted):
    seal(submitted)
    view = seal_views(submitted.application)[0]
    assert view.names == (piece(submitted).document.name,)
    assert [proof.code for proof in view.proofs] == [view_of(submitted, piece(submitted)).code]


@pytest.fixture
def with_report(db):
    """A chapter handed in with a test report that was taken over."""
    company = open_application_of_everybody(chapters=5).eligible()
    chapter = next(key for key in company.play.chapters() if reports_in(company, key))
    company.play.deposit(chapter).submit_chapters([chapter])
    return company


def reports_in(company, chapter: str) -> list[SlotView]:
    definition = definition_for(company.application)
    views = slot_views(company.application, chapter)
    return [view for view in views if kinds_of(definition, view.expected)[0].reports]


def test_the_copy_of_a_report_is_sealed_like_a_file(with_report):
    play = with_report.play
    item = ProofItem.objects.exclude(record=None).select_related("proof__slot__part").earliest("pk")
    slot, chapter = item.proof.slot, chapter_key(item.proof.slot.part)
    sealed = seal(with_report, document_id=item.file.pk)
    (told,) = seal_views(with_report.application)
    assert (told.names, [proof.key for proof in told.proofs]) == ((item.file.name,), [slot.item_key])
    assert with_report.told("reviews.piece_sealed") == ["agent", "delegate", "employee"]
    with pytest.raises(TransitionRefused, match="scellée"):
        judge_proof(
            actor=play.verifier, number=play.number, chapter=chapter, slot_version=slot.version,
            item_key=slot.item_key, outcome=Outcome.CONFORMING,
        )  # fmt: skip
    settle(with_report, sealed)
    run_due(strict=True)
    sealed.refresh_from_db()
    assert sealed.destroyed_at is not None
    play.judge(chapter, to_modify={slot.item_key: "Le rapport montre une personne."}).close(
        chapter, send_back=True
    )
    assert sealed_drafts(slot.part) == frozenset()


def test_forms_of_the_file_are_sealed_too(submitted):
    given = AnswerDocument.objects.filter(application=submitted.application).earliest("pk")
    sealed = seal(submitted, document_id=given.document_id)
    assert seal_views(submitted.application)[0].seal == sealed
