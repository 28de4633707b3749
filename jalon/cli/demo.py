"""`jalon demo`: everything on one machine, on loopback, with people and files to look at."""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

import click

from jalon.cli.serve import WebServer, WorkerKeeper, prepare
from jalon.cli.start import check_environment

ROOT = Path(__file__).resolve().parents[2]
MARK = ".demo"  # in the home of a demo; locked while one runs
ISC_SECRET = "secret-du-bac-a-sable"  # noqa: S105  (the stand-in's; it answers on loopback)


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65000))
@click.option("--reset", is_flag=True, help="Forget the demo's data and begin anew.")
def demo(port: int, reset: bool) -> None:
    """Serve Jalon with a programme, people, files in several states and stand-ins of outside systems."""
    home = Path(os.environ.get("JALON_HOME") or ROOT / "var" / "demo").resolve()
    _refuse_taken_ports(port)
    os.environ.update(_environment(home, port))
    check_environment()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _as_ctrl_c)  # until the web server has handlers of its own
    with _alone_in(home):
        # Written last: a first start that was cut short begins anew.
        ready = home / ".demo-ready"
        if reset or not ready.exists():
            _forget(home)
        prepare()
        _serve(home, port, ready)


def _serve(home: Path, port: int, ready: Path) -> None:
    keeper = WorkerKeeper()
    with _stand_in(_isc(home, port)) as isc, _stand_in(_gazelle(home, port)):
        try:
            _make_or_move_data(ready)
            _wait_for_isc(isc)
            keeper.start()
            _print_addresses(port)
            WebServer(bind="127.0.0.1", port=port, threads=32).run()
        finally:
            keeper.stop()


def _as_ctrl_c(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _environment(home: Path, port: int) -> dict[str, str]:
    issuer = f"http://127.0.0.1:{port + 1}"
    return {
        "JALON_HOME": str(home),
        "JALON_DEMO": "1",
        "JALON_BASE_URL": f"http://127.0.0.1:{port}",
        "JALON_OIDC_ISSUER": issuer,
        "JALON_OIDC_CLIENT_ID": "jalon",
        "JALON_OIDC_CLIENT_SECRET": ISC_SECRET,
        "JALON_OIDC_ENROL_URL": f"{issuer}/inscription",
        "JALON_OIDC_ACCOUNT_URL": f"{issuer}/compte",
        "JALON_FETCH_STAND_INS": ",".join(f"{host}=127.0.0.1:{port + 2}" for host in _report_hosts()),
    }


def _report_hosts() -> list[str]:
    """The hosts from which the programmes take test reports: the stand-in answers for them."""
    from config.environment import Environment
    from jalon.programmes.definition.folder import read_tree

    programmes = [loaded.definition for loaded in read_tree(Environment().definitions).programmes]
    return sorted({host for one in programmes for kind in one.kinds if kind.reports for host in kind.hosts})


def _refuse_taken_ports(port: int) -> None:
    for wanted in (port, port + 1, port + 2):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                print(f"Port {wanted} is taken. Choose another: make demo PORT=9000", file=sys.stderr)
                sys.exit(2)


@contextmanager
def _alone_in(home: Path) -> Iterator[None]:
    """Only one demo at a time has a home: a second one would take its data away. The system ends the hold with it."""
    # Only a folder that a demo made: a wrong JALON_HOME must cost nobody's data.
    if home.exists() and not (home / MARK).exists() and any(home.iterdir()):
        print(f"{home} holds something else than a demo: choose another JALON_HOME.", file=sys.stderr)
        sys.exit(2)
    home.mkdir(parents=True, exist_ok=True)
    with (home / MARK).open("a") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"A demo runs on {home} already: stop it, or choose another JALON_HOME.", file=sys.stderr)
            sys.exit(2)
        yield


def _forget(home: Path) -> None:
    """All but the mark, which is held: whoever comes next must meet the same one."""
    for entry in home.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != MARK:
            entry.unlink()


