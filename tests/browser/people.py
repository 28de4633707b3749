"""Signing in with the browser, as each person of the path does."""

from playwright.sync_api import Browser, Page

from tests.browser.conftest import new_context
from tests.browser.journey import VENDOR_PASSWORD
from tests.browser.prepare import PASSWORD as STAFF_PASSWORD
from tests.browser.site import Site


def vendor_page(browser: Browser, site: Site, username: str) -> Page:
    """Somebody of a company, signed in through iSC."""
    page = new_context(browser).new_page()
    page.goto(f"{site.url}/connexion")
    page.get_by_role("link", name="Se connecter avec iSC").click()
    page.get_by_label("Identifiant de connexion").fill(username)
    page.get_by_label("Mot de passe").fill(VENDOR_PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    accept = page.get_by_role("button", name="Accepter")
    accept.click()
    page.wait_for_url(f"{site.url}/**")
    return page


def staff_page(browser: Browser, site: Site, login: str) -> Page:
    """Somebody of the agency, with a local account."""
    page = new_context(browser).new_page()
    page.goto(f"{site.url}/connexion/agence")
    page.locator("input[name=login]").fill(f"{login}@agence.example")
    page.locator("input[name=password]").fill(STAFF_PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url(lambda url: "/connexion" not in url)
    return page
