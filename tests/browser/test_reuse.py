"""One signed form of the company's library, given in the seven slots of the real list that ask for it."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.forms import BrowserTransport, Client
from tests.browser.journey import Staff
from tests.browser.proving import Proving, served
from tests.browser.reusing import FORM
from tests.browser.workbook import imported

pytestmark = [
    pytest.mark.real,
    pytest.mark.browser,
    pytest.mark.any_database("a served site has a SQLite file of its own"),
]
USES, CHAPTERS, CLICKS = 7, 3, 3
REFUSED = "L’auditeur n’est pas qualifié pour cette exigence."
# What a hand presses, on whichever page.
COUNT = "addEventListener('pointerdown', () => sessionStorage.clicks = 1 + Number(sessionStorage.clicks ?? 0), true)"


@dataclass(frozen=True)
class Use:
    """A slot that asks for the form."""

    chapter: str
    requirement: str
    key: str
    code: str


@pytest.fixture(scope="module")
def proving(reference_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proving]:
    folder = tmp_path_factory.mktemp("reuse")
    definitions = imported(reference_dir / "rem" / "REM-RIS-Va2-B.xlsx", folder / "definitions")
    with served(folder / "home", "tests.browser.reusing", str(definitions)) as here:
        yield here


def test_one_form_is_given_seven_times_and_each_use_is_judged_by_itself(
    browser: Browser, proving: Proving
) -> None:
    uses = [Use(*one) for one in proving.told["uses"]]
    chapters = list(dict.fromkeys(use.chapter for use in uses))
    assert (len(uses), len(chapters)) == (USES, CHAPTERS)
    vendor, verifier = proving.page(browser, "vendor"), proving.page(browser, "verifier")
    give_everywhere(vendor, proving, uses)
    for chapter in chapters:
        vendor.goto(address(proving, chapter))
        vendor.get_by_role("button", name="Soumettre le chapitre").click()
        vendor.wait_for_url(re.compile("/soumis"))

    [examined, *rest] = chapters
    refused, accepted = uses[2], [use for use in uses if use.chapter == examined and use != uses[2]]
    staff = Staff(Client(proving.site.url, BrowserTransport(verifier.context)), proving.site)
    staff.judge_chapter(proving.told["number"], examined, {refused.key: REFUSED})
    before = uses[-1]
    verifier.goto(address(proving, before.chapter, f"?preuve={before.key}", who="instruction"))
    assert told_accepted(verifier.locator(".j-note--fold")) == {use.code for use in accepted}
    for chapter in rest:
        staff.judge_chapter(proving.told["number"], chapter)

    card = look_at(vendor, proving, refused)
    expect(card).to_contain_text("À modifier")
    expect(card).to_contain_text(REFUSED)
    assert told_accepted(card.locator(".j-accepted")) == {use.code for use in uses if use != refused}
    expect(look_at(vendor, proving, accepted[0])).to_contain_text("Conforme")
    assert in_the_library(vendor, proving) == {"Conforme": USES - 1, "À modifier": 1, "Déposée": 1}


def give_everywhere(page: Page, proving: Proving, uses: list[Use]) -> None:
    """Three clicks, from one of the slots: the file, the slots that ask for the same, done."""
    card = look_at(page, proving, uses[0])
    page.add_init_script(COUNT)
    page.evaluate(COUNT)
    card.get_by_role("link", name="Réutiliser une preuve déjà donnée").click()
    page.get_by_role("link", name=f"Choisir : {FORM}").click()
    expect(page.locator("input[name=slot]:checked")).to_have_count(USES)
    page.get_by_role("button", name="Donner ce fichier").click()
    expect(page.locator(f"[id='slot-{uses[0].key}'] .j-file")).to_have_count(1)
    assert int(page.evaluate("sessionStorage.clicks")) == CLICKS


def address(proving: Proving, chapter: str, query: str = "", who: str = "candidatures") -> str:
    return f"{proving.site.url}/{who}/{proving.told['number']}/chapitres/{chapter}{query}"


def look_at(page: Page, proving: Proving, use: Use) -> Locator:
    page.goto(address(proving, use.chapter, f"?exigence={use.requirement}"))
    return page.locator(f"[id='slot-{use.key}']")


def told_accepted(told: Locator) -> set[str]:
    """The slots named under "Déjà accepté ailleurs"."""
    expect(told).to_contain_text("Déjà accepté ailleurs")
    return set(told.locator("li code").all_text_contents())


def in_the_library(page: Page, proving: Proving) -> dict[str, int]:
    """How many uses of the form stand in each state."""
    page.goto(f"{proving.site.url}/preuves-de-l-entreprise")
    file = page.locator("li.j-file", has_text=FORM)
    file.locator("summary", has_text="autres usages").click()
    states = file.locator(".j-uses__state .j-chip").all_inner_texts()
    return dict(Counter(word.strip() for word in states))
