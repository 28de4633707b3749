"""Certificates: subject, issuer, validity, fingerprint. Nothing is said about trust."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jalon.core import clock
from jalon.documents.previews.running import read
from jalon.web.viewers.shown import Source


@dataclass(frozen=True)
class Certificate:
    facts: dict[str, Any]
    not_before: datetime
    not_after: datetime

    @property
    def standing(self) -> str:
        """ "early", "valid" or "over", today."""
        now = clock.now()
        return "early" if now < self.not_before else "over" if now > self.not_after else "valid"


@dataclass(frozen=True)
class Certificates:
    shown: tuple[Certificate, ...]
    count: int


def content(source: Source) -> Certificates:
    with source.open() as file:
        said = read(file, "certificates")
    shown = tuple(
        Certificate(
            facts, datetime.fromisoformat(facts["not_before"]), datetime.fromisoformat(facts["not_after"])
        )
        for facts in said["certificates"]
    )
    return Certificates(shown, said["count"])
