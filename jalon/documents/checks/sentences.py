"""What each finding says: what is wrong and where, and how to mend it. No Django: both languages stand here.

Spaces are plain; whoever shows a sentence on a page sets those of French (`core.typography`).
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from jalon.documents.checks.content_sentences import CONTENT_SENTENCES
from jalon.documents.checks.door_sentences import DOOR_SENTENCES
from jalon.documents.checks.words import Words

SENTENCES: Mapping[str, Words] = {**DOOR_SENTENCES, **CONTENT_SENTENCES}


BYTES = ("size", "limit_bytes")
DAYS = ("day", "first_day", "last_day")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def said(
    check: str, case: str, half: Literal["message", "remedy"], params: Mapping[str, str | int], language: str
) -> str:
    words = SENTENCES[f"{check}.{case}" if case else check]
    french, english = words.message if half == "message" else words.remedy
    shown = {name: _shown(name, value, language) for name, value in params.items()}
    return (english if language == "en" else french).format_map(shown)


def _shown(name: str, value: str | int, language: str) -> str | int:
    if name in BYTES:
        return size_words(int(value), language)
    if name in DAYS:
        return day_words(str(value), language)
    return value


def size_words(size: int, language: str) -> str:
    """ "3,0 Mo", "412 Ko" """
    unit = "B" if language == "en" else "o"
    if size < 1024:
        return f"{size} {'bytes' if language == 'en' else 'octets'}"
    if size < 1024 * 1024:
        return f"{round(size / 1024)} K{unit}"
    amount = f"{size / 1024 / 1024:.1f}"
    return f"{amount if language == 'en' else amount.replace('.', ',')} M{unit}"


def day_words(day: str, language: str) -> str:
    """ "02/03/2026", "2 March 2026" """
    found = date.fromisoformat(day)
    return f"{found.day} {_MONTHS[found.month - 1]} {found.year}" if language == "en" else f"{found:%d/%m/%Y}"
