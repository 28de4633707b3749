"""Of which day a proof is and what it shows, apart from when it was given: filled from the file, told to both sides."""

from datetime import date, datetime, time, timedelta

import pytest

from jalon.core import clock
from jalon.core.errors import InvalidInput, NotVisible
from jalon.documents.actions import record_facts
from jalon.documents.checks.facts import Facts, Pdf, Signature
from jalon.evidence.actions.deposits import (
    comment_proof,
    deposit_file,
    describe_item,
    remove_item,
    reuse_file,
)
from jalon.evidence.models import Proof, ProofItem
from tests.kept import kept
from tests.scenarios.cast import Company, open_application_of_everybody
from tests.web.vendors import signed_in, text_of

CHAPTER = "propagation-ins"
FIRST, SECOND = "ins-va1.15.01.01", "ins-va1.15.01.02"
AUDIT = date(2026, 9, 3)


@pytest.fixture
@kept
def world(db) -> Company:
    return open_application_of_everybody().eligible()


def deposit(world):
    document = world.file()
    deposit_file(actor=world["agent"], number=world.number, item_key=FIRST, document_id=document.pk)
    return document


def said(key=FIRST):
    item = ProofItem.objects.get(proof__slot__item_key=key, proof__superseded_at=None)
    return item.dated_on, item.scope


def describe(world, item_id, dated_on=AUDIT, scope="Clairvue 9", who="agent", key=FIRST):
    describe_item(
        actor=world[who], number=world.number, item_key=key, item_id=item_id, dated_on=dated_on, scope=scope
    )


def sign(document, on):
    at = datetime.combine(on, time(12), clock.PARIS)
    signature = Signature(signer="Inès", signed_at=at, intact=True)
    record_facts(
        document_id=document.pk, facts=Facts(format="pdf", pdf=Pdf(pages=1, signatures=(signature,)))
    )


def test_a_proof_shows_the_software_of_its_file_until_somebody_says_otherwise(world):
    document = deposit(world)
    file = world.application
    assert said() == (None, f"{file.product_name} {file.version_label}")
    describe(world, ProofItem.objects.get().pk, scope="  Clairvue \n 9 ")
    assert said() == (AUDIT, "Clairvue 9")
    reuse_file(actor=world["agent"], number=world.number, item_keys=[SECOND], document_id=document.pk)
    assert said(SECOND) == (AUDIT, "Clairvue 9")  # it goes with the file


def test_days_that_cannot_be_are_refused(world):
    deposit(world)
    item = ProofItem.objects.get()
    for wrong in (clock.paris_date(clock.now()) + timedelta(days=1), date(1026, 9, 3)):
        with pytest.raises(InvalidInput):
            describe(world, item.pk, wrong)
    for who, key, item_id in (("rival", FIRST, item.pk), ("agent", SECOND, item.pk), ("agent", FIRST, 10**9)):
        with pytest.raises(NotVisible):
            describe(world, item_id, who=who, key=key)
    assert said()[0] is None


def test_the_day_that_a_file_bears_needs_nobody_to_say_it(world):
    sign(deposit(world), AUDIT)
    describe(world, ProofItem.objects.get().pk, AUDIT, "Clairvue 9")
    assert said() == (None, "Clairvue 9")


def test_words_alone_hand_nothing_in_and_supersede_nothing_that_was_handed_in(world):
    document = deposit(world)
    world.give(CHAPTER).play.submit_chapters([CHAPTER])
    world.play.judge(CHAPTER, to_modify={FIRST: "Datez-la."}).close(CHAPTER, send_back=True)
    seen = ProofItem.objects.get(document=document)
    comment_proof(actor=world["agent"], number=world.number, item_key=FIRST, comment="Voilà.")
    describe(world, seen.pk)  # seen in the proof before; a new one goes on from it
    assert [p.items.get().dated_on for p in Proof.objects.filter(slot__item_key=FIRST).order_by("n")] == [
        None,
        AUDIT,
    ]
    now = ProofItem.objects.get(proof__slot__item_key=FIRST, proof__superseded_at=None)
    assert now.proof.slot.state == "to_modify"
    remove_item(actor=world["agent"], number=world.number, item_key=FIRST, item_id=now.pk)
    with pytest.raises(Exception, match="n’est plus dans la preuve"):
        describe(world, seen.pk)


def test_the_vendor_corrects_it_in_the_page_and_the_verifier_reads_it(world):
    document = deposit(world)
    sign(document, AUDIT)
    client, item = signed_in(world.users["agent"]), ProofItem.objects.get()
    chapter = f"/candidatures/{world.number}/chapitres/{CHAPTER}"
    page = client.get(f"{chapter}?exigence=INS/va1.15")
    assert 'value="2026-09-03"' in page.content.decode()
    assert "03/09/2026 (date de signature)" in text_of(page)

    def save(dated, scope, was=f"2026-09-03 {item.scope}"):
        of = f"{FIRST}:{item.pk}"
        form = {f"said:{of}": was, f"dated:{of}": dated, f"scope:{of}": scope}
        form |= {"slot": FIRST, "exigence": "INS/va1.15"}
        return client.post(f"{chapter}/preuves", form)

    assert save("2026-09-03", item.scope).status_code == 422  # nothing was changed
    refused = save("hier", "Clairvue 9")
    assert refused.status_code == 422
    assert "Écrivez la date comme" in text_of(refused)
    assert 'value="Clairvue 9"' in refused.content.decode()
    assert save("2026-09-01", "Clairvue 9").status_code == 303
    assert said() == (date(2026, 9, 1), "Clairvue 9")
    world.give(CHAPTER).play.submit_chapters([CHAPTER])
    review = signed_in(world.users["verifier"]).get(
        f"/instruction/{world.number}/chapitres/{CHAPTER}?preuve={FIRST}"
    )
    assert "01/09/2026 (selon l’éditeur)" in text_of(review)
    assert "Clairvue 9" in text_of(review)


def test_a_piece_is_taken_out_whatever_was_typed_of_it(world):
    deposit(world)
    world.give(CHAPTER).play.submit_chapters([CHAPTER])
    world.play.judge(CHAPTER, to_modify={FIRST: "Une autre."}).close(CHAPTER, send_back=True)
    client, chapter = signed_in(world.users["agent"]), f"/candidatures/{world.number}/chapitres/{CHAPTER}"
    page = client.get(f"{chapter}?exigence=INS/va1.15").content.decode()
    item = ProofItem.objects.get(proof__slot__item_key=FIRST, proof__superseded_at=None)
    one = {
        f"said:{FIRST}:{item.pk}": "",
        f"scope:{FIRST}:{item.pk}": "Oublié",
        "remove": f"{FIRST} {item.pk}",
    }
    assert f'name="scope:{FIRST}:{item.pk}"' in page
    assert client.post(f"{chapter}/preuves", one).status_code == 303
    assert not ProofItem.objects.filter(proof__slot__item_key=FIRST, proof__superseded_at=None).exists()
