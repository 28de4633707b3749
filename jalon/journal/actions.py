"""Writing to the journal. Called by verbs, inside their transaction."""

from datetime import UTC, datetime
from typing import Any

from jalon.core import clock
from jalon.core.actions import step
from jalon.core.canonical import canonical_json
from jalon.journal.models import Entry, Head
from jalon.journal.rules import GENESIS, entry_hash


def stamp(instant: datetime) -> str:
    """The form of an instant that is hashed: UTC, microseconds always written."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


@step
def record(*, chain: str, event: str, actor_ref: str, **payload: Any) -> Entry:
    """Append one line to a chain, e.g. `record(chain="application:…", event="reviews.chapter.submitted", …)`.

    `payload` holds codes, numbers, ISO dates, digests and references; never a sentence that somebody wrote.
    """
    head = Head.objects.select_for_update().filter(chain=chain).first()
    at = clock.now()
    seq, prev = (head.seq + 1, head.hash) if head else (1, GENESIS)
    text = canonical_json(payload)
    digest = entry_hash(chain, seq, stamp(at), event, actor_ref, text, prev)
    entry = Entry.objects.create(
        chain=chain, seq=seq, at=at, event=event, actor_ref=actor_ref, payload=text, prev=prev, hash=digest
    )
    # Two first entries at once: the unique (chain, seq) refuses the second, and its verb with it.
    Head.objects.update_or_create(chain=chain, defaults={"seq": seq, "hash": digest, "changed_at": at})
    return entry
