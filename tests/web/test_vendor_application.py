"""The dashboards: what awaits the person first (G08)."""

from datetime import timedelta

import pytest

from jalon.accounts.standing import SYSTEM, standing_of
from jalon.accounts.states import StaffRoleName
from jalon.applications.actions.tracking import pass_gates
from jalon.core import clock
from jalon.demo.play import Play
from jalon.reviews.actions.files import refuse_file, return_file
from jalon.web.vendor import dashboard
from tests.scenarios.people import product, staff
from tests.web.vendors import (
    CODE,
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
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database("what a page says is the same on either; the walk of rights opens each on both"),
]


def test_nobody_signed_in_is_asked_to(client, play):
    for page in ("/tableau-de-bord", f"/candidatures/{play.number}"):
        assert client.get(page)["Location"] == f"/connexion?next={page}"


def test_without_any_application_the_page_says_what_to_do(nadia):
    shown = text_of(signed_in(nadia).get("/tableau-de-bord"))
    assert "Aucune candidature pour l’instant" in shown
    assert "En savoir plus" in shown


def test_mine_come_first_then_the_agency_s(play, nadia, verifier):
    waiting = Play.begin(play.cast, CODE, product(nadia, "Attente", "1")).fill().submit()
    shown = text_of(signed_in(nadia).get("/tableau-de-bord"))
    assert "1 candidature attend quelque chose de vous" in shown
    assert shown.index(play.number) < shown.index(waiting.number)
    assert "L’agence examine votre dossier administratif" in shown


def test_a_file_that_is_late_is_nobody_s_turn_and_not_over(play, nadia, freeze):
    play.fill()
    freeze(clock.now() + timedelta(days=31))
    assert pass_gates(actor=SYSTEM, application_id=play.application.pk)
    client = signed_in(nadia)
    shown = text_of(client.get("/tableau-de-bord"))
    assert all(
        words in shown for words in ("Hors délai", "À personne", "En cours, sans action de votre part")
    )
    assert not any(words in shown for words in ("Terminé", "Rien ne vous attend"))
    for address in (f"/candidatures/{play.number}", f"/candidatures/{play.number}/messages"):
        page = text_of(client.get(address))
        assert ("À personne" in page, "Terminé" in page) == (True, False)


def test_the_dashboard_takes_as_many_queries_for_three_files_as_for_one(play, nadia):
    client = signed_in(nadia)
    client.get("/tableau-de-bord")
    one = query_count(lambda: client.get("/tableau-de-bord"))
    for name in ("Deux", "Trois"):
        Play.begin(play.cast, CODE, product(nadia, name))
    assert query_count(lambda: client.get("/tableau-de-bord")) == one


def test_what_awaits_is_folded_beyond_what_one_takes_in(play, nadia, monkeypatch):
    monkeypatch.setattr(dashboard, "SHOWN", 1)
    client = signed_in(nadia)
    assert "j-more" not in text_of(client.get("/tableau-de-bord"))
    other = Play.begin(play.cast, CODE, product(nadia, "Deux"))
    shown = text_of(client.get("/tableau-de-bord"))
    assert "Voir l’autre candidature qui attend" in shown
    assert (play.number in shown, other.number in shown) == (True, True)


def test_what_the_agency_asks_for_is_counted_form_by_form(play, nadia, verifier):
    play.fill().submit()
    asked = {"legal_family_name": "Ce n’est pas le nom du Kbis."}
    return_file(
        actor=standing_of(verifier), number=play.number, round_n=play._deciding_round(), remarks=asked
    )
    shown = text_of(signed_in(nadia).get(f"/candidatures/{play.number}"))
    assert '<span class="j-turnpanel__count">1</span>' in shown
    assert "réponse à modifier" in shown


def test_who_is_signed_in_is_not_told_to_sign_in(client, nadia, play):
    sentence = "connectez-vous avec le compte"
    assert sentence in text_of(client.get("/nulle-part"))
    assert sentence not in text_of(signed_in(nadia).get("/nulle-part"))


def test_a_salarie_sees_the_files_of_his_or_her_products(play, ines):
    client = signed_in(ines)
    assert play.number not in text_of(client.get("/tableau-de-bord"))
    assert client.get(f"/candidatures/{play.number}").status_code == 404
    attach(play, ines)
    assert play.number in text_of(client.get("/tableau-de-bord"))
    assert client.get(f"/candidatures/{play.number}").status_code == 200


def test_one_starts_then_goes_on(play, nadia):
    client = signed_in(nadia)
    fresh = text_of(client.get(f"/candidatures/{play.number}"))
    assert ">Démarrer</a>" in fresh
    assert "Étape 1 : Candidature administrative" in fresh
    play.answer({"legal_family_name": "Moreau"})
    assert ">Continuer</a>" in text_of(client.get(f"/candidatures/{play.number}"))


