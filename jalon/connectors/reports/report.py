"""What a report says, in one shape, whichever platform wrote it. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from jalon.core.clock import PARIS

LONGEST = 200
EARLIEST, LATEST = 1990, 2100  # years; others are no day of a test
COUNTERS = ("total", "errors", "warnings", "undefined")
_UNSHOWN = ("Cc", "Cf", "Cs", "Co", "Cn")


class Verdict(StrEnum):
    """What the platform found. Undefined: it ended without a result, or not yet; that is no pass."""

    PASSED = "passed"
    FAILED = "failed"
    UNDEFINED = "undefined"


# The platforms' own words, in lower case. Any other is no result.
_WORDS = {
    Verdict.PASSED: ("passed", "done_passed", "pass", "success", "verified"),
    Verdict.FAILED: ("failed", "done_failed", "fail", "failure", "error", "aborted", "critical"),
}


@dataclass(frozen=True)
class Report:
    """`said`: the platform's own word for the result. `made_at` is None, names are "", where nothing is told."""

    format: str
    verdict: Verdict
    said: str
    test: str = ""
    validator: str = ""
    made_at: datetime | None = None
    organisation: str = ""
    product: str = ""
    counters: Mapping[str, int] = field(default_factory=dict)


def report_of(found: Mapping[str, Any]) -> Report:
    """What a reader read of the bytes, in this shape."""
    words = list(dict.fromkeys(plain(word) for word in found["said"]))
    counters = found.get("counters") or {}
    return Report(
        format=str(found["format"]),
        verdict=_one_verdict(words, int(counters.get("errors", 0))),
        said=" / ".join(words)[:LONGEST],
        test=plain(found.get("test")),
        validator=plain(found.get("validator")),
        made_at=instant_of(found.get("made_at")),
        organisation=plain(found.get("organisation")),
        product=plain(found.get("product")),
        counters={name: int(counters[name]) for name in COUNTERS if name in counters},
    )


def verdict_of(said: str) -> Verdict:
    """What a platform's word means; unknown words mean nothing."""
    word = said.strip().casefold().replace(" ", "_")
    return next((verdict for verdict, words in _WORDS.items() if word in words), Verdict.UNDEFINED)


def _one_verdict(words: Sequence[str], errors: int) -> Verdict:
    """What all of its words mean; words that disagree, or a pass with errors, are no result."""
    meant = {verdict_of(word) for word in words}
    if len(meant) != 1 or (errors and meant == {Verdict.PASSED}):
        return Verdict.UNDEFINED
    return meant.pop()


def instant_of(value: Any) -> datetime | None:
    """An ISO date with its hour, of these years. Platforms that name no zone stand in France, or mean our days."""
    text = re.sub(r"\.(\d{1,6})\d*", r".\1", str(value or "").strip())
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not EARLIEST <= found.year <= LATEST:
        return None
    return found if found.tzinfo else found.replace(tzinfo=PARIS)


def plain(value: Any) -> str:
    """One line of text without anything that hides or turns other text."""
    text = str(value or "")[: 4 * LONGEST]
    shown = "".join(c if unicodedata.category(c) not in _UNSHOWN else " " for c in text)
    return " ".join(unicodedata.normalize("NFC", shown).split())[:LONGEST]
