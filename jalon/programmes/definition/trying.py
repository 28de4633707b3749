"""What `jalon proof check` says of a file: the checks of its kind, without a database or a server."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from jalon.core.readers.asking import NotRead
from jalon.documents.checks.door import examine
from jalon.documents.checks.facts import Facts, Trouble
from jalon.documents.checks.judging import judge
from jalon.documents.checks.model import Finding, Subject
from jalon.documents.rules import display_name
from jalon.programmes.definition.declared import declared_checks
from jalon.programmes.definition.schema import ProofKind
from jalon.programmes.definition.strict_yaml import read_yaml

DEFAULT_KINDS = Path(__file__).with_name("default_kinds.yaml")


@lru_cache(maxsize=1)
def default_kinds() -> tuple[ProofKind, ...]:
    """The kinds of proof that are known without a programme."""
    return TypeAdapter(tuple[ProofKind, ...]).validate_python(
        read_yaml(DEFAULT_KINDS, DEFAULT_KINDS.name).value["kinds"]
    )


def kind_called(kinds: Sequence[ProofKind], name: str) -> ProofKind | None:
    """By its key; "pentest_form" and "pentest-form" are one."""
    return next((kind for kind in kinds if _plain(kind.key) == _plain(name)), None)


def try_file(path: Path, kind: ProofKind, on: datetime) -> tuple[Facts, list[Finding]]:
    """What was read in the file, and all that is wrong with it on that day."""
    size = path.stat().st_size
    try:
        facts = examine(
            path, path.name, kind.formats, size=size, max_bytes=kind.max_mb * 1024 * 1024, deep=True
        )
    except NotRead:
        params: dict[str, str | int] = {"name": display_name(path.name)}
        facts = Facts(troubles=(Trouble(check="readable", case="not_now", params=params),))
    subject = Subject(on=on, name=display_name(path.name), facts=facts, report=facts.report)
    return facts, judge(subject, declared_checks(kind))


def _plain(key: str) -> str:
    return key.casefold().replace("-", "_")
