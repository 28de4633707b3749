"""The recap and "Soumettre votre candidature" (G10, situation 1, R4)."""

import re
from datetime import timedelta

import pytest

from jalon.applications.models import Round
from jalon.applications.states import ApplicationState
from jalon.reviews.actions.files import return_file
from tests.web.vendors import attach, ines, nadia, play, rival, signed_in, text_of, verifier

__all__ = ["ines", "nadia", "play", "rival", "verifier"]  # fixtures
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database("what a page says is the same on either; the walk of rights opens each on both"),
]


@pytest.fixture
def full(play):
    return play.fill()


def recap(play) -> str:
    return f"/candidatures/{play.number}/recapitulatif"


def marks(response) -> dict[str, str]:
    return dict(re.findall(r'name="(_seen\.[^"]+)" value="([^"]*)"', response.content.decode()))


def test_what_was_read_is_handed_in_and_the_page_says_when(full, nadia, freeze):
    client = signed_in(nadia)
    page = client.get(recap(full))
    shown = text_of(page)
    assert "claire.moreau@732829320.example" in shown
    assert "attestation.pdf" in shown
    assert "Imagerie - RIS : Profil Général" in shown
    assert "Soumettre votre candidature" in shown
    done = client.post(recap(full), marks(page))
    assert (done.status_code, done["Location"]) == (303, f"{recap(full)}/recu")
    handed_in = Round.objects.get()
    received = text_of(client.get(done["Location"]))
    assert "Votre candidature est soumise" in received
    assert handed_in.sha256 in received
    assert "soumise par Nadia Belkacem" in received
    assert "2 documents" in received
    assert full.application.state == ApplicationState.SUBMITTED


def test_the_instant_that_counts_is_when_the_request_came_in(full, nadia, monkeypatch):
    from jalon.core import clock
    from jalon.web import middleware

    client = signed_in(nadia)
    sent = marks(client.get(recap(full)))
    early = clock.now() - timedelta(seconds=90)

    class Frozen:
        now = staticmethod(lambda: early)

    monkeypatch.setattr(middleware, "clock", Frozen)
    client.post(recap(full), sent)
    assert Round.objects.get().submitted_at == early


def test_two_clicks_are_one_submission(full, nadia):
    client = signed_in(nadia)
    sent = marks(client.get(recap(full)))
    assert [client.post(recap(full), sent)["Location"] for _n in (1, 2)] == [f"{recap(full)}/recu"] * 2
    assert Round.objects.count() == 1


def test_an_answer_changed_since_is_shown_before_anything_is_handed_in(full, nadia):
    client = signed_in(nadia)
    seen = marks(client.get(recap(full)))
    full.answer({"legal_function": "Directrice générale"})
    refused = client.post(recap(full), seen)
    shown = text_of(refused)
    assert refused.status_code == 409
    assert Round.objects.count() == 0
    assert shown.count("Modifiée depuis votre lecture") == 1
    assert "Directrice générale" in shown
    assert client.post(recap(full), marks(refused)).status_code == 303


def test_an_incomplete_file_says_where_and_is_not_handed_in(play, nadia):
    client = signed_in(nadia)
    page = client.get(recap(play))
    shown = text_of(page)
    assert "Le dossier n’est pas complet" in shown
    assert "réponses à corriger ou à donner" in shown
    assert f"/candidatures/{play.number}/etapes/administrative?verifier=1" in shown
    forced = client.post(recap(play), marks(page))
    assert (forced.status_code, Round.objects.count()) == (422, 0)


def test_a_salarie_reads_the_recap_and_hands_nothing_in(full, ines):
    attach(full, ines)
    client = signed_in(ines)
    page = client.get(recap(full))
    assert "Seuls un mandataire ou un responsable soumettent la candidature." in text_of(page)
    assert (client.post(recap(full), marks(page)).status_code, Round.objects.count()) == (403, 0)


def test_after_the_date_nothing_is_handed_in(full, nadia, freeze):
    client = signed_in(nadia)
    from jalon.core import clock

    late = clock.now() + timedelta(days=31)
    sent = marks(client.get(recap(full)))
    freeze(late)
    client = signed_in(nadia)
    refused = client.post(recap(full), sent)
    assert (refused.status_code, Round.objects.count()) == (409, 0)
    assert "La date limite est passée." in text_of(refused)


def test_a_file_sent_back_shows_each_request_and_whether_it_was_answered(full, nadia):
    full.submit()
    return_file(
        actor=full.verifier,
        number=full.number,
        round_n=full._deciding_round(),
        remarks={"nie": "Recopiez le NIE.", "legal_email": "Adresse inconnue."},
    )
    full.answer({"nie": "NIE-9"})
    client = signed_in(nadia)
    page = client.get(recap(full))
    shown = text_of(page)
    assert "Recopiez le NIE." in shown
    assert "Adresse inconnue." in shown
    assert shown.count("Vous avez modifié cette réponse.") == 1
    assert shown.count("Réponse inchangée depuis l’examen.") == 1
    assert client.post(recap(full), marks(page)).status_code == 303
    assert Round.objects.count() == 2


def test_handed_in_the_recap_only_reads(full, nadia):
    full.submit()
    shown = text_of(signed_in(nadia).get(recap(full)))
    assert "Soumettre votre candidature" not in shown
    assert "Modifier" not in shown


def test_nothing_received_no_receipt(full, nadia):
    assert signed_in(nadia).get(f"{recap(full)}/recu").status_code == 404
