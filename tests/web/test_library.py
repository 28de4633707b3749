"""The proofs of a company: where each file is used, what became of each use, and giving it again."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jalon.accounts.states import CompanyRole
from jalon.core import clock
from jalon.core.errors import InvalidInput, NotVisible, TransitionRefused
from jalon.documents.models import Content, Document, Scan, SealReason
from jalon.evidence.actions.deposits import (
    deposit_file,
    remove_item,
    request_not_applicable,
    restore_proof,
    reuse_file,
)
from jalon.evidence.models import ProofItem, Slot
from jalon.evidence.states import SlotState
from jalon.reviews.actions.moves import move_file
from jalon.reviews.queries.library import accepted_before, library, places_for
from tests.kept import kept
from tests.scenarios.cast import Company, open_application_of_everybody
from tests.scenarios.people import person
from tests.scenarios.revisions import published
from tests.web.vendors import signed_in, text_of

CHAPTER = "propagation-ins"
OTHER = "ins-va1.01.01.01"
FIRST, SECOND, LINK_ONLY = "ins-va1.15.01.01", "ins-va1.15.01.02", "ins-va1.60.01.02"


@pytest.fixture
@kept
def world(db) -> Company:
    return open_application_of_everybody().eligible()


def give(world, document, *keys, who="agent"):
    reuse_file(actor=world[who], number=world.number, item_keys=keys, document_id=document.pk)


def deposit(world, key=FIRST):
    document = world.file()
    deposit_file(actor=world["agent"], number=world.number, item_key=key, document_id=document.pk)
    return document


def known(world, who="agent", words=""):
    return library(world[who], world.application.company_id, words)[:100]


def accepted(world, document, who="verifier"):
    """The slots in which that file was accepted, but for one that is none."""
    item = ProofItem.objects.filter(document=document).earliest("pk")
    before = accepted_before(world[who], world.application, [item])
    return [use.item_key for use in before.elsewhere(item, "none")]


def test_a_file_is_given_again_in_several_slots_and_each_has_its_own_verdict(world):
    document = deposit(world)
    give(world, document, SECOND)
    [one] = known(world)
    assert {use.item_key for use in one.uses} == {FIRST, SECOND}
    world.give(CHAPTER).play.submit_chapters([CHAPTER])
    assert accepted(world, document) == []
    world.play.judge(CHAPTER, to_modify={SECOND: "Montrez le second."}).close(CHAPTER, send_back=True)
    [one] = [one for one in known(world) if one.document.sha256 == document.sha256]
    assert {use.item_key: use.is_accepted for use in one.uses} == {FIRST: True, SECOND: False}
    assert accepted(world, document) == [FIRST]
    given = ProofItem.objects.filter(document__content=document.content_id)
    assert given.values("document__content").distinct().count() == 1  # the bytes are kept once


def test_a_file_that_stands_under_a_reason_may_be_given(world):
    """That takes the request back, as the page says."""
    document = deposit(world)
    asked = {"actor": world["agent"], "number": world.number, "item_key": FIRST}
    assert [place.holds for place in places_for(world.application, document) if place.key == FIRST] == [True]
    request_not_applicable(**asked, reason="Il n’imprime pas.")
    assert [place.holds for place in places_for(world.application, document) if place.key == FIRST] == [False]
    give(world, document, FIRST)
    assert Slot.objects.get(item_key=FIRST).state == SlotState.DEPOSITED


def test_a_file_is_proposed_under_the_name_that_was_chosen(world):
    """The same bytes under two extensions: only one of them is what the slot takes."""
    document = deposit(world)
    other = Document.objects.create(
        content=document.content, name="autre.eml", media_type="message/rfc822", added_at=clock.now()
    )
    first = ProofItem.objects.get()
    first.pk, first.position, first.document, first.scope = None, 2, other, "Clairvue PACS 9"
    first.save(force_insert=True)
    client, url = signed_in(world.users["agent"]), f"/candidatures/{world.number}/reutiliser"
    assert f"document={document.pk}" in client.get(url, {"preuve": SECOND}).content.decode()
    page = text_of(client.get(url, {"preuve": SECOND, "document": document.pk}))
    assert ("Aucune preuve ouverte" in page, "autre.eml" in page, document.name in page) == (
        False,
        False,
        True,
    )
    assert "Aucune preuve ouverte" in text_of(client.get(url, {"preuve": SECOND, "document": other.pk}))
    assert client.post(url, {"document": document.pk, "slot": [SECOND]}).status_code == 303


def test_a_piece_that_is_taken_out_meanwhile_is_not_shown(world):
    deposit(world)
    shelf = library(world["agent"], world.application.company_id, "clairvue")
    assert len(shelf) == 1
    item = ProofItem.objects.get()
    remove_item(actor=world["agent"], number=world.number, item_key=FIRST, item_id=item.pk)
    assert shelf[:10] == []


def test_all_slots_or_none(world):
    document = deposit(world)
    with pytest.raises(InvalidInput):
        give(world, document, SECOND, "ins-va1.60.01.02")  # which takes no such file
    assert ProofItem.objects.count() == 1
    with pytest.raises(NotVisible):
        give(world, world.file(), SECOND)  # never given as a proof
    with pytest.raises(NotVisible):
        give(world, document, SECOND, who="rival")


def test_what_a_file_shows_is_said_where_its_uses_do_not(world):
    deposit(world)
    client, label = signed_in(world.users["agent"]), "Produit et version"
    assert label not in text_of(client.get("/preuves-de-l-entreprise"))
    ProofItem.objects.update(scope="Clairvue PACS 9")
    page = text_of(client.get("/preuves-de-l-entreprise"))
    assert label in page
    assert "Clairvue PACS 9" in page


def test_everybody_sees_the_files_within_reach_and_no_others(world):
    deposit(world)
    assert len(known(world)) == len(known(world, "employee")) == 1
    assert known(world, "stranger") == known(world, "rival") == []
    assert known(world, "verifier") == []  # a draft is the vendor's
    world.give(CHAPTER).play.submit_chapters([CHAPTER])
    assert known(world, "verifier")
    assert known(world, "elsewhere") == []


def test_words_find_a_file_by_name_code_and_product(world):
    deposit(world)
    searched = ("attestation", "INS/va1.15", "clairvue", "scanner")
    assert [len(known(world, words=words)) for words in searched] == [1, 1, 1, 0]


def test_the_pages(world):
    document = deposit(world)
    client = signed_in(world.users["agent"])
    page = text_of(client.get("/preuves-de-l-entreprise"))
    assert document.name in page
    assert "INS/va1.15.01.01" in page
    url = f"/candidatures/{world.number}/reutiliser"
    chapter = text_of(client.get(f"/candidatures/{world.number}/chapitres/{CHAPTER}?exigence=INS/va1.15"))
    assert "Réutiliser une preuve déjà donnée" in chapter
    assert document.name in text_of(client.get(url, {"preuve": SECOND}))
    assert client.get(url, {"preuve": "nothing"}).status_code == 404
    assert "Aucun fichier à réutiliser" in text_of(client.get(url, {"preuve": LINK_ONLY}))
    chosen = client.get(url, {"document": document.pk, "preuve": SECOND})
    assert "Déjà donné dans cette candidature" in text_of(chosen)
    assert client.post(url, {"document": document.pk}).status_code == 422
    assert client.post(url, {"document": document.pk, "slot": [SECOND]}).status_code == 303
    assert Slot.objects.get(item_key=SECOND).state == SlotState.DEPOSITED
    other = signed_in(person("lise", CompanyRole.EMPLOYEE))
    assert document.name not in text_of(other.get("/preuves-de-l-entreprise"))
    assert other.get(url, {"document": document.pk}).status_code == 404
    assert client.get(url, {"document": world.file().pk}).status_code == 404


def test_the_verifier_reads_where_a_file_was_accepted(world):
    document = deposit(world)
    give(world, document, SECOND)
    world.give(CHAPTER).play.submit_chapters([CHAPTER])
    world.play.judge(CHAPTER, to_modify={SECOND: "Autre chose."}).close(CHAPTER, send_back=True)
    world.give(CHAPTER).play.submit_chapters([CHAPTER])
    page = signed_in(world.users["verifier"]).get(
        f"/instruction/{world.number}/chapitres/{CHAPTER}?preuve={SECOND}"
    )
    assert "Déjà accepté ailleurs" in text_of(page)


def test_what_nobody_opens_is_not_given_again(world):
    document = deposit(world)
    Content.objects.filter(pk=document.content_id).update(scan=Scan.INFECTED)
    with pytest.raises(TransitionRefused, match="programme malveillant"):
        give(world, document, SECOND)
    Content.objects.filter(pk=document.content_id).update(
        scan=Scan.CLEAN, sealed_at=clock.now(), seal_reason=SealReason.HEALTH
    )
    with pytest.raises(TransitionRefused, match="Scellé le"):
        give(world, document, SECOND)
    client = signed_in(world.users["agent"])
    url = f"/candidatures/{world.number}/reutiliser"
    assert client.post(url, {"document": document.pk, "slot": [SECOND]}).status_code == 422
    assert "Choisir" not in text_of(client.get(url, {"preuve": SECOND}))
    assert not Slot.objects.filter(item_key=SECOND).exists()


def test_an_earlier_proof_that_nobody_opens_is_not_put_back(world):
    document = deposit(world)
    world.give(CHAPTER).play.submit_chapters([CHAPTER])
    world.play.judge(CHAPTER, to_modify={FIRST: "Montrez autre chose."}).close(CHAPTER, send_back=True)
    slot = Slot.objects.get(item_key=FIRST)
    item = ProofItem.objects.get(proof__slot=slot, document=document)
    remove_item(actor=world["agent"], number=world.number, item_key=FIRST, item_id=item.pk)
    deposit(world)
    Content.objects.filter(pk=document.content_id).update(
        sealed_at=clock.now(), seal_reason=SealReason.HEALTH
    )
    Slot.objects.filter(pk=slot.pk).update(returned_n=0)  # so that nothing else refuses it
    with pytest.raises(TransitionRefused, match="Scellé le"):
        restore_proof(actor=world["agent"], number=world.number, item_key=FIRST, n=1)
    page = signed_in(world.users["agent"]).get(
        f"/candidatures/{world.number}/chapitres/{CHAPTER}?exigence=INS/va1.15"
    )
    assert "Reprendre cette preuve" not in text_of(page)


def queries(act):
    with CaptureQueriesContext(connection) as seen:
        act()
    return len(seen)


def moved(world, *changes):
    """To a revision for each of these changes, one after the other."""
    for change in changes:
        number = published(change).number
        move_file(actor=world["manager"], number=world.number, revision_number=number)


@pytest.fixture
def dropped(world):
    """A proof that the programme asks for no more, since two revisions."""
    document = deposit(world)
    moved(world, lambda edit: edit.drop(FIRST), lambda edit: edit.retitle("ins-va1.01"))
    return document


def test_a_proof_that_was_dropped_goes_by_its_last_name(world, dropped):
    [use] = known(world)[0].uses
    assert (use.code, use.is_gone, use.title is not None) == ("INS/va1.15.01.01", True, True)
    client = signed_in(world.users["agent"])
    page = text_of(client.get("/preuves-de-l-entreprise"))
    assert "INS/va1.15.01.01" in page
    assert "Preuve retirée de la démarche" in page
    assert FIRST not in page
    assert [len(known(world, words=words)) for words in ("INS/va1.15", FIRST)] == [1, 0]
    chapter = text_of(client.get(f"/candidatures/{world.number}/chapitres/{CHAPTER}"))
    assert "Preuves qui ne sont plus demandées" in chapter
    assert "INS/va1.15" in chapter
    assert FIRST not in chapter


def test_a_proof_that_no_revision_knows_is_told_without_its_key(world):
    deposit(world)
    Slot.objects.update(item_key="personne-ne-sait")
    page = text_of(signed_in(world.users["agent"]).get("/preuves-de-l-entreprise"))
    assert "Preuve retirée de la démarche" in page
    assert "personne-ne-sait" not in page


@pytest.mark.any_database("as many statements on either")
def test_dropped_proofs_are_named_in_as_many_queries_however_many(world):
    client, pages = signed_in(world.users["agent"]), ("", "?q=clairvue")
    for key in (FIRST, SECOND, OTHER):
        deposit(world, key)
    act = [lambda page=page: client.get(f"/preuves-de-l-entreprise{page}") for page in pages]
    moved(world, lambda edit: edit.retitle("ins-va1.01"))
    counted = [[queries(one) for one in act for _again in range(2)][1::2]]
    for key in (FIRST, SECOND, OTHER):
        moved(world, lambda edit, key=key: edit.drop(key))
        counted.append([queries(one) for one in act for _again in range(2)][1::2])
    (plain, searched), *some = counted
    assert some == [[plain + 1, searched + 2]] * 3  # looked up to find them, and to show them


@pytest.mark.any_database("as many statements on either")
def test_as_many_queries_for_one_file_as_for_three(world):
    client = signed_in(world.users["agent"])
    url = f"/candidatures/{world.number}/reutiliser"
    document = deposit(world)
    asked = (
        lambda: client.get("/preuves-de-l-entreprise"),
        lambda: client.get("/preuves-de-l-entreprise?q=clairvue"),
        lambda: client.get(url, {"preuve": SECOND}),
        lambda: client.get(url, {"preuve": SECOND, "document": document.pk}),
        lambda: client.get(f"/candidatures/{world.number}/chapitres/{CHAPTER}?exigence=INS/va1.15"),
    )
    for act in asked:
        act()
    once = [queries(act) for act in asked]
    for key in (FIRST, SECOND):
        give(world, deposit(world, key), FIRST, SECOND)
    assert len(known(world)) == 3
    assert [queries(act) for act in asked] == once


def test_a_page_of_many_files_reads_no_more_than_it_shows(world):
    """Sixty files in one slot: the third page holds ten, and what stands on the others is counted only."""
    client = signed_in(world.users["agent"])
    proof = ProofItem.objects.get(document=deposit(world)).proof
    first = ProofItem.objects.get()
    contents = [
        Content(sha256=f"{n:064}", company=first.document.content.company, size=n, storage_key=f"k{n}",
                scan=Scan.CLEAN, added_at=clock.now())
        for n in range(59)
    ]  # fmt: skip
    Content.objects.bulk_create(contents)
    documents = [
        Document(content=one, name=f"p{n}.pdf", media_type="application/pdf", added_at=clock.now())
        for n, one in enumerate(contents)
    ]
    Document.objects.bulk_create(documents)
    ProofItem.objects.bulk_create(
        ProofItem(proof=proof, position=n + 2, kind="file", proof_kind=first.proof_kind, document=one,
                  added_by=first.added_by, added_at=clock.now())
        for n, one in enumerate(documents)
    )  # fmt: skip
    page = client.get("/preuves-de-l-entreprise?page=3")
    assert "51 à 60 sur 60" in text_of(page)
    shown = re.findall(r'j-file__name"[^>]*>([^<]+)', page.content.decode())
    assert shown == [*(f"p{n}.pdf" for n in range(8, -1, -1)), "attestation.pdf"]
    counted = [queries(lambda n=n: client.get(f"/preuves-de-l-entreprise?page={n}")) for n in (1, 3)]
    assert counted[0] == counted[1]
    assert "1 à 1 sur 1" in text_of(client.get("/preuves-de-l-entreprise?q=p37.pdf"))
    page = client.get(f"/candidatures/{world.number}/reutiliser", {"preuve": SECOND, "page": 2})
    assert "26 à 50 sur 60" in text_of(page)
