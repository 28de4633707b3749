"""The requirement list of a workbook, as chapters of a definition (facts on the 14 columns: docs/definitions.md).

Lenient: what can be understood is mended, and every mend is reported with sheet, row and column. One row is one
expected proof; rows are put together by chapter, requirement, scenario and proof. A slot is one (requirement,
scenario number, proof number), whatever the number of rows that ask for it.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jalon.core.text import fold
from jalon.programmes.definition.cells import Cells, read_cells
from jalon.programmes.definition.findings import DefinitionError, Finding
from jalon.programmes.definition.rich_text import plain_text, sanitised
from jalon.programmes.definition.schema import (
    Chapter,
    ExpectedProof,
    ProofKind,
    Requirement,
    RowScope,
    Scenario,
    Text,
)

_MAX_CODE = 80
_SHOWN = 120


@dataclass(frozen=True)
class Remark:
    """Something read that was not kept as it stood."""

    sheet: str
    row: int
    column: str
    read: str
    kept: str
    why: str

    def as_json(self) -> dict[str, Any]:
        return vars(self).copy()


@dataclass
class Report:
    """What was found. `proofs` counts rows with a proof text; `slots` distinct places to fill."""

    sheet: str
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

    def as_json(self) -> dict[str, Any]:
        return {
            **vars(self),
            "mended": [remark.as_json() for remark in self.mended],
            "errors": [remark.as_json() for remark in self.errors],
        }


@dataclass(frozen=True)
class ImportResult:
    """The parts of a definition that a workbook holds. Names by key, in the order of first appearance."""

    chapters: tuple[Chapter, ...]
    profiles: Mapping[str, str]
    perimeters: Mapping[str, str]
    report: Report


@dataclass(frozen=True)
class Row:
    number: int
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

    @property
    def has_scenario(self) -> bool:
        return bool(self.scenario_code or self.scenario or self.proof)

    @property
    def scope(self) -> RowScope:
        return RowScope(perimeter=self.perimeter, profile=self.profile)

    @property
    def slot(self) -> tuple[str, str, str]:
        """A proof without a number is known by its text: two such rows are two slots, unless they are equal."""
        return (self.code, self.scenario_code, self.proof_code or f"? {fold(plain_text(self.proof))}")


def import_workbook(
    path: Path,
    *,
    kinds: Sequence[ProofKind],
    profile_keys: Mapping[str, str] | None = None,
    perimeter_keys: Mapping[str, str] | None = None,
) -> ImportResult:
    """Read a workbook. `profile_keys` and `perimeter_keys` give the keys of names that are known already.

    Raises DefinitionError when it is no workbook, has not the columns, or is larger than we read.
    """
    cells = read_cells(path)
    reading = _Reading(cells, dict(profile_keys or {}), dict(perimeter_keys or {}))
    rows = reading.rows()
    if not rows:
        raise DefinitionError([Finding("workbook.empty", file=str(path))])
    builder = _Builder(rows, kinds, reading.report)
    chapters = builder.chapters()
    _count(reading.report, rows, chapters)
    for remarks in (reading.report.mended, reading.report.errors):
        remarks.sort(key=lambda remark: remark.row)
    return ImportResult(chapters, reading.profiles.named, reading.perimeters.named, reading.report)


def _count(report: Report, rows: Sequence[Row], chapters: Sequence[Chapter]) -> None:
    proofs = [p for c in chapters for r in c.requirements for s in r.scenarios for p in s.proofs]
    report.rows = len(rows)
    report.requirements = len({row.code for row in rows})
    report.scenarios = len({(row.code, row.scenario_code) for row in rows if row.scenario_code})
    report.proofs = sum(bool(row.proof) for row in rows)
    report.slots = len(proofs)
    report.chapters = len(chapters)
    report.profiles = len({row.profile for row in rows})
    report.kinds_guessed = sum(proof.kind_guessed for proof in proofs)
    with_proof = {row.code for row in rows if row.proof}
    report.without_proof = list(dict.fromkeys(row.code for row in rows if row.code not in with_proof))


# --- Rows ----------------------------------------------------------------------------------------------------


class _Names:
    """Keys for names of profiles and perimeters: known ones keep theirs, new ones get one from the name."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self.keys = {fold(name): key for name, key in known.items()}
        self.named: dict[str, str] = {}

    def key(self, name: str) -> str:
        folded = fold(name)
        if folded not in self.keys:
            base = slug(name)
            taken = set(self.keys.values())
            self.keys[folded] = base if base not in taken else f"{base[:90]}-{_short(folded)}"
        key = self.keys[folded]
        self.named.setdefault(key, name)
        return key


