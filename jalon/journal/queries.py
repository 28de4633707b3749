"""Reading the journal: is it whole?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Count

from jalon.journal.anchors import FILE_NAME, AnchorMismatch, read_anchors
from jalon.journal.models import Digest, Entry, Head
from jalon.journal.rules import (
    Anchor,
    Fault,
    FaultKind,
    HeadState,
    Line,
    Point,
    Points,
    fault_of_mark,
    faults_between,
    faults_of_digests,
    first_fault,
    points_of,
    stamp,
)


@dataclass(frozen=True)
class Report:
    """What `verify` read, and the first bad line of each chain that is not whole, by chain."""

    entries: int
    chains: int
    digests: int
    anchors: int
    anchored_on: str  # day of the last anchor, "" when there is none
    faults: tuple[Fault, ...]

    @property
    def ok(self) -> bool:
        return not self.faults

    @property
    def first(self) -> Fault | None:
        return self.faults[0] if self.faults else None

    def as_facts(self) -> dict[str, Any]:
        return {
            "entries": self.entries,
            "chains": self.chains,
            "digests": self.digests,
            "anchors": self.anchors,
            "anchored_on": self.anchored_on,
            "first": self.faults[0].as_facts() if self.faults else None,
            "faults": [fault.as_facts() for fault in self.faults],
        }

    def lines(self) -> list[str]:
        counted = (
            f"{self.entries} entries in {self.chains} chains, {self.digests} digests, {self.anchors} anchors."
        )
        if not self.anchors:
            counted += " Without anchors a journal rewritten throughout would not be noticed."
        elif self.anchored_on:
            counted += f" Last anchor: {self.anchored_on}."
        verdict = [f"{fault.chain} {fault.seq}: {fault.sentence}" for fault in self.faults]
        return [counted, *(verdict or ["The journal is whole."])]


def verify(anchor_dir: Path | None) -> Report:
    """Recompute every hash and compare with the heads, the digests and (unless None) the anchors.

    Work may go on meanwhile: whatever seems wrong is looked at again under a lock.
    """
    # In this order, so that what is read later can only know more.
    anchors, faults_of_file = _kept_anchors(anchor_dir)
    heads = {head.chain: HeadState(head.seq, head.hash, head.digested_seq) for head in Head.objects.all()}
    digests = [digest.as_anchor() for digest in Digest.objects.order_by("number", "pk")]
    # The copy outside speaks first: whoever rewrote the journal could rewrite the digests with it.
    faults = _faults_of_chains(heads, points_of([*anchors, *digests]))
    faults += _faults_of_marks(heads, digests)
    faults.sort(key=lambda fault: (fault.chain, fault.seq))
    compared = [] if faults_of_file else faults_between(digests, anchors)
    faults += faults_of_digests(digests, "digests", FaultKind.DIGEST) or compared
    faults += faults_of_file or _fault_of_no_anchors(anchor_dir, anchors, digests)
    counts = Entry.objects.aggregate(entries=Count("pk"), chains=Count("chain", distinct=True))
    return Report(
        entries=counts["entries"],
        chains=counts["chains"],
        digests=len(digests),
        anchors=len(anchors),
        anchored_on=anchors[-1].day if anchors else "",
        faults=tuple(faults),
    )


def _kept_anchors(anchor_dir: Path | None) -> tuple[list[Anchor], list[Fault]]:
    if anchor_dir is None:
        return [], []
    try:
        anchors = read_anchors(anchor_dir)
    except AnchorMismatch as error:
        return [], [Fault("anchors", 1, FaultKind.ANCHOR, str(error))]
    return anchors, faults_of_digests(anchors, "anchors", FaultKind.ANCHOR)


def _fault_of_no_anchors(
    anchor_dir: Path | None, anchors: list[Anchor], digests: list[Anchor]
) -> list[Fault]:
    """Each digest is copied as it is taken: without its copy, a journal hashed anew throughout would pass."""
    if anchor_dir is None or anchors or not digests:
        return []
    sentence = (
        f"{anchor_dir / FILE_NAME} holds no anchor, and the database has {len(digests)} digests: name the folder where "
        "the anchors are (--anchor, JALON_JOURNAL_ANCHOR_DIR) or put their copy back. Only where they never were "
        "anywhere: `jalon journal anchor` writes them from the database."
    )
    return [Fault("anchors", 1, FaultKind.ANCHOR, sentence)]


def _faults_of_chains(heads: Mapping[str, HeadState], points: Points) -> list[Fault]:
    suspects, seen = [], set()
    for chain, lines in groupby(_lines(), key=lambda line: line.chain):
        seen.add(chain)
        if first_fault(chain, lines, heads.get(chain), points.get(chain, {})):
            suspects.append(chain)
    suspects += {*heads, *points} - seen  # every line is gone
    faults = (_fault_under_lock(chain, points.get(chain, {})) for chain in suspects)
    return [fault for fault in faults if fault]


def _fault_under_lock(chain: str, points: Mapping[int, Point]) -> Fault | None:
    with transaction.atomic():
        head = Head.objects.select_for_update().filter(chain=chain).first()
        state = HeadState(head.seq, head.hash, head.digested_seq) if head else None
        return first_fault(chain, _lines(chain), state, points)


def _faults_of_marks(heads: Mapping[str, HeadState], digests: list[Anchor]) -> list[Fault]:
    digested: dict[str, int] = {}
    for digest in digests:
        digested |= {chain: seq for chain, (seq, _) in digest.points().items()}
    faults = (fault_of_mark(chain, head, digested.get(chain, 0)) for chain, head in heads.items())
    return [fault for fault in faults if fault]


def _lines(chain: str | None = None) -> Iterator[Line]:
    """Every entry, or those of one chain. Not through the model: an altered row may hold anything."""
    where, values = ("WHERE chain = %s", [chain]) if chain is not None else ("", [])
    at = "CAST(at AS text)" if connection.vendor == "sqlite" else "at"
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            f"SELECT chain, seq, {at}, event, actor_ref, payload, prev, hash "  # noqa: S608  (constants only)
            f"FROM {Entry._meta.db_table} {where} ORDER BY chain, seq, id",  # noqa: SLF001
            values,
        )
        while rows := cursor.fetchmany(1000):
            for chain_, seq, at, *texts in rows:
                number = seq if isinstance(seq, int) else -1
                yield Line(str(chain_), number, _stamp_of(at), *(str(text) for text in texts))


def _stamp_of(at: object) -> str:
    """SQLite gives the text of a UTC instant, PostgreSQL the instant; anything else gives no valid hash."""
    if isinstance(at, datetime):
        return stamp(at)
    try:
        return stamp(datetime.fromisoformat(str(at)).replace(tzinfo=UTC))
    except ValueError:
        return str(at)
