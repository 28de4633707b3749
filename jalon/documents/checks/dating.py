"""Of which day a file is, and how long it is good for: by what it says itself, and by what its giver says. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from email.utils import parsedate_to_datetime

from jalon.documents.checks.facts import Facts
from jalon.documents.checks.model import Declared, Setting

DEFAULT_DAYS = 365
AGEING = ("proof_age", "pdf_signature_age")  # the checks that find a proof too old one day


@dataclass(frozen=True)
class Dated:
    """`source`: what of the file says so, "signature" or "mail"."""

    on: date
    source: str


def date_read(facts: Facts | None) -> Dated | None:
    """The day that a file bears: of its latest signature, or of the message that it is."""
    if facts is None:
        return None
    signed = [s.signed_at for s in (facts.pdf.signatures if facts.pdf else ()) if s.signed_at]
    if signed:
        return Dated(max(signed).date(), "signature")
    sent = _sent_on(facts.mail.headers.get("date", "")) if facts.mail else None
    return Dated(sent, "mail") if sent else None


def expires_on(declared: Iterable[Declared], said: date | None, facts: Facts | None) -> date | None:
    """The last day on which it can be handed in, by the first of its checks to find it too old; None: no such check."""
    return min(_ends(declared, said, date_read(facts)), default=None)


def _ends(declared: Iterable[Declared], said: date | None, read: Dated | None) -> Iterator[date]:
    signed = read.on if read and read.source == "signature" else None
    for one in declared:
        begun = {"proof_age": said or (read.on if read else None), "pdf_signature_age": signed}.get(one.check)
        if begun is not None:
            yield _after(begun, one.params.get("max_days", DEFAULT_DAYS))


def _after(day: date, days: Setting) -> date:
    try:
        return day + timedelta(days=days if isinstance(days, int) else DEFAULT_DAYS)
    except OverflowError:  # a validity without end
        return date.max


def _sent_on(header: str) -> date | None:
    try:
        return parsedate_to_datetime(header).date()
    except (ValueError, TypeError, OverflowError):
        return None
