"""Starts the process that reads a file, and takes its answer as data."""

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

from pydantic import ValidationError

from jalon.documents.checks.facts import Facts, Trouble

logger = logging.getLogger(__name__)

READERS = Path(__file__).with_name("readers")
WAIT = 60  # seconds by the wall: far more than the reader's processor time, for a machine that is busy
ANSWER = 256 * 1024
AT_THE_DOOR = frozenset({
    "pdf", "zip", "xlsx", "docx", "pptx", "open_document", "certificate", "xml", "json", "picture",
})  # fmt: skip
# Signals of whoever stops the service, and of a machine that is out of memory. What the reader does to itself ends
# otherwise: SIGXCPU when its time is over, a fault, or a traceback.
STOPPED = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL})


class NotRead(Exception):
    """The machine did not manage now; trying again may. Nothing is known of the file."""


def read(path: Path, reader: str, *, deep: bool) -> Facts:
    """What the reader found. A reader that runs out of time, memory or sense says that the file is too complex.

    Raises NotRead.
    """
    if not reader or not (deep or reader in AT_THE_DOOR):
        return Facts()
    command = [sys.executable, "-I", str(READERS), "deep" if deep else "light", reader, str(path.resolve())]
    try:
        answer = subprocess.run(  # noqa: S603  (our own script, our own path)
            command,
            capture_output=True,
            timeout=WAIT,
            check=False,
            stdin=subprocess.DEVNULL,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},  # none of our secrets
            cwd="/",
            start_new_session=True,  # Ctrl-C at the terminal is for us, not for it
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise NotRead(f"The {reader} reader did not answer: {error}") from error
    if answer.returncode != 0:
        return _died(reader, answer)
    try:
        return Facts.model_validate_json(answer.stdout[:ANSWER])
    except ValidationError as error:
        logger.warning("The %s reader gave no facts: %s", reader, error)
        return _too_complex()


def _died(reader: str, answer: "subprocess.CompletedProcess[bytes]") -> Facts:
    said = answer.stderr[-2000:].decode("utf-8", errors="replace")
    if -answer.returncode in STOPPED:
        raise NotRead(f"The {reader} reader was stopped from outside ({answer.returncode}): {said}")
    logger.warning("The %s reader died (%d): %s", reader, answer.returncode, said)
    return _too_complex()


def _too_complex() -> Facts:
    return Facts(troubles=(Trouble(check="readable", case="too_complex"),))
