"""`make screenshots`: every page × situation × two widths × two languages, looked at by machine as it is taken.

    python -m tests.browser.screenshots [words of addresses to take only] [--keep] [--fr] [--jobs N]

`--keep` uses the worlds of the last run again. Writes screenshots/<area>/<page>-<situation>-<width>-<language>.png
and screenshots/index.html. Exits 1 when a page has no row in the table (pages.py), answers otherwise than expected,
when axe finds something, when something scrolls sideways, asks for another host, breaks the content policy or errs in
the console.

A page is opened once a language and photographed at both widths: no script of ours asks for the width as it starts. Axe
looks at both widths of the French page, and at one of the English: its words, names and languages are its own.
"""

import argparse
import html
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.browser.chromium import CHROMIUM
from tests.browser.pages import PAGES, Shot
from tests.browser.site import ROOT, Site, _free_ports, _wait_for

OUT = ROOT / "screenshots"
WORLDS = ("usual", "empty", "long", "many")
WIDTHS = (1280, 390)
LANGUAGES = ("fr", "en")
TALLEST = 6000  # a page of 250 rows is cut here
AXE = {"resultTypes": ["violations"], "iframes": False, "preload": False}
ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-gpu",
    "--lang=fr-FR",
    "--force-color-profile=srgb",
)


@dataclass(frozen=True)
class Served:
    """A world that answers."""

    site: Site
    sessions: dict[str, str]
    words: dict[str, str]

    @property
    def url(self) -> str:
        return self.site.url


@dataclass(frozen=True)
class Task:
    """One picture to take."""

    area: str
    page: str
    situation: str
    shot: Shot
    width: int
    language: str

    @property
    def path(self) -> Path:
        return OUT / self.area / f"{self.page}-{self.situation}-{self.width}-{self.language}.png"

    @property
    def seat(self) -> tuple[str, str, str]:
        """Pictures that one signed-in browser takes."""
        return self.shot.world, self.shot.person, self.language


@dataclass
class Taken:
    task: Task
    findings: list[str] = field(default_factory=list)


@dataclass
class Visit:
    """A page as opened once: a picture for each width."""

    tasks: Sequence[Task]
    taken: list[Taken] = field(init=False)
    listening: bool = True  # until our own tools begin to write into the page

    def __post_init__(self) -> None:
        self.taken = [Taken(task) for task in self.tasks]

    @property
    def shot(self) -> Shot:
        return self.tasks[0].shot

    def tell(self, finding: str) -> None:
        """What is found in the page itself, whatever its width."""
        self.taken[0].findings.append(finding)


# --- Worlds -------------------------------------------------------------------------------------------------


@contextmanager
def served(home: Path, world: str, *, keep: bool = False) -> Iterator[Served]:
    """Make a world (once) and serve it on loopback."""
    port, isc_port = _free_ports()
    site = Site(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{isc_port}", home / world)
    told = site.home / "world.json"
    if not (keep and told.exists()):
        shutil.rmtree(site.home, ignore_errors=True)
        site.home.mkdir(parents=True)
        site.run("-c", "from jalon.cli.serve import prepare; prepare()")
        site.run(
            "-c",
            f"import django; django.setup(); from tests.browser.worlds import make; make({world!r})",
            timeout=600,
        )
    log = site.home / "jalon.log"
    command = [
        sys.executable,
        "-m",
        "jalon.cli",
        "serve",
        "--no-worker",
        "--threads",
        "8",
        "--port",
        str(port),
    ]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=site.environment(), stdout=out, stderr=out)
    try:
        _wait_for(f"{site.url}/healthz", process, log)
        yield Served(site, **json.loads(told.read_text(encoding="utf-8")))
    finally:
        process.terminate()
        process.wait(timeout=30)


# --- One picture --------------------------------------------------------------------------------------------

_WIDE = """limit => {
  const sideways = document.scrollingElement.scrollWidth;
  if (sideways <= limit) return "";
  const wide = [...document.body.querySelectorAll("*")].filter(e => e.getBoundingClientRect().right > limit + 0.5);
  const inner = wide.filter(e => ![...e.children].some(c => wide.includes(c))).slice(0, 3);
  return sideways + " px: " + inner.map(e => e.tagName.toLowerCase() + "." + e.className).join(", ");
}"""

