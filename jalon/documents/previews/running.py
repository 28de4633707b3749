"""Runs a reader in a process of its own: it gets the open file and a few words, and answers with bounded JSON."""

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO

from jalon.documents.previews.legible import legible

logger = logging.getLogger(__name__)

ROOT = Path(__file__).parents[3]
SECONDS = 15  # by the clock on the wall, start of the process included
# The reader sees our code and the libraries, nothing of the environment.
_START = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from jalon.documents.previews.readers.main import main; main()"
)


class Unreadable(Exception):
    """The file could not be shown this way. `code`: too_big, damaged, too_complex."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(file: BinaryIO, reader: str, **asked: Any) -> dict[str, Any]:
    """What a reader of `readers` makes of a file, fit to be shown. Unreadable says why it makes nothing of it."""
    with (
        _with_number(file) as numbered,
        tempfile.TemporaryFile() as answer,
        tempfile.TemporaryFile() as errors,
    ):
        os.lseek(numbered.fileno(), 0, os.SEEK_SET)
        command = [sys.executable, "-I", "-c", _START, str(ROOT), reader, json.dumps(asked)]
        try:
            done = subprocess.run(  # noqa: S603  (our own code, our own words)
                command, stdin=numbered, stdout=answer, stderr=errors, timeout=SECONDS, check=False, env={}
            )
        except subprocess.TimeoutExpired:
            raise Unreadable("too_complex") from None
        answer.seek(0)
        if done.returncode != 0:
            errors.seek(0)
            logger.warning("The %s reader died (%d): %s", reader, done.returncode, errors.read()[-2000:])
            raise Unreadable("too_complex")
        said: dict[str, Any] = legible(json.load(answer))
    if problem := said.get("problem"):
        raise Unreadable(problem)
    return said


@contextmanager
def _with_number(file: BinaryIO) -> Iterator[IO[bytes]]:
    """The file as another process can hold it; what does not lie on a disk is copied to one."""
    try:
        file.fileno()
    except (OSError, AttributeError):
        with tempfile.TemporaryFile() as copy:
            file.seek(0)
            shutil.copyfileobj(file, copy, 1024 * 1024)
            copy.flush()
            yield copy
    else:
        yield file
