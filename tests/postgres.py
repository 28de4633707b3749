"""A PostgreSQL for the time of a command: `python -m tests.postgres -- pytest tests/journal`.

Debian's binaries, a data folder and a unix socket in a temporary directory, nothing on the network. It refuses
to run as root, so root runs it as the user `postgres`, who comes with the package.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

# The data are thrown away: nothing needs to survive a power cut.
OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",  # tables without statistics look large enough for it
    "listen_addresses": "",
    "max_connections": "200",
}


def binaries() -> Path:
    """The folder of the newest PostgreSQL installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        sys.exit("PostgreSQL is not installed: `make install-dev` (root), or apt-get install postgresql")
    return found[-1].parent


def _as_postgres(command: Sequence[str | Path]) -> None:
    account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/", **identity)  # type: ignore[call-overload]
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


@contextmanager
def throw_away_postgres() -> Iterator[str]:
    """Yields a database URL. Everything is gone afterwards, also when the command failed."""
    folder = Path(tempfile.mkdtemp(prefix="jalon-postgres-"))
    data = folder / "data"
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    where = binaries()
    try:
        _as_postgres(
            [
                where / "initdb",
                "-D",
                data,
                "-U",
                "jalon",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale",
                "--no-sync",
            ]
        )
        flags = " ".join(f"-c {name}='{value}'" for name, value in OPTIONS.items())
        start = [
            where / "pg_ctl",
            "-D",
            data,
            "-w",
            "-l",
            folder / "log",
            "-o",
            f"{flags} -k {folder}",
            "start",
        ]
        # pg_ctl hands its output on to the server, which would keep our pipe open: so not through a pipe.
        _start(start)
        try:
            yield f"postgres://jalon@/postgres?host={folder}"
        finally:
            _as_postgres([where / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(command: Sequence[str | Path]) -> None:
    account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    subprocess.run(  # type: ignore[call-overload]
        command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        cwd="/", **identity,
    )  # fmt: skip


def main(command: Sequence[str]) -> int:
    with throw_away_postgres() as url:
        return subprocess.run(command, check=False, env={**os.environ, "JALON_DATABASE_URL": url}).returncode


if __name__ == "__main__":
    words = sys.argv[1:]
    sys.exit(main(words[1:] if words[:1] == ["--"] else words))
