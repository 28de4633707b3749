"""How much one person may have under way, and what the disk must have left. Pure."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from jalon.documents.rules import display_name

MOST_AT_ONCE = 50  # unfinished uploads of one person, each for its slot
MOST_OF_MANY = 1000  # files of one person that are handed in at once, until they are in their slots
LARGEST_ARCHIVE = 2 * 1024 * 1024 * 1024  # bytes of an archive that is opened
LONGEST_PATH = 500
LIFE = timedelta(days=7)  # for what is not finished; and for the word about what is
RESERVE = 1024 * 1024 * 1024  # bytes of the disk that uploads leave to everything else
CHUNK = 64 * 1024 * 1024  # bytes that our own pages send in one request
AT_ONCE = (
    8 * 1024 * 1024
)  # what is checked while the person waits; larger files are checked in the background


def still_to_come(declared: Mapping[str, int], arrived: Mapping[str, int]) -> int:
    """Bytes that were promised, by token, and are not on the disk yet."""
    return sum(max(size - arrived.get(token, 0), 0) for token, size in declared.items())


def has_room(free: int, promised: int, size: int) -> bool:
    """Whether the disk can take one more file of that size."""
    return free - promised - size >= RESERVE


def orphans(present: Collection[str], known: Collection[str]) -> set[str]:
    """Parts of which no upload knows."""
    return set(present) - set(known)


def plain_path(path: str) -> str:
    """Folders and name, each made plain; the end of a long one counts."""
    parts = [display_name(part) for part in path.replace("\\", "/").split("/") if part.strip(". ")]
    kept = ["." + parts.pop() if path.rpartition("/")[2].startswith(".") else parts.pop()] if parts else []
    while parts and len("/".join([parts[-1], *kept])) <= LONGEST_PATH:
        kept.insert(0, parts.pop())
    return "/".join(kept)
