"""The pages of a programme with one form step: no step of another programme is spoken of."""

import re

import pytest

from jalon.accounts.states import StaffRoleName
from jalon.demo.play import Play
from tests.scenarios.library import LIBRARY, begin_library_file
from tests.scenarios.people import staff
from tests.web.vendors import signed_in, text_of

pytestmark = pytest.mark.django_db


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
    assert "Étape 2 : 4 preuves à déposer ou à modifier" in shown
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
