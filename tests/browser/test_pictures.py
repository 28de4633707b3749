"""The pictures in short: every page has its row, and a handful of telling pages hold at 390 pixels."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.pages import PAGES, missing_rows
from tests.browser.screenshots import Camera, Task, served

TELLING = (
    ("home", "usual"),
    ("sign-in", "long"),
    ("dashboard", "long"),
    ("form-step", "long"),
    ("chapters", "long"),
    ("chapter", "long"),
    ("conversation", "long"),
    ("inbox", "long"),
    ("staff-file", "long"),
    ("staff-chapter", "long"),
)


def test_every_page_has_a_row_in_the_table_of_pictures():
    assert missing_rows() == []


@pytest.mark.browser
def test_long_names_hold_on_a_phone_and_axe_finds_nothing(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One world, one browser: `make screenshots` looks at everything."""
    monkeypatch.setattr("tests.browser.screenshots.OUT", tmp_path / "pictures")
    tasks = [
        Task(page.area, page.name, situation, replace(page.shots[situation], world="phone"), 390, "fr")
        for page in PAGES
        for name, situation in TELLING
        if page.name == name
    ]
    assert len(tasks) == len(TELLING)
    found: list[str] = []
    with served(tmp_path, "phone") as world:
        camera = Camera({"phone": world}, browser)
        try:
            for task in tasks:
                with camera.seat(*task.seat) as context:
                    [taken] = camera.take(context, [task])
                found += [f"{task.page}-{task.situation}: {finding}" for finding in taken.findings]
        finally:
            camera.close()
    assert found == []
