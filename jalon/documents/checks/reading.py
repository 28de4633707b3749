"""Has a file read in a process of its own, and takes what was read as facts."""

import logging
from pathlib import Path

from pydantic import ValidationError

from jalon.core.readers.asking import MEGABYTE, Died, Limits, NotRead, ask
from jalon.documents.checks.facts import Facts, Trouble
from jalon.documents.checks.readers import main

logger = logging.getLogger(__name__)

# A decoder reserves more memory than it uses. By the wall, far more than by the processor: for a machine that is busy.
LIMITS = Limits(memory=2048 * MEGABYTE, seconds=20, answer=256 * 1024, wait=60)
AT_THE_DOOR = frozenset({
    "pdf", "zip", "zip_index", "xlsx", "docx", "pptx", "open_document", "certificate", "xml", "json", "picture",
})  # fmt: skip
_DEEP = {"pdf": (f"{main.__package__}.signatures", "lxml.etree")}


def read(path: Path, reader: str, *, deep: bool) -> Facts:
    """What the reader found. A reader that runs out of time, memory or sense says that the file is too complex.

    Raises NotRead.
    """
    if not reader or not (deep or reader in AT_THE_DOOR):
        return Facts()
    words = {"reader": reader, "deep": deep}
    try:
        with path.open("rb") as file:
            return Facts.model_validate(
                ask(file, main.__name__, words, LIMITS, needs=_needs(reader, deep=deep))
            )
    except OSError as error:
        raise NotRead(f"{path} could not be opened: {error}") from error
    except (Died, ValidationError) as why:
        logger.warning("The %s reader gave no facts: %s", reader, why)
        return Facts(troubles=(Trouble(check="readable", case="too_complex"),))


def _needs(reader: str, *, deep: bool) -> list[str]:
    """What every such file wants imported; signatures and metadata of PDF take longest."""
    return [main.module_of(reader), *(_DEEP.get(reader, ()) if deep else ())]
