"""Choosing a product and accepting the charter (G05 to G07)."""

import re

import pytest

from jalon.accounts.standing import standing_of
from jalon.applications.models import Application, CharterAcceptance
from jalon.vendors.actions import create_product, grant_access
from jalon.vendors.models import Version
from tests.scenarios.people import product
from tests.web.vendors import CODE, ines, nadia, play, query_count, rival, signed_in, text_of, verifier

__all__ = ["ines", "nadia", "play", "rival", "verifier"]  # fixtures
pytestmark = [pytest.mark.django_db, pytest.mark.any_database("pages over acts that are tested on either")]
CHOOSE = f"/demarches/{CODE}/candidater"


@pytest.fixture
def version(nadia) -> Version:
    return create_product(actor=standing_of(nadia), data=product(nadia, "Libre", "1.0"))


def hidden(response) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(charter_\w+)" value="([^"]*)"', response.content.decode()))


def test_the_products_of_the_company_are_offered_with_their_live_applications(play, version, nadia):
    shown = text_of(signed_in(nadia).get(CHOOSE))
    assert f'href="{CHOOSE}/{version.pk}"' in shown
    assert f'href="/candidatures/{play.number}"' in shown
    assert shown.count("Sélectionner ce produit") == 1
    assert f"/produits/nouveau?retour={CHOOSE}" in shown


def test_choosing_takes_as_many_queries_for_three_products_as_for_one(version, nadia):
    client = signed_in(nadia)
    client.get(CHOOSE)
    one = query_count(lambda: client.get(CHOOSE))
    for name in ("Deux", "Trois"):
        create_product(actor=standing_of(nadia), data=product(nadia, name))
    assert query_count(lambda: client.get(CHOOSE)) == one


def test_confirming_opens_the_application_and_keeps_who_read_what(version, nadia):
    client = signed_in(nadia)
    page = client.get(f"{CHOOSE}/{version.pk}")
    assert "Confirmer l’inscription" in text_of(page)
    done = client.post(f"{CHOOSE}/{version.pk}", {**hidden(page), "charter": "yes"})
    opened = Application.objects.get()
    assert (done.status_code, done["Location"]) == (303, f"/candidatures/{opened.number}")
    kept = CharterAcceptance.objects.get(application=opened)
    assert (kept.accepted_by, kept.accepted_role) == (nadia, "agent")
    assert "Acceptée par Nadia Belkacem" in text_of(client.get(f"/candidatures/{opened.number}/charte"))


def test_without_the_tick_nothing_is_opened(version, nadia):
    client = signed_in(nadia)
    page = client.get(f"{CHOOSE}/{version.pk}")
    refused = client.post(f"{CHOOSE}/{version.pk}", hidden(page))
    assert (refused.status_code, Application.objects.count()) == (422, 0)
    assert text_of(refused).count("Cochez la case") >= 2


def test_a_charter_that_changed_must_be_read_again(version, nadia):
    client = signed_in(nadia)
    page = client.get(f"{CHOOSE}/{version.pk}")
    refused = client.post(
        f"{CHOOSE}/{version.pk}", {**hidden(page), "charter": "yes", "charter_sha256": "0" * 64}
    )
    assert (refused.status_code, Application.objects.count()) == (409, 0)
    assert "La charte a changé" in text_of(refused)


def test_a_salarie_reads_the_charter_and_is_told_who_accepts_it(version, nadia, ines):
    grant_access(actor=standing_of(nadia), product_id=version.product_id, user_id=ines.pk)
    client = signed_in(ines)
    page = client.get(f"{CHOOSE}/{version.pk}")
    shown = text_of(page)
    assert "mandataire ou à un responsable" in shown
    assert "Nadia Belkacem" in shown
    assert "Confirmer l’inscription" not in shown
    forced = client.post(f"{CHOOSE}/{version.pk}", {"charter": "yes", "charter_sha256": "x"})
    assert (forced.status_code, Application.objects.count()) == (403, 0)


def test_a_second_try_leads_to_the_live_application(play, nadia):
    client, version = signed_in(nadia), play.application.version
    for answer in (
        client.get(f"{CHOOSE}/{version.pk}"),
        client.post(f"{CHOOSE}/{version.pk}", {"charter": "yes"}),
    ):
        assert (answer.status_code, answer["Location"]) == (302, f"/candidatures/{play.number}")
    assert Application.objects.count() == 1


def test_a_rival_may_not_present_it(version, rival):
    client = signed_in(rival)
    assert client.get(f"{CHOOSE}/{version.pk}").status_code == 404
    assert client.post(f"{CHOOSE}/{version.pk}", {"charter": "yes"}).status_code == 404
    assert "Aucun produit à présenter" in text_of(client.get(CHOOSE))


def test_an_unknown_programme_is_not_found(nadia):
    assert signed_in(nadia).get("/demarches/inconnue/candidater").status_code == 404


def test_signing_in_leads_back_to_the_choice(client, nadia):
    asked = client.get(CHOOSE)
    assert (asked.status_code, asked["Location"]) == (302, f"/connexion?next={CHOOSE}")
