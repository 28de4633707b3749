"""A served Jalon with one application whose proofs are open: its server may be killed and started again.

    python -m tests.browser.uploading [chapters]

makes the data on JALON_HOME and writes `world.json`.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext

from tests.browser.site import ROOT, Site, _free_ports, _wait_for


@dataclass
class Served:
    """One web server and one worker, each a process that dies without a word when told to."""

    site: Site
    number: str
    chapter: str
    slot: str
    session: str
    port: int
    running: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.site.url

    @property
    def page(self) -> str:
        return f"{self.site.url}/candidatures/{self.number}/chapitres/{self.chapter}"

    def start(self) -> None:
        self._run("web", "serve", "--no-worker", "--port", str(self.port))
        self._run("worker", "worker", "--leave-with", str(os.getpid()))
        _wait_for(f"{self.site.url}/healthz", self.running[0], self.site.home / "web.log")

    def kill(self) -> None:
        """As a power cut does: the web server with the processes that it forked, and the worker."""
        for process in self.running:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.running.clear()

    def stop(self) -> None:
        for process in self.running:
            process.terminate()
        for process in self.running:
            process.wait(timeout=30)

    def _run(self, name: str, *command: str) -> None:
        with (self.site.home / f"{name}.log").open("ab") as out:
            self.running.append(
                subprocess.Popen(
                    [sys.executable, "-m", "jalon.cli", *command],
                    cwd=ROOT, env=self.site.environment(), stdout=out, stderr=out, start_new_session=True,
                )
            )  # fmt: skip

    def context(self, browser: Browser) -> BrowserContext:
        """The browser of the person who sends."""
        context = browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": "sessionid", "value": self.session, "url": self.site.url}])
        return context

    def ask(self, expression: str) -> str:
        """What the database says, by an expression over the models."""
        program = (
            "import django; django.setup(); from jalon.uploads.models import *; "
            f"from jalon.evidence.models import *; from jalon.documents.models import *; print({expression})"
        )
        return self.site.run("-c", program).strip()


@contextmanager
def served(home: Path, chapters: int = 1) -> Iterator[Served]:
    port, isc_port = _free_ports()
    site = Site(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{isc_port}", home)
    home.mkdir(parents=True, exist_ok=True)
    site.run("-c", "from jalon.cli.serve import prepare; prepare()")
    site.run("-m", "tests.browser.uploading", str(chapters))
    told = json.loads((home / "world.json").read_text(encoding="utf-8"))
    here = Served(site, told["number"], told["chapter"], told["slot"], told["session"], port)
    here.start()
    try:
        yield here
    finally:
        here.stop()


def main(chapters: int) -> None:
    import django

    django.setup()
    from django.contrib.sessions.backends.db import SessionStore
    from django.http import HttpRequest

    from jalon.accounts.states import StaffRoleName
    from jalon.applications.queries import definition_for
    from jalon.demo.play import Cast, Play
    from jalon.evidence.queries import slot_views
    from jalon.evidence.rules import kinds_of
    from jalon.web.account.session import open_session
    from tests.scenarios.people import person, product, staff
    from tests.scenarios.small import SMALL_CODE, open_small_programme

    open_small_programme(chapters)
    vendor = person("nadia")
    verifier = staff("thomas", StaffRoleName.VERIFIER, programme=SMALL_CODE)
    play = Play.begin(Cast(vendor, verifier), SMALL_CODE, product(vendor)).fill().submit().find_eligible()
    definition = definition_for(play.application)
    chapter, slot = next(
        (chapter.key, view.key)
        for chapter in definition.chapters
        for view in slot_views(play.application, chapter.key)
        if any("mp4" in kind.formats for kind in kinds_of(definition, view.expected))
    )
    request = HttpRequest()
    request.session = SessionStore()
    open_session(request, vendor)
    request.session.save()
    told = {"number": play.number, "chapter": chapter, "slot": slot, "session": request.session.session_key}
    Path(os.environ["JALON_HOME"], "world.json").write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main(int((sys.argv[1:] or ["1"])[0]))
