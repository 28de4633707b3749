"""The copy of the daily digests outside the database: a file that is appended to, compared, never rewritten.

JALON_JOURNAL_ANCHOR_DIR should be a place where whoever can write to the database cannot write: a mount of
another machine, or a folder that is copied there each day.
"""

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from jalon.journal.models import Digest
from jalon.journal.rules import Anchor, anchor_of_line

FILE_NAME = "journal-anchors.jsonl"


class AnchorMismatch(Exception):
    """The file says something else than the database, or is damaged. Nothing was written."""


def read_anchors(directory: Path) -> list[Anchor]:
    """In the order of the file; none when there is no file. Raises AnchorMismatch on a damaged line."""
    path = directory / FILE_NAME
    if not path.exists():
        return []
    anchors = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            anchors.append(anchor_of_line(text))
        except ValueError as error:
            raise AnchorMismatch(f"{path}, line {number}: {error}") from error
    return anchors


def publish_anchors() -> int:
    """Append the digests that the file does not hold yet; returns how many. Run it again after a failure."""
    anchors = [digest.as_anchor() for digest in Digest.objects.order_by("number")]
    return append_anchors(settings.JOURNAL_ANCHOR_DIR, anchors)


def append_anchors(directory: Path, anchors: Sequence[Anchor]) -> int:
    """Make the file hold all `anchors`. What it holds already must be their beginning, byte for byte."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / FILE_NAME
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        kept, wanted = file.read(), "".join(anchor.as_line() for anchor in anchors).encode()
        # A crash in the middle of an append leaves half a line: the rest of it is what is missing now.
        if not wanted.startswith(kept):
            raise AnchorMismatch(
                f"{path} does not hold what the database says of digest {_first_difference(kept, wanted)}: "
                "one of the two was altered. Run `jalon journal verify`."
            )
        file.write(wanted[len(kept) :])
        file.flush()
        os.fsync(file.fileno())
    return wanted.count(b"\n") - kept.count(b"\n")


def _first_difference(kept: bytes, wanted: bytes) -> int:
    lines = enumerate(zip(kept.split(b"\n"), wanted.split(b"\n"), strict=False), start=1)
    return next((number for number, (one, other) in lines if one != other), wanted.count(b"\n") + 1)
