"""`jalon serve`: the whole product in one command. The web server in front, the worker beside it, watched."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import click
from gunicorn.app.base import BaseApplication

from jalon.cli.database import set_up
from jalon.cli.messages import compile_messages
from jalon.cli.patience import bound_silence
from jalon.cli.start import start_django


@click.command()
@click.option("--bind", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--threads", default=32, show_default=True, type=click.IntRange(2, 256))
@click.option("--no-worker", is_flag=True, help="The background worker runs elsewhere (`jalon worker`).")
def serve(bind: str, port: int, threads: int, no_worker: bool) -> None:
    """Prepare (as `migrate`, and collect static files), then serve until SIGTERM or Ctrl-C."""
    os.environ.setdefault("JALON_BASE_URL", f"http://127.0.0.1:{port}")
    prepare()
    keeper = None if no_worker else WorkerKeeper()
    if keeper:
        keeper.start()
    try:
        WebServer(bind=bind, port=port, threads=threads).run()
    finally:
        if keeper:
            keeper.stop()


def prepare() -> None:
    """Everything that must hold before the first request. Quick when nothing changed."""
    compile_messages(only_stale=True)
    start_django()
    set_up(verbosity=0)
    _refuse_unprotected_tables()
    _collect_static_files()
    from django.db import connections

    connections.close_all()  # the web process is forked from this one, and connections do not survive that


def _refuse_unprotected_tables() -> None:
    from jalon.core.db.append_only import missing_triggers

    if tables := missing_triggers():
        print(f"Not protected against changes: {', '.join(tables)}. Run `jalon migrate`.", file=sys.stderr)
        sys.exit(1)


def _collect_static_files() -> None:
    from django.conf import settings
    from django.core.management import call_command

    stamp = Path(settings.STATIC_ROOT) / ".collected"
    state = _state_of_static_files()
    if not stamp.exists() or stamp.read_text(encoding="ascii") != state:
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(state, encoding="ascii")


def _state_of_static_files() -> str:
    """Changes when a source file does (name, size or time)."""
    from django.contrib.staticfiles.finders import get_finders

    from jalon.core.canonical import canonical_json, sha256_hex

    sources = []
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            sources.append([path, status.st_size, status.st_mtime_ns])
    return sha256_hex(canonical_json(sources))


def _ready(server: Any) -> None:
    for listener in server.LISTENERS:
        bound_silence(listener)
        print(f"Jalon answers on {listener}", flush=True)


class WebServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, *, bind: str, port: int, threads: int) -> None:
        self.options: dict[str, Any] = {
            "bind": f"{bind}:{port}",
            "worker_class": "gthread",
            "workers": 1,
            # Slow uploads hold a thread each: with few threads six of them freeze the site. Silent ones: patience.py.
            "threads": threads,
            "timeout": 120,
            "graceful_timeout": 20,
            "control_socket_disable": True,
            "loglevel": "warning",
            "when_ready": _ready,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """In the web process, after the fork."""
        from config.wsgi import application
        from jalon.core.db.pool import share_connections

        share_connections(threads=self.options["threads"])
        return application


class WorkerKeeper:
    """Runs the background worker as a process of its own, and starts it again whenever it ends."""

    pause = 1.0

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._stopping = threading.Event()
        self._lock = threading.Lock()  # none is started once the stop was decided
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="worker-keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Tell the worker to finish, and wait. Does nothing in the web processes forked from the owner."""
        if os.getpid() != self.owner:
            return
        with self._lock:
            self._stopping.set()
            if self._process and self._process.poll() is None:
                self._process.terminate()
        if self._thread.is_alive():  # else it was never started, or is done
            self._thread.join(timeout=30)
        if self._thread.is_alive() and self._process:
            self._process.kill()

    def _keep(self) -> None:
        command = [sys.executable, "-m", "jalon.cli", "worker", "--leave-with", str(self.owner)]
        while True:
            with self._lock:
                if self._stopping.is_set():
                    return
                self._process = subprocess.Popen(command)  # noqa: S603  (our own interpreter and module)
            self._process.wait()
            if not self._stopping.wait(self.pause):
                print("The background worker ended; starting it again.", file=sys.stderr)
