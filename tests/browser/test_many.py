"""Three hundred proofs in a folder, dropped on the page: recognised, asked about, placed."""

import json
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.folders import fill, places
from tests.browser.uploading import served

pytestmark = pytest.mark.browser
SURE, ASKED, MOST_CLICKS = 295, 5, 10

# What a hand presses, on whichever page.
COUNT = "addEventListener('pointerdown', () => sessionStorage.clicks = 1 + Number(sessionStorage.clicks ?? 0), true)"


def drop_folder(page: Page, folder: Path) -> None:
    """As from a file manager: the browser gets the folder itself, and reads it."""
    box = page.locator("[data-many-zone]").bounding_box()
    assert box is not None
    session = page.context.new_cdp_session(page)
    where = {"x": box["x"] + box["width"] / 2, "y": box["y"] + 20}
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, **where, "data": data})


@pytest.mark.any_database("a served site has a SQLite file of its own")
def test_three_hundred_files_in_ten_clicks(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "preuves"
    folder.mkdir()
    (folder / ".DS_Store").write_bytes(b"x")
    with served(tmp_path / "home", chapters=16) as site:
        meant = fill(folder, places(site), sure=SURE, asked=ASKED)
        page = site.context(browser).new_page()
        page.add_init_script(COUNT)
        said: list[str] = []
        page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
        page.goto(f"{site.url}/candidatures/{site.number}/preuves")
        page.get_by_role("link", name="Déposer des fichiers en nombre").click()
        drop_folder(page, folder)  # counts as one
        page.get_by_role("heading", name=f"{SURE} fichiers reconnus").wait_for(timeout=90_000)
        page.get_by_role("heading", name=f"{ASKED} fichiers à préciser").wait_for()
        assert site.ask("ProofItem.objects.count()") == "0", "nothing is placed before the confirmation"
        for rows in page.locator("fieldset", has=page.locator("input[type=radio]")).all():
            rows.locator("label").first.click()
        page.get_by_role("button", name="Ranger les fichiers").click()
        page.get_by_role("heading", name=f"{SURE + ASKED} fichiers à leur place").wait_for(timeout=90_000)
        placed = dict(json.loads(site.ask(
            "__import__('json').dumps(list(ProofItem.objects.values_list('document__name', 'proof__slot__item_key')))"
        )))  # fmt: skip
        clicks = 1 + int(page.evaluate("sessionStorage.clicks"))  # the drop is one
        assert ASKED + 2 < clicks <= MOST_CLICKS
        assert {name: placed[name] for name, key in meant.items() if key} == {
            name: key for name, key in meant.items() if key
        }
        assert (len(placed), Counter(map(bool, meant.values()))) == (300, {True: SURE, False: ASKED})
        assert said == []
