"""A film sent with a real browser, through a server that dies in the middle of it."""

import hashlib
import struct
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.uploading import Served, served
from tests.documents.samples import film

pytestmark = pytest.mark.browser
SIZE = 48 * 1024 * 1024
CHUNK = (
    8 * 1024 * 1024
)  # of one request, for once: the server dies behind several that are over, in the midst of one
SPEED = 16 * 1024 * 1024  # bytes a second, so that there is a middle


def long_film(path: Path) -> Path:
    """A film with a part that no player looks at."""
    path.write_bytes(
        film(seconds=1) + struct.pack(">I4s", SIZE + 8, b"free") + bytes(range(256)) * (SIZE // 256)
    )
    return path


def slowed(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    speed = {"offline": False, "latency": 1, "downloadThroughput": -1, "uploadThroughput": SPEED}
    session.send("Network.emulateNetworkConditions", speed)


def arrived(site: Served) -> int:
    """Bytes on the disk of the one file that is on its way."""
    return sum(path.stat().st_size for path in (site.site.home / "files" / "incoming").glob("*.tus"))


def until(site: Served, page: Page, share: float) -> None:
    """Wait with the page, so that it tells what it asks for meanwhile."""
    end = time.monotonic() + 30
    while arrived(site) < share * SIZE:
        assert time.monotonic() < end, arrived(site)
        page.wait_for_timeout(20)


@pytest.mark.any_database("a served site has a SQLite file of its own")
def test_a_server_killed_at_forty_percent_loses_nothing(browser: Browser, tmp_path: Path) -> None:
    path = long_film(tmp_path / "démonstration.mp4")
    with served(tmp_path / "home") as site:
        page = site.context(browser).new_page()
        said: list[str] = []
        page.on("console", lambda line: said.append(line.text) if "Content Security" in line.text else None)
        offsets: list[int] = []
        page.on(
            "request",
            lambda request: (
                offsets.append(int(request.headers["upload-offset"])) if request.method == "PATCH" else None
            ),
        )
        page.goto(site.page)
        slowed(page)
        page.locator("form[data-resumable]").evaluate("(form, size) => { form.dataset.chunk = size; }", CHUNK)
        page.locator(f"input[data-slot='{site.slot}']").set_input_files(str(path))
        until(site, page, 0.4)
        site.kill()
        page.wait_for_timeout(100)
        before, on_disk = list(offsets), arrived(site)
        site.start()
        page.locator(".j-file a", has_text="démonstration.mp4").wait_for(timeout=90_000)
        assert before == [CHUNK * n for n in range(len(before))]
        assert len(before) >= 3
        resumed = offsets[len(before)]
        assert resumed == on_disk, "what had arrived is not sent again"
        assert before[-1] <= resumed <= before[-1] + CHUNK
        assert offsets == sorted(offsets)
        assert site.ask("Document.objects.get(name__startswith='d').sha256") == (
            hashlib.sha256(path.read_bytes()).hexdigest()
        )
        assert (arrived(site), said) == (0, [])


@pytest.mark.any_database("a served site has a SQLite file of its own")
def test_after_a_reload_the_same_file_goes_on(browser: Browser, tmp_path: Path) -> None:
    path = long_film(tmp_path / "film.mp4")
    with served(tmp_path / "home") as site:
        page = site.context(browser).new_page()
        page.goto(site.page)
        slowed(page)
        chosen = page.locator(f"input[data-slot='{site.slot}']")
        chosen.set_input_files(str(path))
        until(site, page, 0.3)
        page.get_by_role("button", name="Suspendre").click()
        had = arrived(site)
        page.on("dialog", lambda dialog: dialog.accept())
        page.reload()
        page.get_by_text("Pour reprendre là, choisissez à nouveau ce fichier.").wait_for()
        offsets: list[int] = []
        page.on(
            "request",
            lambda request: (
                offsets.append(int(request.headers["upload-offset"])) if request.method == "PATCH" else None
            ),
        )
        chosen.set_input_files(str(path))
        page.locator(".j-file a", has_text="film.mp4").wait_for(timeout=60_000)
        assert offsets[0] >= had > 0
        assert page.get_by_text("Pour reprendre là").count() == 0
        assert site.ask("Upload.objects.get().state") == "done"
