"""The pages on which a product and its versions are changed: what was typed stays, whoever wrote meanwhile."""

import re

import pytest

from jalon.accounts.standing import standing_of
from jalon.vendors.actions import add_version
from jalon.vendors.models import Product
from jalon.vendors.rules import VersionSheet
from tests.web.vendors import (
    attach,
    hugo,
    ines,
    nadia,
    play,
    query_count,
    rival,
    signed_in,
    text_of,
    verifier,
)

__all__ = ["hugo", "ines", "nadia", "play", "rival", "verifier"]  # fixtures
pytestmark = [pytest.mark.django_db, pytest.mark.any_database("pages over acts that are tested on either")]


def made(play) -> Product:
    return Product.objects.get(pk=play.application.version.product_id)


def pages(play) -> tuple[str, str, str]:
    product = made(play)
    base = f"/produits/{product.reference}"
    return f"{base}/modifier", f"{base}/versions/nouvelle", f"{base}/versions/{play.application.version_id}"


def shown_marks(client, page) -> dict[str, str]:
    """The digests that the form holds."""
    return dict(re.findall(r'name="(vu\.\w+)" value="(\w*)"', client.get(page).content.decode()))


def typed(product: Product, **changes) -> dict[str, object]:
    return {"name": product.name, "description": product.description, "interests": ["segur"], **changes}


def test_a_product_is_changed_and_shown(play, nadia):
    client, (page, _new, _version) = signed_in(nadia), pages(play)
    sent = typed(made(play), name="Clairvue Nuit", certifications="HDS\n\nISO 13485") | shown_marks(
        client, page
    )
    done = client.post(page, sent, follow=True)
    assert done.redirect_chain == [(page.removesuffix("/modifier"), 303)]
    shown = text_of(done)
    assert "Le produit « Clairvue Nuit » est à jour." in shown
    assert "ISO 13485" in shown
    assert play.application.product_name == "Clairvue Nuit"


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(play, nadia):
    client, (page, new, version) = signed_in(nadia), pages(play)
    marks = shown_marks(client, page)
    refused = client.post(page, typed(made(play), name="", description="Gardée telle quelle.") | marks)
    assert (refused.status_code, text_of(refused).count("Indiquez le nom du produit.")) == (422, 2)
    assert "Gardée telle quelle." in text_of(refused)
    for address in (new, version):
        again = client.post(address, {"version": "x" * 61, "nil": "AB"} | shown_marks(client, address))
        assert (again.status_code, text_of(again).count("61 caractères, c’est trop : 60 au plus.")) == (
            422,
            2,
        )
        assert 'value="AB"' in text_of(again)
    assert made(play).versions.count() == 1


def test_a_refused_form_sent_again_still_knows_what_it_showed(play, nadia, hugo):
    client, (page, _new, _version) = signed_in(nadia), pages(play)
    marks = shown_marks(client, page)
    refused = client.post(page, typed(made(play), name="", description="La mienne") | marks).content.decode()
    kept = dict(re.findall(r'name="(vu\.\w+)" value="(\w*)"', refused))
    other = signed_in(hugo)
    other.post(page, typed(made(play), description="La sienne") | shown_marks(other, page))
    again = client.post(page, typed(made(play), description="La mienne") | kept)
    assert (again.status_code, made(play).description) == (409, "La sienne")


def test_two_texts_stand_side_by_side_and_one_sends_ones_own_again(play, nadia, hugo):
    one, other, (page, _new, _version) = signed_in(nadia), signed_in(hugo), pages(play)
    marks, product = shown_marks(one, page), made(play)
    other.post(page, typed(product, name="Nom de Hugo", certifications="HDS") | shown_marks(other, page))
    refused = one.post(page, typed(product, name="Nom de Nadia") | marks)
    shown = text_of(refused)
    assert refused.status_code == 409
    assert f"dernière modification : {hugo.full_name}, le " in shown
    assert 'value="Nom de Nadia"' in shown
    assert "<dd>Nom de Hugo</dd>" in shown
    assert ">HDS</textarea>" in shown  # what only the other touched is his
    now = dict(re.findall(r'name="(vu\.\w+)" value="(\w*)"', refused.content.decode()))
    assert one.post(page, typed(product, name="Nom de Nadia", certifications="HDS") | now).status_code == 303
    assert (made(play).name, made(play).certifications) == ("Nom de Nadia", '["HDS"]')


def test_a_version_is_added_on_the_way_to_a_programme(play, nadia):
    client, (_page, new, _version) = signed_in(nadia), pages(play)
    done = client.post(f"{new}?retour=/demarches/x/candidater", {"version": " 5.0 ", "nil": "ab 1"})
    assert (done.status_code, done["Location"]) == (303, "/demarches/x/candidater")
    assert client.post(f"{new}?retour=https://ailleurs.example/", {"version": "5.1"})["Location"].startswith(
        "/produits/"
    )
    assert list(made(play).versions.order_by("pk").values_list("label", "nil"))[1:] == [
        ("5.0", "AB1"),
        ("5.1", ""),
    ]


def test_a_version_is_renamed(play, nadia):
    client, (_page, _new, version) = signed_in(nadia), pages(play)
    done = client.post(
        version, {"version": "4.2.1", "nil": "NIL7"} | shown_marks(client, version), follow=True
    )
    assert "La version « 4.2.1 » est à jour." in text_of(done)
    assert (play.application.version_label, play.application.nil) == ("4.2.1", "NIL7")


def test_a_number_that_is_not_sent_is_not_emptied(play, nadia):
    client, (_page, _new, version) = signed_in(nadia), pages(play)
    client.post(version, {"version": "4.2", "nil": "NIL7"} | shown_marks(client, version))
    client.post(version, {"version": "4.3"} | shown_marks(client, version))
    assert (play.application.version_label, play.application.nil) == ("4.3", "NIL7")


def test_only_those_who_see_the_product_reach_its_forms(play, ines, rival):
    for page in pages(play):
        assert [signed_in(who).get(page).status_code for who in (ines, rival)] == [404, 404]
    attach(play, ines)
    assert [signed_in(ines).get(page).status_code for page in pages(play)] == [200] * 3


def test_a_version_is_reached_through_its_own_product_only(play, nadia):
    page = f"/produits/PR00000000/versions/{play.application.version_id}"
    assert signed_in(nadia).get(page).status_code == 404


def test_the_page_of_a_product_takes_as_many_queries_for_three_versions_as_for_one(play, nadia):
    client, product = signed_in(nadia), made(play)
    client.get(f"/produits/{product.reference}")
    one = query_count(lambda: client.get(f"/produits/{product.reference}"))
    for label in ("5", "6"):
        add_version(actor=standing_of(nadia), product_id=product.pk, sheet=VersionSheet(label, ""))
    assert query_count(lambda: client.get(f"/produits/{product.reference}")) == one
