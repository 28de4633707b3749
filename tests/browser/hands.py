"""What a person's hands do on the page of a chapter."""

import re

from playwright.sync_api import Locator, Page, expect

from jalon.demo.samples import MAKERS
from tests.browser.site import Site


def press(button: Locator) -> None:
    """Click what leads to another page, and wait for it: another address asked for at once would cut it off."""
    with button.page.expect_navigation():
        button.click()


def fill_open_chapter(page: Page, site: Site) -> None:
    """One piece in every slot of the chapter on the screen, requirement by requirement."""
    requirements = [link.get_attribute("href") or "" for link in page.locator(".j-reqs__item a").all()]
    for address in requirements:
        page.goto(f"{site.url}{address.split('#')[0]}")
        for slot in [card.get_attribute("id") or "" for card in page.locator(".j-slot").all()]:
            give_a_file(page, slot, 1)


def give_a_file(page: Page, slot: str, n: int) -> None:
    """One piece into a slot: a file where one is taken, else a link or a number."""
    card = page.locator(f"[id='{slot}']")
    upload = card.locator("input[type=file][data-slot]")  # not the one behind a reason
    if upload.count():
        name = f"{slot}-{n}"
        accepted = upload.get_attribute("accept") or ""
        extension = next(e for e in MAKERS if f".{e}" in accepted.split(","))
        data = MAKERS[extension](sum(map(ord, slot)) + n)
        upload.set_input_files(
            {"name": f"{name}.{extension}", "mimeType": "application/octet-stream", "buffer": data}
        )
        expect(card.get_by_role("link", name=f"{name}.{extension}")).to_be_visible()
        return
    link = card.locator("input[type=url]")
    host = re.findall(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", card.locator(".j-hint").first.inner_text())
    link.fill(f"https://{host[0] if host else 'preuves.example'}/evs/report.seam?oid=1.2.3.{n}")
    card.get_by_role("button", name="Enregistrer").click()
    expect(card.get_by_role("link", name=re.compile("report.seam|https://"))).to_be_visible()
