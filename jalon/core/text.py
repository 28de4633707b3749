"""Normal forms of text: for search, sort and comparison; never for display."""

import unicodedata


def fold(text: str) -> str:
    """Lower case, no accents, single spaces: what people mean when they search "ecole" for "École".

    Stored in `*_norm` columns, because SQLite's own case folding knows ASCII only.
    """
    if text.isascii():  # most codes, and ten times faster
        return " ".join(text.casefold().split())
    stripped = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(stripped.casefold().split())


def holds_words(text: str, words: str) -> bool:
    """Whether a text holds each of these words, as people mean them: how lists are searched. No word: yes."""
    if not words:
        return True
    said = fold(text)
    return all(word in said for word in fold(words).split())