def test_the_page_says_number_title_dates_and_other_desks(play, nadia):
    shown = text_of(signed_in(nadia).get(f"/candidatures/{play.number}"))
    title = f"Clairvue RIS - 4.2 - {play.application.pk} : RIS vague 2"
    assert f"<h1>{title}</h1>" in shown
    assert play.number in shown
    assert "Prochaine date : dans 30 jours" in shown
    assert "Ensuite" in shown
    assert "Ce qui vient d’autres guichets" in shown
    assert "Retirer la candidature" in shown
    assert "Collaborateurs ayant accès au produit" in shown


def test_a_complete_file_leads_to_the_recap(play, nadia):
    play.fill()
    shown = text_of(signed_in(nadia).get(f"/candidatures/{play.number}"))
    assert "Tout est rempli : relisez, puis soumettez" in shown
    assert f'href="/candidatures/{play.number}/recapitulatif">Continuer' in shown


def test_with_the_agency_there_is_nothing_to_do(play, nadia):
    play.fill().submit()
    shown = text_of(signed_in(nadia).get(f"/candidatures/{play.number}"))
    assert "À l’agence" in shown
    assert "Rien à faire de votre côté" in shown
    assert "Tenue" in shown


def test_eligible_the_slots_are_counted(play, nadia):
    play.fill().submit().find_eligible()
    first = play.chapters()[0]
    play.deposit(first).submit_chapters([first])
    application = play.application
    shown = text_of(signed_in(nadia).get(f"/candidatures/{play.number}"))
    assert f"0/{application.expected} preuves conformes" in shown
    assert "chapitre à compléter" in shown
    assert f"/candidatures/{play.number}/preuves" in shown


def test_a_refusal_shows_its_reasons(play, nadia):
    play.fill().submit()
    refuse_file(
        actor=play.verifier, number=play.number, round_n=play._deciding_round(), reasons="Hors du périmètre."
    )
    shown = text_of(signed_in(nadia).get(f"/candidatures/{play.number}"))
    assert "Raisons du refus" in shown
    assert "Hors du périmètre." in shown
    assert "Retirer la candidature" not in shown


def test_a_salarie_cannot_withdraw(play, ines):
    attach(play, ines)
    assert "Retirer la candidature" not in text_of(signed_in(ines).get(f"/candidatures/{play.number}"))


def test_staff_are_led_to_the_agency_s_page(play, verifier):
    play.fill().submit()
    for tail in ("", "/etapes/administrative", "/recapitulatif"):
        response = signed_in(verifier).get(f"/candidatures/{play.number}{tail}")
        assert (response.status_code, response["Location"]) == (302, f"/instruction/{play.number}")
    unassigned = staff("lea", StaffRoleName.VERIFIER)
    assert signed_in(unassigned).get(f"/candidatures/{play.number}").status_code == 404


PAGES = ("", "/charte", "/etapes/administrative", "/etapes/eligibility", "/etapes/eligibility/portee",
         "/fichiers/kit-eligibilite.pdf", "/recapitulatif", "/recapitulatif/recu")  # fmt: skip
ACTS = ("/etapes/administrative", "/etapes/administrative/reponse", "/recapitulatif")


def test_a_rival_finds_no_page_and_no_act(play, rival):
    play.fill().submit()
    client = signed_in(rival)
    assert [client.get(f"/candidatures/{play.number}{p}").status_code for p in PAGES] == [404] * len(PAGES)
    sent = {"field": "nie", "value": "X", "version": "1"}
    assert [client.post(f"/candidatures/{play.number}{a}", sent).status_code for a in ACTS] == [404] * 3


def test_access_ends_at_the_next_request(play, ines, nadia):
    from jalon.vendors.actions import revoke_access

    attach(play, ines)
    client = signed_in(ines)
    assert client.get(f"/candidatures/{play.number}/etapes/administrative").status_code == 200
    revoke_access(actor=standing_of(nadia), product_id=play.application.version.product_id, user_id=ines.pk)
    assert client.get(f"/candidatures/{play.number}/etapes/administrative").status_code == 404


def test_an_application_s_page_takes_as_many_queries_with_more_people(play, nadia, ines):
    client = signed_in(nadia)
    client.get(f"/candidatures/{play.number}")
    one = query_count(lambda: client.get(f"/candidatures/{play.number}"))
    attach(play, ines)
    assert query_count(lambda: client.get(f"/candidatures/{play.number}")) == one
