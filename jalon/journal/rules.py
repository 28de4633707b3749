"""How an entry's hash is made, and what is wrong with a chain. Pure: verification needs no database.

What each safeguard notices: the hashes, an edit, a deletion, an insertion or a swap; the head, a cut tail;
the anchor (a digest of all heads, kept on another machine), a chain that was cut together with its head,
or rewritten and hashed anew throughout. What happened since the last anchor has only the first two.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum

from jalon.core.canonical import canonical_json, sha256_hex

GENESIS = "0" * 64


def stamp(instant: datetime) -> str:
    """The form of an instant that is hashed: UTC, microseconds always written."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def entry_hash(chain: str, seq: int, at: str, event: str, actor_ref: str, payload: str, prev: str) -> str:
    """SHA-256 over every field of the entry and the hash of the one before. `at` is ISO 8601 in UTC."""
    return sha256_hex(canonical_json([chain, seq, at, event, actor_ref, payload, prev]))


def digest_root(number: int, day: str, heads: str, previous_root: str) -> str:
    """SHA-256 over a daily digest: its number and day, the heads that moved, and the root before."""
    return sha256_hex(canonical_json([number, day, heads, previous_root]))


@dataclass(frozen=True)
class Line:
    """An entry as stored; `at` in the form that is hashed."""

    chain: str
    seq: int
    at: str
    event: str
    actor_ref: str
    payload: str
    prev: str
    hash: str

    def expected_hash(self) -> str:
        return entry_hash(self.chain, self.seq, self.at, self.event, self.actor_ref, self.payload, self.prev)


@dataclass(frozen=True)
class HeadState:
    seq: int
    hash: str
    digested_seq: int


class FaultKind(StrEnum):
    """What is wrong, in one word; the sentence of the fault says the rest."""

    MISSING = "missing"  # a number is skipped
    MISPLACED = "misplaced"  # a number comes twice, or is none
    ALTERED = "altered"  # the content does not give the stored hash
    UNLINKED = "unlinked"  # well hashed, but it does not follow the line before
    CUT = "cut"  # the last lines are gone
    UNANNOUNCED = "unannounced"  # lines beyond the head
    HEADLESS = "headless"  # lines, and no head
    HEAD = "head"  # the head contradicts the last line, or what was digested of it
    REWRITTEN = "rewritten"  # consistent, but not what the anchor says
    DIGEST = "digest"  # a daily digest contradicts itself, the one before or the anchor
    ANCHOR = "anchor"  # the anchor file contradicts itself, or is not there


@dataclass(frozen=True)
class Fault:
    """The first bad line of a chain. `chain` is "digests" or "anchors" where one of these is at fault."""

    chain: str
    seq: int
    kind: FaultKind
    sentence: str

    def as_facts(self) -> dict[str, str | int]:
        return {"chain": self.chain, "seq": self.seq, "what": self.kind.value, "sentence": self.sentence}


@dataclass(frozen=True)
class Anchor:
    """A daily digest, as a row of the database or as a line of the file kept elsewhere."""

    number: int
    day: str
    taken_at: str
    heads: str  # canonical JSON {chain: [seq, hash]}
    root: str
    previous_root: str

    def as_line(self) -> str:
        return canonical_json(asdict(self)) + "\n"

    def points(self) -> dict[str, tuple[int, str]]:
        return {chain: (seq, digest) for chain, (seq, digest) in json.loads(self.heads).items()}


def anchor_of_line(text: str) -> Anchor:
    """Raises ValueError when `text` is not a line written by `as_line`."""
    try:
        anchor = Anchor(**json.loads(text))
        anchor.points()
    except (TypeError, AttributeError) as error:  # JSON, but of another shape
        raise ValueError(str(error)) from error
    if anchor.as_line().rstrip("\n") != text:
        raise ValueError("not in canonical form")
    return anchor


@dataclass(frozen=True)
class Point:
    """What a digest says of a chain: the hash that its line `seq` had on `day`."""

    hash: str
    day: str


Points = Mapping[str, Mapping[int, Point]]


def points_of(anchors: Iterable[Anchor]) -> dict[str, dict[int, Point]]:
    """By chain and number. Where two anchors speak of the same line the first in the iteration counts."""
    points: dict[str, dict[int, Point]] = {}
    for anchor in anchors:
        for chain, (seq, digest) in anchor.points().items():
            points.setdefault(chain, {}).setdefault(seq, Point(digest, anchor.day))
    return points


