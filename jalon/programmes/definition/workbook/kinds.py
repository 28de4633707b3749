"""What a proof is, guessed from the words of its text (`guess:` of the kinds; docs/definitions.md)."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from jalon.programmes.definition.schema import ProofKind

_MARKS = re.compile("[\u0300-\u036f]")
_GROUP = re.compile(r"\((?!\?[a-zA-Z])[^()]*\)")
_NO_LETTER = re.compile(r"\\.|\[\^?\]?[^\]]*\]")
_MAYBE = re.compile(r".[?*{]")
_LETTERS = re.compile(r"[a-z ]{3,}")


class Guesser:
    def __init__(self, kinds: Sequence[ProofKind]) -> None:
        self.guesses = [
            (kind.key, tuple((needs(guess), re.compile(guess)) for guess in kind.guess)) for kind in kinds
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
def needs(pattern: str) -> str:
    """Letters without which `pattern` cannot match: looking for them is ten times faster than trying it."""
    always, groups = _NO_LETTER.sub("\0", pattern), 1
    while groups:
        always, groups = _GROUP.subn("\0", always)
    if "|" in always or "(" in always:
        return ""
    return max(_LETTERS.findall(_MAYBE.sub("\0", always)), key=len, default="")
