"""Files that come in, before they are objects: a folder of the home that all server processes share.

A *part* is a file that comes in several requests, of which any process may take the next. The end of the file is how
much of it has arrived: no row and no memory of a process says otherwise. So whatever is cut off, and wherever, what
has arrived stays, and goes on from there.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

CHUNK = 1024 * 1024
INCOMING = "incoming"
LEFT_BEHIND = ".part"  # of names that no row knows: what a killed process left is swept away
_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Incoming:
    """Bytes that were taken in and have no key yet. `size` counts all that came, also what was not kept."""

    path: Path
    size: int
    sha256: str


class Elsewhere(Exception):
    """The end of a part is not where these bytes would go: another request has been faster, or is needed first."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the part ends at {size}")
        self.size = size


@contextmanager
def received(files: Path, chunks: Iterable[bytes], max_bytes: int) -> Iterator[Incoming]:
    """Write a stream into a temporary file, synced; beyond `max_bytes` it is only counted.

    The temporary file is gone when the block ends.
    """
    path = folder_in(files) / f"{secrets.token_hex(16)}{LEFT_BEHIND}"
    try:
        yield _write(path, chunks, max_bytes)
    finally:
        path.unlink(missing_ok=True)


def _write(path: Path, chunks: Iterable[bytes], max_bytes: int) -> Incoming:
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=CHUNK) as file:
        for chunk in chunks:
            size += len(chunk)
            if size <= max_bytes:
                digest.update(chunk)
                file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return Incoming(path, size, digest.hexdigest())


class Parts:
    """The files that come in several requests, by their secret names."""

    def __init__(self, files: Path) -> None:
        self.folder = folder_in(files)

    def path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"Not the name of a part: {name!r}")
        return self.folder / f"{name}.tus"

    def begin(self, name: str) -> None:
        self.path(name).touch(mode=0o600)

    def size(self, name: str) -> int:
        """How much has arrived, and is on the disk. FileNotFoundError when it never began, or is over."""
        with _opened(self.path(name)) as file:
            os.fsync(file)
            return os.fstat(file).st_size

    def seen(self, name: str) -> int:
        """How much has arrived, on the disk or on its way to it: for people, not for who goes on from there."""
        with contextlib.suppress(FileNotFoundError):
            return self.path(name).stat().st_size
        return 0

    def grown_at(self, name: str) -> datetime:
        """When the last of it arrived, by the file system's clock."""
        return datetime.fromtimestamp(self.path(name).stat().st_mtime, UTC)

    def sizes(self) -> dict[str, int]:
        """How much of each part has arrived."""
        found = {}
        for path in self.folder.glob("*.tus"):
            with contextlib.suppress(FileNotFoundError):  # over, meanwhile
                found[path.stem] = path.stat().st_size
        return found

    def stale(self, older_than_seconds: float) -> list[str]:
        """Parts that have not grown for long."""
        limit = time.time() - older_than_seconds  # the file system's clock, not the domain's
        found = []
        for path in self.folder.glob("*.tus"):
            with contextlib.suppress(FileNotFoundError):  # over, meanwhile
                if path.stat().st_mtime < limit:
                    found.append(path.stem)
        return found

    def append(self, name: str, offset: int, pieces: Iterable[bytes | memoryview]) -> int:
        """Write pieces at the end, which has to be at `offset`; returns the new end, synced.

        Elsewhere: it is not, or another request has written meanwhile. What arrived before `pieces` failed is kept.
        Nothing is locked while a piece is awaited: a connection that hangs keeps nobody out.
        """
        with _opened(self.path(name)) as file:
            try:
                for piece in pieces:
                    _append(file, offset, piece)
                    offset += len(piece)
            finally:
                os.fsync(file)
        return offset

    def discard(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)

    def free(self) -> int:
        """Bytes that the disk has left."""
        return shutil.disk_usage(self.folder).free


def _append(file: int, offset: int, piece: bytes | memoryview) -> None:
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        size = os.fstat(file).st_size
        if size != offset:
            raise Elsewhere(size)
        rest = memoryview(piece)
        while rest:
            rest = rest[os.write(file, rest) :]
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    file = os.open(path, os.O_RDWR | os.O_APPEND)
    try:
        yield file
    finally:
        os.close(file)


def sweep(files: Path, older_than_seconds: float) -> int:
    """Remove what interrupted receptions left behind. Returns how many files."""
    limit = time.time() - older_than_seconds  # the file system's clock, not the domain's
    stale = [p for p in (files / INCOMING).glob(f"*{LEFT_BEHIND}") if p.stat().st_mtime < limit]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)


def folder_in(files: Path) -> Path:
    folder = files / INCOMING
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
