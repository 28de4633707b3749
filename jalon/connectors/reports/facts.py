"""What every reader of reports shares: the shape of its answer, and where it stops. Imports nothing of Jalon."""

from typing import Any

LONGEST = 300  # characters of a text that are kept

Facts = dict[str, Any]


class Problem(Exception):
    """Its only argument is a code that `reading` knows how to say."""


def all_of(words: list[str]) -> str:
    """What is told once, or each of what is told differently: two names are never taken for one of them."""
    return " / ".join(dict.fromkeys(word for word in words if word))
