"""A reader has the file and nothing else, ends within its limits, and how it ended is told apart."""

import errno
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from jalon.core.readers import asking, server
from jalon.core.readers.asking import MEGABYTE, Died, Limits, NotRead, ask
from tests.core.readers import strange

pytestmark = pytest.mark.processes
LIMITS = Limits(memory=256 * MEGABYTE, seconds=1, answer=MEGABYTE, wait=30)


def asked(does, data=b"", limits=LIMITS, **words):
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        return ask(file, strange.__name__, {"does": does, **words}, limits)


def gone(pid):
    for _one in range(200):
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.02)
    return False


def readers():
    """The processes that the server has forked and that still run."""
    server = asking._shared.process.pid
    return Path(f"/proc/{server}/task/{server}/children").read_text().split()


def test_it_has_the_file_and_nothing_else(monkeypatch):
    monkeypatch.setenv("JALON_SECRET_KEY", "not for readers")
    with socket.create_server(("127.0.0.1", 0)) as site:
        seen = asked("look", str(site.getsockname()[1]).encode())
    assert "JALON_SECRET_KEY" not in seen["environment"]
    # 0 to 2, and the one that lists them
    assert (len(seen["descriptors"]), seen["written"], seen["reached"]) == (4, False, False)
    assert seen["session"] == seen["server"] == asking._shared.process.pid


@pytest.mark.skipif(server.landlock() < 3, reason="this kernel has no Landlock")
def test_it_spoils_no_file_that_is_there(tmp_path):
    for name in "abd":
        (tmp_path / name).write_text(name)
    assert asked("spoil", folder=str(tmp_path)) == {"done": [errno.EACCES] * 6, "read": "d"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "d"]


@pytest.mark.skipif(server.landlock() < 6, reason="this kernel's Landlock knows no signals")
def test_it_ends_nobody():
    asked("size")
    server_before = asking._shared.process
    with pytest.raises(Died, match="PermissionError"):
        asked("end_the_server")
    assert asking._shared.process == server_before
    assert server_before.poll() is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_stopped_from_outside_nothing_is_known_of_the_file(number):
    with pytest.raises(NotRead):
        asked("end_by", number=number)


@pytest.mark.parametrize(
    ("does", "data", "words"),
    [
        ("end_by", b"", {"number": signal.SIGXCPU}),
        ("end_by", b"", {"number": signal.SIGSEGV}),
        ("write_without_end", b"", {}),
        ("fill_memory", b"", {}),
        ("turn_for_ever", b"", {}),
        ("give", b"[1]", {}),
        ("give", b'{"a": ', {}),
        ("give", b"[" * 100_000, {}),
        ("give", b"9" * 5000, {}),
        ("unknown", b"", {}),
    ],
)
def test_at_its_own_end_the_file_is_the_cause(does, data, words):
    with pytest.raises(Died):
        asked(does, data, **words)
    assert asked("size", b"next") == {"size": 4}


def test_what_fails_before_it_reads_says_nothing_of_the_file(caplog):
    with tempfile.TemporaryFile() as file, pytest.raises(NotRead):
        ask(file, "tests.core.readers.nowhere", {}, LIMITS)
    assert "No module named" in caplog.text


