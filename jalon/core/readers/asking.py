"""Hands somebody's file to a reader in a process of its own, and takes its answer as data.

One server (`server.py`) for each process that asks, begun when it first asks and again whenever it has ended; it ends
with whoever began it. Forks of this process share it; how many may read at once is for each of them.
"""

import atexit
import contextlib
import json
import logging
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import IO, Any

logger = logging.getLogger(__name__)

SERVER = Path(__file__).with_name("server.py")
ROOT = Path(__file__).parents[3]
PATIENCE = 30.0  # seconds until a server has begun a reader: its first may have much to import
AT_ONCE = 4  # readers of one process of ours: each may take as much memory as its limit says
MEGABYTE = 1024 * 1024
UNFIT = 75  # as `server.py` has it: what failed lies with the machine
_ENDED = struct.Struct("i")  # as the server sends it: the exit code, or the signal below zero
# Signals of whoever stops the service, and of a machine that is out of memory. What a reader does to itself ends
# otherwise: SIGXCPU when its time is over, a fault, or a traceback.
_STOPPED = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL})


@dataclass(frozen=True)
class Limits:
    """`memory`: bytes of addresses, not resident; `answer`: bytes; `seconds`: of processor; `wait`: by the wall."""

    memory: int
    seconds: int
    answer: int
    wait: float


class NotRead(Exception):
    """The machine did not manage now; trying again may. Nothing is known of the file."""


class Died(Exception):
    """The reader came to an end of its own: out of time, memory or sense. The file is the cause."""


class _ServerGone(Exception):
    pass


def ask(
    file: IO[bytes], module: str, words: Mapping[str, Any], limits: Limits, *, needs: Sequence[str] = ()
) -> dict[str, Any]:
    """What `answer(file, **words)` of that module returns. `needs`: modules that the server imports once for all.

    Raises NotRead, Died.
    """
    until = time.monotonic() + limits.wait
    if not _shared.places.acquire(timeout=limits.wait):
        raise NotRead("All readers are busy.")
    try:
        return _asked_twice(file, module, words, limits, needs, until)
    except TimeoutError:
        raise NotRead(f"{module} did not answer in time.") from None
    except OSError as error:
        raise NotRead(f"{module} could not be asked: {error}") from error
    finally:
        _shared.places.release()


def _asked_twice(
    file: IO[bytes],
    module: str,
    words: Mapping[str, Any],
    limits: Limits,
    needs: Sequence[str],
    until: float,
) -> dict[str, Any]:
    request = {"module": module, "words": words, "needs": [module, *needs], "limits": asdict(limits)}
    message = json.dumps(request).encode()
    with contextlib.suppress(_ServerGone):
        return _asked(file, message, limits.answer, until)
    try:  # it had ended before, or was ended meanwhile: nothing was lost by that
        return _asked(file, message, limits.answer, until)
    except _ServerGone:
        raise NotRead(f"{module}: the server of readers ended twice.") from None


def _asked(file: IO[bytes], message: bytes, longest: int, until: float) -> dict[str, Any]:
    answering, for_answer = socket.socketpair()
    ending, for_end = socket.socketpair()
    with answering, ending:  # once `ending` is closed, the server ends a reader that still runs
        with for_answer, for_end:
            server = _shared.send(message, [file.fileno(), for_answer.fileno(), for_end.fileno()])
        try:
            return _told(answering, ending, longest, until)
        except _ServerGone:
            _shared.give_up(server)
            raise


def _told(answering: socket.socket, ending: socket.socket, longest: int, until: float) -> dict[str, Any]:
    _wait_for_beginning(ending)
    said = _received(answering, longest, until)
    if len(said) > longest:
        raise Died("Its answer has no end.")
    ended = _received(ending, _ENDED.size, until)
    if len(ended) < _ENDED.size:
        raise _ServerGone
    return _answer(_ENDED.unpack(ended)[0], said)


def _wait_for_beginning(ending: socket.socket) -> None:
    """However little time is left: only so is a server that hangs told from a reader that takes long."""
    ending.settimeout(PATIENCE)
    try:
        begun = ending.recv(1)
    except TimeoutError:
        logger.exception("The server of readers hangs: it is stopped, and another is begun.")
        raise _ServerGone from None
    if not begun:
        raise _ServerGone


def _received(source: socket.socket, longest: int, until: float) -> bytes:
    """All that comes, and at most one byte more than that."""
    found = bytearray()
    while len(found) <= longest:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        source.settimeout(left)
        piece = source.recv(min(longest + 1 - len(found), MEGABYTE))
        if not piece:
            break
        found += piece
    return bytes(found)


def _answer(code: int, said: bytes) -> dict[str, Any]:
    if -code in _STOPPED:
        raise NotRead(f"The reader was stopped from outside ({code}).")
    if code == UNFIT:
        why = said[-2000:].decode(errors="replace")
        logger.error("Readers cannot work as they should on this machine: %s", why)
        raise NotRead(f"The reader could not work: {why}")
    if code:
        raise Died(f"The reader ended with {code}: {said[-2000:].decode(errors='replace')}")
    try:
        found = json.loads(said)
    except (ValueError, RecursionError) as error:
        raise Died(f"The reader's answer cannot be read: {error}") from None
    if not isinstance(found, dict):
        raise Died("The reader's answer is none.")
    return found


class _Shared:
    """What the threads of this process share: the server, and how many may read at once."""

    def __init__(self) -> None:
        self.control: socket.socket | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self.renew()

    def renew(self) -> None:
        """In a fork, no thread is left that would let go of what it held."""
        self.lock, self.places = Lock(), BoundedSemaphore(AT_ONCE)

    def send(self, message: bytes, numbers: Sequence[int]) -> socket.socket:
        """To which server, as one may give it up."""
        with self.lock:
            if self.control is not None:
                with contextlib.suppress(OSError):
                    socket.send_fds(self.control, [message], numbers)
                    return self.control
                self.stop()
            self.control = self._begun()
            try:
                socket.send_fds(self.control, [message], numbers)
            except OSError as error:
                raise _ServerGone from error
            return self.control

    def give_up(self, server: socket.socket) -> None:
        """The next file goes to another one: of a server that was killed, the socket may outlive the others for a
        moment, and take one more file for nobody.

        What other readers are at is lost on nobody: who asks for them could not be told, and asks once more.
        """
        with self.lock:
            if self.control is server:  # nobody else did
                self.stop()

    def _begun(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603  (our own script, our own path)
                [sys.executable, "-I", str(SERVER), str(ROOT)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"PATH": os.defpath, "LANG": "C.UTF-8"},  # none of our secrets
                cwd="/",
                start_new_session=True,  # Ctrl-C at the terminal is for us, not for it
            )
        self.pid = os.getpid()
        return ours

    def stop(self) -> None:
        """It ends when nobody can ask it any more."""
        if self.control is not None:
            self.control.close()
        if self.process is not None and self.pid == os.getpid():
            self.process.kill()
            self.process.wait()
        self.control = self.process = None


_shared = _Shared()
os.register_at_fork(after_in_child=_shared.renew)
atexit.register(_shared.stop)
