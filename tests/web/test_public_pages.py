"""Pages without sign-in: they answer, in French unless somebody chose otherwise, before any programme is loaded."""

import pytest
from django.template import engines
from django.test import Client

PAGES = [
    "/", "/mentions-legales", "/cgu", "/donnees-personnelles", "/glossaire", "/accessibilite", "/aide", "/registre",
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_it_answers_without_sign_in(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert '<html lang="fr"' in response.content.decode()
    assert response.content.decode().count("<h1") == 1


@pytest.mark.django_db
def test_home_is_french_whatever_the_browser_asks(client):
    response = client.get("/", headers={"accept-language": "en"})
    assert response["Content-Language"] == "fr"


@pytest.mark.django_db
def test_the_language_is_chosen_and_kept(client):
    response = client.post("/langue", {"language": "en", "next": "/aide"})
    assert (response.status_code, response["Location"]) == (302, "/aide")
    assert '<html lang="en"' in client.get("/aide").content.decode()


@pytest.mark.django_db
def test_the_switch_does_not_send_elsewhere(client):
    assert client.post("/langue", {"language": "en", "next": "https://example.org/"})["Location"] == "/"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/parcours/inconnu", "/demarches/inconnue", "/nulle-part"])
def test_an_unknown_page_is_404(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert "Cette page n’existe pas" in response.content.decode()


@pytest.mark.django_db
def test_probes_answer(client):
    assert [client.get(path).json()["status"] for path in ("/healthz", "/readyz")] == ["ok", "ready"]


@pytest.mark.django_db
def test_the_gallery_is_for_demonstrations_only(client, settings):
    assert client.get("/composants").status_code == 404
    settings.DEBUG = True
    assert client.get("/composants").status_code == 200


@pytest.mark.django_db
def test_no_page_loads_anything_from_elsewhere(client):
    html = client.get("/").content.decode()
    assert 'src="http' not in html
    assert 'rel="stylesheet" href="http' not in html


@pytest.mark.parametrize("template", ["404", "403", "csrf", "refused"])
@pytest.mark.django_db
def test_error_pages_render(template, rf):
    request = rf.post("/quelque-part", headers={"referer": "http://testserver/avant"})
    context = {"message": "Reste 1 preuve.", "kind": "refused"}
    html = engines["django"].get_template(f"errors/{template}.html").render(context, request)
    assert html.count("<h1") == 1
    assert ("/avant" in html) == (template == "refused")


@pytest.mark.django_db
def test_an_old_form_is_told_so():
    response = Client(enforce_csrf_checks=True).post("/langue", {"language": "en"})
    assert response.status_code == 403
    assert "trop longtemps" in response.content.decode()
