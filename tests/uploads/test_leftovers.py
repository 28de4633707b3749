"""What nothing names any more goes after a while, and nothing else does."""

import json
from datetime import timedelta

import pytest

from jalon.accounts.models import Company
from jalon.accounts.standing import SYSTEM, Standing
from jalon.applications.actions.answers import add_answer_document, remove_answer_document
from jalon.applications.models import Application, Round
from jalon.applications.queries import definition_for
from jalon.applications.rules.answers import all_fields
from jalon.core import clock
from jalon.documents import actions as documents
from jalon.documents import storage
from jalon.documents.models import Content, Document, Seal, SealReason
from jalon.documents.queries import kept_content, names_of, stored_bytes, unnamed
from jalon.documents.rules import UNNAMED_KEPT
from jalon.documents.tasks import read, scan
from jalon.evidence.actions.deposits import deposit_file, remove_item
from jalon.evidence.models import ExternalRecord
from jalon.jobs.queue import run_due
from jalon.journal.models import Entry
from jalon.journal.queries import verify
from jalon.uploads.actions import leftovers, receive_bytes, sweep_uploads
from jalon.uploads.actions.many import Announced, announce_files
from jalon.uploads.models import Upload
from jalon.uploads.states import UploadState
from jalon.uploads.tasks import let_go
from tests.uploads.conftest import padded

pytestmark = pytest.mark.django_db

DATA = padded(3000)
LATER = UNNAMED_KEPT + timedelta(days=1)
# Every way in which a row names a document. One that is missing here was added without a test that it keeps its files.
NAMED_BY = {
    "applications.AnswerDocument.document",
    "applications.Milestone.document",
    "awards.AwardDocument.document",
    "awards.Convention.latest",
    "awards.Convention.unsigned",
    "awards.Signature.document",
    "awards.Signature.evidence",
    "evidence.ExternalRecord.document",
    "evidence.ProofItem.document",
    "uploads.Upload.document",
}
# And its bytes: as the seal and the reminder of a file, whatever names they have.
BYTES_NAMED_BY = {"documents.Document.content", "documents.Seal.content", "evidence.ExpiryReminder.content"}


def names(model) -> dict[str, tuple]:
    found = names_of(model)
    return {f"{f.related_model._meta.label}.{f.field.name}": (f.related_model, f.field) for f in found}


@pytest.fixture
def receive(files_dir, db):
    """A file of a company that nothing takes."""
    company = Company.objects.create(register_number="552100554", name="Éditeur", name_norm="editeur")

    def send(name: str, data: bytes) -> Document:
        return documents.receive_file(
            actor=Standing(),
            company_id=company.pk,
            name=name,
            chunks=[data],
            formats=["pdf"],
            max_bytes=10**7,
        )

    return send


@pytest.fixture
def look(freeze):
    """The daily look, so many days after the first."""
    begin = clock.now()

    def on(day: float) -> None:
        freeze(begin + timedelta(days=day))
        let_go()
        run_due(strict=True)

    return on


def over(look) -> None:
    look(0)
    look(LATER.days)


def there(document: Document) -> tuple[bool, bool]:
    """Whether the row is there, and whether the bytes are."""
    try:
        lies = sum(map(len, storage.chunks_of(document.content.storage_key))) == document.size
    except FileNotFoundError:
        lies = False
    return Document.objects.filter(pk=document.pk).exists(), lies


def lines() -> list[tuple[str, dict]]:
    """What went, a name alone or the bytes too, as the journal tells it."""
    told = Entry.objects.filter(event__endswith=".let_go").order_by("pk")
    return [(entry.event.split(".")[1], json.loads(entry.payload)) for entry in told]


def test_every_way_to_name_a_file_is_known():
    assert set(names(Document)) == NAMED_BY
    assert set(names(Content)) == BYTES_NAMED_BY


@pytest.fixture
def awarded(world, sender):
    """A file that came all the way: something names a document in each of the ways."""
    sender.send(DATA, "envoi.pdf")
    report = world.file(name="rapport.pdf")
    ExternalRecord.objects.create(
        company_id=report.company_id, connector="gazelle", document=report, taken_at=clock.now(),
        taken_by=world.users["agent"],
    )  # fmt: skip
    world.play.prove().meet_prerequisites().draw().give_opinion(world.users["college"])
    world.play.sign().countersign(world.users["signatory"]).draw()
    return world


