"""A film of 200 MB through the served product, beside a plain copy of it with its digest on the same disk.

The client is bare: one connection, requests of the size that our pages send. Both ends run on this machine. What is
judged is how fast a person is rid of the file: until the answer to the last request, when all bytes are on the disk.
The digest comes after it, in the worker; how long both take together stands on the next line, without a bound. Memory
is looked at in runs of its own, so that the looking slows nothing that is timed.
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
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from struct import pack
from typing import BinaryIO, Self

from bench.figures import Figure
from jalon.uploads.rules import CHUNK
from tests.browser.uploading import Served, served
from tests.documents.samples import film

MIB = 1024 * 1024
SIZE, SMALLER = 200 * MIB, 50 * MIB
REPEAT = 5
# Uploads that have everything begun that the first file begins: one that its last request looks at, one for the worker.
WARM = (MIB, 9 * MIB)
READERS = "core/readers/server.py"  # in the command of those that look into files
READERS_LIMIT = 160  # MiB; docs/operations.md: at most 80 MB for the web process, and as much for the worker


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        path = _film(Path(folder) / "film.mp4", SIZE)
        with served(Path(folder) / "home") as site:
            for size in WARM:
                _send(site, _film(Path(folder) / "warm.mp4", size), f"warm-{size}.mp4")
                _looked_into(site)
            yield from _memory(site, _film(Path(folder) / "smaller.mp4", SMALLER), path)
            yield from _speed(site, path)
            yield _lost(site, path)


def _memory(site: Served, smaller: Path, path: Path) -> Iterator[Figure]:
    """What comes on top of a site that has taken a file of each sort already: the larger file may add no more."""
    before = _held(site)
    seen = []
    for film_sent in (smaller, path):
        with _Peak(site) as peak:
            _send(site, film_sent, f"memory-{film_sent.name}")
            _looked_into(site)
        seen.append(peak.most)
    grown = [max(most.ours - before.ours, 0) / MIB for most in seen]
    yield Figure("upload: 50 MB, web and worker grow by", grown[0], "MiB", limit=32)
    yield Figure("upload: 200 MB, web and worker grow by", grown[1], "MiB", grown[0], "50 MB", limit=32)
    held = [most.readers / MIB for most in seen]
    yield Figure("upload: 50 MB, readers hold in all", held[0], "MiB", limit=READERS_LIMIT)
    yield Figure("upload: 200 MB, readers hold in all", held[1], "MiB", held[0], "50 MB", limit=READERS_LIMIT)


def _speed(site: Served, path: Path) -> Iterator[Figure]:
    ours = plain = checked = float("inf")
    for n in range(REPEAT):  # turn by turn, so that both meet the machine in the same mood
        plain = min(plain, copy_with_digest(path, path.with_suffix(".copy")))
        started = time.perf_counter()
        ours = min(ours, _send(site, path, f"film-{n}.mp4"))
        _placed(site)
        checked = min(checked, time.perf_counter() - started)
    yield Figure(
        "upload: 200 MB received, on the disk, not yet digested", ours * 1000, "ms", plain * 1000,
        "copy, SHA-256, sync", limit_ratio=1 / 0.7,
    )  # fmt: skip
    yield Figure(
        "upload: the same, until digested and in its slot", checked * 1000, "ms", plain * 1000,
        "copy, SHA-256, sync",
    )  # fmt: skip


def _lost(site: Served, path: Path) -> Figure:
    sent, kept = _cut(site, path)
    assert (
        sent > 2 * CHUNK
    )  # a server that kept nothing, or nothing of earlier requests, would pass the bound
    return Figure(
        f"upload: lost of {sent // MIB} MiB when the connection drops", (sent - kept) / MIB, "MiB",
        CHUNK / MIB, "one request", limit_ratio=1,
    )  # fmt: skip


def _film(path: Path, size: int) -> Path:
    with path.open("wb") as file:
        file.write(film(seconds=1) + pack(">I4s", size + 8, b"free"))
        for _ in range(size // MIB):
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
            _send_part(client, where, file, offset, min(CHUNK, size - offset))
    return time.perf_counter() - started


def _send_part(client: Client, where: str, file: BinaryIO, offset: int, length: int) -> None:
    answer = client.ask(
        "PATCH", where, _pieces(file, length), Upload_Offset=str(offset), Content_Length=str(length),
        Content_Type="application/offset+octet-stream",
    )  # fmt: skip
    assert answer.status == 204, answer.status


def _pieces(file: BinaryIO, length: int) -> Iterator[bytes]:
    """As a browser does: the next of the file is read while the server takes the last."""
    while length and (piece := file.read(min(length, MIB))):
        length -= len(piece)
        yield piece


def _placed(site: Served) -> None:
    """Until every upload is in its slot."""
    _wait_while(site, b'data-upload="checking"')


def _looked_into(site: Served) -> None:
    """Until readers are done with every upload as well."""
    _placed(site)
    _wait_while(site, b" data-pending")


def _wait_while(site: Served, mark: bytes) -> None:
    client = Client(site)
    while mark in client.ask("GET", f"/candidatures/{site.number}/chapitres/{site.chapter}").body:  # type: ignore[attr-defined]
        time.sleep(0.02)


def _cut(site: Served, path: Path) -> tuple[int, int]:
    """Bytes that left, and bytes that the server says it has, when a connection drops amid a third request."""
    client = Client(site)
    where, sent = client.begin("coupe.mp4", path.stat().st_size), 0
    with path.open("rb") as file:
        for _ in range(2):
            _send_part(client, where, file, sent, CHUNK)
            sent += CHUNK
        until = sent + CHUNK - 3 * MIB
        with socket.create_connection(("127.0.0.1", site.port)) as wire:
            wire.sendall(_head(client, where, sent))
            while sent < until:
                wire.sendall(piece := file.read(100_000))
                sent += len(piece)
    time.sleep(0.5)
    return sent, int(client.ask("HEAD", where).headers["Upload-Offset"])


def _head(client: Client, where: str, offset: int) -> bytes:
    return (
        f"PATCH {where} HTTP/1.1\r\nHost: 127.0.0.1:{client.site.port}\r\nTus-Resumable: 1.0.0\r\n"
        f"Upload-Offset: {offset}\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: {CHUNK}\r\n"
        f"X-CSRFToken: {client.token}\r\n"
        f"Cookie: sessionid={client.site.session}; csrftoken={client.token}\r\n\r\n"
    ).encode()


@dataclass(frozen=True)
class _Held:
    """Bytes of memory: of web server and worker with all that they forked, and apart from it of their readers.

    A page that processes share counts once (PSS): a reader's fork shares most of its server's.
    """

    ours: int
    readers: int


def _held(site: Served) -> _Held:
    ours = readers = 0
    todo = [(process.pid, False) for process in site.running]
    while todo:
        pid, reads = todo.pop()
        with suppress(FileNotFoundError, ProcessLookupError):  # a fork that has just ended
            reads = reads or READERS in Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
            todo += [(child, reads) for child in _children(pid)]
            if reads:
                readers += _shares(pid)
            else:
                ours += _shares(pid)
    return _Held(ours, readers)


def _shares(pid: int) -> int:
    told = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return sum(int(line.split()[1]) * 1024 for line in told.splitlines() if line.startswith("Pss:"))


def _children(pid: int) -> list[int]:
    """Of all its threads: one that forks is the parent."""
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text(encoding="ascii").split()
    ]


class _Peak:
    """The most memory that was seen of either, looked at all the time."""

    def __init__(self, site: Served) -> None:
        self.site, self.most, self._over = site, _Held(0, 0), threading.Event()
        self._pool = ThreadPoolExecutor(max_workers=1)

    def _look(self) -> None:
        while not self._over.wait(0.01):
            now = _held(self.site)
            self.most = _Held(max(self.most.ours, now.ours), max(self.most.readers, now.readers))

    def __enter__(self) -> Self:
        self._looking = self._pool.submit(self._look)
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._looking.result()  # it raises what the looking raised
        self._pool.shutdown()
