"""A served Jalon with two files in which proofs are given and judged, and a stand-in for Gazelle.

    python -m tests.browser.proving

makes the data on JALON_HOME and writes `world.json`. The first file has a chapter handed in with a piece for every
viewer, and one whose proofs may be test reports; the second a chapter with a choice between several ways.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Browser, Page

from sandbox.gazelle.reports import Organisation
from tests.browser.conftest import new_context
from tests.browser.site import ROOT, Site, _free_ports, _wait_for
from tests.stand_ins.gazelle import ORGANISATIONS, Served, held, serving_gazelle

if TYPE_CHECKING:
    from jalon.accounts.models import User
    from jalon.demo.play import Cast

# What Clairvue may not hand in, and has to be told: open to everybody who has the link.
MORE = [
    {"keyword": "CLAIRVUE", "reports": [held(301, product="Clairvue PACS")]},
    {"keyword": "RIVALIX", "reports": [held(902)]},
]


@dataclass
class Proving:
    site: Site
    gazelle: Served
    told: dict[str, Any]

    def page(self, browser: Browser, who: str) -> Page:
        """Of somebody who has signed in: "vendor", "verifier"."""
        context = new_context(browser)
        context.add_cookies([{"name": "sessionid", "value": self.told[who], "url": self.site.url}])
        return context.new_page()

    def chapter(self, name: str, who: str = "vendor") -> str:
        number, key = self.told[name]
        home = "candidatures" if who == "vendor" else "instruction"
        return f"{self.site.url}/{home}/{number}/chapitres/{key}"


@contextmanager
def served(home: Path, *world: str) -> Iterator[Proving]:
    """`world`: what makes the data, a module and its arguments; this one without."""
    with serving_gazelle() as gazelle:
        gazelle.state.hold(ORGANISATIONS)
        for one in MORE:
            gazelle.state.organisations[one["keyword"]].reports += Organisation.read(one).reports
        port, isc_port = _free_ports()
        site = Site(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{isc_port}", home, gazelle)
        home.mkdir(parents=True, exist_ok=True)
        site.run("-c", "from jalon.cli.serve import prepare; prepare()")
        site.run("-m", *(world or ("tests.browser.proving",)))
        with (home / "jalon.log").open("wb") as log:
            command = [sys.executable, "-m", "jalon.cli", "serve", "--port", str(port)]
            jalon = subprocess.Popen(command, cwd=ROOT, env=site.environment(), stdout=log, stderr=log)
        try:
            _wait_for(f"{site.url}/healthz", jalon, home / "jalon.log")
            yield Proving(site, gazelle, json.loads((home / "world.json").read_text(encoding="utf-8")))
        finally:
            jalon.terminate()
            jalon.wait(timeout=30)


def main() -> None:
    import django

    django.setup()
    from jalon.accounts.states import StaffRoleName
    from jalon.demo.play import Cast
    from jalon.jobs.queue import run_due
    from tests.scenarios.library import LIBRARY, open_library_programme
    from tests.scenarios.people import person, staff
    from tests.scenarios.small import SMALL_CODE, open_small_programme

    open_library_programme()
    open_small_programme(reports=True)
    vendor = person("nadia")
    verifier = staff("thomas", StaffRoleName.VERIFIER, programme=SMALL_CODE)
    librarian = staff("tessa", StaffRoleName.VERIFIER, programme=LIBRARY)
    told = _proofs(Cast(vendor, verifier)) | {"choice": [_choice(Cast(vendor, librarian)), "recherche"]}
    run_due()
    tell(told, {"vendor": vendor, "verifier": verifier, "librarian": librarian})


def tell(told: dict[str, Any], people: "dict[str, User]") -> None:
    """Write down what the test needs to know, and a session for each of these people."""
    told |= {who: _session(user) for who, user in people.items()}
    Path(os.environ["JALON_HOME"], "world.json").write_text(json.dumps(told), encoding="utf-8")


def _proofs(cast: "Cast") -> dict[str, Any]:
    from jalon.demo.play import Play
    from tests.scenarios.people import product
    from tests.scenarios.samples import give_samples
    from tests.scenarios.small import SMALL_CODE

    play = Play.begin(cast, SMALL_CODE, product(cast.vendor)).fill().submit().find_eligible()
    first, second = play.chapters()[:2]
    play.deposit(first)
    pieces = give_samples(play)
    play.submit_chapters([first]).deposit(second)
    return {"everything": [play.number, first], "reports": [play.number, second], "pieces": pieces}


def _choice(cast: "Cast") -> str:
    from jalon.demo.play import Play
    from tests.scenarios.library import LIBRARY
    from tests.scenarios.people import product

    play = Play.begin(cast, LIBRARY, product(cast.vendor, "Rayonnages", "9"))
    return play.fill().submit().find_eligible().number


def _session(user: "User") -> str:
    from django.contrib.sessions.backends.db import SessionStore
    from django.http import HttpRequest

    from jalon.web.account.session import open_session

    request = HttpRequest()
    request.session = SessionStore()
    open_session(request, user)
    request.session.save()
    return str(request.session.session_key)


if __name__ == "__main__":
    main()
