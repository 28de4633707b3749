"""A whole Jalon for one test: web server, worker and iSC stand-in as real processes, on loopback, on its own data."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.stand_ins.gazelle import KEY, Served, held, serving_gazelle

ROOT = Path(__file__).resolve().parents[2]
REPORTS = [held(n, ref=f"1.2.3.{n}") for n in range(6000)]  # one for whatever number a journey comes to
ISC_SECRET = "secret-du-bac-a-sable"


@dataclass(frozen=True)
class Site:
    url: str
    isc_url: str
    home: Path
    gazelle: Served | None = None  # answers in place of the hosts from which test reports are taken

    def environment(self) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("JALON_", "DJANGO_")) and name != "CI"
        }
        return inherited | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "JALON_HOME": str(self.home),
            "JALON_DEMO": "1",
            "JALON_BASE_URL": self.url,
            "JALON_OIDC_ISSUER": self.isc_url,
            "JALON_OIDC_CLIENT_SECRET": ISC_SECRET,
            "JALON_OIDC_ENROL_URL": f"{self.isc_url}/inscription",
            "JALON_OIDC_ACCOUNT_URL": f"{self.isc_url}/compte",
            "JALON_FETCH_STAND_INS": self.gazelle.setting if self.gazelle else "",
            "PYTHONPATH": str(ROOT),
        }

    def run(self, *command: str, timeout: int = 120) -> str:
        """A command of the product on this site's data; fails with what it printed."""
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1]), int(two.getsockname()[1])


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _attempt in range(300):
        assert process.poll() is None, f"ended before it answered:\n{log.read_text()}"
        try:
            with urlopen(url, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer:\n{log.read_text()}")


@contextmanager
def served(home: Path, *, definitions: Path, code: str) -> Iterator[Site]:
    """An empty database plus the loaded programme and the agency's people; nobody of any company."""
    with serving_gazelle() as gazelle:
        gazelle.state.hold([{"keyword": "CLAIRVUE", "key": KEY, "reports": REPORTS}])
        port, isc_port = _free_ports()
        site = Site(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{isc_port}", home, gazelle)
        with _running(site, port, isc_port, definitions, code):
            yield site


@contextmanager
def _running(site: Site, port: int, isc_port: int, definitions: Path, code: str) -> Iterator[None]:
    home = site.home
    home.mkdir(parents=True, exist_ok=True)
    site.run("-m", "tests.browser.prepare", str(definitions), code)
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, *command: str) -> None:
        log = home / f"{name}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=site.environment(), stdout=out, stderr=out
            )
        started.append(process)

    isc_environment = ("--port", str(isc_port), "--state", str(home / "isc"), "--jalon", site.url)
    try:
        start("isc", "-m", "sandbox.isc", *isc_environment, "--client-secret", ISC_SECRET)
        start("jalon", "-m", "jalon.cli", "serve", "--port", str(port))
        _wait_for(f"{site.isc_url}/.well-known/openid-configuration", started[0], home / "isc.log")
        _wait_for(f"{site.url}/healthz", started[1], home / "jalon.log")
        yield
    finally:
        for process in reversed(started):
            process.terminate()
        for process in reversed(started):
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