def test_what_a_row_names_stays(awarded, look):
    kept = {
        name: set(model._base_manager.exclude(**{field.name: None}).values_list(field.attname, flat=True))
        for name, (model, field) in names(Document).items()
    }
    assert [name for name, found in kept.items() if not found] == []
    over(look)
    for name, found in kept.items():
        rows = Document.objects.filter(pk__in=found)
        assert {row.pk for row in rows} == found, name
        assert all(there(row) == (True, True) for row in rows), name
    assert Document.objects.exclude(unnamed_since=None).count() == 0


def test_what_was_handed_in_with_a_form_is_named_by_rows_too(awarded):
    """A hand-over holds numbers of documents in a text; the rows of its answers are never deleted."""
    fields = [f.key for f in all_fields(definition_for(awarded.application)) if f.kind == "documents"]
    handed_in = [json.loads(r.snapshot) for r in Round.objects.filter(part__kind="form")]
    answers = [one.get("answers", one) for one in handed_in]
    told = {int(pk) for one in answers for key in fields for pk in one.get(key) or ()}
    assert told
    assert not unnamed().filter(pk__in=told).exists()


def test_what_was_taken_out_of_an_answer_stays_on_record(world, look):
    play = world.play
    given = world.application.answer_documents.latest("pk")
    Application.objects.filter(pk=play.application.pk).update(state="to_modify")
    of = {"actor": world["agent"], "number": world.number, "field": given.field}
    remove_answer_document(**of, document_id=given.document_id)
    add_answer_document(**of, document_id=world.file().pk)
    over(look)
    assert there(given.document) == (True, True)


def test_a_file_that_nothing_took_goes_after_its_days(world, look):
    lost = world.file()
    look(0)
    look(UNNAMED_KEPT.days - 1)
    assert there(lost) == (True, True)
    look(UNNAMED_KEPT.days)
    assert there(lost) == (False, False)
    assert not Content.objects.filter(pk=lost.content_id).exists()
    told = [("content", {"sha256": lost.sha256, "size": lost.size})]
    assert lines() == told
    look(UNNAMED_KEPT.days)
    assert leftovers.let_go(actor=SYSTEM, document_id=lost.pk) is False
    assert (lines(), verify(None).faults) == (told, ())


def test_a_piece_taken_out_of_a_draft_goes_a_submitted_one_stays(sender, look):
    world, at = sender.world, {"number": sender.world.number, "item_key": sender.slot.key}
    draft = world.file()
    deposit_file(actor=world["agent"], document_id=draft.pk, **at)
    (item,) = sender.pieces()
    look(0)
    look(LATER.days)
    assert there(draft) == (True, True)
    remove_item(actor=world["agent"], item_id=item.pk, **at)
    look(LATER.days)  # found so now: the days begin
    look(LATER.days + 1)
    assert there(draft) == (True, True)
    look(2 * LATER.days)
    assert there(draft) == (False, False)


def test_bytes_stay_while_another_name_is_in_use(sender, look, freeze):
    """The same file sent twice is one piece: the second name is in use nowhere, the bytes are."""
    sender.send(DATA, "premier.pdf")
    sender.send(DATA, "second.pdf")
    first, second = Document.objects.filter(name__in=["premier.pdf", "second.pdf"]).order_by("pk")
    assert first.content_id == second.content_id
    over(look)
    assert there(second) == (True, True)  # its upload is listed
    sweep_uploads()
    look(LATER.days)
    look(2 * LATER.days)
    assert (there(first), there(second)) == ((True, True), (False, True))
    assert [what for what, _payload in lines()] == ["document"]


def test_the_last_of_two_names_takes_the_bytes_along(receive, look):
    one, two = receive("a.pdf", DATA), receive("b.pdf", DATA)
    over(look)
    assert (there(one), there(two)) == ((False, False), (False, False))
    assert [what for what, _payload in lines()] == ["document", "content"]


