"""Writing to the journal. `record` is called by verbs, inside their transaction."""

from typing import Any, Protocol

from django.db.models import F

from jalon.core import clock
from jalon.core.actions import step, verb
from jalon.core.canonical import canonical_json
from jalon.journal.models import Digest, Entry, Head
from jalon.journal.rules import GENESIS, digest_root, entry_hash, stamp


class Actor(Protocol):
    """As much of a standing as the journal needs; the standing itself is of a package above."""

    @property
    def user_ref(self) -> str: ...


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
    if head:
        Head.objects.filter(chain=chain).update(seq=seq, hash=digest)
    else:
        # Two first entries at once: the unique (chain, seq) refused the second, and its verb with it.
        Head.objects.create(chain=chain, seq=seq, hash=digest)
    return entry


@verb
def take_digest(*, actor: Actor) -> Digest | None:
    """Commit to where every chain stands; None when none has moved since the last digest.

    `anchors.publish_anchors` copies it out of the database afterwards. Two at once: the unique number
    refuses the second.
    """
    if not _moved_heads():
        return None
    last = Digest.objects.order_by("number").last()
    number, previous_root = (last.number + 1, last.root) if last else (1, GENESIS)
    # Before the heads are read, so that the digest covers the line about itself.
    record(chain="journal", event="journal.digest.taken", actor_ref=actor.user_ref, number=number)
    moved = _moved_heads()
    now = clock.now()
    day = clock.paris_date(now)
    heads = canonical_json({head.chain: [head.seq, head.hash] for head in moved})
    digest = Digest.objects.create(
        number=number,
        day=day,
        taken_at=now,
        heads=heads,
        root=digest_root(number, day.isoformat(), heads, previous_root),
        previous_root=previous_root,
    )
    for head in moved:
        head.digested_seq = head.seq
    Head.objects.bulk_update(moved, ["digested_seq"], batch_size=200)
    return digest


def _moved_heads() -> list[Head]:
    return list(Head.objects.filter(seq__gt=F("digested_seq")).order_by("chain"))
