"""What an import tells: where something was not kept as it stood, and how much there is."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from jalon.programmes.definition.findings import DefinitionError, Finding, sentence

_SHOWN = 120


@dataclass(frozen=True)
class Remark:
    """One thing about one cell (or row, or sheet: then `column` is empty, or `row` 0)."""

    code: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    read: str = ""
    kept: str = ""
    params: dict[str, str] = field(default_factory=dict)

    def why(self, language: str = "fr") -> str:
        return sentence(self.code, self.params, language)

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code, "sheet": self.sheet, "row": self.row, "column": self.column,
            "read": _cut(self.read), "kept": _cut(self.kept), "why": self.why(), "why_en": self.why("en"),
        }  # fmt: skip


class WorkbookRefused(DefinitionError):
    """The file as a whole cannot be read: one remark says why, and where as far as that is known."""

    def __init__(self, file: str, remark: Remark) -> None:
        self.remark = remark
        super().__init__([Finding(remark.code, (), file, remark.row, remark.params)])


@dataclass
class Report:
    """`requirements`: distinct IDs; `scenarios`: distinct (ID, scenario number) that have a number; `proofs`: rows
    with a proof text; `slots`: distinct places to fill.
    """

    sheet: str = ""
    layout: str = ""  # "proof" or "scenario": what one row stands for
    columns: list[str] = field(default_factory=list)  # those that were read
    rows: int = 0
    requirements: int = 0
    scenarios: int = 0
    proofs: int = 0
    slots: int = 0
    chapters: int = 0
    profiles: int = 0
    without_proof: list[str] = field(default_factory=list)
    kinds_guessed: int = 0
    mended: list[Remark] = field(default_factory=list)
    errors: list[Remark] = field(default_factory=list)
    ignored: list[Remark] = field(default_factory=list)

    @classmethod
    def of_refusal(cls, refused: WorkbookRefused) -> "Report":
        return cls(sheet=refused.remark.sheet, errors=[refused.remark])

    def findings(self, file: str) -> list[Finding]:
        """The rows that cannot be used, as faults of a file."""
        return [Finding(remark.code, (), file, remark.row, remark.params) for remark in self.errors]

    def tidy(self) -> None:
        """In the order of the rows; once, where a row with several proofs says the same of each."""
        for remarks in (self.mended, self.errors, self.ignored):
            each = {(r.code, r.sheet, r.row, r.column, r.read, r.kept): r for r in remarks}
            remarks[:] = sorted(each.values(), key=lambda remark: remark.row)

    def as_json(self) -> dict[str, Any]:
        remarks = {name: _all(getattr(self, name)) for name in ("mended", "errors", "ignored")}
        return {**vars(self), **remarks}


def _all(remarks: Iterable[Remark]) -> list[dict[str, Any]]:
    return [remark.as_json() for remark in remarks]


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
