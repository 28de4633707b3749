"""Of which day a file is, and how long it is good for: by what it says itself, and by what its giver says. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

from jalon.core.clock import paris_date
from jalon.documents.checks.facts import Facts
from jalon.documents.checks.model import Declared, Setting

DEFAULT_DAYS = 365
AGEING = ("proof_age", "pdf_signature_age")  # the checks that find a proof too old one day


@dataclass(frozen=True)
class Dated:
    """`source`: what of the file says so, "signature", "mail" or "report"."""

    on: date
    source: str


def date_read(facts: Facts | None) -> Dated | None:
    """The day that a file bears: of its first signature, or of the message or test report that it is."""
    if facts is None:
        return None
    signed_at = first_signature(facts)
    if signed_at:
        return Dated(paris_date(signed_at), "signature")
    if facts.report and facts.report.tested_on:
        return Dated(facts.report.tested_on, "report")
    sent = _sent_on(facts.mail.headers.get("date", "")) if facts.mail else None
    return Dated(sent, "mail") if sent else None


def first_signature(facts: Facts) -> datetime | None:
    """The one that counts: whoever signs after makes nothing younger. None: it says no date, so nobody knows."""
    signatures = facts.pdf.signatures if facts.pdf else ()
    if not signatures or signatures[0].signed_at is None:
        return None
    return min(s.signed_at for s in signatures if s.signed_at)


def expires_on(declared: Iterable[Declared], said: date | None, facts: Facts | None) -> date | None:
    """The last day on which it can be handed in, by the first of its checks to find it too old; None: no such check."""
    return min(_ends(declared, said, date_read(facts)), default=None)


def _ends(declared: Iterable[Declared], said: date | None, read: Dated | None) -> Iterator[date]:
    signed = read.on if read and read.source == "signature" else None
    for one in declared:
        begun = {"proof_age": said or (read.on if read else None), "pdf_signature_age": signed}.get(one.check)
        if begun is not None:
            yield last_day(begun, one.params.get("max_days", DEFAULT_DAYS))


def last_day(begun: date, days: Setting) -> date:
    """Up to and with that day, in Paris, what is of the day `begun` is recent: announced to people, and kept to."""
    try:
        return begun + timedelta(days=days if isinstance(days, int) else DEFAULT_DAYS)
    except OverflowError:  # a validity without end
        return date.max


def _sent_on(header: str) -> date | None:
    try:
        sent = parsedate_to_datetime(header)
        return paris_date(
            sent if sent.tzinfo else sent.replace(tzinfo=UTC)
        )  # "-0000": UTC, from who knows where
    except (ValueError, TypeError, OverflowError):
        return None
