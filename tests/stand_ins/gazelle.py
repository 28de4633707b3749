"""The Gazelle stand-in, served by a thread of the tests' own process, and what it holds."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from jalon.connectors.web_fetch import Network
from sandbox.gazelle.server import Gazelle, State

HOST = "interop.referencement.esante.gouv.fr"
ROOT = "1.3.6.1.4.1.12559.11.36.8.3"
KEY, RIVAL_KEY = "cle-de-clairvue-4711", "cle-de-rivalix-0815"


def held(n: int, test: str = "CI-SIS-CR-IMA-N1-Create_doc-Sc1", **more: Any) -> dict[str, Any]:
    return {"ref": f"{ROOT}.{n}", "test": test, "product": "Clairvue RIS", "warnings": 3, **more}


ORGANISATIONS = [
    {
        "keyword": "CLAIRVUE",
        "key": KEY,
        "reports": [
            held(101, date="2027-02-11T09:12:00+01:00"),
            held(102, "ITI-30", result="FAILED", errors=2, date="2027-02-09T17:40:00+01:00"),
            held(103, "ITI-31", result="UNDEFINED", date="2027-02-04T11:05:00+01:00"),
            held(104, public=False, privacy_key="lecture-9", date="2027-01-30T08:00:00+01:00"),
            held(105, mode="running"),
            *(
                held(200 + n, mode=mode, date="2026-12-01T00:00:00Z")
                for n, mode in enumerate(
                    [
                        "bad_xml",
                        "huge_xml",
                        "entities",
                        "redirect_private",
                        "redirect_elsewhere",
                        "page",
                        "down",
                    ]
                )
            ),
            held(0, ref="b7c1-2", test="PAM ITI-31"),
            held(0, ref="4211", test="CDA_Create"),
        ],
    },
    {"keyword": "RIVALIX", "key": RIVAL_KEY, "reports": [held(901, product="Rivalix", public=False)]},
]


@dataclass
class Served:
    state: State
    port: int

    def fail(self, mode: str, seconds: float = 8.0) -> None:
        self.state.mode, self.state.seconds = mode, seconds

    @property
    def network(self) -> Network:
        return Network(stand_ins={HOST: ("127.0.0.1", self.port)})

    @property
    def setting(self) -> str:
        return f"{HOST}=127.0.0.1:{self.port}"


@contextmanager
def serving_gazelle() -> Iterator[Served]:
    """One that holds nothing yet."""
    state = State()
    server = Gazelle(("127.0.0.1", 0), state)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield Served(state, server.server_address[1])
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def served_gazelle() -> Iterator[Served]:
    """One for all tests of a process."""
    with serving_gazelle() as gazelle:
        yield gazelle


@pytest.fixture
def gazelle(served_gazelle: Served) -> Iterator[Served]:
    """In good health, holding what `ORGANISATIONS` says."""
    served_gazelle.state.organisations.clear()
    served_gazelle.state.hold(ORGANISATIONS)
    served_gazelle.state.asked.clear()
    yield served_gazelle
    served_gazelle.fail("")