class _Reading:
    """Cells to rows: trims, fills what is missing from the rows of the same requirement, and says so."""

    def __init__(
        self, cells: Cells, profile_keys: Mapping[str, str], perimeter_keys: Mapping[str, str]
    ) -> None:
        self.cells = cells
        self.profiles = _Names(profile_keys)
        self.perimeters = _Names(perimeter_keys)
        self.report = Report(cells.sheet)

    def rows(self) -> list[Row]:
        trimmed = [(number, self.trimmed(number, row)) for number, row in self.cells.rows]
        usable = []
        for number, row in trimmed:
            if row.get("ID"):
                usable.append((number, row))
            else:
                self.error(
                    number, "ID", "", "", "ligne sans identifiant d’exigence : elle est laissée de côté"
                )
        filled = self.filled(usable)
        return [self.row(number, row) for number, row in filled]

    def trimmed(self, number: int, row: Mapping[str, str]) -> dict[str, str]:
        short = (
            "Périmètre",
            "ID",
            "Chapitre",
            "Fonction",
            "Profil",
            "N° scénario",
            "N° preuve",
            "Criticité",
            "Ordre",
        )
        result = dict(row)
        for column in short:
            read = row.get(column, "")
            kept = " ".join(re.sub("[\u200b\ufeff\x00-\x1f]", " ", read).split())
            if column in ("ID", "N° scénario", "N° preuve") and len(kept) > _MAX_CODE:
                kept = kept[:_MAX_CODE].strip()
                self.error(
                    number, column, read, kept, f"code de plus de {_MAX_CODE} caractères : il est coupé"
                )
            elif kept != read:
                self.mend(number, column, read, kept, "espaces superflus")
            result[column] = kept
        return result

    def filled(self, rows: list[tuple[int, dict[str, str]]]) -> list[tuple[int, dict[str, str]]]:
        for column in ("Chapitre", "Périmètre", "Profil"):
            of_requirement: dict[str, str] = {}
            for _, row in rows:
                if row[column]:
                    of_requirement.setdefault(row["ID"], row[column])
            usual = Counter(row[column] for _, row in rows if row[column]).most_common(1)
            for number, row in rows:
                if row[column]:
                    continue
                row[column] = of_requirement.get(row["ID"]) or (usual[0][0] if usual else "—")
                if row["ID"] in of_requirement:
                    self.mend(number, column, "", row[column], "repris d’une autre ligne de la même exigence")
                else:
                    self.error(
                        number, column, "", row[column], "vide : la valeur la plus fréquente est prise"
                    )
        return rows

    def row(self, number: int, row: Mapping[str, str]) -> Row:
        proof = plain_text(row.get("Preuve", ""))
        if row["N° preuve"] and not proof:
            self.mend(number, "Preuve", "", "", "numéro sans texte : aucune preuve n’est attendue")
        if proof and not row["N° preuve"]:
            self.mend(number, "N° preuve", "", "", "preuve sans numéro : elle est reconnue à son texte")
        if proof and not row["N° scénario"]:
            self.mend(number, "N° scénario", "", "", "preuve sans numéro de scénario")
        return Row(
            number, row["Chapitre"], row["ID"], row["Fonction"] or row["ID"], row.get("Exigence", ""),
            row.get("Commentaire", ""), self.perimeters.key(row["Périmètre"]), self.profiles.key(row["Profil"]),
            row["N° scénario"], row.get("Scénario de conformité", "").strip(), row["N° preuve"], proof,
            row["Criticité"], self.order(number, row["Ordre"]),
        )  # fmt: skip

    def order(self, number: int, read: str) -> int:
        if re.fullmatch(r"[0-9]{1,9}", read):
            return int(read)
        if read:
            self.error(number, "Ordre", read, "0", "un nombre entier est attendu")
        return 0

    def mend(self, row: int, column: str, read: str, kept: str, why: str) -> None:
        self.report.mended.append(Remark(self.cells.sheet, row, column, read[:_SHOWN], kept[:_SHOWN], why))

    def error(self, row: int, column: str, read: str, kept: str, why: str) -> None:
        self.report.errors.append(Remark(self.cells.sheet, row, column, read[:_SHOWN], kept[:_SHOWN], why))


# --- Rows to chapters ----------------------------------------------------------------------------------------


