"""`make test`: everything on SQLite, and beside it what uses the database on a PostgreSQL started for it.

Two lanes share the processors; each line says whose it is. Ends with one line that counts both.
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

from tests.postgres import throw_away_postgres

NO_TESTS = 5  # pytest's exit status when nothing was selected
SUMMARY = re.compile(r"^=*\s*((?:\d+ \w+(?:, )?)+) in [\d.]+s.*?=*$")
PAINT = re.compile(r"\x1b\[[0-9;]*m")
WORKERS = max(1, (os.cpu_count() or 2) // 2)  # of each lane


@dataclass
class Lane:
    """One database. `stages`: marks and further arguments of the pytest processes that run one after another."""

    name: str
    stages: Sequence[tuple[str, Sequence[str]]]
    environment: Mapping[str, str]
    counts: Counter[str] = field(default_factory=Counter)
    failed: bool = False

    def run(self, arguments: Sequence[str]) -> None:
        for marks, more in self.stages:
            self._pytest("-m", marks, *more, *arguments)

    def _pytest(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "pytest", "--color=no", *arguments]
        last = ""
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, env=self.environment
        ) as process:
            assert process.stdout
            for line in process.stdout:
                print(f"{self.name:10} │ {line}", end="", flush=True)
                last = PAINT.sub("", line).strip() or last
        if found := SUMMARY.match(last):
            for count, word in re.findall(r"(\d+) (\w+)", found[1]):
                self.counts[word] += int(count) if word != "deselected" else 0
        elif process.returncode not in (0, NO_TESTS):
            self.counts["errors"] += 1  # it ended without a summary
        self.failed |= process.returncode not in (0, NO_TESTS)


def main(arguments: Sequence[str]) -> int:
    began = time.monotonic()
    workers = ["-n", str(WORKERS)] if WORKERS > 1 else []
    plain = {name: value for name, value in os.environ.items() if name != "JALON_DATABASE_URL"}
    with throw_away_postgres() as url:
        lanes = (
            Lane(
                "SQLite",
                # What starts processes measures time: it runs alone in its lane.
                (("not browser and not processes", workers), ("browser or processes", ())),
                plain,
            ),
            Lane(
                "PostgreSQL",
                # Faults fork: a process in which a library has started threads would leave its children waiting.
                (
                    ("not browser and not processes", [*workers, "--only-database"]),
                    ("processes and not browser", ["--only-database"]),
                ),
                {**plain, "JALON_DATABASE_URL": url},
            ),
        )
        with ThreadPoolExecutor(len(lanes)) as pool:
            list(pool.map(lambda lane: lane.run(arguments), lanes))
    print(f"{f' {_told(lanes)} in {time.monotonic() - began:.2f}s ':=^100}", flush=True)
    return int(any(lane.failed for lane in lanes))


def _told(lanes: Sequence[Lane]) -> str:
    counts = sum((lane.counts for lane in lanes), Counter[str]())
    order = ("failed", "errors", "error", "passed", "skipped", "xfailed", "warnings", "warning")
    return ", ".join(f"{counts[word]} {word}" for word in order if counts[word])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
