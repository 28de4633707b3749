"""A database without tables, or none: one sentence, one object, exit 1, never a traceback."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

STAFF = ["a", "--given-name", "A", "--family-name", "B", "--password", "correct horse battery"]
SOON = 25  # seconds: a command starts, on a busy machine, and gives a database three


def surroundings(home, **settings: str) -> dict[str, str]:
    kept = {
        n: v for n, v in os.environ.items() if not n.startswith("JALON_") and n != "DJANGO_SETTINGS_MODULE"
    }
    return {**kept, "JALON_HOME": str(home), **settings}


def run(home, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "jalon.cli", *arguments]
    env = surroundings(home, **settings)
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    "command",
    [
        ["journal", "verify"],
        ["journal", "anchor"],
        ["programme", "load"],
        ["programme", "publish", "x", "--reason", "y"],
        ["programme", "gate", "x", "first_proofs", "2030-01-01T12:00", "--reason", "y"],
        ["programme", "impact", "x"],
        ["programme", "migrate", "x"],
        ["keys", "renew"],
        ["staff", "add", *STAFF, "--role", "administrator"],
    ],
    ids=lambda command: "-".join(command[:2]),
)
def test_without_tables_a_command_says_to_migrate(tmp_path, command):
    done = run(tmp_path, *command, "--json")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    told = json.loads(done.stdout)
    assert (told["ok"], "run `jalon migrate`" in told["error"]) == (False, True)


@pytest.fixture(params=["refuses", "is silent"])
def away(request) -> Iterator[str]:
    """The address of a database that refuses connections, or takes them and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if request.param == "is silent":
            listener.listen()
        yield f"postgres://nobody:secret@127.0.0.1:{listener.getsockname()[1]}/none"


@pytest.mark.parametrize(
    "command",
    [["migrate"], ["programme", "load"], ["staff", "add", *STAFF, "--role", "administrator"], ["serve"]],
    ids=lambda command: "-".join(command[:2]),
)
def test_a_database_that_does_not_answer_is_told_soon_and_in_one_sentence(tmp_path, away, command):
    begun = time.monotonic()
    done = run(tmp_path, *command, JALON_DATABASE_URL=away)
    assert time.monotonic() - begun < SOON
    assert done.returncode == 1
    assert (done.stdout, len(done.stderr.splitlines())) == ("", 1), done.stderr
    assert done.stderr.startswith("The database does not answer (connection ")
    assert "secret" not in done.stderr


def test_a_database_that_does_not_answer_is_a_finding_of_the_doctor(tmp_path, away):
    begun = time.monotonic()
    done = run(tmp_path, "doctor", "--json", JALON_DATABASE_URL=away)
    finding, *_others = json.loads(done.stdout)["findings"]
    assert (done.returncode, finding.startswith("The database does not answer")) == (1, True)
    assert "secret" not in done.stdout + done.stderr
    assert time.monotonic() - begun < SOON
