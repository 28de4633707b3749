"""Two texts word by word: what stayed, what went, what came. Bounded, whatever the texts."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

Op = Literal["equal", "delete", "insert"]

# An elision is a word of its own ("l’", "qu’"), so are signs and line breaks. Spaces belong to the word before them.
_TOKEN = re.compile(r"([^\W_]+(?:[-.][^\W_]+)*['’]?|\n|[^\w\s]|_+|)([^\S\n]*)")
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


Tokens = Sequence[tuple[str, str]]  # a word or sign, and the spaces after it


def _by_words(old: str, new: str) -> list[Span]:
    a, b = _tokens(old), _tokens(new)
    start = _common(a, b)
    end = _common(a[start:][::-1], b[start:][::-1])
    middle = _compared(a[start : len(a) - end], b[start : len(b) - end])
    return [Span("equal", _text(a[:start])), *middle, Span("equal", _text(a[len(a) - end :]))]


def _tokens(text: str) -> list[tuple[str, str]]:
    return [(word, spaces) for word, spaces in _TOKEN.findall(text) if word or spaces]


def _text(tokens: Tokens) -> str:
    return "".join(word + spaces for word, spaces in tokens)


def _compared(a: Tokens, b: Tokens) -> list[Span]:
    if _cost([word for word, _ in a], [word for word, _ in b]) <= _COST:
        return _word_spans(a, b)
    old, new = _SENTENCE.findall(_text(a)), _SENTENCE.findall(_text(b))
    if _cost(old, new) > _COST:
        return [Span("delete", _text(a)), Span("insert", _text(b))]
    spans: list[Span] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        before, after = _tokens("".join(old[i1:i2])), _tokens("".join(new[j1:j2]))
        if tag == "replace" and _cost([w for w, _ in before], [w for w, _ in after]) <= _COST:
            spans += _word_spans(before, after)
        elif tag == "equal":
            spans.append(Span("equal", _text(before)))
        else:
            spans += [Span("delete", _text(before)), Span("insert", _text(after))]
    return spans


def _word_spans(a: Tokens, b: Tokens) -> list[Span]:
    """The comparison; what stayed between two changes counts only if it holds a word."""
    spans: list[Span] = []
    matcher = SequenceMatcher(None, [word for word, _ in a], [word for word, _ in b], autojunk=False)
    blocks = matcher.get_opcodes()
    for n, (tag, i1, i2, j1, j2) in enumerate(blocks):
        old, new = a[i1:i2], b[j1:j2]
        if tag == "equal" and (n in {0, len(blocks) - 1} or any(_LETTER.search(word) for word, _ in old)):
            for (word, before), (_, after) in zip(old, new, strict=True):
                spans.append(Span("equal", word + (before if before == after else "")))
                if before != after:
                    spans += [Span("delete", before), Span("insert", after)]
        else:
            spans += [Span("delete", _text(old)), Span("insert", _text(new))]
    return spans


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Without empty spans; neighbours put together, deletions before insertions, common spaces after them as kept."""
    result: list[Span] = []
    deleted = inserted = kept = ""
    for span in [*spans, Span("equal", "")]:
        if span.op == "delete":
            deleted += span.text
        elif span.op == "insert":
            inserted += span.text
        else:
            if deleted != inserted:
                tail = _spaces_after(deleted, inserted)
                changed = [
                    Span("delete", deleted.removesuffix(tail)),
                    Span("insert", inserted.removesuffix(tail)),
                ]
                result += [s for s in (Span("equal", kept), *changed) if s.text]
                kept = tail
            else:
                kept += deleted
            deleted = inserted = ""
            kept += span.text
    return [*result, Span("equal", kept)] if kept else result


def _spaces_after(deleted: str, inserted: str) -> str:
    """The spaces that both end with."""
    tails = [text[len(text.rstrip()) :] for text in (deleted, inserted)]
    n = 0
    while n < min(map(len, tails)) and tails[0][-1 - n] == tails[1][-1 - n]:
        n += 1
    return tails[0][len(tails[0]) - n :]


def _common(a: Tokens, b: Tokens) -> int:
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _cost(a: Sequence[str], b: Sequence[str]) -> int:
    in_a, in_b = Counter(a), Counter(b)
    return sum(n * in_b[token] for token, n in in_a.items())