class _Builder:
    def __init__(self, rows: Sequence[Row], kinds: Sequence[ProofKind], report: Report) -> None:
        self.rows = rows
        self.report = report
        self.guesses = [(kind.key, [re.compile(guess) for guess in kind.guess]) for kind in kinds]
        self.otherwise = tuple(k.key for k in kinds if k.guess_otherwise) or tuple(k.key for k in kinds)
        self.by_slot: dict[tuple[str, str, str], list[Row]] = {}
        for row in rows:
            if row.proof:
                self.by_slot.setdefault(row.slot, []).append(row)

    def chapters(self) -> tuple[Chapter, ...]:
        made = []
        for title, rows in _grouped(self.rows, "chapter"):
            requirements = tuple(self.requirement(code, inner) for code, inner in _grouped(rows, "code"))
            made.append(Chapter(key=f"c-{_short(title)}", title=Text(fr=title), requirements=requirements))
        self.report_repeated_requirements()
        return tuple(made)

    def requirement(self, code: str, rows: list[Row]) -> Requirement:
        first = rows[0]
        own = [row.scope for row in rows if not row.has_scenario]
        base = first.scope
        scenarios = tuple(
            self.scenario(base, inner)
            for _, inner in _grouped([row for row in rows if row.has_scenario], "scenario_code")
        )
        # With scenarios, rows of the requirement alone are named; without, the first one is the requirement's.
        also = _distinct(own) if scenarios else _distinct(own)[1:]
        elsewhere = [row.scope for row in rows if row.proof and self.home(row) != row.chapter]
        return Requirement(
            key=f"r-{_short(first.chapter, code)}", code=code, title=Text(fr=first.title),
            statement=Text(fr=self.joined(rows, "statement", "Exigence") or first.title),
            comment=_optional(self.joined(rows, "comment", "Commentaire", plain=True)),
            html=True, perimeter=base.perimeter, profile=base.profile, also=_distinct([*also, *elsewhere]),
            criticality=first.criticality, position=first.order, scenarios=scenarios,
        )  # fmt: skip

    def scenario(self, base: RowScope, rows: list[Row]) -> Scenario:
        first = rows[0]
        proofs = tuple(
            self.proof(first.scope, slot)
            for slot in dict.fromkeys(row.slot for row in rows if row.proof and self.home(row) == row.chapter)
        )
        bare = _distinct([row.scope for row in rows if not row.proof])
        if not proofs:
            bare = tuple(scope for scope in bare if scope != first.scope)
        text = self.joined(rows, "scenario", "Scénario de conformité") or sanitised(
            first.scenario_code or first.title
        )
        return Scenario(
            key=f"s-{_short(first.chapter, first.code, first.scenario_code)}", code=first.scenario_code,
            text=Text(fr=text), also=bare, proofs=proofs, **_overrides(base, first.scope),
        )  # fmt: skip

    def proof(self, base: RowScope, slot: tuple[str, str, str]) -> ExpectedProof:
        rows = self.by_slot[slot]
        first = rows[0]
        texts = list(dict.fromkeys(row.proof for row in rows))
        scopes = _distinct([row.scope for row in rows])
        for row in rows[1:]:
            why = f"même preuve que la ligne {first.number} : une seule place, tous les textes gardés"
            self.remark(row, "N° preuve", row.proof_code, first.proof_code, why)
        text = "\n\n".join(texts)
        return ExpectedProof(
            key=f"p-{_short(*slot)}", code=first.proof_code, text=Text(fr=text), kinds=self.kinds(text),
            kind_guessed=True, also=scopes[1:], **_overrides(base, scopes[0]),
        )  # fmt: skip

    def kinds(self, text: str) -> tuple[str, ...]:
        folded = fold(text).replace("’", "'")
        return (
            tuple(key for key, guesses in self.guesses if any(g.search(folded) for g in guesses))
            or self.otherwise
        )

    def home(self, row: Row) -> str:
        """The chapter that shows the slot: that of its first row."""
        return self.by_slot[row.slot][0].chapter

    def joined(self, rows: Iterable[Row], name: str, column: str, *, plain: bool = False) -> str:
        """The text of these rows; when they differ, all of them, and a remark."""
        clean = plain_text if plain else sanitised
        texts: dict[str, Row] = {}
        for row in rows:
            if text := clean(getattr(row, name)):
                texts.setdefault(text, row)
        for row in list(texts.values())[1:]:
            first = next(iter(texts.values()))
            self.remark(
                row,
                column,
                "",
                "",
                f"texte différent de celui de la ligne {first.number} : les deux sont gardés",
            )
        return "\n".join(texts) if not plain else "\n\n".join(texts)

    def report_repeated_requirements(self) -> None:
        seen: dict[str, str] = {}
        told: set[tuple[str, str]] = set()
        for row in self.rows:
            home = seen.setdefault(row.code, row.chapter)
            if home != row.chapter and (row.code, row.chapter) not in told:
                told.add((row.code, row.chapter))
                self.remark(
                    row, "Chapitre", row.chapter, row.chapter, f"exigence aussi dans le chapitre « {home} »"
                )

    def remark(self, row: Row, column: str, read: str, kept: str, why: str) -> None:
        self.report.mended.append(
            Remark(self.report.sheet, row.number, column, read[:_SHOWN], kept[:_SHOWN], why)
        )


def _overrides(base: RowScope, scope: RowScope) -> dict[str, Any]:
    found = {}
    if scope.perimeter != base.perimeter:
        found["perimeter"] = scope.perimeter
    if scope.profile != base.profile:
        found["profile"] = scope.profile
    return found


def _grouped(rows: Iterable[Row], name: str) -> list[tuple[str, list[Row]]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(getattr(row, name), []).append(row)
    return list(groups.items())


def _distinct(scopes: Iterable[RowScope]) -> tuple[RowScope, ...]:
    return tuple({(scope.perimeter, scope.profile): scope for scope in scopes}.values())


def _optional(text: str) -> Text | None:
    return Text(fr=text) if text else None


def _short(*parts: str) -> str:
    """Opaque, and the same for the same parts: a key must survive a second import of the same list."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]


def slug(name: str) -> str:
    """A key that one can read, from a name."""
    words = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")
    return words[:60].strip("-") or f"x-{_short(name)}"
