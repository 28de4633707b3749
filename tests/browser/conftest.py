"""One browser for all tests of this folder; each test has a site of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect, sync_playwright

from tests.browser.chromium import CHROMIUM, SHELL

ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=fr-FR",
]

expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(driver: Playwright) -> Iterator[Browser]:
    chromium = driver.chromium.launch(executable_path=SHELL, args=ARGUMENTS)
    yield chromium
    chromium.close()


@pytest.fixture(scope="session")
def reading_browser(driver: Playwright) -> Iterator[Browser]:
    """One that shows PDF."""
    chromium = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield chromium
    chromium.close()


def new_context(browser: Browser) -> BrowserContext:
    """Somebody's browser: own cookies, French."""
    context = browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    return context
