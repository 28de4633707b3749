"""What a check is, what it finds, and how a programme declares it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, Protocol

from jalon.documents.checks.facts import Facts, Report
from jalon.documents.checks.sentences import said

Value = str | int
Setting = Value | tuple[str, ...] | Mapping[str, str]


class Level(StrEnum):
    """Blocking: it cannot be handed in so. Warning: read it, and decide."""

    BLOCKING = "blocking"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """What a check found wrong. `case` tells two faults of one check apart; `params` fill its sentence."""

    check: str
    level: Level
    case: str = ""
    params: Mapping[str, Value] = field(default_factory=dict)

    def message(self, language: str = "fr") -> str:
        """What is wrong, and where."""
        return said(self.check, self.case, "message", self.params, language)

    def remedy(self, language: str = "fr") -> str:
        """How to mend it."""
        return said(self.check, self.case, "remedy", self.params, language)

    def as_json(self, language: str = "fr") -> dict[str, str]:
        return {
            "check": self.check,
            "level": str(self.level),
            "message": self.message(language),
            "remedy": self.remedy(language),
        }


class Declared(Protocol):
    """A check as a programme asks for it. `level` "": the check's own."""

    @property
    def check(self) -> str: ...
    @property
    def level(self) -> Literal["", "blocking", "warning"]: ...
    @property
    def params(self) -> Mapping[str, Setting]: ...


@dataclass(frozen=True)
class Subject:
    """One piece, as the checks see it: a file with its facts, a link, a number, or a test report, file or not.

    `on`: the instant for which it is judged; what depends on time is judged when it is read, never stored.
    """

    on: datetime
    name: str = ""
    facts: Facts | None = None
    url: str = ""
    text: str = ""
    report: Report | None = None
    dated_on: date | None = None  # of which day whoever gives it says that it is
    answer: str = (
        ""  # what was met where the link leads: ANSWERS or why there was nothing; "": nobody has looked
    )


ANSWERS = "answers"
Problem = tuple[str, Mapping[str, Value]]  # the case, and what its sentence names
Run = Callable[[Subject, Mapping[str, Setting]], Iterable[Problem]]


@dataclass(frozen=True)
class Parameter:
    """What a declaration may set. `default` None: it must."""

    name: str
    kind: Literal["number", "text", "texts", "pairs", "pattern"]
    default: Setting | None = None


@dataclass(frozen=True)
class Check:
    """`run` None: made at the door for every file, whatever is declared.

    `version` grows when the same piece may be judged otherwise.
    """

    name: str
    about: Literal["file", "link", "record", "report"]
    level: Level
    what: str  # for docs/checks.md
    run: Run | None = None
    parameters: Sequence[Parameter] = ()
    version: int = 1

    def settings(self, given: Mapping[str, Setting]) -> dict[str, Setting]:
        defaults = {p.name: p.default for p in self.parameters if p.default is not None}
        return {**defaults, **given}
