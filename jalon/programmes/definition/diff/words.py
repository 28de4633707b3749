"""Two texts word by word: what stayed, what went, what came. Bounded, whatever the texts."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

Op = Literal["equal", "delete", "insert"]

# An elision is a word of its own ("l’", "qu’"), so is each run of spaces, each line break and each sign.
_TOKEN = re.compile(r"[^\W_]+(?:[-.][^\W_]+)*['’]?|\n|[^\S\n]+|[^\w\s]|_+")
_LETTER = re.compile(r"\w")
_SENTENCE = re.compile(r".*?(?:[.;:!?]+\s+|\n|\Z)", re.DOTALL)
# Pairs of equal tokens that difflib may have to look at: about 20 ms.
_COST = 200_000


@dataclass(frozen=True, slots=True)
class Span:
    op: Op
    text: str


@lru_cache(maxsize=2000)
def marks(old: str, new: str) -> tuple[Span, ...]:
    """Spans that give `old` when joined without the inserted ones, `new` without the deleted ones.

    Plain text in, plain text out. A replaced passage is a deletion, then an insertion. Texts too long to compare
    word by word are compared sentence by sentence, and past that told as replaced.
    """
    return tuple(_joined(_by_words(old, new)))


def _by_words(old: str, new: str) -> list[Span]:
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    start = _common(a, b)
    end = _common(a[start:][::-1], b[start:][::-1])
    middle_a, middle_b = a[start : len(a) - end], b[start : len(b) - end]
    middle = _compared(middle_a, middle_b, smaller=_tidied)
    return [Span("equal", "".join(a[:start])), *middle, Span("equal", "".join(a[len(a) - end :]))]


def _compared(a: Sequence[str], b: Sequence[str], *, smaller: object = None) -> list[Span]:
    if not a or not b:
        return [Span("delete", "".join(a)), Span("insert", "".join(b))]
    if _cost(a, b) <= _COST:
        return _tidied(a, b)
    sentences = _SENTENCE.findall("".join(a)), _SENTENCE.findall("".join(b))
    if smaller and _cost(*sentences) <= _COST:
        return _tidied(*sentences, within=True)
    return [Span("delete", "".join(a)), Span("insert", "".join(b))]


def _tidied(a: Sequence[str], b: Sequence[str], *, within: bool = False) -> list[Span]:
    """The comparison; what stayed between two changes counts only if it holds a word."""
    spans: list[Span] = []
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    for n, (tag, i1, i2, j1, j2) in enumerate(blocks):
        old, new = "".join(a[i1:i2]), "".join(b[j1:j2])
        if tag == "equal" and (_LETTER.search(old) or n in {0, len(blocks) - 1}):
            spans.append(Span("equal", old))
        elif within and tag == "replace":
            spans += _compared(_TOKEN.findall(old), _TOKEN.findall(new))
        else:
            spans += [Span("delete", old), Span("insert", new)]
    return spans


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Without empty spans; neighbours put together, deletions before insertions."""
    result: list[Span] = []
    deleted = inserted = kept = ""
    for span in [*spans, Span("equal", "\0")]:
        if span.op == "delete":
            deleted += span.text
        elif span.op == "insert":
            inserted += span.text
        elif span.text:
            if deleted or inserted:
                same = deleted == inserted
                kept += deleted if same else ""
                changed = [] if same else [Span("delete", deleted), Span("insert", inserted)]
                if changed:
                    result += [s for s in (Span("equal", kept), *changed) if s.text]
                    kept = ""
                deleted = inserted = ""
            kept += span.text
    kept = kept.removesuffix("\0")
    return [*result, Span("equal", kept)] if kept else result


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _cost(a: Sequence[str], b: Sequence[str]) -> int:
    in_a, in_b = Counter(a), Counter(b)
    return sum(n * in_b[token] for token, n in in_a.items())
