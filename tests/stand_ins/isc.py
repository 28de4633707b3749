"""Starts the iSC stand-in as a process of its own, and walks through its pages as a browser would."""

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "mot-de-passe-d-essai"
CLIENT_SECRET = "secret-du-bac-a-sable"
PASSEREL = {
    "name": "Passerel Santé",
    "country": "FR",
    "siren": "732829320",
    "siret": "73282932000074",
    "address": "1 rue des Lilas, 69003 Lyon",
}
KUBUS = {
    "name": "Kubus BV",
    "country": "BE",
    "vat": "BE0403170701",
    "address": "Rue du Marais 5, 1000 Bruxelles",
}


def person(username: str = "ines.moreau", role: str | None = "mandataire", **changes: Any) -> dict[str, Any]:
    """An account as it is seeded; `changes` replace entries."""
    given, _, family = username.partition(".")
    return {
        "username": username,
        "password": PASSWORD,
        "civility": "Mme",
        "given_name": given.title(),
        "family_name": family.title(),
        "email": f"{username}@passerel.invalid",
        "phone_number": "+33472000000",
        "function": "Directrice générale",
        "role": role,
        "company": PASSEREL,
    } | changes


@dataclass
class Isc:
    url: str
    process: "subprocess.Popen[bytes]"
    subjects: dict[str, str] = field(default_factory=dict)

    def seed(self, *entries: dict[str, Any]) -> None:
        answer = requests.post(f"{self.url}/_sandbox/accounts", json=list(entries), timeout=10)
        answer.raise_for_status()
        self.subjects |= {a["username"]: a["subject"] for a in answer.json()["accounts"]}

    def fail(self, mode: str, seconds: float = 8) -> None:
        body = {"mode": mode, "seconds": seconds}
        requests.post(f"{self.url}/_sandbox/fault", json=body, timeout=10).raise_for_status()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(
    state: Path, *, jalon: str = "http://127.0.0.1:8000", dialect: dict[str, Any] | None = None
) -> Iterator[Isc]:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "sandbox.isc",
        "--port",
        str(port),
        "--state",
        str(state),
        "--jalon",
        jalon,
    ]
    if dialect is not None:
        state.mkdir(parents=True, exist_ok=True)
        (state / "dialect.json").write_text(json.dumps(dialect), encoding="utf-8")
        command += ["--dialect", str(state / "dialect.json")]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    isc = Isc(f"http://127.0.0.1:{port}", process)
    try:
        _wait(isc)
        yield isc
    finally:
        isc.stop()


def _wait(isc: Isc) -> None:
    for _ in range(200):
        if isc.process.poll() is not None:
            raise RuntimeError("the stand-in stopped at once")
        try:
            requests.get(f"{isc.url}/oidc/jwks", timeout=5).raise_for_status()
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the stand-in did not answer")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Isc]:
    """One stand-in for the tests of a module."""
    with started(tmp_path_factory.mktemp("isc")) as isc:
        yield isc


@pytest.fixture
def isc(served: Isc) -> Iterator[Isc]:
    """A stand-in in good health, with one mandataire."""
    served.seed(person())
    yield served
    served.fail("")


class Browser(requests.Session):
    """Somebody at the provider: fills its forms, follows its links, does not go back to the platform."""

    def submit(self, page: requests.Response, **data: str) -> requests.Response:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token, page.text
        hidden = dict(re.findall(r'<input type="hidden" name="(next)" value="([^"]*)"', page.text))
        hidden = {name: value.replace("&amp;", "&") for name, value in hidden.items()}
        form = {"csrfmiddlewaretoken": token[1]} | hidden | data
        return self.post(page.url, data=form, allow_redirects=False, timeout=15)

    def sign_in(self, start: str, username: str, password: str = PASSWORD) -> requests.Response:
        page = self.get(start, timeout=15)
        return self.follow(self.submit(page, username=username, password=password))

    def follow(self, answer: requests.Response) -> requests.Response:
        """Follow redirects as long as they stay at the provider."""
        here = urlsplit(answer.url).netloc
        while answer.is_redirect:
            target = urljoin(answer.url, answer.headers["Location"])
            if urlsplit(target).netloc != here:
                return answer
            answer = self.get(target, allow_redirects=False, timeout=15)
        return answer

    def authorize(self, url: str, username: str = "ines.moreau", decision: str = "accept") -> str:
        """Sign in, decide on the consent screen when it shows; the address back at the platform."""
        answer = self.sign_in(url, username)
        if not answer.is_redirect:
            answer = self.submit(answer, decision=decision)
        return str(answer.headers["Location"])


def query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
