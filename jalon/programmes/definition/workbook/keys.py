"""Names that identify: opaque, and the same each time that a list is read.

They come from codes in a normal form (`normal_forms.without_prefix`), for the same requirement is written with and
without the prefix of its origin. The normal form is never shown: what is shown is the trimmed cell.
"""

import hashlib
import re
from collections.abc import Mapping

from jalon.core.text import fold


def digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]


def slug(name: str) -> str:
    """A key that one can read, from a name."""
    words = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")
    return words[:60].strip("-") or f"x-{digest(name)}"


def same_name(name: str) -> str:
    """The form under which two spellings of a name are one."""
    return fold(name).replace("’", "'")


class Keys:
    """One key for each thing of a kind. `more` sets apart things that share the first parts: only the second one
    needs it, so that a requirement that moves to another chapter stays the same.
    """

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def give(self, letter: str, *parts: str, more: tuple[str, ...] = ()) -> str:
        key = f"{letter}-{digest(*parts)}"
        if key in self.taken:
            key = f"{letter}-{digest(*parts, *more)}"
        number = 2
        while key in self.taken:
            key = f"{letter}-{digest(*parts, *more, str(number))}"
            number += 1
        self.taken.add(key)
        return key


class Names:
    """Keys for names of profiles and perimeters: known ones keep theirs, new ones get one from the name."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self.found = {same_name(name): (key, name) for name, key in known.items()}
        self.spelt: dict[str, tuple[str, str]] = {}

    def look_up(self, name: str) -> tuple[str, str, bool]:
        """The key, the name as it is known, and whether this is the first that we hear of it."""
        if name in self.spelt:
            return (*self.spelt[name], False)
        same = same_name(name)
        new = same not in self.found
        if new:
            self.found[same] = (self.fresh_key(name, same), name)
        self.spelt[name] = self.found[same]
        return (*self.found[same], new)

    def fresh_key(self, name: str, same: str) -> str:
        base = slug(name)
        return base if base not in self.by_key else f"{base[:90]}-{digest(same)}"

    @property
    def by_key(self) -> dict[str, str]:
        return dict(self.found.values())
