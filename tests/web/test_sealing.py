"""The agency's pages of sealed removal: asked with a reason, confirmed by somebody else, seen by the vendor."""

import pytest

from jalon.documents.models import Seal
from jalon.evidence.models import ProofItem
from tests.kept import kept
from tests.web.agency import browser, company, eligible, hand_in, page, query_count, submitted, text_of

__all__ = ["company", "eligible", "submitted"]
pytestmark = [pytest.mark.django_db, pytest.mark.any_database("pages over acts that are tested on either")]


@pytest.fixture
@kept
def chapter(eligible) -> str:
    return hand_in(eligible)


def piece() -> ProofItem:
    return ProofItem.objects.filter(document__isnull=False).earliest("pk")


def seal(company, who: str = "verifier", document_id: int = 0, **typed: str):
    address = page(company, f"/pieces/{document_id or piece().document_id}/sceller")
    return browser(company, who).post(address, {"reason": "health", "words": "minute 3", **typed})


def settle(company, who: str, act: str, **typed: str):
    return browser(company, who).post(
        page(company, f"/retraits/{Seal.objects.get().pk}"), {"act": act, **typed}
    )


def test_a_file_is_sealed_from_its_page_and_closed_everywhere(eligible, chapter):
    verifier, item = browser(eligible, "verifier"), piece()
    shown = text_of(verifier.get(page(eligible, f"/pieces/{item.document_id}")))
    assert f'href="{page(eligible, f"/pieces/{item.document_id}/sceller")}"' in shown
    assert seal(eligible)["Location"] == page(eligible, "/retraits")
    vendor = browser(eligible, "agent")
    files = f"/candidatures/{eligible.number}/documents/{item.document_id}"
    for client, address in ((vendor, files), (verifier, page(eligible, f"/documents/{item.document_id}"))):
        for asked in (address, f"{address}?telecharger"):
            answer = client.get(asked, headers={"range": "bytes=0-3"})
            assert (answer.status_code, "Scellé le" in text_of(answer)) == (409, True)
    for client, address in (
        (vendor, f"/candidatures/{eligible.number}/pieces/{item.document_id}"),
        (verifier, page(eligible, f"/pieces/{item.document_id}")),
        (vendor, f"/candidatures/{eligible.number}/chapitres/{chapter}"),
        (verifier, page(eligible, f"/chapitres/{chapter}?vue=tout&preuve={item.proof.slot.item_key}")),
    ):
        assert "données de santé d’une personne réelle" in text_of(client.get(address))


def test_a_reason_is_wanted(eligible, chapter):
    answer = seal(eligible, reason="other", words="")
    assert (answer.status_code, Seal.objects.count()) == (422, 0)
    assert "Dites pourquoi" in text_of(answer)


def test_who_sealed_sees_no_button_and_is_refused(eligible, chapter):
    seal(eligible)
    shown = text_of(browser(eligible, "verifier").get(page(eligible, "/retraits")))
    assert 'value="destroy"' not in shown
    assert "Une autre personne de l’agence confirme" in shown
    assert settle(eligible, "verifier", "destroy", confirmed="yes").status_code == 403


def test_another_person_is_told_what_follows_and_confirms(eligible, chapter):
    seal(eligible)
    assert 'value="destroy"' in text_of(browser(eligible, "manager").get(page(eligible, "/retraits")))
    asked = settle(eligible, "manager", "destroy")
    assert "rien ne le fait revenir" in text_of(asked)
    assert Seal.objects.get().outcome == ""
    assert settle(eligible, "manager", "destroy", confirmed="yes").status_code == 303
    assert (Seal.objects.get().outcome, Seal.objects.get().decided_by) == (
        "destroyed",
        eligible.users["manager"],
    )


def test_lifted_the_file_opens_again(eligible, chapter):
    seal(eligible)
    settle(eligible, "manager", "lift", confirmed="yes")
    assert (
        browser(eligible, "verifier").get(page(eligible, f"/documents/{piece().document_id}")).status_code
        == 200
    )


def test_a_seal_of_another_file_is_not_there(eligible, chapter):
    assert (
        browser(eligible, "manager").post(page(eligible, "/retraits/99999999"), {"act": "lift"}).status_code
        == 404
    )


def test_the_list_asks_as_much_for_three_as_for_one(eligible, chapter):
    ids = list(
        ProofItem.objects.filter(document__isnull=False)
        .order_by("pk")
        .values_list("document_id", flat=True)[:3]
    )
    verifier = browser(eligible, "verifier")
    seal(eligible, document_id=ids[0])
    one = query_count(lambda: verifier.get(page(eligible, "/retraits")))
    for document_id in ids[1:]:
        seal(eligible, document_id=document_id)
    assert len(ids) == 3
    assert query_count(lambda: verifier.get(page(eligible, "/retraits"))) == one


def test_a_seal_awaits_everybody_who_may_say_the_second_word_but_who_asked(eligible, chapter):
    seal(eligible)

    def told(who: str) -> tuple[bool, bool]:
        client = browser(eligible, who)
        tab = f'href="{page(eligible, "/retraits")}"' in text_of(client.get(page(eligible, "")))
        return "1 retrait scellé à confirmer" in text_of(client.get("/instruction?vue=seal")), tab

    assert [told(who) for who in ("manager", "verifier")] == [(True, True), (False, True)]
    settle(eligible, "manager", "lift", confirmed="yes")
    assert told("manager") == (False, True)
