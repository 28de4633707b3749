"""The process from which readers are forked. Run as `python -I server.py FOLDER`, with a socket as standard input.

It imports what readers need, once, and opens no file of anybody: each is parsed in a fork that has limits, and of all
descriptors only the file and where its answer goes. A fork writes nothing; where the kernel has user namespaces and
Landlock, it has no network, and changes, moves or removes no file (docs/decisions/readers.md says what is left to it).
Imports nothing of Jalon by itself.
"""

import contextlib
import ctypes
import gc
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
import traceback
from importlib import import_module
from typing import Any, NoReturn

CONTROL = 0
LONGEST = 64 * 1024  # bytes of a request
OPEN = 256  # descriptors of the server
FILES = 32  # of a reader
FAILED = 1  # exit code of a reader that came to an end of its own
BEGUN = b"+"  # told before anything else
UNFIT = 75  # and of one whose end says nothing of the file: what failed lies with the machine
NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
END_WITH_PARENT = 1  # prctl(PR_SET_PDEATHSIG)
NO_NEW_PRIVILEGES = 38  # prctl: without it, nobody may confine himself
LANDLOCK_CREATE, LANDLOCK_RESTRICT = 444, 446  # system calls, the same on every machine that we know of
# Rights on files, by the version of Landlock that knows them: to write, remove and make (devices, folders, files,
# sockets, pipes, links); to move between folders; to empty. Reading is not among them: modules are imported late.
FILE_RIGHTS = {1: 1 << 1 | sum(1 << n for n in range(4, 13)), 2: 1 << 13, 3: 1 << 14}
NET_RIGHTS, SCOPES = 0b11, 0b11  # TCP; abstract sockets of others, and signals to them
LIBC = ctypes.CDLL(None, use_errno=True)


