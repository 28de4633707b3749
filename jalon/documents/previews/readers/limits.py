"""What no reader goes beyond."""

from typing import BinaryIO

MOST_SHOWN = 600_000  # characters of an answer: in JSON, one takes up to twelve bytes
MEGABYTE = 1024 * 1024


class Problem(Exception):
    """Its only argument is one of the codes of `running.Unreadable`."""


def whole(file: BinaryIO, most: int) -> bytes:
    """All of a file, unless it is longer than that."""
    data = file.read(most + 1)
    if len(data) > most:
        raise Problem("too_big")
    return data


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
