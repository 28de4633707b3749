"""A piece and what its kind declares in, findings out. Pure: the same piece, at the same instant, is judged alike."""

from collections.abc import Iterable, Sequence

from jalon.documents.checks.facts import Trouble
from jalon.documents.checks.model import Declared, Finding, Level, Subject
from jalon.documents.checks.registry import CHECKS, DECLARABLE


def judge(subject: Subject, declared: Sequence[Declared]) -> list[Finding]:
    """What the door would refuse first, and alone; then each declared check, in the order of its declaration."""
    door = of_troubles(subject.facts.troubles) if subject.facts else []
    if blocking(door):
        return door
    return door + [finding for one in declared for finding in _found(subject, one)]


def of_troubles(troubles: Iterable[Trouble]) -> list[Finding]:
    return [Finding(t.check, CHECKS[t.check].level, t.case, t.params) for t in troubles]


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level is Level.BLOCKING]


def _found(subject: Subject, declared: Declared) -> Iterable[Finding]:
    check = DECLARABLE.get(declared.check)
    if (
        check is None or check.run is None
    ):  # of another version of Jalon: refused where definitions are checked
        return
    level = Level(declared.level) if declared.level else check.level
    for case, params in check.run(subject, check.settings(declared.params)):
        yield Finding(check.name, level, case, {"name": subject.name, **params})
