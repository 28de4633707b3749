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


def spoil(file, folder):
    """What it can still do to files that are there. A reader writes none: its limit on their size is 0."""
    done = []
    for act in (
        lambda: Path(folder, "a").unlink(),
        lambda: Path(folder, "b").rename(Path(folder, "c")),
        lambda: os.truncate(Path(folder, "d"), 0),
        lambda: Path(folder, "e").open("w").close(),
        lambda: Path(folder, "f").mkdir(),
        lambda: Path(folder, "g").symlink_to("d"),
    ):
        try:
            act()
        except OSError as error:
            done.append(error.errno)
        else:
            done.append(0)
    return {"done": done, "read": Path(folder, "d").read_text()}


def end_by(file, number):
    # What was started in the background may have been told to ignore an interruption.
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def end_the_server(file):
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(30)


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
