"""Products (G04): two steps, nothing half stored, and who works on them."""

import pytest
from django.test import Client

from jalon.accounts.standing import standing_of
from jalon.vendors.actions import create_product, grant_access
from jalon.vendors.models import Product, ProductAccess
from tests.scenarios.people import product
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


def typed(user, **changes) -> dict[str, object]:
    return {
        "name": "Clairvue Web", "version": "2.0", "nil": "12 345", "responsible": str(user.pk),
        "description": "Un RIS.\nEn ligne.", "certifications": "HDS\n\nMarquage CE", "interests": ["segur"], **changes,
    }  # fmt: skip


def recap_of(client: Client, user, **changes) -> str:
    response = client.post("/produits/nouveau", typed(user, **changes))
    assert response.status_code == 303
    return response["Location"]


def test_a_product_is_made_only_once_the_recap_is_confirmed(nadia):
    client = signed_in(nadia)
    recap = recap_of(client, nadia)
    assert Product.objects.count() == 0
    shown = text_of(client.get(recap))
    assert "Marquage CE" in shown
    assert "3. Ségur du numérique en santé" in shown
    done = client.post(recap)
    made = Product.objects.get()
    assert (done.status_code, done["Location"]) == (303, f"/produits/{made.reference}")
    version = made.versions.get()
    assert (made.name, version.label, version.nil) == ("Clairvue Web", "2.0", "12345")
    assert (made.certifications, made.responsible) == ('["HDS","Marquage CE"]', nadia)


def test_going_back_from_the_recap_loses_nothing(nadia):
    client = signed_in(nadia)
    recap = recap_of(client, nadia)
    back = text_of(client.get(recap.replace("/recapitulatif", "")))
    assert 'value="Clairvue Web"' in back
    assert "HDS Marquage CE" in back
    assert 'value="segur" checked' in back


def test_a_second_click_on_valider_leads_to_the_same_product(nadia):
    client = signed_in(nadia)
    recap = recap_of(client, nadia)
    first, second = client.post(recap), client.post(recap)
    assert first["Location"] == second["Location"]
    assert Product.objects.count() == 1


