"""`make test`: everything on SQLite, and beside it what uses the database on a PostgreSQL started for it.

Some runs share the processors; each line says on which database. Ends with one line that counts them all.
Arguments go to pytest: `make test ARGS="tests/journal -x"`.
"""

import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

from tests.postgres import throw_away_postgres

NO_TESTS = 5  # pytest's exit status when nothing was selected
SUMMARY = re.compile(r"^=*\s*((?:\d+ \w+(?:, )?)+) in [\d.]+s.*?=*$")
PAINT = re.compile(r"\x1b\[[0-9;]*m")
WORKERS = max(1, (os.cpu_count() or 2) // 2)  # of each run
ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("jalon", "config", "sandbox", "tests")
# Else each of the many processes that tests start would read the source of all of Jalon anew.
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"
AT_ONCE = 3  # one more than two: a run waits for browsers, servers and children half of its time


@dataclass
class Run:
    """One pytest process: the tests with these marks, on one database."""

    database: str
    marks: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    counts: Counter[str] = field(default_factory=Counter)
    failed: bool = False

    def play(self, arguments: Sequence[str]) -> None:
        command = [
            sys.executable,
            "-m",
            "pytest",
            "--color=no",
            "-m",
            self.marks,
            *self.arguments,
            *arguments,
        ]
        last = ""
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, env=self.environment
        ) as process:
            assert process.stdout
            for line in process.stdout:
                print(f"{self.database:10} │ {line}", end="", flush=True)
                last = PAINT.sub("", line).strip() or last
        if found := SUMMARY.match(last):
            for count, word in re.findall(r"(\d+) (\w+)", found[1]):
                self.counts[word] += int(count) if word != "deselected" else 0
        elif process.returncode not in (0, NO_TESTS):
            self.counts["errors"] += 1  # it ended without a summary
        self.failed |= process.returncode not in (0, NO_TESTS)


def main(arguments: Sequence[str]) -> int:
    began = time.monotonic()
    os.environ.pop(NO_BYTECODE, None)
    compiling = subprocess.Popen([sys.executable, "-m", "compileall", "-q", "-j0", *PACKAGES], cwd=ROOT)
    with throw_away_postgres() as url:
        if compiling.wait() != 0:
            return 1  # it has said which file it could not read
        runs = _runs(url)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda run: run.play(arguments), runs))
    print(f"{f' {_told(runs)} in {time.monotonic() - began:.2f}s ':=^100}", flush=True)
    return int(any(run.failed for run in runs))


def _runs(postgres: str) -> Sequence[Run]:
    """The longest first. What starts processes has a process of its own: a fork of one in which a library has started
    threads would wait for ever, and it measures time.
    """
    workers = ["-n", str(WORKERS)] if WORKERS > 1 else []
    plain = {name: value for name, value in os.environ.items() if name != "JALON_DATABASE_URL"}
    quiet, forking = "not browser and not processes", "processes and not browser"
    return (
        Run("SQLite", quiet, workers, plain),
        Run("SQLite", "browser", [], plain),
        Run("PostgreSQL", quiet, [*workers, "--only-database"], plain | _named(postgres, "quiet")),
        Run("PostgreSQL", forking, ["--only-database"], plain | _named(postgres, "forking")),
        Run("SQLite", forking, [], plain),
    )


def _named(postgres: str, name: str) -> dict[str, str]:
    """A database of its own in that PostgreSQL: two runs may use it at the same time."""
    with psycopg.connect(postgres, autocommit=True) as session:
        session.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    return {"JALON_DATABASE_URL": urlsplit(postgres)._replace(path=f"/{name}").geturl()}


def _told(runs: Sequence[Run]) -> str:
    counts = sum((run.counts for run in runs), Counter[str]())
    order = ("failed", "errors", "error", "passed", "skipped", "xfailed", "warnings", "warning")
    return ", ".join(f"{counts[word]} {word}" for word in order if counts[word])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
