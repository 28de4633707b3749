"""Run every benchmark of this folder, or those named: `python -m bench impact`. Leaves 1 when a bound is passed.

A benchmark is a module with `run() -> Iterable[Figure]`; each runs in a process of its own.
"""

import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

FOLDER = Path(__file__).parent
NO_BENCHMARK = {"__main__", "figures"}


def names() -> list[str]:
    found = [module.name for module in pkgutil.iter_modules([str(FOLDER)])]
    return sorted(set(found) - NO_BENCHMARK)


def show(name: str) -> bool:
    holds = True
    for figure in import_module(f"bench.{name}").run():
        print(figure, flush=True)
        holds = holds and figure.holds
    return holds


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--one"]:
        return 0 if show(arguments[1]) else 1
    wanted = arguments or names()
    done = [
        subprocess.run([sys.executable, "-m", "bench", "--one", name], cwd=FOLDER.parent, check=False)
        for name in wanted
    ]
    return max((one.returncode for one in done), default=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
