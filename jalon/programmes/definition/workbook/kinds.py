"""What a proof is, guessed from the words of its text (`guess:` of the kinds; docs/definitions.md)."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from jalon.programmes.definition.schema import ProofKind

_MARKS = re.compile("[\u0300-\u036f]")
_BRACKETS = re.compile(r"\([^()]*\)")
_ESCAPED = re.compile(r"\\.")
_FIRST_WORD = re.compile(r"\\b([a-z ]{3,})([?*{]?)")


class Guesser:
    def __init__(self, kinds: Sequence[ProofKind]) -> None:
        self.guesses = [
            (kind.key, tuple((_needs(guess), re.compile(guess)) for guess in kind.guess)) for kind in kinds
        ]
        self.otherwise = tuple(k.key for k in kinds if k.guess_otherwise) or tuple(k.key for k in kinds)
        self.known: dict[str, tuple[str, ...]] = {}

    def kinds(self, text: str) -> tuple[str, ...]:
        """The same words are asked for again and again."""
        if text not in self.known:
            self.known[text] = self.guessed(_lowered(text)) or self.otherwise
        return self.known[text]

    def guessed(self, words: str) -> tuple[str, ...]:
        found = []
        for key, guesses in self.guesses:
            for needed, guess in guesses:
                if needed in words and guess.search(words):
                    found.append(key)
                    break
        return tuple(found)


def _lowered(text: str) -> str:
    """As `fold`, without its care for rare scripts: nothing here is kept."""
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text)).replace("’", "'")
    return " ".join(text.casefold().split())


@lru_cache(maxsize=512)
def _needs(pattern: str) -> str:
    """Letters without which `pattern` cannot match: looking for them is ten times faster than trying it."""
    first = _FIRST_WORD.match(pattern)
    if first is None or "|" in _BRACKETS.sub("", _ESCAPED.sub("", pattern)):
        return ""
    return first[1][:-1] if first[2] else first[1]