@contextmanager
def _stand_in(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """In a session of its own: a Ctrl-C is for the demo, which stops its stand-ins however it ends."""
    owner = os.getpid()
    clean = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    process = subprocess.Popen(  # noqa: S603  (our own modules)
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=clean,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if os.getpid() == owner:  # web processes are forked from this one, and pass here too
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _isc(home: Path, port: int) -> list[str]:
    from jalon.demo.people import isc_accounts

    seed = home / "isc-accounts.json"
    seed.write_text(json.dumps(isc_accounts(), ensure_ascii=False), encoding="utf-8")
    command = ["sandbox.isc", "--port", str(port + 1), "--state", str(home / "isc"), "--seed", str(seed)]
    return [*command, "--jalon", f"http://127.0.0.1:{port}", "--client-secret", ISC_SECRET]


def _gazelle(home: Path, port: int) -> list[str]:
    """It answers in place of the hosts that the programmes name: a demo shows true links and asks nobody outside."""
    from django.conf import settings

    from jalon.demo.reports import organisations

    seed = home / "gazelle.json"
    held = organisations(settings.ENVIRONMENT.definitions)
    seed.write_text(json.dumps(held, ensure_ascii=False), encoding="utf-8")
    return ["sandbox.gazelle", "--port", str(port + 2), "--seed", str(seed)]


def _make_or_move_data(ready: Path) -> None:
    from django.conf import settings
    from django.db import connections

    from jalon.accounts.actions import move_issuer
    from jalon.accounts.standing import SYSTEM
    from jalon.demo.files import prepare as make_files
    from jalon.demo.reports import give_access

    issuer = settings.ENVIRONMENT.oidc_issuer
    if ready.exists():
        # The stand-in may answer on another port than last time: the people are the same.
        move_issuer(actor=SYSTEM, old=ready.read_text(encoding="ascii").strip(), new=issuer)
    else:
        make_files(definitions=settings.ENVIRONMENT.definitions, issuer=issuer, say=_say)
        give_access()
    ready.write_text(issuer, encoding="ascii")
    connections.close_all()


def _say(what: str) -> None:
    print(f"  making {what}", flush=True)


def _wait_for_isc(isc: subprocess.Popen[bytes]) -> None:
    address = os.environ["JALON_OIDC_ISSUER"] + "/.well-known/openid-configuration"
    for _attempt in range(100):
        if isc.poll() is not None:
            print("The iSC stand-in did not start.", file=sys.stderr)
            sys.exit(1)
        try:
            with urlopen(address, timeout=2):  # noqa: S310  (loopback)
                return
        except (URLError, OSError):
            time.sleep(0.1)
    print(f"The iSC stand-in does not answer on {address}.", file=sys.stderr)
    sys.exit(1)


def _print_addresses(port: int) -> None:
    from jalon.demo.people import PASSWORD, STAFF, VENDORS

    print(f"\nJalon                  http://127.0.0.1:{port}/")
    print(f"Mailbox                http://127.0.0.1:{port}/demo/courriels")
    print(f"iSC (stand-in)         http://127.0.0.1:{port + 1}/")
    print(f"Gazelle (stand-in)     http://127.0.0.1:{port + 2}/, in place of the hosts that programmes name")
    print(f"\nPassword of everybody  {PASSWORD}")
    print("\nPeople of companies: « Connexion », then iSC")
    for vendor in VENDORS:
        print(f"  {vendor.username:18} {vendor.role.label}, {vendor.company.name}")
    print("\nPeople of the agency: « Connexion », then « Personnel de l’agence » (or one click)")
    for member in STAFF:
        print(
            f"  {member.login + '@agence.example':34} {', '.join(str(role.label) for role in member.roles)}"
        )
    print("\nCtrl-C stops everything; the data stays for the next start.\n", flush=True)
