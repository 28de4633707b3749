"""The pages of a programme with one form step: no step of another programme is spoken of."""

import re

import pytest

from jalon.accounts.states import StaffRoleName
from jalon.demo.play import Play
from jalon.jobs.queue import run_due
from jalon.vendors.models import Version
from tests.kept import kept
from tests.scenarios.library import LIBRARY, begin_library_file
from tests.scenarios.people import staff
from tests.web.vendors import signed_in, text_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database("what a page says is the same on either; the walk of rights opens each on both"),
]


@pytest.fixture
def play() -> Play:
    return begin_library_file()


def test_the_public_page_lists_its_steps(play, client):
    shown = text_of(client.get(f"/demarches/{LIBRARY}"))
    for title in ("Demande de label", "Pièces", "Accord de label"):
        assert title in shown
    assert "étape 2" not in shown


def test_the_recap_is_offered_as_soon_as_the_form_is_open(play):
    shown = signed_in(play.cast.vendor).get(f"/candidatures/{play.number}")
    assert f"/candidatures/{play.number}/recapitulatif" in shown.content.decode()


def test_what_is_awaited_bears_the_number_of_its_own_step(play):
    play.fill().submit().find_eligible()
    shown = text_of(signed_in(play.cast.vendor).get(f"/candidatures/{play.number}"))
    assert "Étape 2 : 6 preuves à déposer ou à modifier" in shown
    assert "Étape 3 : 4 preuves" not in shown


@pytest.mark.parametrize(
    "page", ["", "/etapes/demande", "/recapitulatif", "/preuves", "/prerequis", "/convention"]
)
def test_every_page_of_the_vendor_answers(play, page):
    play.fill().submit().find_eligible()
    answer = signed_in(play.cast.vendor).get(f"/candidatures/{play.number}{page}")
    assert answer.status_code == 200


def test_no_other_desk_is_spoken_of(play):
    play.fill().submit().find_eligible()
    shown = text_of(signed_in(play.cast.vendor).get(f"/candidatures/{play.number}/preuves"))
    assert "autres guichets" not in shown


def test_what_a_file_must_be_is_said_beside_it(play):
    play.fill().submit().find_eligible()
    shown = text_of(signed_in(play.cast.vendor).get(f"/candidatures/{play.number}/chapitres/notices"))
    assert "Le lot tel quel." in shown


@pytest.mark.parametrize("page", ["", "/dossier", "/prerequis", "/convention", "/historique"])
def test_every_page_of_the_agency_answers(play, page):
    play.fill().submit().find_eligible()
    answer = signed_in(play.cast.verifier).get(f"/instruction/{play.number}{page}")
    assert answer.status_code == 200


def test_the_number_of_steps_is_told_nowhere(client, play):
    shown = text_of(client.get("/aide"))
    assert re.findall(r"quatre étapes|Étapes? \d", shown) == []


def test_a_college_member_reads_the_file(play):
    play.fill().submit().find_eligible().prove().draw()
    member = staff("bernard", StaffRoleName.COLLEGE, programme=LIBRARY)
    assert "Rayonnages" in text_of(signed_in(member).get(f"/instruction/{play.number}"))


def test_a_number_that_it_does_not_ask_for_is_nowhere(play, client):
    vendor, reference = signed_in(play.cast.vendor), play.application.version.product.reference
    Version.objects.update(nil="NIL-0001")
    pages = (f"/produits/{reference}", "/produits/nouveau", f"/demarches/{LIBRARY}/candidater")
    answers = {page: vendor.get(page) for page in pages}
    assert [page for page, answer in answers.items() if answer.status_code != 200] == []
    assert [page for page, answer in answers.items() if "NIL" in text_of(answer)] == []


