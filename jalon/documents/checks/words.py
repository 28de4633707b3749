"""The form of a sentence: both languages of both halves. No Django."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """(French, English) of both halves."""

    message: tuple[str, str]
    remedy: tuple[str, str]