# Sends a form as it stands, past the browser's own checks and the page's scripts: the server's answer is wanted.
_SEND = """([selector, values]) => {
  const form = document.querySelector(selector);
  for (const [name, value] of values) {
    if (name.startsWith("+")) {  // a button pressed: its name and value
      form.insertAdjacentHTML("beforeend", `<input type="hidden" name="${name.slice(1)}" value="${value}">`);
      continue;
    }
    const fields = [...form.querySelectorAll(`[name="${name}"]`)];
    if (!fields.length) throw new Error("no field " + name);
    for (const field of fields) {
      if (field.type === "checkbox" || field.type === "radio") field.checked = field.value === value;
      else if (field.tagName === "SELECT") {
        if (![...field.options].some(o => o.value === value)) field.add(new Option(value, value));
        field.value = value;
      } else field.value = value;
    }
  }
  window.onbeforeunload = null;
  HTMLFormElement.prototype.submit.call(form);
}"""


class Camera:
    """A browser of one process: its own, or the one that tests share (a process drives one at a time)."""

    def __init__(self, worlds: dict[str, Served], browser: Any = None) -> None:
        from axe_playwright_python.sync_playwright import Axe
        from playwright.sync_api import sync_playwright

        self.worlds = worlds
        self.axe = Axe()
        self.driver = None if browser else sync_playwright().start()
        self.browser = browser or self.driver.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))

    def close(self) -> None:
        if self.driver:
            self.browser.close()
            self.driver.stop()

    @contextmanager
    def seat(self, world: str, person: str, language: str) -> Iterator[Any]:
        at = self.worlds[world]
        context = self.browser.new_context(
            reduced_motion="reduce", locale="fr-FR", timezone_id="Europe/Paris"
        )
        context.set_default_timeout(30_000)
        cookies = {"django_language": language}
        if person:
            cookies["sessionid"] = at.sessions[person]
        context.add_cookies([{"name": n, "value": v, "url": at.url} for n, v in cookies.items()])
        try:
            yield context
        finally:
            context.close()

    def take(self, context: Any, tasks: Sequence[Task]) -> list[Taken]:
        """One page in all its widths."""
        visit = Visit(tasks)
        page = context.new_page()
        self._widen(page, tasks[0])
        try:
            self._watch(page, visit)
            reached = self._reach(page, visit)
            for taken in visit.taken:
                self._widen(page, taken.task)
                if sideways := page.evaluate(_WIDE, taken.task.width):
                    taken.findings.append(f"scrolls sideways: {sideways}")
                self._shoot(page, taken.task)
            if reached:
                visit.listening = False
                # In another language the words differ, not the layout: once is enough, as the page now stands.
                judged = visit.taken if tasks[0].language == LANGUAGES[0] else visit.taken[-1:]
                for taken in reversed(judged):
                    self._judge(page, taken)
        except Exception as error:  # noqa: BLE001  one page that fails must not hide the others
            visit.tell(f"{type(error).__name__}: {str(error)[:300]!r}")
        finally:
            page.close()
        return visit.taken

    def _widen(self, page: Any, task: Task) -> None:
        size = {"width": task.width, "height": 844 if task.width == 390 else 800}
        if page.viewport_size != size:
            page.set_viewport_size(size)

    def _watch(self, page: Any, visit: Visit) -> None:
        base = self.worlds[visit.shot.world].url
        page.on("pageerror", lambda error: visit.tell(f"script: {error}"))
        page.on("console", lambda line: self._hear(line, visit))

        def asked(request: Any) -> None:
            if not request.url.startswith((base, "data:", "blob:", "chrome-extension:", "chrome:")):
                visit.tell(f"asks another host: {request.url[:120]}")

        page.on("request", asked)

    def _hear(self, line: Any, visit: Visit) -> None:
        # The browser says so about each page that answers 4xx, also when that is the answer wanted.
        expected = visit.shot.status >= 400 and "Failed to load resource" in line.text
        if visit.listening and line.type in ("error", "warning") and not expected:
            visit.tell(f"console: {line.text[:200]} ({line.location.get('url', '')[:120]})")

    def _reach(self, page: Any, visit: Visit) -> bool:
        shot, at = visit.shot, self.worlds[visit.shot.world]
        wanted = at.url + shot.address.format(**at.words)
        if shot.raw:
            body = raw_page(at.site, shot.raw, visit.tasks[0].language)
            page.route(
                wanted, lambda route: route.fulfill(status=shot.status, content_type="text/html", body=body)
            )
        answer = page.goto(wanted, wait_until="load")
        if shot.form:
            with page.expect_navigation(wait_until="load") as navigation:
                page.evaluate(
                    _SEND, [shot.form, [[part.format(**at.words) for part in pair] for pair in shot.sends]]
                )
            answer = navigation.value
        while answer and answer.headers.get("refresh", "").startswith("0;"):  # it goes on by itself, in parts
            with page.expect_navigation(wait_until="load") as navigation:
                pass
            answer = navigation.value
        if not shot.form and answer and urlsplit(page.url).path != urlsplit(wanted).path:
            visit.tell(f"led elsewhere: {page.url}")
        if answer is None or answer.status != shot.status:
            visit.tell(f"answered {answer.status if answer else 'nothing'}, not {shot.status}")
            return False
        if shot.unfold:
            page.evaluate(
                "of => document.querySelectorAll(of).forEach(part => part.open = true)", shot.unfold
            )
        page.evaluate("document.fonts.ready")
        return True

    def _judge(self, page: Any, taken: Taken) -> None:
        self._widen(page, taken.task)
        if not page.evaluate("'axe' in window"):
            page.evaluate(self.axe.axe_script)
        found = page.evaluate("options => axe.run(document, options)", AXE)
        for violation in found["violations"]:
            node = violation["nodes"][0]
            target = " ".join(str(t) for t in node["target"])[:160]
            why = (node.get("failureSummary") or "").splitlines()[-1].strip()[:160]
            taken.findings.append(f"axe {violation['id']} ({len(violation['nodes'])}): {target}: {why}")

    def _shoot(self, page: Any, task: Task) -> None:
        task.path.parent.mkdir(parents=True, exist_ok=True)
        page.evaluate("window.scrollTo(0, 0)")
        height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
        if page.locator(".j-savebar").count():  # sticks to the bottom of the window: let that be the page's
            page.set_viewport_size({"width": task.width, "height": height})
        clip = {"x": 0, "y": 0, "width": task.width, "height": height}
        page.screenshot(path=str(task.path), full_page=True, clip=clip, animations="disabled")


