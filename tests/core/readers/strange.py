"""Readers as no file should make them: each of these is what a parser that was taken over, or lost, could do."""

import os
import signal
import socket
import time
from pathlib import Path


def answer(file, *, does, **words):
    return globals()[does](file, **words)


def look(file):
    """What it sees of the machine."""
    try:
        Path("/tmp/written-by-a-reader").write_text("x")
        written = True
    except OSError:
        written = False
    with socket.socket() as some:
        some.settimeout(5)
        reached = some.connect_ex(("127.0.0.1", int(file.read())))
    return {
        "environment": sorted(os.environ),
        "descriptors": sorted(path.name for path in Path("/proc/self/fd").iterdir()),
        "written": written,
        "reached": reached == 0,
        "session": os.getsid(0),
        "server": os.getppid(),
    }


def end_by(file, number):
    # What was started in the background may have been told to ignore an interruption.
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def end_the_server(file, flag):
    """Only once: the next one finds that it was done."""
    if not Path(flag).exists():
        os.close(os.open(flag, os.O_CREAT))
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(30)
    return {"alive": True}


def write_without_end(file):
    while True:
        os.write(1, b'{"a": 1}' * 10_000)


def sleep(file, seconds):
    time.sleep(seconds)
    return {}


def fill_memory(file):
    return {"size": len(bytes(512 * 1024 * 1024))}


def turn_for_ever(file):
    while True:
        pass


def give(file):
    os.write(1, file.read())
    os._exit(0)


def size(file):
    return {"size": len(file.read())}