def test_its_award_has_its_own_name_everywhere(play, client):
    play.fill().submit().find_eligible().prove().draw()
    vendor, verifier = signed_in(play.cast.vendor), signed_in(play.cast.verifier)
    missing = [
        text_of(browser.get(page))
        for browser, page in (
            (vendor, f"/candidatures/{play.number}/convention"),
            (verifier, f"/instruction/{play.number}"),
            (verifier, f"/instruction/{play.number}/convention"),
        )
    ]
    assert ["Ce qui manque au label" in shown for shown in missing] == [True] * 3
    play.give_opinion(staff("bernard", StaffRoleName.COLLEGE, programme=LIBRARY)).sign()
    signatory = staff("sophie", StaffRoleName.SIGNATORY, programme=LIBRARY)
    confirm = signed_in(signatory).post(f"/instruction/{play.number}/convention/signature")
    play.countersign(signatory)
    run_due()
    said = {
        "/tableau-de-bord": "Candidature labellisée",
        f"/candidatures/{play.number}": "Labellisée",
        f"/candidatures/{play.number}/etapes/demande": "Le dossier est au statut « Labellisée »",
        f"/candidatures/{play.number}/retrait": "La candidature est au statut « Labellisée »",
        f"/candidatures/{play.number}/convention": "Le label est donné à Rayonnages 9",
        "/notifications": "Candidature labellisée",
        f"/instruction/{play.number}": "Le label est accordé.",
        f"/instruction/{play.number}/historique": "Label accordé",
        f"/instruction/{play.number}/convention": "Attestation de label",
        "/registre": "Labellisée",
    }
    shown = {
        page: text_of((verifier if page.startswith("/instruction") else vendor).get(page)) for page in said
    }
    assert {page: words for page, words in said.items() if words not in shown[page]} == {}
    general = ("/registre", "/tableau-de-bord")  # about all programmes
    inside = {page: html.partition("<main")[2].partition("</main")[0] for page, html in shown.items()}
    assert [page for page in said if page not in general and "référenc" in inside[page].lower()] == []
    assert "le label est accordé aussitôt" in text_of(confirm)
    vendor.cookies["django_language"] = "en"
    assert "Application labelled" in text_of(vendor.get(f"/candidatures/{play.number}/convention"))


# --- One of several ways -----------------------------------------------------------------------------------------


@pytest.fixture
@kept
def eligible(play):
    return play.fill().submit().find_eligible()


def test_one_of_several_ways_is_chosen_on_the_page_and_named_to_the_verifier(eligible):
    vendor, url = signed_in(eligible.cast.vendor), f"/candidatures/{eligible.number}/chapitres/recherche"
    page = text_of(vendor.get(url))
    assert "Votre moyen de recherche" in page
    assert "Reste 1 choix à faire" in page
    assert "Ce choix vaut aussi pour : REC.2" in page
    assert "Application de prêt numérique" not in page  # not with these profiles
    nothing = vendor.post(f"{url}/choix", {"choice": "recherche", "exigence": "REC.1", "seen": ""})
    assert (nothing.status_code, "Choisissez une des possibilités." in text_of(nothing)) == (422, True)
    sent = {"choice": "recherche", "way": "borne", "exigence": "REC.1", "seen": ""}
    assert vendor.post(f"{url}/choix", sent)["Location"] == f"{url}?exigence=REC.1"
    chosen = text_of(vendor.get(f"{url}?exigence=REC.1"))
    assert "REC.1.02.01" in chosen
    assert "Sans objet : Votre moyen de recherche, une seule possibilité est demandée" in chosen
    assert (
        vendor.post(f"{url}/choix", {**sent, "way": "web"}).status_code == 422
    )  # seen before the first choice
    eligible.deposit("recherche").submit_chapters(["recherche"])
    locked = text_of(vendor.get(url))
    assert "est soumis ou validé avec ce choix" in locked
    verifier = signed_in(eligible.cast.verifier)
    examined = text_of(verifier.get(f"/instruction/{eligible.number}/chapitres/recherche"))
    assert "Votre moyen de recherche : « Borne de la bibliothèque »." in examined
    history = text_of(verifier.get(f"/instruction/{eligible.number}/historique"))
    assert "Possibilité choisie par l’éditeur" in history
    assert "Borne de la bibliothèque" in history


def test_the_simulator_says_at_least(play, client):
    page = text_of(client.get("/demarches/sigb-conforme/simulateur"))
    assert "preuves à déposer au moins" in page
    assert "Votre moyen de recherche" in page