def raw_page(site: Site, handler: str, language: str) -> str:
    """An error page that no address gives on purpose, as its handler writes it on this site."""
    code = (
        "import json, django; django.setup(); from django.test import RequestFactory; "
        "from django.utils import translation; from jalon.web import errors; "
        f"translation.activate({language!r}); "
        f"print(json.dumps(errors.{handler}(RequestFactory().get('/')).content.decode()))"
    )
    page: str = json.loads(site.run("-c", code).splitlines()[-1])
    return page


# --- All of them --------------------------------------------------------------------------------------------

_camera: Camera | None = None


def _open_camera(worlds: dict[str, Served]) -> None:
    global _camera  # noqa: PLW0603  (one browser a process)
    _camera = Camera(worlds)


def _take_all(tasks: Sequence[Task]) -> list[Taken]:
    assert _camera
    with _camera.seat(*tasks[0].seat) as context:
        return [taken for visit in visits(tasks) for taken in _camera.take(context, visit)]


def visits(tasks: Sequence[Task]) -> list[list[Task]]:
    """Pictures of one page side by side: it is opened once."""
    pages: dict[tuple[str, str, str], list[Task]] = {}
    for task in tasks:
        pages.setdefault((task.page, task.situation, task.language), []).append(task)
    return list(pages.values())


