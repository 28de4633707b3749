"""What the machine says of pieces in slots. No query: over rows that were read, and what the programme declares.

A proof that was submitted is judged as of that instant, a draft as of now, or of the click that hands it in: a
signature that grows old while it waits to be examined stays good.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from jalon.core import clock
from jalon.documents.checks.dating import Dated, date_read, expires_on
from jalon.documents.checks.facts import Report
from jalon.documents.checks.judging import blocking, judge
from jalon.documents.checks.model import Finding, Level, Subject
from jalon.documents.checks.registry import reads_files
from jalon.documents.checks.telling import Line, told
from jalon.documents.models import Scan
from jalon.documents.queries import facts_of
from jalon.evidence.models import ExternalRecord, Proof, ProofItem
from jalon.evidence.queries import SlotView
from jalon.evidence.states import SlotState
from jalon.programmes.definition.declared import declared_checks
from jalon.programmes.definition.schema import DeclaredCheck, Definition, ExpectedProof


@dataclass(frozen=True)
class Owner:
    """Whose test reports are expected (`platforms.owner_of`). "": not known, so it is not judged."""

    product: str = ""
    organisation: str = ""


NOBODY = Owner()


@dataclass(frozen=True)
class Age:
    """Of which day a piece is, who says so, and the last day on which it can be handed in (None: it does not age).

    `source`: "vendor", or what says it: "signature", "mail", "report".
    """

    on: date | None = None
    source: str = ""
    expires_on: date | None = None


@dataclass(frozen=True)
class Judged:
    """`pending`: its content is still to be read. `lines`: what was read in it, label and value, in `language`."""

    pending: bool = False
    findings: tuple[Finding, ...] = ()
    lines: tuple[Line, ...] = ()

    @property
    def blocks(self) -> bool:
        return bool(blocking(self.findings))


@dataclass(frozen=True)
class Blocked:
    """A piece that cannot be submitted as it is."""

    view: SlotView
    item: ProofItem
    finding: Finding


def judged_items(
    definition: Definition,
    expected: ExpectedProof,
    proof: Proof | None,
    items: Iterable[ProofItem],
    language: str = "fr",
    owner: Owner = NOBODY,
) -> dict[int, Judged]:
    """By id of the piece."""
    now = clock.now()
    return {item.pk: _judged(definition, expected, proof, item, language, owner, now) for item in items}


def blocked_pieces(
    definition: Definition, views: Iterable[SlotView], owner: Owner, at: datetime
) -> list[Blocked]:
    """What stands in the way of submitting these slots at that instant, in order. What waits to be read does not."""
    return [
        Blocked(view, item, finding)
        for view in views
        if view.state is SlotState.DEPOSITED
        for item in view.items
        for finding in blocking(
            _judged(definition, view.expected, view.proof, item, "fr", owner, at).findings
        )
    ]


def _judged(
    definition: Definition,
    expected: ExpectedProof,
    proof: Proof | None,
    item: ProofItem,
    language: str,
    owner: Owner,
    drafted_at: datetime,
) -> Judged:
    kind = next((kind for kind in definition.kinds if kind.key == item.proof_kind), None)
    on = proof.submitted_at if proof and proof.submitted_at else drafted_at
    declared = tuple(_of_owner(one, owner) for one in declared_checks(kind, expected)) if kind else ()
    if item.document is None:
        subject = Subject(
            on=on, url=item.url, text=item.text, report=_report(item.record), answer=item.answer
        )
        return Judged(findings=tuple(judge(subject, declared)))
    name = item.document.name
    if item.document.content.sealed_at is not None:
        return Judged()  # nobody opens it: nothing of it is told either
    if item.document.scan is Scan.INFECTED:
        return Judged(findings=(Finding("virus", Level.BLOCKING, params={"name": name}),))
    facts = facts_of(item.document)
    if facts is None:
        return Judged(pending=reads_files(declared))
    subject = Subject(on=on, name=name, facts=facts, report=facts.report, dated_on=item.dated_on)
    found = judge(subject, declared)
    return Judged(findings=tuple(found), lines=tuple(told(facts, language)))


def age_of(definition: Definition, expected: ExpectedProof | None, item: ProofItem) -> Age:
    """What is sealed tells nothing of itself."""
    if item.document is None or item.document.content.sealed_at is not None:
        report = _report(item.record)
        read = Dated(report.tested_on, "report") if report and report.tested_on else None
        return _age(item, read, None)
    facts = facts_of(item.document)
    kind = next((kind for kind in definition.kinds if kind.key == item.proof_kind), None)
    ends = expires_on(declared_checks(kind, expected), item.dated_on, facts) if kind else None
    return _age(item, date_read(facts), ends)


def _age(item: ProofItem, read: Dated | None, ends: date | None) -> Age:
    if item.dated_on:
        return Age(item.dated_on, "vendor", ends)
    return Age(read.on, read.source, ends) if read else Age(expires_on=ends)


def _report(record: ExternalRecord | None) -> Report | None:
    if record is None:
        return None
    tested_on = clock.paris_date(record.made_at) if record.made_at else None
    return Report(
        verdict=record.verdict, product=record.product, organisation=record.organisation, tested_on=tested_on
    )


def _of_owner(one: DeclaredCheck, owner: Owner) -> DeclaredCheck:
    """The programme asks that a report be the vendor's own; whose that is, it cannot know."""
    expected = {
        "report_product": ("product", owner.product),
        "report_organisation": ("organisation", owner.organisation),
        "report_owner_known": ("organisation", owner.organisation),
    }
    if one.check not in expected:
        return one
    name, value = expected[one.check]
    return DeclaredCheck(check=one.check, level=one.level, params={name: value, **one.params})
