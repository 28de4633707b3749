"""The real requirement workbook, imported, from the product to "Candidature référencée"; exact numbers.

As référencé vague 1 with a real browser: one chapter by hand, the rest through the same forms by the browser's own
requests. Not référencé vague 1: over the same HTTP addresses, with session and CSRF token.
"""

import re
import time
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, expect

from jalon.core import clock
from jalon.programmes.definition.folder import load_folder
from jalon.programmes.definition.schema import Definition
from tests.browser.forms import BrowserTransport, Client, HttpTransport, Transport
from tests.browser.hands import fill_open_chapter
from tests.browser.journey import Signatory, Staff, Vendor, account
from tests.browser.people import vendor_page
from tests.browser.site import Site, served
from tests.browser.workbook import CODE, imported

pytestmark = [pytest.mark.real, pytest.mark.browser]
CLAIMED = {"listed-before": "yes", "listed-before-id": "WIIN-2021-00042"}


@pytest.fixture(scope="module")
def definitions(reference_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return imported(
        reference_dir / "rem" / "REM-RIS-Va2-B.xlsx", tmp_path_factory.mktemp("rem") / "definitions"
    )


@pytest.fixture(scope="module")
def definition(definitions: Path) -> Definition:
    return load_folder(definitions / "essai" / CODE)


def test_not_listed_before_over_http(definitions: Path, definition: Definition, tmp_path: Path) -> None:
    with served(tmp_path / "home", definitions=definitions, code=CODE) as site:
        vendor, verifier = people(site, HttpTransport())
        opened(vendor, verifier, definition, {"listed-before": "no"}, {})
        assert counts(vendor) == (197, 282, 48)
        slots = sum(proved(vendor, verifier, chapter) for chapter in chapters_with_slots(vendor))
        assert slots == 282
        awarded(site, vendor)


def test_listed_before_in_the_browser(
    browser: Browser, definitions: Path, definition: Definition, tmp_path: Path
) -> None:
    with served(tmp_path / "home", definitions=definitions, code=CODE) as site:
        requests.post(f"{site.isc_url}/_sandbox/accounts", json=[account("nadia.belkacem")], timeout=20)
        page = vendor_page(browser, site, "nadia.belkacem")
        vendor = Vendor(Client(site.url, BrowserTransport(page.context)), site)
        verifier = Staff(Client(site.url, HttpTransport()), site)
        verifier.sign_in("thomas.anquetil")
        opened(vendor, verifier, definition, CLAIMED, {"listed-before": "yes"})
        assert counts(vendor) == (97, 109, 35)
        by_hand, *rest = chapters_with_slots(vendor)
        page.goto(f"{site.url}{by_hand}")
        fill_open_chapter(page, site)
        page.get_by_role("button", name="Soumettre le chapitre").click()
        page.wait_for_url(re.compile("/soumis"))
        slots = verifier.judge_chapter(vendor.number, by_hand)
        slots += sum(proved(vendor, verifier, chapter) for chapter in rest)
        assert slots == 109
        awarded(site, vendor)
        page.goto(f"{site.url}{vendor.home}/convention")
        expect(page.get_by_text("Candidature référencée").first).to_be_visible()


def people(site: Site, transport: Transport) -> tuple[Vendor, Staff]:
    requests.post(f"{site.isc_url}/_sandbox/accounts", json=[account("nadia.belkacem")], timeout=20)
    vendor, verifier = (
        Vendor(Client(site.url, transport), site),
        Staff(Client(site.url, HttpTransport()), site),
    )
    vendor.sign_in("nadia.belkacem")
    verifier.sign_in("thomas.anquetil")
    return vendor, verifier


def opened(
    vendor: Vendor, verifier: Staff, definition: Definition, answers: dict[str, str], claims: dict[str, str]
) -> None:
    """From the product to the opening of step 3."""
    vendor.add_product("Clairvue RIS", "4.2")
    vendor.open_application(CODE)
    vendor.fill_steps(definition, answers)
    vendor.submit_application()
    verifier.declare_eligible(vendor.number, claims)


def counts(vendor: Vendor) -> tuple[int, int, int]:
    """Requirements, slots and chapters with slots, as the pages of step 3 show them."""
    page = vendor.get(f"{vendor.home}/preuves")
    slots = re.search(r"0/(\d+) preuves? conformes?", page.words)
    assert slots, page.words[:2000]
    chapters = vendor.chapters()
    requirements = {code for chapter in chapters for code in applicable_codes(vendor, chapter)}
    return len(requirements), int(slots[1]), len(chapters_with_slots(vendor))


def applicable_codes(vendor: Vendor, chapter: str) -> set[str]:
    page = vendor.get(chapter)
    return {
        code.text_content().strip()
        for item in page.tree.find_class("j-reqs__item")
        for code in item.iter("b")
    }


def chapters_with_slots(vendor: Vendor) -> list[str]:
    page = vendor.get(f"{vendor.home}/preuves")
    cards = [card for card in page.tree.find_class("j-chapter") if re.search(r"0/[1-9]", card.text_content())]
    found = [
        a.get("href").split("?")[0].split("#")[0]
        for card in cards
        for a in card.iter("a")
        if "/chapitres/" in a.get("href")
    ]
    return list(dict.fromkeys("/".join(href.split("/")[:5]) for href in found))


def proved(vendor: Vendor, verifier: Staff, chapter: str) -> int:
    """One chapter, deposited, submitted, judged and validated; how many slots it had."""
    filled = vendor.fill_chapter(chapter)
    vendor.submit_chapter(chapter)
    assert verifier.judge_chapter(vendor.number, chapter) == filled
    return filled


def awarded(site: Site, vendor: Vendor) -> None:
    """Opinion, both signatures; the award is pronounced by what comes last."""
    Signatory(Client(site.url, HttpTransport()), site).sign()
    today = clock.paris_date(clock.now()).isoformat()
    for login, act in (
        ("bernard.roy", lambda staff: staff.give_opinion(vendor.number, today)),
        ("sophie.lambert", lambda staff: staff.countersign(vendor.number)),
    ):
        staff = Staff(Client(site.url, HttpTransport()), site)
        staff.sign_in(login)
        act(staff)
    for _attempt in range(300):
        page = vendor.get(f"{vendor.home}/convention")
        if "Candidature référencée" in page.words:
            return
        time.sleep(0.2)
    raise AssertionError(page.words[:3000])
