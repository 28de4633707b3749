"""Lines to rows: trimmed, filled from their neighbours and mended, and every mend reported.

What would have to be invented to go on is an error: the line cannot be used, and nothing is imported.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from jalon.core.text import fold
from jalon.programmes.definition.normal_forms import without_prefix
from jalon.programmes.definition.rich_text import Texts
from jalon.programmes.definition.workbook.keys import Names
from jalon.programmes.definition.workbook.layouts import BEFORE, CONDITIONAL, NATURE
from jalon.programmes.definition.workbook.report import Remark, Report
from jalon.programmes.definition.workbook.table import Line

MAX_CODE = 80
MAX_NAME = 200
_CELL_LIMIT = 32_767  # of spreadsheet programs: a text of just that length was probably cut
_CODES = ("ID", "N° scénario", "N° preuve")
_SHORT = (
    *_CODES, "Chapitre", "Périmètre", "Profil", "Fonction", "Criticité", "Ordre", NATURE, BEFORE, CONDITIONAL,
)  # fmt: skip
_TITLES = ("Chapitre", "Fonction")
_LONG = ("Exigence", "Commentaire", "Scénario de conformité", "Preuve")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\x00-\x08\x0e-\x1f]")
_RUN = re.compile(r"[ \t\r\n]+")
# Each part begins with “<”, so that the search leaps from one to the next.
_DANGEROUS = re.compile(
    r"<(?:script|style|iframe|object|embed|form|svg|img|link|meta)\b|<[a-z]\w*\s(?:[^<>]*\s)?on\w+\s*="
    r"|<[^<>]*javascript:",
    re.IGNORECASE,
)
_MAY = ("peut", "preconisation")
_MUST = ("doit", "exigence", "")


Scope = tuple[str, str]  # perimeter, profile


@dataclass(slots=True)
class Row:
    """One row of the list, understood. Texts are as they stood; codes, names and numbers are mended."""

    line: Line
    chapter: str
    code: str
    title: str
    statement: str
    comment: str
    perimeter: str
    profile: str
    scenario_code: str
    scenario: str
    proof_code: str
    proof: str
    criticality: str
    order: int
    may: bool
    was: tuple[str, ...]

    @property
    def number(self) -> int:
        return self.line.row

    @property
    def has_scenario(self) -> bool:
        return bool(self.scenario_code or self.scenario or self.proof)

    @property
    def scope(self) -> Scope:
        return (self.perimeter, self.profile)

    @property
    def slot(self) -> tuple[str, str, str]:
        """A proof without a number is known by its text: two such rows are two slots, unless they are equal."""
        return (self.code, self.scenario_code, self.proof_code or f"? {fold(self.proof)}")


@dataclass(frozen=True)
class Usual:
    """What a list that has no such column means: the perimeter of this wave, and the profile of everybody."""

    perimeter: str
    profile: str


def understand(
    lines: Iterable[Line], perimeters: Names, profiles: Names, usual: Usual, texts: Texts, report: Report
) -> list[Row]:
    return _Mending(perimeters, profiles, usual, texts, report).rows(list(lines))


class _Mending:
    def __init__(
        self, perimeters: Names, profiles: Names, usual: Usual, texts: Texts, report: Report
    ) -> None:
        self.perimeters = perimeters
        self.profiles = profiles
        self.usual = usual
        self.texts = texts
        self.report = report
        self.chapters: dict[str, str] = {}
        self.tidy: dict[str, set[str]] = {column: set() for column in _SHORT}  # what needs no trimming
        self.natures: dict[str, bool] = {}
        self.dangerous: dict[str, bool] = {}

    def rows(self, lines: list[Line]) -> list[Row]:
        for line in lines:
            self.trim(line)
        lines = [line for line in lines if self.says_something(line)]
        self.name_requirements(lines)
        lines = [line for line in lines if line.texts.get("ID")]
        self.fill(lines)
        return [self.row(line) for line in lines]

    # Cells

    def trim(self, line: Line) -> None:
        for column, tidy in self.tidy.items():
            read = line.texts.get(column)
            if read is not None and read not in tidy:
                self.trim_one(line, column, read)
        for column in _LONG:
            read = line.texts.get(column, "")
            if len(read) >= _CELL_LIMIT:
                self.mend("text.maybe_cut", line, column, read, read)
            if "<" in read and self.is_dangerous(read):
                self.mend("text.dangerous", line, column, read, self.texts.html(read))

    def is_dangerous(self, text: str) -> bool:
        """The same statement stands in every row of a requirement."""
        if text not in self.dangerous:
            self.dangerous[text] = _DANGEROUS.search(text) is not None
        return self.dangerous[text]

    def trim_one(self, line: Line, column: str, read: str) -> None:
        kept = line.texts[column] = _trimmed(column, read)
        limit = MAX_CODE if column in _CODES else MAX_NAME
        if len(kept) > limit:
            self.fail("cell.too_long", line, column, read, limit=str(limit))
        if kept != read:
            self.mend("cell.spaces", line, column, read, kept)
        elif len(kept) <= limit:
            self.tidy[column].add(read)

    def says_something(self, line: Line) -> bool:
        if any(line.texts.get(column) for column in (*_CODES, *_LONG)):
            return True
        if any(line.texts.values()):
            self.mend("row.nothing", line, "ID", " ".join(line.texts.values()), "")
        return False

    # From the neighbours

    def name_requirements(self, lines: list[Line]) -> None:
        """A line without ID belongs to the requirement whose number begins that of its scenario."""
        known = {without_prefix(code): code for line in lines if (code := line.texts.get("ID"))}
        for line in lines:
            if line.texts.get("ID"):
                continue
            number = without_prefix(line.texts.get("N° scénario", "") or line.texts.get("N° preuve", ""))
            parts = number.split(".")
            found = (".".join(parts[:n]) for n in range(len(parts) - 1, 0, -1))
            if code := next((known[start] for start in found if start in known), ""):
                line.texts["ID"] = code
                self.mend("id.from_scenario", line, "ID", "", code)
            else:
                words = next((line.texts[c] for c in (*_LONG, "Fonction", *_CODES) if line.texts.get(c)), "")
                self.fail("row.no_id", line, "ID", words)

    def fill(self, lines: list[Line]) -> None:
        for column in ("Chapitre", "Périmètre", "Profil"):
            of_requirement: dict[str, str] = {}
            for line in lines:
                if text := line.texts.get(column):
                    of_requirement.setdefault(line.texts["ID"], text)
            above = ""
            for line in lines:
                if not line.texts.get(column):
                    self.fill_one(line, column, of_requirement.get(line.texts["ID"], ""), above)
                above = line.texts[column]

    def fill_one(self, line: Line, column: str, same_requirement: str, above: str) -> None:
        line.texts[column] = ""
        if same_requirement:
            line.texts[column] = same_requirement
            self.mend("cell.from_requirement", line, column, "", same_requirement)
        elif column == "Chapitre" and above:
            line.texts[column] = above
            self.mend("chapter.from_above", line, column, "", above)
        elif column == "Chapitre":
            self.fail("chapter.none", line, column, "")
        elif column == "Périmètre":
            self.fill_perimeter(line)
        elif fold(line.texts.get(CONDITIONAL, "")) == "non":
            line.texts[column] = self.usual.profile
        else:
            self.fail("profile.none", line, column, "")

    def fill_perimeter(self, line: Line) -> None:
        if "Périmètre" in line.shown:  # the list has the column, and this line nothing in it
            self.fail("perimeter.none", line, "Périmètre", "")
        else:
            line.texts["Périmètre"] = self.usual.perimeter

    # Rows

    def row(self, line: Line) -> Row:
        get = line.texts.get
        profile, perimeter = (
            self.key(self.profiles, line, "Profil"),
            self.key(self.perimeters, line, "Périmètre"),
        )
        proof = self.texts.plain(get("Preuve", ""))
        self.remark_numbers(line, proof)
        if not get("Exigence", "").strip():
            self.mend("requirement.no_statement", line, "Exigence", "", get("Fonction") or line.texts["ID"])
        return Row(
            line, self.chapter(line), line.texts["ID"], get("Fonction") or line.texts["ID"], get("Exigence", ""),
            get("Commentaire", ""), perimeter, profile,
            get("N° scénario", ""), get("Scénario de conformité", "").strip(), get("N° preuve", ""), proof,
            get("Criticité", ""), self.order(line), self.may(line),
            _codes(get(BEFORE, "")),
        )  # fmt: skip

    def remark_numbers(self, line: Line, proof: str) -> None:
        proof_code = line.texts.get("N° preuve", "")
        if proof_code and not proof:
            self.mend("proof.no_text", line, "Preuve", line.texts.get("Preuve", ""), "")
        if proof and not proof_code:
            self.mend("proof.no_number", line, "N° preuve", "", "")
        if proof and not line.texts.get("N° scénario"):
            self.mend("scenario.no_number", line, "N° scénario", "", "")

    def key(self, names: Names, line: Line, column: str) -> str:
        read = line.texts[column]
        key, kept, new = names.look_up(read)
        if kept != read:
            self.mend("name.spelling", line, column, read, kept)
        if new and column == "Périmètre" and read:
            self.mend("perimeter.new", line, column, read, read)
        return key

    def chapter(self, line: Line) -> str:
        read = line.texts["Chapitre"]
        kept = self.chapters.setdefault(" ".join(read.split()), read)
        if kept != read:
            self.mend("name.spelling", line, "Chapitre", read, kept)
        return kept

    def order(self, line: Line) -> int:
        read = line.texts.get("Ordre", "")
        if len(read) <= 9 and read.isascii() and read.isdecimal():
            return int(read)
        if read:
            self.mend("order.not_number", line, "Ordre", read, "0")
        return 0

    def may(self, line: Line) -> bool:
        nature = line.texts.get(NATURE, "")
        if nature in self.natures:
            return self.natures[nature]
        read = fold(nature)
        may = read.startswith(_MAY)
        if may or read.split(" ")[0] in _MUST:
            self.natures[nature] = may  # what is not known is told of each row
        else:
            self.mend("nature.unknown", line, NATURE, nature, "DOIT")
        return may

    # Remarks

    def mend(self, code: str, line: Line, column: str, read: str, kept: str) -> None:
        self.report.mended.append(Remark(code, self.report.sheet, line.row, line.column(column), read, kept))

    def fail(self, code: str, line: Line, column: str, read: str, **params: str) -> None:
        self.report.errors.append(
            Remark(code, self.report.sheet, line.row, line.column(column), read, "", params)
        )


def _trimmed(column: str, text: str) -> str:
    if not text.isprintable():
        text = _INVISIBLE.sub("", text)
        if column in _TITLES:
            # A no-break space in a title is French typography; in a code or a name it is an accident.
            return _RUN.sub(" ", text).strip()
    return " ".join(text.split())


def _codes(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").replace(";", " ").split()) if text else ()
