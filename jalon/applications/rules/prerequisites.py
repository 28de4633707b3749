"""Where a prerequisite from another desk stands for one application (G17, R11). Pure."""

from enum import Enum

FORMATS = ("pdf", "png", "jpg", "jpeg", "docx", "zip")
MAX_MB = 20


class Stage(Enum):
    """What is so now; whose turn it is follows from it."""

    BLOCKED = "blocked"  # waits for another prerequisite
    TO_OBTAIN = "to_obtain"
    DEPOSITED = "deposited"  # the vendor gave a document; the agency records it
    REJECTED = "rejected"  # the document does not do
    RECORDED = "recorded"


def stage(latest: str, *, blocked: bool) -> Stage:
    """`latest`: the state of its latest fact, "" for none; `blocked`: one that it waits for is not met yet."""
    known = {"confirmed": Stage.RECORDED, "deposited": Stage.DEPOSITED, "rejected": Stage.REJECTED}
    return known.get(latest) or (Stage.BLOCKED if blocked else Stage.TO_OBTAIN)