def tasks_for(words: Sequence[str], languages: Sequence[str]) -> list[Task]:
    """The pictures whose name holds one of the words; all of them without words."""
    tasks = [
        Task(page.area, page.name, situation, shot, width, language)
        for language in languages
        for page in PAGES
        for situation, shot in page.shots.items()
        for width in WIDTHS
    ]
    return [t for t in tasks if not words or any(w in str(t.path.relative_to(OUT)) for w in words)]


def batches(tasks: Sequence[Task], size: int = 12) -> list[list[Task]]:
    """Pictures of one seat together, a few at a time: the processes then end together."""
    seats: dict[tuple[str, str, str], list[Task]] = {}
    for task in tasks:
        seats.setdefault(task.seat, []).append(task)
    return [of[n : n + size] for of in seats.values() for n in range(0, len(of), size)]


def photograph(worlds: dict[str, Served], tasks: Sequence[Task], jobs: int) -> list[Taken]:
    done: list[Taken] = []
    with ProcessPoolExecutor(jobs, get_context("spawn"), _open_camera, (worlds,)) as pool:
        for takens in pool.map(_take_all, batches(tasks)):
            done += takens
            for taken in takens:
                for finding in taken.findings:
                    print(f"  {taken.task.path.relative_to(OUT)}: {finding}", flush=True)
            print(f"{len(done)}/{len(tasks)}", flush=True)
    return done


def write_index(tasks: Sequence[Task]) -> None:
    """All pictures on one page, grouped as the table is."""
    rows = []
    for page in PAGES:
        shown = [t for t in tasks if t.page == page.name and t.path.exists()]
        if not shown:
            continue
        rows.append(f"<h2>{html.escape(page.area)} / {html.escape(page.name)}</h2><div>")
        for task in shown:
            name = html.escape(f"{task.situation} {task.width} {task.language}")
            address = html.escape(str(task.path.relative_to(OUT)))
            rows.append(
                f'<a href="{address}"><img loading="lazy" src="{address}" alt="{name}"><br>{name}</a>'
            )
        rows.append("</div>")
    style = "body{font:14px sans-serif}div{display:flex;flex-wrap:wrap;gap:12px}img{width:220px;border:1px solid #ccc}"
    page_text = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Pictures</title><style>{style}</style>'
    )
    (OUT / "index.html").write_text(page_text + "\n".join(rows), encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.screenshots")
    parser.add_argument("words", nargs="*", help="only pictures whose path holds one of these")
    parser.add_argument("--keep", action="store_true", help="use the worlds of the last run again")
    parser.add_argument("--fr", action="store_true", help="French only")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    home = Path(os.environ.get("JALON_HOME") or ROOT / "var" / "pictures").resolve()
    home.mkdir(parents=True, exist_ok=True)
    missing = rows_missing(home)
    for name in missing:
        print(f"  no row in tests/browser/pages.py: {name}")
    tasks = tasks_for(asked.words, LANGUAGES[:1] if asked.fr else LANGUAGES)
    wanted = sorted({t.shot.world for t in tasks})
    with ExitStack() as stack:
        with ThreadPoolExecutor(2) as pool:
            opened = pool.map(lambda w: (w, stack.enter_context(served(home, w, keep=asked.keep))), wanted)
            worlds = dict(opened)
        print(f"{len(worlds)} worlds after {time.monotonic() - began:.0f} s", flush=True)
        done = photograph(worlds, tasks, asked.jobs)
    write_index(tasks_for((), LANGUAGES))
    findings = [f for taken in done for f in taken.findings]
    pages = len({t.page for t in tasks})
    print(
        f"{len(done)} pictures of {pages} pages in {time.monotonic() - began:.0f} s: "
        f"{len(findings)} findings, {len(missing)} pages without a row. See {OUT / 'index.html'}"
    )
    return int(bool(findings or missing))


def rows_missing(home: Path) -> list[str]:
    """What the URL resolver knows and the table does not; asked in a process of its own, like the worlds."""
    site = Site("http://127.0.0.1:1", "http://127.0.0.1:1", home)
    code = "from tests.browser.pages import missing_rows; print(json.dumps(missing_rows()))"
    found: list[str] = json.loads(
        site.run("-c", f"import django, json; django.setup(); {code}").splitlines()[-1]
    )
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
