"""A stand-in that speaks clamd's protocol, and what an antivirus is tried with."""

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# In two halves, so that no antivirus takes this file for the thing itself.
EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + r"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").encode()


class Clamd:
    """Speaks INSTREAM like clamd does: finds EICAR, hangs up on a stream beyond `limit`."""

    def __init__(self, limit=10_000_000):
        self.limit = limit
        self.asked = 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.server.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            with connection:
                connection.sendall(self._answer(connection.makefile("rb")) + b"\0")

    def _answer(self, stream):
        assert stream.read(10) == b"zINSTREAM\0"
        self.asked += 1
        data = b""
        while length := int.from_bytes(stream.read(4), "big"):
            data += stream.read(length)
            if len(data) > self.limit:
                return b"INSTREAM size limit exceeded. ERROR"
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in data else b"stream: OK"


CLAMD = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")

needs_clamd = pytest.mark.skipif(
    CLAMD is None and os.environ.get("CI") != "true", reason="clamd is not installed"
)


@contextmanager
def real_clamd(folder: Path, *settings: str) -> Iterator[str]:
    """With a signature of our own, because the official base cannot be fetched by a test."""
    base, address, configuration = folder / "base", folder / "clamd.socket", folder / "clamd.conf"
    base.mkdir()
    (base / "local.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")
    lines = (f"LocalSocket {address}", f"DatabaseDirectory {base}", "Foreground yes", *settings)
    configuration.write_text("\n".join(lines) + "\n")
    process = subprocess.Popen([CLAMD or "clamd", "-c", str(configuration)], stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 30
        while not address.exists() and time.monotonic() < end:
            time.sleep(0.1)
        yield str(address)
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def clamd(settings):
    """The stand-in, as the antivirus that is configured."""
    standin = Clamd()
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"clamd": standin.address})
    yield standin
    standin.server.close()
