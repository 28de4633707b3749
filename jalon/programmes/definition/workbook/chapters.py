"""Rows put together: chapter, requirement, scenario, proof.

A slot is one (requirement, scenario number, proof number), whatever the number of rows that ask for it; it stands in
the chapter of its first row. Further rows that ask for a requirement, scenario or proof are kept as `also`.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from jalon.programmes.definition.normal_forms import without_prefix
from jalon.programmes.definition.rich_text import Texts
from jalon.programmes.definition.schema import Chapter
from jalon.programmes.definition.workbook.keys import Keys, digest
from jalon.programmes.definition.workbook.kinds import Guesser
from jalon.programmes.definition.workbook.report import Remark, Report
from jalon.programmes.definition.workbook.rows import Row, Scope

Slot = tuple[str, str, str]
Plain = dict[str, Any]  # parts of a chapter, which is validated once as a whole


def build(rows: Sequence[Row], guesser: Guesser, texts: Texts, report: Report) -> tuple[Chapter, ...]:
    return _Builder(rows, guesser, texts, report).chapters()


class _Builder:
    def __init__(self, rows: Sequence[Row], guesser: Guesser, texts: Texts, report: Report) -> None:
        self.rows = rows
        self.guesser = guesser
        self.texts = texts
        self.report = report
        self.keys = Keys()
        self.normal = cache(without_prefix)
        self.by_slot: dict[Slot, list[Row]] = {}
        for row in rows:
            if row.proof:
                self.by_slot.setdefault(row.slot, []).append(row)

    def chapters(self) -> tuple[Chapter, ...]:
        made = []
        for title, rows in _grouped(self.rows, "chapter"):
            requirements = tuple(self.requirement(code, inner) for code, inner in _grouped(rows, "code"))
            chapter = {"key": f"c-{digest(title)}", "title": {"fr": title}, "requirements": requirements}
            made.append(Chapter.model_validate(chapter))
        self.tell_repetitions()
        self.tell_what_is_missing()
        return tuple(made)

    def requirement(self, code: str, rows: list[Row]) -> Plain:
        first = rows[0]
        key = self.keys.give("r", self.normal(code), more=(code, first.chapter))
        scenarios = tuple(
            self.scenario(key, first.scope, inner)
            for _, inner in _grouped([row for row in rows if row.has_scenario], "scenario_code")
        )
        # With scenarios, rows of the requirement alone are named; without, the first one is the requirement's.
        own = (row.scope for row in rows if not row.has_scenario)
        also = _also(own, but=None if scenarios else first.scope)
        comment = self.joined(rows, "comment", "Commentaire", plain=True)
        return {
            "key": key, "code": code, "was": tuple(dict.fromkeys(old for row in rows for old in row.was)),
            "title": {"fr": first.title},
            "statement": {"fr": self.joined(rows, "statement", "Exigence") or self.texts.html(first.title)},
            "comment": {"fr": comment} if comment else None, "html": True,
            "perimeter": first.perimeter, "profile": first.profile, "also": also, "criticality": first.criticality,
            "nature": "may" if first.may else "must", "position": first.order, "scenarios": scenarios,
        }  # fmt: skip

    def scenario(self, requirement: str, base: Scope, rows: list[Row]) -> Plain:
        first = rows[0]
        key = self.keys.give("s", requirement, self.normal(first.scenario_code), more=(first.scenario_code,))
        here = [row for row in rows if row.proof and self.home(row) == first.chapter]
        proofs = tuple(self.proof(key, first.scope, slot) for slot in dict.fromkeys(row.slot for row in here))
        # Rows that ask for the scenario, and for no proof in this chapter.
        bare = (row.scope for row in rows if not row.proof or self.home(row) != first.chapter)
        text = self.joined(rows, "scenario", "Scénario de conformité") or self.texts.html(
            first.scenario_code or first.title
        )
        return {
            "key": key, "code": first.scenario_code, "text": {"fr": text}, "proofs": proofs,
            "also": _also(bare, but=None if proofs else first.scope), **_overrides(base, first.scope),
        }  # fmt: skip

    def proof(self, scenario: str, base: Scope, slot: Slot) -> Plain:
        rows = self.by_slot[slot]
        first = rows[0]
        number = self.normal(first.proof_code) if first.proof_code else slot[2]
        # Without a number, the texts of a slot are the same but for case and spaces.
        texts = dict.fromkeys(row.proof for row in rows) if first.proof_code else (first.proof,)
        text = "\n\n".join(texts)
        for row in rows[1:]:
            self.mend("proof.repeated", row, "N° preuve", row.proof_code, first.proof_code, first)
        return {
            "key": self.keys.give("p", scenario, number, more=(first.proof_code,)), "code": first.proof_code,
            "text": {"fr": text}, "kinds": self.guesser.kinds(text), "kind_guessed": True,
            "also": _also((row.scope for row in rows), but=first.scope), **_overrides(base, first.scope),
        }  # fmt: skip

    def home(self, row: Row) -> str:
        return self.by_slot[row.slot][0].chapter

    def joined(self, rows: Sequence[Row], name: str, column: str, *, plain: bool = False) -> str:
        """The text of these rows; when they differ, all of them, and a remark."""
        clean = self.texts.plain if plain else self.texts.html
        same = getattr(rows[0], name)
        if all(getattr(row, name) == same for row in rows):
            return clean(same)
        raw: dict[str, Row] = {}
        for row in rows:
            raw.setdefault(getattr(row, name), row)
        texts: dict[str, Row] = {}
        for read, row in raw.items():
            if text := clean(read):
                texts.setdefault(text, row)
        first = next(iter(texts.values()), None)
        for text, row in texts.items():
            if first is not None and row is not first:
                self.mend("text.differs", row, column, text, text, first)
        return ("\n\n" if plain else "\n").join(texts)

    # What a reader of the report should know, though nothing was lost

    def tell_repetitions(self) -> None:
        homes: dict[str, Row] = {}
        chapters: dict[tuple[str, str], Row] = {}
        proofs: dict[str, Row] = {}
        spellings: dict[tuple[str, ...], tuple[str, Row]] = {}
        for row in self.rows:
            home = homes.setdefault(row.code, row)
            if chapters.setdefault((row.code, row.chapter), row) is row and home is not row:
                self.mend("requirement.two_chapters", row, "Chapitre", row.chapter, row.chapter, home)
            if row.proof and row.proof_code:
                other = proofs.setdefault(row.proof_code, row)
                if (other.code, other.scenario_code) != (row.code, row.scenario_code):
                    self.mend("proof.two_scenarios", row, "N° preuve", row.proof_code, row.proof_code, other)
            self.tell_spelling(row, spellings)

    def tell_spelling(self, row: Row, spellings: dict[tuple[str, ...], tuple[str, Row]]) -> None:
        """Codes that differ by a prefix or by case alone are kept apart, but a person should look."""
        within: tuple[str, ...] = ()
        for column, code in (
            ("ID", row.code),
            ("N° scénario", row.scenario_code),
            ("N° preuve", row.proof_code),
        ):
            place = (*within, self.normal(code))
            known, other = spellings.setdefault(place, (code, row))
            if known != code and spellings.setdefault((*place, code), (code, row))[1] is row:
                self.mend("code.nearly_same", row, column, code, code, other)
            within = (*within, code)

    def tell_what_is_missing(self) -> None:
        with_scenario = {row.code for row in self.rows if row.has_scenario}
        with_proof = {row.code for row in self.rows if row.proof}
        scenarios_with_proof = {(row.code, row.scenario_code) for row in self.rows if row.proof}
        told: set[tuple[str, ...]] = set()
        for row in self.rows:
            what: tuple[str, ...] = (row.code,)
            if row.code not in with_scenario:
                code, column = "requirement.no_scenario", "N° scénario"
            elif row.code not in with_proof:
                code, column = "requirement.no_proof", "Preuve"
            elif row.has_scenario and (row.code, row.scenario_code) not in scenarios_with_proof:
                code, column, what = "scenario.no_proof", "Preuve", (row.code, row.scenario_code)
            else:
                continue
            if what not in told:
                told.add(what)
                self.mend(code, row, column, "", "", row)

    def mend(self, code: str, row: Row, column: str, read: str, kept: str, other: Row) -> None:
        params = {"other": str(other.number), "chapter": other.chapter}
        self.report.mended.append(
            Remark(code, self.report.sheet, row.number, row.line.column(column), read, kept, params)
        )


def _overrides(base: Scope, scope: Scope) -> dict[str, Any]:
    """What a part does not have from the part around it."""
    if base == scope:
        return {}
    names = ("perimeter", "profile")
    return {name: own for name, own, given in zip(names, scope, base, strict=True) if own != given}


def _grouped(rows: Iterable[Row], name: str) -> list[tuple[str, list[Row]]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        value = getattr(row, name)
        if value in groups:
            groups[value].append(row)
        else:
            groups[value] = [row]
    return list(groups.items())


def _also(scopes: Iterable[Scope], *, but: Scope | None = None) -> tuple[Plain, ...]:
    """Each once, in an order that does not depend on that of the rows."""
    others = set(scopes) - {but}
    if not others:
        return ()
    return tuple({"perimeter": perimeter, "profile": profile} for perimeter, profile in sorted(others))
