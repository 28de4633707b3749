"""The real processes: what `jalon serve` starts, keeps alive and takes along when it goes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.processes


def until(condition: Callable[[], object], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def children(pid: int) -> dict[int, str]:
    """Command lines of the processes that `pid` started."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
        if parent == pid and command:
            found[int(folder.name)] = command
    return found


def workers(pid: int) -> list[int]:
    return [child for child, command in children(pid).items() if "jalon.cli worker" in command]


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def server(port: int, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    kept = {
        n: v for n, v in os.environ.items() if not n.startswith("JALON_") and n != "DJANGO_SETTINGS_MODULE"
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "jalon.cli", "serve", "--port", str(port)],
        env={**kept, "JALON_HOME": str(tmp_path)},
    )
    try:
        until(lambda: answers(port) and workers(process.pid))
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_worker_that_was_killed_is_started_again(server):
    (worker,) = workers(server.pid)
    os.kill(worker, signal.SIGKILL)
    until(lambda: workers(server.pid) not in ([], [worker]))


def test_sigterm_stops_everything(server, port):
    everybody = list(children(server.pid))
    server.terminate()
    assert server.wait(timeout=90) == 0
    assert [pid for pid in everybody if alive(pid)] == []
    assert not answers(port)


def test_a_killed_server_leaves_nobody_behind(server, port):
    everybody = list(children(server.pid))
    server.kill()
    server.wait()
    until(lambda: not any(alive(pid) for pid in everybody))
    assert not answers(port)
