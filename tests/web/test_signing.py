"""The pages behind a signing link, as a browser without JavaScript and without account meets them."""

import re

import pytest
from django.test import Client

from jalon.awards.actions.conventions import reissue_invitation
from jalon.awards.models import Signature, SigningInvitation
from jalon.journal.models import Entry
from tests.awards.conftest import awards_home, places, world  # noqa: F401  (fixtures)
from tests.sentences import as_written


@pytest.fixture
def link(world) -> str:  # noqa: F811
    world.draw()
    return f"/signature/{world.token}"


def page(client: Client, link: str) -> str:
    response = client.get(link)
    assert response.status_code == 200
    return as_written(response.content.decode())


def title(html: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", html, re.DOTALL)
    return found.group(1).strip()


def test_the_whole_way(world, link, client):  # noqa: F811
    before = page(client, link)
    assert title(before) == "Une convention attend votre signature"
    assert "Radiolis" not in before
    assert "Noël" not in before
    assert client.get(f"{link}/convention.pdf").status_code == 404
    assert client.post(f"{link}/ouvrir").headers["Location"] == link
    opened = page(client, link)
    assert "Éloïse Noël, Présidente" in opened
    assert world.convention.unsigned.sha256 in opened
    assert "eloise@noel.example" not in opened
    pdf = client.get(f"{link}/convention.pdf")
    assert (pdf.status_code, pdf["Content-Type"]) == (200, "application/pdf")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF-")
    client.post(f"{link}/code")
    assert "Saisissez le code pour signer" in page(client, link)
    assert client.post(f"{link}/signer", {"code": world.code}).headers["Location"] == link
    signed = page(client, link)
    assert title(signed) == "Convention signée"
    assert Signature.objects.get().document.sha256 in signed


def test_reading_the_page_writes_nothing(world, link, client):  # noqa: F811
    before = (SigningInvitation.objects.values().get(), Entry.objects.count())
    page(client, link)
    assert (SigningInvitation.objects.values().get(), Entry.objects.count()) == before


def test_a_wrong_code_says_how_many_attempts_are_left(world, link, client):  # noqa: F811
    client.post(f"{link}/ouvrir")
    client.post(f"{link}/code")
    wrong = f"{(int(world.code) + 1) % 1_000_000:06d}"
    for sentence in ("4 essais", "3 essais", "2 essais", "1 essai.", "il ne sert plus"):
        response = client.post(f"{link}/signer", {"code": wrong})
        assert response.status_code == 400
        assert sentence in as_written(response.content.decode())
    assert "Recevoir un nouveau code" in page(client, link)


def test_an_empty_code_does_not_count(world, link, client):  # noqa: F811
    client.post(f"{link}/ouvrir")
    client.post(f"{link}/code")
    response = client.post(f"{link}/signer", {"code": " "})
    assert response.status_code == 400
    assert world.invitation.code_attempts == 0


def test_a_link_that_is_over_offers_another(world, link, client, freeze):  # noqa: F811
    freeze("2026-11-24T10:00")
    html = page(client, link)
    assert title(html) == "Ce lien n’est plus valable"
    assert "e…\u2060@noel.example" in html
    client.post(f"{link}/nouveau-lien")
    assert title(page(client, link)) == "Ce lien a été annulé"
    assert title(page(client, f"/signature/{world.token}")) == "Une convention attend votre signature"


def test_a_replaced_link_says_what_to_do(world, link, client):  # noqa: F811
    reissue_invitation(actor=world.leader, number=world.number, invitation_id=world.invitation.pk)
    assert title(page(client, link)) == "Ce lien a été annulé"
    response = client.post(f"{link}/ouvrir", follow=True)
    assert "Ce lien a été annulé :" in as_written(response.content.decode())


@pytest.mark.parametrize("path", ["", "/convention.pdf"])
def test_a_made_up_link_does_not_exist(db, client, path):
    assert client.get(f"/signature/abc.def{path}").status_code == 404


@pytest.mark.parametrize("path", ["ouvrir", "code", "signer", "nouveau-lien"])
def test_acts_are_posts(world, link, client, path):  # noqa: F811
    assert client.get(f"{link}/{path}").status_code == 405


def test_the_address_stays_secret(world, link, client):  # noqa: F811
    response = client.get(link)
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response["Cache-Control"]


def test_forms_are_protected(world, link):  # noqa: F811
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"{link}/ouvrir").status_code == 403
    assert world.invitation.opened_at is None


@pytest.mark.django_db
def test_a_link_that_leads_nowhere_asks_nobody_to_sign_in(client):
    shown = client.get("/signature/abc.def")
    words = shown.content.decode()
    assert (shown.status_code, "Aucun compte n’est demandé pour signer" in words) == (404, True)
    assert "connectez-vous" not in words