def test_bytes_that_a_waiting_file_counts_on_stay(sender, look):
    """Its company had them already, so that it kept none of its own."""
    world = sender.world
    shared = documents.receive_file(
        actor=world["agent"], company_id=world.application.company_id, name="a.pdf", chunks=[DATA],
        formats=["pdf"], max_bytes=10**7,
    )  # fmt: skip
    (row,) = announce_files(actor=world["agent"], number=world.number, files=[Announced("x.pdf", len(DATA))])
    receive_bytes(row, 0, [DATA])
    run_due(strict=True)
    row.refresh_from_db()
    assert (row.state, row.kept_as) == (UploadState.HELD, "")
    over(look)
    assert there(shared) == (True, True)
    sweep_uploads()
    assert not Upload.objects.exists()
    look(LATER.days)
    assert there(shared) == (False, False)


def test_what_is_named_again_has_its_days_anew(sender, look):
    world = sender.world
    found = world.file()
    look(0)
    assert Document.objects.get(pk=found.pk).unnamed_since is not None
    deposit_file(actor=world["agent"], number=world.number, item_key=sender.slot.key, document_id=found.pk)
    look(LATER.days)
    assert there(found) == (True, True)
    assert Document.objects.get(pk=found.pk).unnamed_since is None


def test_what_a_seal_was_about_stays(world, look):
    """Its row says for ever what was sealed and by whom, lifted or not."""
    document = world.file()
    Seal.objects.create(
        content=document.content, chain="application:X", reason=SealReason.OTHER,
        asked_by=world.users["verifier"], asked_at=clock.now(),
    )  # fmt: skip
    over(look)
    assert there(document) == (True, True)


@pytest.mark.parametrize("lies", [True, False], ids=["on its way out", "rows restored without the bytes"])
def test_the_same_bytes_sent_again_are_wanted_again(receive, look, lies):
    old = receive("a.pdf", DATA)
    look(0)
    look(UNNAMED_KEPT.days - 1)
    if not lies:
        storage.remove(old.content.storage_key)
    taken_in = receive("b.pdf", DATA)
    look(UNNAMED_KEPT.days + 1)  # nothing names it yet: its days have only begun
    assert (there(old), there(taken_in)) == ((True, True), (True, True))
    assert b"".join(stored_bytes(taken_in)) == DATA


def test_the_same_bytes_sent_after_they_went_are_kept_anew(receive, look):
    old = receive("a.pdf", DATA)
    over(look)
    again = receive("a.pdf", DATA)
    assert again.content.storage_key != old.content.storage_key
    assert there(again) == (True, True)


def test_bytes_that_go_while_they_are_sent_again_are_kept_anew(receive, look, files_dir, monkeypatch):
    """Found while they were there, gone when they are wanted: nothing of theirs is counted on, or left behind."""
    old = receive("a.pdf", DATA)
    over(look)
    seen = iter([old.content])
    monkeypatch.setattr(documents, "kept_content", lambda *of: next(seen, None) or kept_content(*of))
    again = receive("a.pdf", DATA)
    assert (there(old), there(again)) == ((False, False), (True, True))


def test_rows_that_are_gone_leave_a_job_that_takes_the_bytes(receive, look, freeze):
    """Broken off between the two, the object waits for the job, and no row points at it."""
    document = receive("a.pdf", DATA)
    look(0)
    freeze(clock.now() + LATER)
    assert leftovers.let_go(actor=SYSTEM, document_id=document.pk)
    assert there(document) == (False, True)
    for _again in range(2):
        run_due(strict=True)
        documents.discard(document.content.storage_key)
        assert there(document) == (False, False)


def test_an_object_that_a_row_names_is_never_discarded(receive):
    document = receive("a.pdf", DATA)
    documents.discard(document.content.storage_key)
    assert there(document) == (True, True)


def test_work_that_waited_for_what_is_gone_is_over(receive, look):
    document = receive("a.pdf", DATA)
    over(look)
    read(document.pk)
    scan(document.content_id)


def test_what_jalon_made_for_nobody_is_told_by_the_platform(files_dir, look):
    made = documents.store_generated(company_id=None, name="a.pdf", data=DATA, media_type="application/pdf")
    over(look)
    assert there(made) == (False, False)
    assert Entry.objects.get(event="uploads.content.let_go").chain == "platform"
