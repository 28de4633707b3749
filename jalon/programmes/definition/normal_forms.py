"""Forms under which codes and texts of two lists are the same. Never shown."""

import re
import unicodedata
from functools import lru_cache

from jalon.core.text import fold
from jalon.programmes.definition.rich_text import plain_text

# A prefix of a list ("SC.", "CH.", three letters), never the section of a code: what follows begins with a letter.
_PREFIX = re.compile(r"^(?:sc|ch|[a-z]{3})\.(?=[a-z])")
_TYPOGRAPHY = str.maketrans({
    "’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "‑": "-", "…": "...",
    "\u00ad": None, "\u200b": None, "\ufeff": None,
})  # fmt: skip


def matching_code(code: str) -> str:
    """The form under which codes are the same: no spaces, no accents, lower case."""
    return fold(code).replace(" ", "")


def without_prefix(code: str) -> str:
    """`SC.ABC/DE.01` and `XYZ.ABC/DE.01` name `ABC/DE.01`; `ABC.01` has no prefix."""
    return _PREFIX.sub("", matching_code(code))


@lru_cache(maxsize=20_000)
def normative(text: str) -> str:
    """What a text says: without markup, bullets, spacing and typographic variants. Case and accents stay."""
    plain = unicodedata.normalize("NFC", plain_text(text)).translate(_TYPOGRAPHY)
    words = " ".join(re.sub(r"^[-•·*]\s+", "", line.strip()) for line in plain.splitlines()).split()
    # French spacing: none before a sign is the same as one.
    return re.sub(r'\s+(?=[:;!?"%)\]])|(?<=["(\[])\s+', "", " ".join(words))
