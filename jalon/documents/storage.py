"""Where the bytes lie: a folder of objects under random keys. Nothing of the user's name reaches the disk.

An object appears under its key whole and synced, or not at all; it is never changed afterwards.
"""

import hashlib
import os
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

CHUNK = 1024 * 1024
INCOMING = "incoming"


@dataclass(frozen=True)
class Incoming:
    """Bytes that were taken in and have no key yet. `size` counts all that came, also what was not kept."""

    path: Path
    size: int
    sha256: str


@contextmanager
def receive(chunks: Iterable[bytes], max_bytes: int) -> Iterator[Incoming]:
    """Write a stream into a temporary file, synced; beyond `max_bytes` it is only counted.

    The temporary file is gone when the block ends, unless `keep` gave it a key.
    """
    folder = settings.FILES_DIR / INCOMING
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{secrets.token_hex(16)}.part"
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


def keep(incoming: Incoming) -> str:
    """Give the bytes their key, for ever. Returns it."""
    key = new_key()
    target = path_of(key)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    incoming.path.rename(target)
    for folder in (target.parent, target.parent.parent, target.parent.parent.parent):
        _sync_folder(folder)
    return key


def remove(key: str) -> None:
    """Take away an object that no row names."""
    path_of(key).unlink(missing_ok=True)


def new_key() -> str:
    """Random, in two levels of 256 folders: says nothing of the content, and no folder grows large."""
    name = secrets.token_hex(20)
    return f"{name[:2]}/{name[2:4]}/{name}"


def path_of(key: str) -> Path:
    """The file of an object. Refuses whatever `new_key` cannot have made."""
    name = key.rpartition("/")[2]
    if (
        not (len(name) == 40 and set(name) <= set("0123456789abcdef"))
        or key != f"{name[:2]}/{name[2:4]}/{name}"
    ):
        raise ValueError(f"Not a storage key: {key!r}")
    return Path(settings.FILES_DIR) / key


def open_object(key: str) -> BinaryIO:
    return path_of(key).open("rb")


@contextmanager
def on_disk(key: str) -> Iterator[Path]:
    """An object as a file of this machine, for what can only read files. It is not to be changed."""
    yield path_of(key)


def chunks_of(key: str) -> Iterator[bytes]:
    """The bytes of an object, 1 MiB at a time."""
    with open_object(key) as file:
        while chunk := file.read(CHUNK):
            yield chunk


def sweep(older_than_seconds: float) -> int:
    """Remove what interrupted receptions left behind. Returns how many files."""
    limit = time.time() - older_than_seconds  # the file system's clock, not the domain's
    stale = [p for p in (settings.FILES_DIR / INCOMING).glob("*.part") if p.stat().st_mtime < limit]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