class Server:
    def __init__(self) -> None:
        self.control = socket.socket(fileno=CONTROL)
        self.woken, wakes = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.waiting: dict[int, socket.socket] = {}  # who waits for the end of which process
        self.poll = select.poll()
        self.poll.register(CONTROL, select.POLLIN)
        self.poll.register(self.woken, select.POLLIN)

    def serve(self) -> None:
        while True:
            for number, _event in self.poll.poll():
                if number == CONTROL:
                    if not self.take():
                        return
                elif number == self.woken:
                    os.read(self.woken, 4096)
                    self.tell_ends()
                else:
                    self.end(number)

    def take(self) -> bool:
        """One file. False when nobody is left who could ask."""
        message, numbers, _flags, _address = socket.recv_fds(self.control, LONGEST, 3)
        if not message:
            return False
        try:
            if len(numbers) == 3:
                self.begin(json.loads(message), *numbers)
        except OSError:  # no process, or no memory for one: who asked sees that nothing comes
            pass
        finally:
            for number in numbers:
                os.close(number)
        return True

    def begin(self, request: dict[str, Any], file: int, answer: int, end: int) -> None:
        prepare(request["needs"])
        told = socket.socket(fileno=os.dup(end))
        server = os.getpid()
        child = os.fork()
        if child == 0:
            end_with(server)
            read(request, file, answer)
        self.waiting[child] = told
        self.poll.register(told, 0)  # only that it was closed
        with contextlib.suppress(OSError):
            told.send(BEGUN)

    def tell_ends(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while True:
                child, status = os.waitpid(-1, os.WNOHANG)
                if child == 0:
                    return
                told = self.waiting.pop(child)
                with contextlib.suppress(KeyError):
                    self.poll.unregister(told)
                with told, contextlib.suppress(OSError):
                    told.send(struct.pack("i", os.waitstatus_to_exitcode(status)))

    def end(self, number: int) -> None:
        """Who waited for it does so no more."""
        for child, told in self.waiting.items():
            if told.fileno() == number:
                self.poll.unregister(told)
                os.kill(child, signal.SIGKILL)


def prepare(needs: list[str]) -> None:
    """Import what forks would import one by one. What fails here fails there, and is told from there."""
    if all(name in sys.modules for name in needs):
        return
    for name in needs:
        with contextlib.suppress(Exception):
            import_module(name)
    gc.collect()
    gc.freeze()


def end_with(server: int) -> None:
    """What reads goes on for nobody once the server has ended, be it before this could be asked for."""
    with contextlib.suppress(AttributeError):  # no Linux
        LIBC.prctl(END_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != server:
        os._exit(UNFIT)


def read(request: dict[str, Any], file: int, answer: int) -> NoReturn:
    """In the fork."""
    code = UNFIT
    try:
        isolate(file, answer)
        as_wanted = confine(request["limits"])
        module = import_module(request["module"])
        with open(0, "rb") as opened:
            opened.seek(0)
            code = FAILED if as_wanted else UNFIT
            said, code = json.dumps(module.answer(opened, **request["words"])).encode(), 0
    except BaseException:  # noqa: BLE001  (nothing of the server may go on in a fork)
        said = traceback.format_exc().encode(errors="replace")[-2000:]
    try:
        while said:
            said = said[os.write(1, said) :]
    finally:
        os._exit(code)


def isolate(file: int, answer: int) -> None:
    """Descriptors: the file, where the answer goes, nothing else; not the server's socket either."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number, becomes in ((file, 0), (answer, 1), (nowhere, 2)):
        os.dup2(number, becomes)
    os.closerange(3, OPEN)


def confine(limits: dict[str, int]) -> bool:
    """Whether the machine allowed as much as was wanted."""
    # Apart, so that SIGXCPU ends it: SIGKILL is what others do to it, and what a lower limit of theirs does.
    allowed = [
        limit(resource.RLIMIT_CPU, limits["seconds"], limits["seconds"] + 5),
        limit(resource.RLIMIT_AS, held() + limits["memory"]),
        limit(resource.RLIMIT_NOFILE, FILES),
    ]
    limit(resource.RLIMIT_FSIZE, 0)
    limit(resource.RLIMIT_CORE, 0)
    with contextlib.suppress(OSError, AttributeError):
        # A network of its own, with nothing in it. Systems that refuse this still have the other limits.
        LIBC.unshare(NEW_USER | NEW_NETWORK)
        spare_files(landlock())
    return all(allowed)


def landlock() -> int:
    """Which version of it this kernel has; below 1: none."""
    return int(LIBC.syscall(LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1))


def spare_files(version: int) -> None:
    """From here on, no file is changed, made, moved or removed, and nobody outside gets a signal."""
    if version < 1:
        return
    rights = sum(right for since, right in FILE_RIGHTS.items() if since <= version)
    known = 8 if version < 4 else 16 if version < 6 else 24
    asked = struct.pack("QQQ", rights, NET_RIGHTS, SCOPES)[:known]
    rules = LIBC.syscall(LANDLOCK_CREATE, asked, ctypes.c_size_t(known), 0)
    LIBC.prctl(NO_NEW_PRIVILEGES, *map(ctypes.c_ulong, (1, 0, 0, 0)))
    LIBC.syscall(LANDLOCK_RESTRICT, rules, 0)
    os.close(rules)


def limit(kind: int, soft: int, hard: int | None = None) -> bool:
    """Set a limit, or the machine's own where that is lower. Whether it is as wanted."""
    last = resource.getrlimit(kind)[1]
    wanted = (soft, soft if hard is None else hard)
    lowest = wanted if last == resource.RLIM_INFINITY else (min(wanted[0], last), min(wanted[1], last))
    resource.setrlimit(kind, lowest)
    return lowest == wanted


def held() -> int:
    """Bytes of addresses that the imported modules take."""
    with open("/proc/self/statm") as told:  # noqa: PTH123  (pathlib takes longer to import)
        return int(told.read().split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    limit(resource.RLIMIT_NOFILE, OPEN)
    Server().serve()
