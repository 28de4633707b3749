"""`make test`: everything on SQLite, then what uses the database again on a PostgreSQL started for it.

Ends with one line that counts both runs. Arguments go to pytest: `make test ARGS="tests/journal -x"`.
"""

import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence

from tests.postgres import throw_away_postgres

NO_TESTS = 5  # pytest's exit status when nothing was selected
SUMMARY = re.compile(r"^=*\s*((?:\d+ \w+(?:, )?)+) in [\d.]+s.*?=*$")
PAINT = re.compile(r"\x1b\[[0-9;]*m")


def main(arguments: Sequence[str]) -> int:
    os.environ.pop("JALON_DATABASE_URL", None)
    began = time.monotonic()
    counts: Counter[str] = Counter()
    failed = 0
    print("On SQLite", flush=True)
    failed |= run("not browser and not processes", ["-n", "2", *arguments], counts)
    # These time out or measure nonsense when two of them share the processors.
    failed |= run("browser or processes", arguments, counts)
    with throw_away_postgres() as url:
        print("On PostgreSQL", flush=True)
        os.environ["JALON_DATABASE_URL"] = url
        failed |= run("not browser and not processes", ["-n", "2", "--only-database", *arguments], counts)
        failed |= run("processes", ["--only-database", *arguments], counts)
    order = ("failed", "errors", "error", "passed", "skipped", "xfailed", "warnings", "warning")
    told = ", ".join(f"{counts[word]} {word}" for word in order if counts[word])
    print(f"{f' {told} in {time.monotonic() - began:.2f}s ':=^100}", flush=True)
    return failed


def run(marks: str, arguments: Sequence[str], counts: Counter[str]) -> int:
    """One pytest process; its lines pass through, its last one is added to `counts`. 1 when it failed."""
    command = [sys.executable, "-m", "pytest", "-m", marks, *arguments]
    last = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            print(line, end="", flush=True)
            last = PAINT.sub("", line).strip() or last
    if found := SUMMARY.match(last):
        for count, word in re.findall(r"(\d+) (\w+)", found[1]):
            counts[word] += int(count) if word != "deselected" else 0
    elif process.returncode not in (0, NO_TESTS):
        counts["errors"] += 1  # it ended without a summary
    return int(process.returncode not in (0, NO_TESTS))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