def test_a_recap_whose_form_is_gone_says_so(nadia):
    response = signed_in(nadia).post("/produits/nouveau/recapitulatif?brouillon=inconnu", follow=True)
    assert response.redirect_chain == [("/produits/nouveau", 302)]
    assert "n’est plus ouvert" in text_of(response)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "Indiquez le nom du produit."),
        ({"name": "x" * 201}, "201 caractères, c’est trop : 200 au plus."),
        ({"version": ""}, "Indiquez la version du produit."),
        ({"nil": "1" * 41}, "Un NIL compte 40 caractères au plus."),
        ({"responsible": ""}, "Choisissez le responsable du produit"),
        ({"responsible": "999999"}, "Choisissez le responsable du produit"),
        ({"description": ""}, "Décrivez le produit"),
        ({"certifications": "\n".join(f"c{n}" for n in range(21))}, "20 certifications au plus."),
        ({"interests": []}, "Choisissez au moins un dispositif"),
        ({"interests": ["segur", "none"]}, "ne va pas avec un autre choix"),
        ({"interests": ["bouquet-services-professionnels"]}, "Choisissez parmi les dispositifs proposés."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(nadia, changes, sentence):
    response = signed_in(nadia).post("/produits/nouveau", typed(nadia, **changes))
    shown = text_of(response)
    assert response.status_code == 422
    assert shown.count(sentence) == 2  # in the summary, and under the field
    assert "En ligne." in shown or "description" in changes


def test_a_name_that_the_catalogue_has_is_refused_at_the_first_step(nadia):
    create_product(actor=standing_of(nadia), data=product(nadia, "Clairvue Web", "1.0"))
    response = signed_in(nadia).post("/produits/nouveau", typed(nadia))
    assert response.status_code == 422
    assert text_of(response).count("Votre catalogue contient déjà un produit de ce nom.") == 2


def test_the_form_preselects_oneself_and_shows_what_is_to_come(nadia):
    shown = text_of(signed_in(nadia).get("/produits/nouveau"))
    assert f'<option value="{nadia.pk}" selected>Nadia Belkacem' in shown
    assert 'value="bouquet-services-professionnels" disabled' in shown
    assert "Où obtenir le NIL ?" in shown


def test_coming_from_a_programme_one_goes_back_to_it(nadia):
    client = signed_in(nadia)
    begun = client.post("/produits/nouveau?retour=/demarches/x/candidater", typed(nadia))
    assert client.post(begun["Location"])["Location"] == "/demarches/x/candidater"


def test_one_is_never_led_to_another_site(nadia):
    client = signed_in(nadia)
    begun = client.post("/produits/nouveau?retour=https://ailleurs.example/", typed(nadia))
    assert client.post(begun["Location"])["Location"].startswith("/produits/PR")


def test_the_catalogue_takes_as_many_queries_for_three_products_as_for_one(nadia):
    client = signed_in(nadia)
    create_product(actor=standing_of(nadia), data=product(nadia, "Un"))
    client.get("/produits")
    one = query_count(lambda: client.get("/produits"))
    for name in ("Deux", "Trois"):
        create_product(actor=standing_of(nadia), data=product(nadia, name))
    assert query_count(lambda: client.get("/produits")) == one


def test_the_catalogue_is_searched_without_accents(nadia):
    create_product(actor=standing_of(nadia), data=product(nadia, "Échographie"))
    create_product(actor=standing_of(nadia), data=product(nadia, "Radio"))
    shown = text_of(signed_in(nadia).get("/produits?q=echo"))
    assert "Échographie" in shown
    assert ">Radio<" not in shown
    assert "Aucun produit ne porte ce nom" in text_of(signed_in(nadia).get("/produits?q=zzz"))


def test_a_salarie_sees_only_products_to_which_he_or_she_is_attached(play, ines):
    reference = play.application.version.product.reference
    assert "Votre catalogue est vide" in text_of(signed_in(ines).get("/produits"))
    assert signed_in(ines).get(f"/produits/{reference}").status_code == 404
    attach(play, ines)
    assert signed_in(ines).get(f"/produits/{reference}").status_code == 200


def test_a_rival_finds_nothing(play, rival, ines):
    reference = play.application.version.product.reference
    client = signed_in(rival)
    pages = [f"/produits/{reference}"]
    acts = [f"/produits/{reference}/collaborateurs", f"/produits/{reference}/responsable",
            f"/produits/{reference}/collaborateurs/{ines.pk}/retrait"]  # fmt: skip
    assert [client.get(page).status_code for page in pages] == [404]
    assert [client.post(act, {"user": ines.pk, "responsible": ines.pk}).status_code for act in acts] == [
        404
    ] * 3


def test_leaders_attach_and_detach(play, nadia, ines):
    client, reference = signed_in(nadia), play.application.version.product.reference
    attached = client.post(f"/produits/{reference}/collaborateurs", {"user": ines.pk})
    assert (attached.status_code, attached["Location"]) == (303, f"/produits/{reference}#collaborateurs")
    assert ProductAccess.objects.filter(user=ines, until=None).count() == 1
    client.post(f"/produits/{reference}/collaborateurs/{ines.pk}/retrait")
    assert ProductAccess.objects.filter(user=ines, until=None).count() == 0


def test_attaching_nobody_is_refused_in_place(play, nadia, rival):
    client, reference = signed_in(nadia), play.application.version.product.reference
    assert client.post(f"/produits/{reference}/collaborateurs", {"user": ""}).status_code == 422
    stranger = client.post(f"/produits/{reference}/collaborateurs", {"user": rival.pk})
    assert stranger.status_code == 422
    assert "n’a pas de compte iSC dans votre entreprise" in text_of(stranger)


def test_a_salarie_attaches_nobody(play, ines, hugo):
    attach(play, ines)
    reference = play.application.version.product.reference
    assert signed_in(ines).post(f"/produits/{reference}/collaborateurs", {"user": hugo.pk}).status_code == 403


def test_a_product_without_a_person_in_charge_calls_for_one(play, nadia, hugo):
    made = play.application.version.product
    Product.objects.filter(pk=made.pk).update(responsible=None)
    client = signed_in(nadia)
    assert "n’a plus de responsable" in text_of(client.get("/tableau-de-bord"))
    assert "n’a plus de responsable" in text_of(client.get(f"/produits/{made.reference}"))
    client.post(f"/produits/{made.reference}/responsable", {"responsible": hugo.pk})
    assert Product.objects.get(pk=made.pk).responsible == hugo
    assert "n’a plus de responsable" not in text_of(client.get("/tableau-de-bord"))


def test_the_agency_has_no_products(verifier):
    client = signed_in(verifier)
    assert [client.get(u).status_code for u in ("/produits", "/produits/nouveau", "/tableau-de-bord")] == [
        404
    ] * 3


def test_attached_people_of_a_product_are_read_at_once(play, nadia, ines):
    client, made = signed_in(nadia), play.application.version.product
    client.get(f"/produits/{made.reference}")
    one = query_count(lambda: client.get(f"/produits/{made.reference}"))
    grant_access(actor=standing_of(nadia), product_id=made.pk, user_id=ines.pk)
    assert query_count(lambda: client.get(f"/produits/{made.reference}")) == one