def test_lower_limits_of_the_machine_are_kept_and_no_fault_of_a_file():
    program = (
        "import resource\n"
        "from tests.core.readers import test_asking as these\n"
        "for kind, hard in ((resource.RLIMIT_CPU, 30), (resource.RLIMIT_NOFILE, 24), (resource.RLIMIT_AS, 1 << 29)):\n"
        "    resource.setrlimit(kind, (hard, hard))\n"
        "wanted = these.replace(these.LIMITS, seconds=60, memory=1 << 30)\n"
        "print(these.asked('size', b'12', wanted))\n"
        "try: these.asked('fill_memory', limits=wanted)\n"
        "except these.NotRead: print('not read')\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environment, check=False)
    assert done.stdout.decode().splitlines() == ["{'size': 2}", "not read"], done.stderr.decode()


def test_who_waits_no_more_ends_it():
    with pytest.raises(NotRead):
        asked("sleep", limits=replace(LIMITS, wait=0.3), seconds=30)
    assert all(map(gone, readers()))


def test_the_server_is_begun_again_when_it_ended():
    """Between two files, or in the middle of one: nobody notices."""
    asked("size")
    first = asking._shared.process
    first.kill()
    assert asked("size", b"12") == {"size": 2}
    second = asking._shared.process
    slept = []
    sleeper = threading.Thread(target=lambda: slept.append(asked("sleep", seconds=1)))
    sleeper.start()
    while not readers():
        time.sleep(0.02)
    second.kill()
    sleeper.join()
    assert slept == [{}]
    assert len({first.pid, second.pid, asking._shared.process.pid}) == 3


def test_a_server_that_hangs_is_stopped_and_begun_again(monkeypatch):
    asked("size")
    hanging = asking._shared.process
    monkeypatch.setattr(asking, "PATIENCE", 3)
    hanging.send_signal(signal.SIGSTOP)
    assert asked("size", b"12") == {"size": 2}
    assert gone(hanging.pid)


def test_a_server_goes_on_however_little_time_is_left_to_who_asks():
    """What others have read there is read to its end."""
    asked("size")
    server, slept = asking._shared.process, []
    sleeper = threading.Thread(target=lambda: slept.append(asked("sleep", seconds=1)))
    sleeper.start()
    for wait in (0, 0.1):
        with pytest.raises(NotRead):
            asked("sleep", limits=replace(LIMITS, wait=wait), seconds=30)
    sleeper.join()
    assert (slept, asking._shared.process) == ([{}], server)


def test_a_server_that_cannot_live_reads_nothing(monkeypatch):
    monkeypatch.setattr(asking, "SERVER", Path("/dev/null"))
    asking._shared.stop()
    with pytest.raises(NotRead):
        asked("size")
    monkeypatch.undo()
    assert asked("size") == {"size": 0}


def test_no_more_than_some_read_at_once():
    asked("size")
    with pytest.raises(NotRead):
        asked("size", limits=replace(LIMITS, wait=0))
    results = []

    def one():
        with pytest.raises(NotRead):
            asked("sleep", limits=replace(LIMITS, wait=2), seconds=30)
        results.append(1)

    threads = [threading.Thread(target=one) for _n in range(asking.AT_ONCE)]
    for thread in threads:
        thread.start()
    while len(readers()) < asking.AT_ONCE:
        assert not results
        time.sleep(0.02)
    with pytest.raises(NotRead, match="busy"):
        asked("size", limits=replace(LIMITS, wait=0.1))
    assert len(readers()) == asking.AT_ONCE
    for thread in threads:
        thread.join()
    assert len(results) == asking.AT_ONCE


def test_a_fork_shares_the_server_and_has_places_of_its_own():
    asked("size")
    server = asking._shared.process
    for _n in range(asking.AT_ONCE):  # all of ours are taken
        asking._shared.places.acquire()
    child = os.fork()
    if child == 0:
        found = asked("size", b"123")["size"]
        os._exit(found if asking._shared.process is server else 0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
    asking._shared.places.release(asking.AT_ONCE)
    assert (asked("size", b"1234"), asking._shared.process) == ({"size": 4}, server)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_whoever_began_it(number):
    """And so does what it was just reading."""
    program = (
        "import sys, threading, time\n"
        "from tests.core.readers import test_asking as these\n"
        "threading.Thread(target=these.asked, args=('sleep',), kwargs={'seconds': 60}, daemon=True).start()\n"
        "while not these.asking._shared.process or not these.readers(): time.sleep(0.02)\n"
        "print(these.asking._shared.process.pid, *these.readers(), flush=True)\n"
        "time.sleep(60)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment) as begun:
        pids = begun.stdout.readline().split()
        begun.send_signal(number)
    assert len(pids) == 2
    assert all(gone(int(pid)) for pid in pids)


def test_a_reader_whose_server_ended_before_it_could_ask_for_its_end():
    """The server may be killed between the fork and what follows it."""
    child = os.fork()
    if child == 0:
        server.end_with(os.getpid())  # not whom it was forked from
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == server.UNFIT
