"""The whole guide in a real browser: from an empty database plus the loaded programme to "Candidature référencée"."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from jalon.demo.samples import sample_pdf
from tests.browser.conftest import new_context
from tests.browser.guide import Guide
from tests.browser.site import Site, served
from tests.scenarios.programme import DEFINITIONS, RIS

pytestmark = pytest.mark.processes
ISC_PASSWORD = "mot-de-passe-d-essai"


def test_the_whole_guide(browser: Browser, tmp_path: Path) -> None:
    guide = Guide()
    with served(tmp_path / "home", definitions=DEFINITIONS, code=RIS) as site:
        vendor = enrol_and_sign_in(browser, site, guide)
        application = apply(vendor, site, guide)
        fill_administrative_step(vendor, guide)
        fill_eligibility_step(vendor, guide)
        submit(vendor, guide)
        assert application


def enrol_and_sign_in(browser: Browser, site: Site, guide: Guide) -> Page:
    """Prérequis 1 et 2: enrol at iSC as mandataire, reach the platform from its tile among the services."""
    page = new_context(browser).new_page()
    page.goto(site.url)
    guide.tick(page)
    page.goto(f"{site.isc_url}/inscription")
    guide.tick(page)
    page.get_by_role("link", name=re.compile("^Mandataire")).click()
    for name, value in {
        "family_name": "Belkacem", "given_name": "Nadia", "function": "Directrice générale",
        "email": "nadia.belkacem@clairvue.example", "phone_number": "+33240000000",
        "country": "FR", "siren": "732829320", "siret": "73282932000074",
        "company_name": "Clairvue Imagerie", "address": "12 quai de la Fosse, 44000 Nantes",
        "username": "nadia.belkacem", "password": ISC_PASSWORD,
    }.items():  # fmt: skip
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Simuler une vérification réussie").click()
    page.goto(f"{site.isc_url}/compte")
    guide.tick(page)
    page.get_by_role("link", name="Voir vos informations").click()
    guide.tick(page)
    page.goto(f"{site.isc_url}/compte")
    page.get_by_role("link", name="Voir plus").click()
    page.get_by_role("link", name=re.compile("^Plateforme")).click()
    page.get_by_role("button", name="Accepter").click()
    page.wait_for_url(f"{site.url}/tableau-de-bord")
    guide.tick(page)
    return page


def apply(page: Page, site: Site, guide: Guide) -> str:
    """Prérequis 3 à 8: parcours, démarche, product, charter; ends on the application's dashboard."""
    page.get_by_role("main").get_by_role("link", name=re.compile("En savoir plus")).first.click()
    guide.tick(page)
    page.locator("a.j-bigarrow").click()
    guide.tick(page)
    page.locator("a.j-bigarrow").click()
    page.get_by_role("link", name="Ajouter un nouveau produit").first.click()
    guide.tick(page)
    page.get_by_role("button", name="Suivant").click()
    expect(page.get_by_role("main")).to_contain_text("Indiquez le nom du produit.")
    page.get_by_label(re.compile("^Nom du produit")).fill("Clairvue RIS")
    page.get_by_label(re.compile("^Version")).fill("4.2")
    page.get_by_label(re.compile("^Description du produit")).fill("Système d’information de radiologie.")
    page.locator("[name=interests][value=segur]").check(force=True)
    page.get_by_role("button", name="Suivant").click()
    guide.tick(page)
    page.get_by_role("link", name="Précédent").or_(page.get_by_role("button", name="Précédent")).click()
    expect(page.get_by_label(re.compile("^Nom du produit"))).to_have_value("Clairvue RIS")
    page.get_by_role("button", name="Suivant").click()
    page.get_by_role("button", name="Valider").click()
    guide.tick(page)
    page.get_by_role("link", name=re.compile("Sélectionner ce produit")).click()
    guide.tick(page)
    confirm = page.get_by_role("button", name="Confirmer l’inscription")
    expect(confirm).to_be_disabled()
    page.locator("input[name=charter]").check(force=True)
    confirm.click()
    page.wait_for_url(re.compile(r"/candidatures/[A-Z]{10}$"))
    guide.tick(page)
    page.goto(f"{site.url}/produits")
    guide.tick(page)
    page.go_back()
    return page.url


def fill_administrative_step(page: Page, guide: Guide) -> None:
    """Étape 1, with the help of iSC; saved as one types."""
    page.get_by_role("link", name="Démarrer").click()
    guide.tick(page)
    page.get_by_role("button", name="Compléter avec les données du responsable légal").first.click()
    expect(page.locator("[name=legal_family_name]")).to_have_value("Belkacem")
    page.get_by_role("button", name="Compléter avec mes données").nth(1).click()
    expect(page.locator("[name=contact_email]")).to_have_value("nadia.belkacem@clairvue.example")
    page.get_by_role("button", name="Compléter avec les données de mon entreprise").click()
    expect(page.locator("[name=company_siren]")).to_have_value("732829320")
    page.locator("[name=company_siret]").fill("73282932000075")
    page.locator("[name=company_siret]").blur()
    expect(page.locator("[data-field=company_siret]")).to_contain_text("clé de contrôle")
    page.locator("[name=company_siret]").fill("73282932000074")
    page.locator("[name=vague_1][value=yes]").check(force=True)
    page.locator("[name=wiin_id]").fill("WIIN-2021-00042")
    page.locator("[name=wiin_id]").blur()
    expect(page.get_by_text(re.compile("Enregistré à")).first).to_be_visible()
    page.get_by_role("button", name="Suivant").last.click()


def fill_eligibility_step(page: Page, guide: Guide) -> None:
    """Étape 2: a wrong answer is told in its place, files are uploaded, a repeated block is filled."""
    page.wait_for_url(re.compile("/etapes/eligibility"))
    guide.tick(page)
    page.locator("[name=proxy_role][value=own]").check(force=True)
    page.locator("[name=nru_lps]").fill("ABCDEFGHIJ")
    page.locator("[name=nru_proxy]").fill("ABCDEFGHIK")
    page.locator("[name=nru_proxy]").blur()
    expect(page.locator("[data-field=nru_proxy] .j-message--error")).to_be_visible()
    page.locator("[name=nru_proxy]").fill("ABCDEFGHIJ")
    page.locator("[name=nie]").fill("0047218")
    page.locator("[name=nil]").fill("123430703")
    for question, name in (("cnda_filing", "recepisse-cnda.pdf"), ("scope_documents", "kit-complete.pdf")):
        page.locator(f"[name={question}]").set_input_files(_pdf(name))
        expect(page.locator(f"[data-field={question}]").get_by_role("link", name=name)).to_be_visible()
    for question in ("in_grouping", "has_distributors", "has_components"):
        page.locator(f"[name={question}][value=no]").check(force=True)
    guide.tick(page)
    page.get_by_role("button", name="Suivant").last.click()


def submit(page: Page, guide: Guide) -> None:
    page.wait_for_url(re.compile("/recapitulatif"))
    guide.tick(page)
    page.get_by_role("button", name="Soumettre votre candidature").click()
    page.wait_for_url(re.compile("/recapitulatif/recu"))
    guide.tick(page)


def _pdf(name: str) -> dict[str, object]:
    return {"name": name, "mimeType": "application/pdf", "buffer": sample_pdf(name)}
