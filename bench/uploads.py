"""A film of 200 MB through the served product, beside a plain copy of it with its digest on the same disk.

The client is bare: one connection, requests of the size that our pages send. Both ends run on this machine.
"""

import hashlib
import http.client
import os
import socket
import tempfile
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from struct import pack
from typing import BinaryIO

from bench.figures import Figure
from jalon.uploads.rules import CHUNK
from tests.browser.uploading import Served, served
from tests.documents.samples import film

SIZE = 200 * 1024 * 1024
REPEAT = 5
MIB = 1024 * 1024


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        path = _film(Path(folder) / "film.mp4")
        with served(Path(folder) / "home") as site:
            yield from _figures(site, path)


def _figures(site: Served, path: Path) -> Iterator[Figure]:
    _send(site, path, "warm.mp4")
    _checked(site)
    before, peak = _resident(site), _Peak(site)
    ours = plain = checked = float("inf")
    with peak:
        for n in range(REPEAT):  # turn by turn, so that both meet the machine in the same mood
            plain = min(plain, copy_with_digest(path, path.with_suffix(".copy")))
            started = time.perf_counter()
            ours = min(ours, _send(site, path, f"film-{n}.mp4"))
            _checked(site)
            checked = min(checked, time.perf_counter() - started)
    yield Figure(
        "upload: 200 MB, until the last byte is on the disk", ours * 1000, "ms", plain * 1000,
        "copy, SHA-256, sync", limit_ratio=1 / 0.7,
    )  # fmt: skip
    yield Figure(
        "upload: the same, until checked and in its slot", checked * 1000, "ms", plain * 1000,
        "copy, SHA-256, sync",
    )  # fmt: skip
    yield Figure("upload: memory grows by", max(peak.most - before, 0) / MIB, "MiB", limit=32)
    sent, kept = _cut(site, path)
    yield Figure(
        "upload: lost when the connection drops",
        (sent - kept) / MIB,
        "MiB",
        CHUNK / MIB,
        "one request",
        limit_ratio=1,
    )


def _film(path: Path) -> Path:
    with path.open("wb") as file:
        file.write(film(seconds=1) + pack(">I4s", SIZE + 8, b"free"))
        for _ in range(SIZE // MIB):
            file.write(os.urandom(MIB))
    return path


def copy_with_digest(source: Path, target: Path) -> float:
    started, digest = time.perf_counter(), hashlib.sha256()
    with source.open("rb") as read, target.open("wb") as write:
        while piece := read.read(MIB):
            digest.update(piece)
            write.write(piece)
        write.flush()
        os.fsync(write.fileno())
    taken = time.perf_counter() - started
    target.unlink()
    return taken


class Client:
    def __init__(self, site: Served) -> None:
        self.site, self.connection = site, http.client.HTTPConnection("127.0.0.1", site.port)
        self.token = "b" * 32

    def ask(self, method: str, address: str, body: object = None, **headers: str) -> http.client.HTTPResponse:
        said = {
            "Tus-Resumable": "1.0.0",
            "Cookie": f"sessionid={self.site.session}; csrftoken={self.token}",
            "X-CSRFToken": self.token,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        self.connection.request(method, address, body=body, headers=said)
        answer = self.connection.getresponse()
        answer.body = answer.read()  # type: ignore[attr-defined]
        return answer

    def begin(self, name: str, size: int) -> str:
        words = {"slot": self.site.slot, "filename": name}
        meta = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in words.items())
        answer = self.ask(
            "POST", f"/candidatures/{self.site.number}/envois", Upload_Length=str(size), Upload_Metadata=meta
        )
        assert answer.status == 201, answer.body  # type: ignore[attr-defined]
        return str(answer.headers["Location"])


def _send(site: Served, path: Path, name: str) -> float:
    size, started, client = path.stat().st_size, time.perf_counter(), Client(site)
    where = client.begin(name, size)
    with path.open("rb") as file:
        for offset in range(0, size, CHUNK):
            length = min(CHUNK, size - offset)
            answer = client.ask(
                "PATCH", where, _pieces(file, length), Upload_Offset=str(offset), Content_Length=str(length),
                Content_Type="application/offset+octet-stream",
            )  # fmt: skip
            assert answer.status == 204, answer.status
    return time.perf_counter() - started


def _pieces(file: BinaryIO, length: int) -> Iterator[bytes]:
    """As a browser does: the next of the file is read while the server takes the last."""
    while length and (piece := file.read(min(length, MIB))):
        length -= len(piece)
        yield piece


def _checked(site: Served) -> None:
    """Until every upload is in its slot."""
    client = Client(site)
    while (
        b'data-upload="checking"'
        in client.ask("GET", f"/candidatures/{site.number}/chapitres/{site.chapter}").body
    ):  # type: ignore[attr-defined]
        time.sleep(0.02)


def _cut(site: Served, path: Path) -> tuple[int, int]:
    """Bytes that left, and bytes that the server says it has, when a connection drops in the middle of a request."""
    client = Client(site)
    where, sent = client.begin("coupe.mp4", path.stat().st_size), 0
    with socket.create_connection(("127.0.0.1", site.port)) as wire:
        head = (
            f"PATCH {where} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
            f"Content-Type: application/offset+octet-stream\r\nContent-Length: {CHUNK}\r\n"
            f"X-CSRFToken: {client.token}\r\n"
            f"Cookie: sessionid={site.session}; csrftoken={client.token}\r\n\r\n"
        )
        wire.sendall(head.encode())
        with path.open("rb") as file:
            while sent < CHUNK - 3 * MIB:
                wire.sendall(piece := file.read(100_000))
                sent += len(piece)
    time.sleep(0.5)
    return sent, int(client.ask("HEAD", where).headers["Upload-Offset"])


def _resident(site: Served) -> int:
    """Bytes of memory of the web server and the worker, with the processes that they started."""
    total = 0
    for process in site.running:
        for pid in (process.pid, *_children(process.pid)):
            with suppress(FileNotFoundError, ProcessLookupError):
                pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
                total += pages * os.sysconf("SC_PAGE_SIZE")
    return total


def _children(pid: int) -> list[int]:
    with suppress(FileNotFoundError):
        return [
            int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        ]
    return []


class _Peak:
    """The most memory that was seen, looked at all the time."""

    def __init__(self, site: Served) -> None:
        self.site, self.most, self._over = site, 0, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._over.wait(0.02):
            self.most = max(self.most, _resident(self.site))

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()
