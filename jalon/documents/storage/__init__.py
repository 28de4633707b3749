"""Where the bytes lie. Nothing of the user's name reaches a disk or a bucket.

incoming   files that are still coming in: always a folder of the home, shared by every process
local      objects, in a folder of the home

Or in a bucket that speaks S3 (`jalon.connectors.objects`), where one is configured.

An object appears under its key whole and synced, or not at all; it is never changed afterwards.
"""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, BinaryIO, Protocol

from django.conf import settings

from jalon.connectors.objects import Bucket
from jalon.documents.storage import incoming
from jalon.documents.storage.incoming import CHUNK, LEFT_BEHIND, Elsewhere, Incoming, Parts
from jalon.documents.storage.keys import checked, key_for, new_key
from jalon.documents.storage.local import Folder

__all__ = [
    "CHUNK",
    "Elsewhere",
    "Incoming",
    "Parts",
    "chunks_of",
    "keep",
    "key_for",
    "new_key",
    "on_disk",
    "open_object",
    "parts",
    "receive",
    "remove",
    "scratch",
    "sweep",
]


class Objects(Protocol):
    """What Jalon asks of a place for objects."""

    def put(self, path: Path, key: str) -> None:
        """Keep the bytes of a file under a key, for ever. The same again changes nothing."""

    def open(self, key: str) -> BinaryIO:
        """The bytes, to be read from anywhere in them."""

    def on_disk(self, key: str) -> AbstractContextManager[Path]:
        """The bytes as a file of this machine, not to be changed."""

    def remove(self, key: str) -> None:
        """Forget an object; one that is not there is gone already."""


def objects() -> Objects:
    """The place that is configured."""
    address = settings.ENVIRONMENT.object_storage
    files: Path = settings.FILES_DIR
    return Bucket(address, incoming.folder_in(files), LEFT_BEHIND) if address else Folder(files)


def receive(chunks: Iterable[bytes], max_bytes: int) -> AbstractContextManager[Incoming]:
    """Write a stream into a temporary file, synced; beyond `max_bytes` it is only counted.

    The temporary file is gone when the block ends.
    """
    return incoming.received(settings.FILES_DIR, chunks, max_bytes)


def parts() -> Parts:
    """Files that come in several requests."""
    return Parts(settings.FILES_DIR)


def keep(path: Path, key: str) -> None:
    """Give bytes that came in their key, for ever."""
    objects().put(path, checked(key))


def remove(key: str) -> None:
    """Take away an object that no row names."""
    objects().remove(checked(key))


def open_object(key: str) -> BinaryIO:
    return objects().open(checked(key))


def on_disk(key: str) -> AbstractContextManager[Path]:
    """An object as a file of this machine, for what reads only files. It is not to be changed."""
    return objects().on_disk(checked(key))


def scratch() -> IO[bytes]:
    """A file without a name, gone when it is closed; beside the others, for it may be as large."""
    return tempfile.TemporaryFile(dir=incoming.folder_in(settings.FILES_DIR))


def chunks_of(key: str) -> Iterator[bytes]:
    """The bytes of an object, 1 MiB at a time."""
    with open_object(key) as file:
        while chunk := file.read(CHUNK):
            yield chunk


def sweep(older_than_seconds: float) -> int:
    """Remove what interrupted receptions left behind. Returns how many files."""
    return incoming.sweep(settings.FILES_DIR, older_than_seconds)
