"""Has a file read for a page, in a process of its own; what comes back is bounded, and fit to be shown."""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, BinaryIO

from jalon.core.readers.asking import MEGABYTE, Died, Limits, NotRead, ask
from jalon.documents import storage
from jalon.documents.previews.legible import legible
from jalon.documents.previews.readers import main

logger = logging.getLogger(__name__)

LIMITS = Limits(memory=1024 * MEGABYTE, seconds=8, answer=8 * MEGABYTE, wait=15)
MOST_COPIED = 256 * MEGABYTE  # from a bucket, for each page that shows it


class Unreadable(Exception):
    """The file could not be shown this way. `code`: too_big, damaged, too_complex, not_now."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(file: BinaryIO, reader: str, **asked: Any) -> dict[str, Any]:
    """What a reader of `readers` makes of a file, fit to be shown. Unreadable says why it makes nothing of it."""
    words = {"reader": reader, "asked": asked}
    try:
        with _with_number(file) as numbered:
            said = ask(numbered, main.__name__, words, LIMITS, needs=[main.module_of(reader)])
    except Died as died:
        logger.warning("The %s reader died: %s", reader, died)
        raise Unreadable("too_complex") from None
    except NotRead as busy:
        logger.warning("The %s reader gave no answer: %s", reader, busy)
        raise Unreadable("not_now") from None
    if problem := said.get("problem"):
        raise Unreadable(problem)
    shown: dict[str, Any] = legible(said)
    return shown


@contextmanager
def _with_number(file: BinaryIO) -> Iterator[IO[bytes]]:
    """The file as another process can hold it; what does not lie on a disk is copied to one."""
    try:
        file.fileno()
    except (OSError, AttributeError):
        if file.seek(0, os.SEEK_END) > MOST_COPIED:
            raise Unreadable("too_big") from None
        with storage.scratch() as copy:
            file.seek(0)
            shutil.copyfileobj(file, copy, MEGABYTE)
            copy.flush()
            yield copy
    else:
        yield file
