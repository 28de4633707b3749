"""`jalon demo` as people treat it: stopped in the middle, started twice, stopped and started again."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jalon.programmes.definition.folder import load_folder, write_folder
from tests.architecture.source import ROOT
from tests.cli.test_serve import answers, until

pytestmark = pytest.mark.processes

DEFINITIONS = ROOT / "definitions"
TRACK = "segur-vague-2"


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """An empty home, and definitions that make few proofs: one programme, five chapters of a requirement each."""
    whole = load_folder(DEFINITIONS / TRACK / "ris")
    full = [c for c in whole.chapters if any(s.proofs for s in c.requirements[0].scenarios)]
    few = [c.model_copy(update={"requirements": c.requirements[:1]}) for c in full[:5]]
    folder = tmp_path / "definitions"
    (folder / TRACK).mkdir(parents=True)
    for name in ("portal.yaml", f"{TRACK}/track.yaml"):
        shutil.copy(DEFINITIONS / name, folder / name)
    write_folder(whole.model_copy(update={"chapters": tuple(few)}), folder / TRACK / "ris")
    kept = {
        n: v for n, v in os.environ.items() if not n.startswith("JALON_") and n != "DJANGO_SETTINGS_MODULE"
    }
    return {**kept, "JALON_HOME": str(tmp_path / "home"), "JALON_DEFINITIONS": str(folder)}


def free_port() -> int:
    """The first of three in a row."""
    while True:
        with socket.socket() as first, socket.socket() as second, socket.socket() as third:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
                third.bind(("127.0.0.1", port + 2))
            except (OSError, OverflowError):
                continue
            if port <= 65000:
                return port


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "jalon.cli", *map(str, arguments)]


class Demo:
    """The process, and what it has said so far: in a file, which nobody can leave open."""

    def __init__(self, port: int, surroundings: dict[str, str]) -> None:
        self.port, self.words = port, Path(surroundings["JALON_HOME"] + f"-{port}.txt")
        with self.words.open("w") as words:
            self.process = subprocess.Popen(
                command("demo", "--port", port), env=surroundings, stdout=words, stderr=words, process_group=0
            )

    def said(self, what: str) -> bool:
        return what in self.words.read_text()

    def stop(self, how: int) -> int:
        """To the whole group, as a terminal does; gives the exit status."""
        os.killpg(self.process.pid, how)
        return self.process.wait(timeout=40)


@contextmanager
def running(port: int, surroundings: dict[str, str]) -> Iterator[Demo]:
    demo = Demo(port, surroundings)
    try:
        yield demo
    finally:
        if demo.process.poll() is None:
            demo.stop(signal.SIGTERM)


def numbers(surroundings: dict[str, str]) -> list[str]:
    with sqlite3.connect(Path(surroundings["JALON_HOME"]) / "jalon.sqlite3") as database:
        return [row[0] for row in database.execute("SELECT number FROM applications_application ORDER BY id")]


def nobody_answers(port: int) -> bool:
    return not any(answers(port + n) for n in range(3))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_stopped_while_it_makes_its_data_it_takes_its_stand_ins_along(surroundings, how):
    with running(free_port(), surroundings) as demo:
        until(lambda: demo.said("making people") and answers(demo.port + 1) and answers(demo.port + 2))
        assert demo.stop(how) == 1
        assert not demo.said("Traceback"), demo.words.read_text()
        assert nobody_answers(demo.port)


def test_a_demo_keeps_its_data_and_its_home_to_itself(surroundings):
    with running(free_port(), surroundings) as demo:
        until(lambda: demo.said("Jalon answers"), seconds=120)
        made = numbers(surroundings)
        again = command("demo", "--port", free_port(), "--reset")
        other = subprocess.run(
            again, env=surroundings, capture_output=True, text=True, check=False, timeout=40
        )
        assert (other.returncode, "A demo runs on" in other.stderr) == (2, True), other.stderr
        assert demo.stop(signal.SIGINT) == 0
        assert nobody_answers(demo.port)
    with running(free_port(), surroundings) as demo:
        until(lambda: demo.said("Jalon answers"), seconds=120)
        assert made != []
        assert numbers(surroundings) == made
        subprocess.run(command("journal", "verify"), env=surroundings, check=True, timeout=40)
