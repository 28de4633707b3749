"""`make check`: everything that can be known without running the product. Names one or more to run only these.

make check ARGS="types lint"
"""

import os
import secrets
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MANAGE = (sys.executable, "-m", "django")
DJLINT_IGNORES = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["djlint"][
    "ignore"
]
# As an operator would run it: behind https, with a key of its own.
PRODUCTION = {
    "JALON_BASE_URL": "https://jalon.example",
    "JALON_ALLOWED_HOSTS": "jalon.example",
    "JALON_SECRET_KEY": secrets.token_urlsafe(50),
}


@dataclass(frozen=True)
class Check:
    name: str
    command: Sequence[str | Path]
    environment: dict[str, str] = field(default_factory=dict)


CHECKS = (
    Check("types", (BIN / "mypy",)),
    Check("lint", (BIN / "ruff", "check", "--quiet", ".")),
    Check("format", (BIN / "ruff", "format", "--check", "--quiet", ".")),
    Check("contracts", (BIN / "lint-imports", "--verbose")),
    Check("templates", (BIN / "djlint", "--lint", "--quiet", "jalon")),
    # The stand-ins play other people's sites: their addresses are not names of our URLs.
    Check(
        "stand-ins", (BIN / "djlint", "--lint", "--quiet", "--ignore", f"{DJLINT_IGNORES},D018", "sandbox")
    ),
    Check("migrations", (*MANAGE, "makemigrations", "--check", "--dry-run")),
    Check("deploy", (*MANAGE, "check", "--deploy", "--fail-level", "WARNING"), PRODUCTION),
    Check("definitions", (BIN / "jalon", "programme", "check", "definitions")),
    Check("architecture", (sys.executable, "-m", "pytest", "-q", "tests/architecture")),
)


def main(names: Sequence[str]) -> int:
    unknown = set(names) - {check.name for check in CHECKS}
    if unknown:
        print(f"No such check: {', '.join(sorted(unknown))}. There are: {', '.join(c.name for c in CHECKS)}")
        return 2
    chosen = [check for check in CHECKS if not names or check.name in names]
    with (
        tempfile.TemporaryDirectory(prefix="jalon-check-") as home,
        ThreadPoolExecutor(max_workers=2) as pool,
    ):
        results = list(pool.map(lambda check: run(check, home), chosen))
    failed = [check.name for check, passed in zip(chosen, results, strict=True) if not passed]
    print(
        f"\n{len(chosen) - len(failed)} of {len(chosen)} checks passed"
        + (f"; failed: {', '.join(failed)}" * bool(failed))
    )
    return int(bool(failed))


def run(check: Check, home: str) -> bool:
    """Prints its name, its time and, when it failed, all that it said."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JALON_")}
    environment = {
        **kept,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "JALON_HOME": home,
        **check.environment,
    }
    if check.name == "architecture":
        del environment["DJANGO_SETTINGS_MODULE"]  # pytest has its own
    began = time.monotonic()
    done = subprocess.run(
        check.command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    passed = done.returncode == 0
    told = f"{'ok  ' if passed else 'FAIL'} {check.name} ({time.monotonic() - began:.0f} s)"
    print(told if passed else f"{told}\n{done.stdout}", flush=True)
    return passed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
