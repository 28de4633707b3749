"""The spaces of French: where a line must not break, and how wide the gap is. Rules: docs/decisions/typography.md.

Sentences are written with plain spaces, which keyboards have and searches find. What is shown passes through here:
the sentences of the interface when the French catalogue is compiled, the texts of a definition when a page reads them.
"""

import re
from functools import lru_cache

WIDE, THIN = "\u00a0", "\u202f"  # no-break space; narrow no-break space, the typographer's "fine"

_SPACE = f"[ {WIDE}{THIN}]"
_UNITS = (
    r"%(?![\w(])|€|octets?|[KkMG]o|px|j|h|min|jours?|semaines?|mois|ans?|heures?|minutes?|secondes?"
    r"|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
)
_AFTER_NUMBER = r"(?:(?<=\d)|(?<=\)[sd])|(?<=\})|(?<=\b1er))"
# "vague 2 386 exigences": the figure belongs to the word before it.
_NOT_NAMED = "".join(f"(?<!{word}{_SPACE}\\d)" for word in ("ague", "tape", "hapitre", "ersion"))
_RULES = re.compile(
    rf"""
    (?=[ {WIDE}{THIN}<h%{{])(?:  # nothing else begins what follows: most letters are passed quickly
      (?P<kept> <(?:code|pre|kbd)\b.*?</(?:code|pre|kbd)> | <[^<>]*> | https?://\S+ | %\(\w+\)[sd] | \{{[^{{}}]*\}} )
    | (?P<thin> (?<!\s){_SPACE}(?=[;!?]+(?![\w=&/]))         # mot ; mot ! mot ?
              | (?<=\d)(?<!\d{{4}}){_NOT_NAMED}{_SPACE}(?=\d{{3}}(?!\d)) ) # 10 000
    | (?P<wide> (?<!\s){_SPACE}(?=:(?![\w/:]))               # mot :
              | (?<=«){_SPACE} | {_SPACE}(?=»)               # « mot »
              | (?<=[nN]°){_SPACE} | (?<=§){_SPACE}          # n° 3, § 3
              | {_AFTER_NUMBER}{_SPACE}(?=(?:{_UNITS})(?![\w’'])) # 20 Mo, 48 heures, 13 mai, 5 %
              | (?<=\d{_SPACE}h){_SPACE}(?=\d) )             # 10 h 02
    )
    """,
    re.VERBOSE | re.DOTALL,
)


@lru_cache(maxsize=4096)
def french_spaces(text: str) -> str:
    """The text with the spaces that French wants; done again, it changes nothing.

    Only single spaces are exchanged, each for one other: never inside a tag, code, an address or a placeholder.
    """
    return _RULES.sub(_exchange, text)


def plain_spaces(text: str) -> str:
    """The way back, for what other programs read: cells of a file, words to compare."""
    return text.replace(WIDE, " ").replace(THIN, " ")


def _exchange(found: re.Match[str]) -> str:
    if found["kept"] is not None:
        return found["kept"]
    return THIN if found["thin"] is not None else WIDE