def first_fault(
    chain: str, lines: Iterable[Line], head: HeadState | None, points: Mapping[int, Point]
) -> Fault | None:
    """Walk a chain in the order of its numbers; None when every line, the head and the anchors agree."""
    seq, prev = 0, GENESIS
    for line in lines:
        seq += 1
        if kind := _fault_of_line(line, seq, prev, points.get(seq)):
            return Fault(chain, seq, kind, _sentence(kind, line, seq, points.get(seq)))
        prev = line.hash
    return _fault_of_end(chain, seq, prev, head, points)


def _fault_of_line(line: Line, seq: int, prev: str, point: Point | None) -> FaultKind | None:
    if line.seq != seq:
        return FaultKind.MISSING if line.seq > seq else FaultKind.MISPLACED
    if line.expected_hash() != line.hash:
        return FaultKind.ALTERED
    if line.prev != prev:
        return FaultKind.UNLINKED
    if point and point.hash != line.hash:
        return FaultKind.REWRITTEN
    return None


def _sentence(kind: FaultKind, line: Line, seq: int, point: Point | None) -> str:
    day = point.day if point else ""
    return {
        FaultKind.MISSING: f"line {seq} is missing; the next one is {line.seq}",
        FaultKind.MISPLACED: f"where line {seq} is expected stands one that is numbered {line.seq}",
        FaultKind.ALTERED: f"line {seq} ({line.event}) does not give the hash that was stored with it",
        FaultKind.UNLINKED: f"line {seq} ({line.event}) does not follow the line before it",
        FaultKind.REWRITTEN: f"line {seq} ({line.event}) is not the one that was anchored on {day}: "
        "it, or a line before it, was rewritten",
    }[kind]


def _fault_of_end(
    chain: str, seq: int, last_hash: str, head: HeadState | None, points: Mapping[int, Point]
) -> Fault | None:
    anchored = max(points, default=0)
    if anchored > seq:
        sentence = f"cut after line {seq}: line {anchored} was anchored on {points[anchored].day}"
        return Fault(chain, seq + 1, FaultKind.CUT, sentence)
    if head is None:
        return Fault(chain, seq, FaultKind.HEADLESS, f"the chain has {seq} line(s) and no head")
    if head.seq > seq:
        return Fault(chain, seq + 1, FaultKind.CUT, f"cut after line {seq}: the head stands at {head.seq}")
    if head.seq < seq:
        sentence = f"line {head.seq + 1} stands after the head, which is at {head.seq}"
        return Fault(chain, head.seq + 1, FaultKind.UNANNOUNCED, sentence)
    if head.hash != last_hash:
        return Fault(chain, seq, FaultKind.HEAD, f"the head does not carry the hash of line {seq}")
    return None


def fault_of_mark(chain: str, head: HeadState, digested: int) -> Fault | None:
    """A head that claims to be digested further than it is would be left out of the next digest."""
    if head.digested_seq <= digested:
        return None
    sentence = f"the head says that a digest covers line {head.digested_seq}; the last one covers {digested}"
    return Fault(chain, head.digested_seq, FaultKind.HEAD, sentence)


def faults_of_digests(anchors: Iterable[Anchor], name: str, kind: FaultKind) -> list[Fault]:
    """The first thing wrong with a sequence of digests in itself, whatever the journal holds."""
    previous_root = GENESIS
    for number, anchor in enumerate(anchors, start=1):
        if anchor.number != number:
            return [Fault(name, number, kind, f"number {number} is missing")]
        if anchor.root != digest_root(anchor.number, anchor.day, anchor.heads, anchor.previous_root):
            return [Fault(name, number, kind, f"number {number} does not give its root")]
        if anchor.previous_root != previous_root:
            return [Fault(name, number, kind, f"number {number} does not follow the one before it")]
        previous_root = anchor.root
    return []


def faults_between(digests: Iterable[Anchor], kept: Iterable[Anchor]) -> list[Fault]:
    """The first digest that is not in the database as it was kept outside."""
    stored = {digest.number: digest for digest in digests}
    for anchor in kept:
        digest = stored.get(anchor.number)
        if digest is None:
            sentence = f"digest {anchor.number} of {anchor.day} was anchored and is gone"
            return [Fault("digests", anchor.number, FaultKind.DIGEST, sentence)]
        if digest != anchor:
            sentence = f"digest {anchor.number} is not the one that was anchored on {anchor.day}"
            return [Fault("digests", anchor.number, FaultKind.DIGEST, sentence)]
    return []
