"""What changed inside a requirement that both lists hold: its fields, scenarios and expected proofs."""

from collections.abc import Iterable, Mapping, Sequence

from jalon.programmes.definition.diff.changes import (
    FieldChange,
    Pair,
    ProofChange,
    RequirementChange,
    ScenarioChange,
)
from jalon.programmes.definition.diff.order import out_of_place
from jalon.programmes.definition.matching import Matching
from jalon.programmes.definition.normal_forms import normative, without_prefix
from jalon.programmes.definition.one_of import Only
from jalon.programmes.definition.pairing import Match
from jalon.programmes.definition.schema import ExpectedProof, Requirement, RowScope, Scenario, Text

Fields = tuple[FieldChange, ...]
Scope = tuple[str, str, frozenset[tuple[str, str]]]  # perimeter, profile, other rows


class RequirementReader:
    """Reads one pair at a time; the matching of the whole lists says which scenario and proof is which."""

    def __init__(self, matching: Matching, new_proofs: Mapping[str, ExpectedProof]) -> None:
        self.matching = matching
        self.new_proofs = new_proofs
        self.old_of_scenario = {m.new: m for m in matching.scenarios}
        self.old_of_proof = {m.new: m for m in matching.proofs}

    def change(self, pair: Pair) -> RequirementChange:
        old, new = pair.old.requirement, pair.new.requirement
        if old == new:
            return RequirementChange(pair, (), ())
        scopes = _Scopes(old, new, self.matching)
        fields = (*_requirement_fields(old, new), *scopes.of_requirement())
        scenarios = [self.scenario(s, old, new, scopes) for s in old.scenarios]
        scenarios += [
            ScenarioChange("added", None, s) for s in new.scenarios if s.key not in self.old_of_scenario
        ]
        order = _order_change(self.inner(old, new))
        return RequirementChange(pair, (*fields, *order), tuple(s for s in scenarios if s))

    def inner(self, old: Requirement, new: Requirement) -> list[tuple[str, int, int]]:
        places = {s.key: n for n, s in enumerate(new.scenarios)}
        matches = [self.matching.new_scenario.get(s.key) for s in old.scenarios]
        return [(m.old, n, places[m.new]) for n, m in enumerate(matches) if m and m.new in places]

    def scenario(
        self, before: Scenario, old: Requirement, new: Requirement, scopes: "_Scopes"
    ) -> ScenarioChange | None:
        found = self.matching.new_scenario.get(before.key)
        if found is None:
            return ScenarioChange("removed", before, None)
        after = next((s for s in new.scenarios if s.key == found.new), None)
        if after is None:
            return None  # it went to another requirement
        change = self.scenario_change(before, after, found, old.code, new.code, scopes)
        return None if change.same else change

    def scenario_change(
        self,
        old: Scenario,
        new: Scenario,
        found: Match,
        old_code: str,
        new_code: str,
        scopes: "_Scopes | None" = None,
    ) -> ScenarioChange:
        """Without `scopes` (a scenario under another requirement), what follows from the requirement's is not told."""
        fields: Fields = text_changes("text", old.text, new.text)
        fields += _code_change(old.code, new.code, old_code, new_code)
        fields += scopes.of_scenario(old, new) if scopes else ()
        fields += _only_change(old.only, new.only)
        places = {p.key: n for n, p in enumerate(new.proofs)}
        inside = [m for p in old.proofs if (m := self.matching.new_proof.get(p.key)) and m.new in places]
        fields += _order_change([(m.old, n, places[m.new]) for n, m in enumerate(inside)])
        proofs = [change for p in old.proofs if (change := self.proof(p, old, new, scopes))]
        proofs += [ProofChange("added", None, p) for p in new.proofs if p.key not in self.old_of_proof]
        return ScenarioChange("changed", old, new, fields, tuple(proofs), found.found_by)

    def proof(
        self, before: ExpectedProof, old: Scenario, new: Scenario, scopes: "_Scopes | None"
    ) -> ProofChange | None:
        found = self.matching.new_proof.get(before.key)
        if found is None:
            return ProofChange("removed", before, None)
        after = self.new_proofs[found.new]
        fields = _proof_fields(before, after, old, new)
        if all(p.key != after.key for p in new.proofs):
            return ProofChange("moved", before, after, fields, found.found_by)
        fields += scopes.of_proof(before, after) if scopes else ()
        return ProofChange("changed", before, after, fields, found.found_by) if fields else None


def _requirement_fields(old: Requirement, new: Requirement) -> Fields:
    fields = text_changes("title", old.title, new.title, editorial=True)
    fields += text_changes("statement", old.statement, new.statement)
    fields += text_changes("comment", old.comment, new.comment, editorial=True)
    if old.nature != new.nature:
        fields += (FieldChange("nature", old.nature, new.nature, "key"),)
    if old.criticality != new.criticality:
        fields += (FieldChange("criticality", old.criticality, new.criticality, editorial=True),)
    if old.code != new.code and without_prefix(old.code) == without_prefix(new.code):
        fields += (FieldChange("code", old.code, new.code, editorial=True),)
    # That a renumbered requirement remembers its number is no change of its own.
    if set(old.was) != set(new.was) - ({old.code} - set(old.was)):
        fields += (FieldChange("was", ", ".join(old.was), ", ".join(new.was), editorial=True),)
    return fields


def _proof_fields(old: ExpectedProof, new: ExpectedProof, before: Scenario, after: Scenario) -> Fields:
    fields = text_changes("text", old.text, new.text)
    fields += _code_change(old.code, new.code, before.code, after.code)
    if set(old.kinds) != set(new.kinds):
        fields += (FieldChange("kinds", ", ".join(old.kinds), ", ".join(new.kinds), "key"),)
    return fields + _only_change(old.only, new.only)


def _only_change(old: Only | None, new: Only | None) -> Fields:
    before, after = (
        ", ".join(f"{only.one_of}/{option}" for option in sorted(only.options)) if only else ""
        for only in (old, new)
    )
    return (FieldChange("only", before, after, "key"),) if before != after else ()


def text_changes(name: str, old: Text | None, new: Text | None, *, editorial: bool = False) -> Fields:
    """French is what counts; a translation, and what only looks otherwise, is editorial."""
    fields: Fields = ()
    before, after = (
        (old.fr if old else "", old.en if old else ""),
        (new.fr if new else "", new.en if new else ""),
    )
    if before[0] != after[0]:
        same_words = normative(before[0]) == normative(after[0])
        fields += (FieldChange(name, before[0], after[0], "text", "fr", editorial or same_words),)
    if before[1] != after[1]:
        fields += (FieldChange(name, before[1], after[1], "text", "en", editorial=True),)
    return fields


def _code_change(old: str, new: str, old_parent: str, new_parent: str) -> Fields:
    """A code that only followed its parent's is no change of its own."""
    if old == new or _rest(old, old_parent) == _rest(new, new_parent):
        return ()
    return (FieldChange("code", old, new, editorial=True),)


def _rest(code: str, parent: str) -> str:
    whole, start = without_prefix(code), without_prefix(parent)
    return whole.removeprefix(start) if start else whole


def _order_change(places: Sequence[tuple[str, int, int]]) -> Fields:
    if not out_of_place(places):
        return ()
    by_old, by_new = (sorted(places, key=lambda one, side=side: one[side]) for side in (1, 2))  # type: ignore[misc]
    return (FieldChange("order", _ranks(by_old, by_old), _ranks(by_new, by_old), "plain", editorial=True),)


def _ranks(ordered: Sequence[tuple[str, int, int]], base: Sequence[tuple[str, int, int]]) -> str:
    number = {one[0]: n for n, one in enumerate(base, start=1)}
    return ", ".join(str(number[one[0]]) for one in ordered)


# --- Scopes --------------------------------------------------------------------------------------------------


class _Scopes:
    """Who is asked, told as high up as it is true: of a requirement if all its rows changed alike, else of a
    scenario, else of a proof. How a file inherits perimeters and profiles is not a matter of what is asked.
    """

    def __init__(self, old: Requirement, new: Requirement, matching: Matching) -> None:
        self.old, self.new = old, new
        self.of: dict[tuple[str, str], tuple[Scope, Scope]] = {}  # old and new key of a row
        self.rows: dict[str, list[tuple[str, str]]] = {}  # by old scenario
        for before in old.scenarios:
            after = self.counterpart(before, matching)
            if after:
                self.read(before, after, matching)
        if not self.of:
            self.of["", ""] = (_requirement_scope(old), _requirement_scope(new))

    def counterpart(self, before: Scenario, matching: Matching) -> Scenario | None:
        found = matching.new_scenario.get(before.key)
        return next((s for s in self.new.scenarios if found and s.key == found.new), None)

    def read(self, before: Scenario, after: Scenario, matching: Matching) -> None:
        rows = self.rows.setdefault(before.key, [])
        after_proofs = {p.key: p for p in after.proofs}
        for proof in before.proofs:
            found = matching.new_proof.get(proof.key)
            if found and found.new in after_proofs:
                key = (proof.key, found.new)
                other = after_proofs[found.new]
                self.of[key] = (_proof_scope(proof, before, self.old), _proof_scope(other, after, self.new))
                rows.append(key)
        if not rows:
            key = (before.key, after.key)
            self.of[key] = (_scenario_scope(before, self.old), _scenario_scope(after, self.new))
            rows.append(key)

    def of_requirement(self) -> Fields:
        fields = _scope_fields(self.common(list(self.of)))
        # Rows of the requirement alone: with scenarios, they stand beside those.
        if self.old.scenarios and self.new.scenarios and _rows(self.old.also) != _rows(self.new.also):
            fields += (_also(_rows(self.old.also), _rows(self.new.also)),)
        return fields

    def of_scenario(self, old: Scenario, new: Scenario) -> Fields:
        fields: Fields = ()
        if not self.common(list(self.of)):
            fields = _scope_fields(self.common(self.rows[old.key]))
        if old.proofs and new.proofs and _rows(old.also) != _rows(new.also):
            fields += (_also(_rows(old.also), _rows(new.also)),)
        return fields

    def of_proof(self, old: ExpectedProof, new: ExpectedProof) -> Fields:
        key = (old.key, new.key)
        inside = next(rows for rows in self.rows.values() if key in rows)
        if self.common(list(self.of)) or self.common(inside):
            return ()
        return _scope_fields(self.of[key])

    def common(self, rows: Sequence[tuple[str, str]]) -> tuple[Scope, Scope] | None:
        """The one change that all of these rows have; None when they differ, or when there is none."""
        changes = {self.of[row] for row in rows}
        if len(changes) != 1:
            return None
        (change,) = changes
        return change if change[0] != change[1] else None


def _scope_fields(change: tuple[Scope, Scope] | None) -> Fields:
    if change is None:
        return ()
    old, new = change
    fields: Fields = ()
    if old[0] != new[0]:
        fields += (FieldChange("perimeter", old[0], new[0], "key"),)
    if old[1] != new[1]:
        fields += (FieldChange("profile", old[1], new[1], "key"),)
    if old[2] != new[2]:
        fields += (_also(old[2], new[2]),)
    return fields


def _also(old: frozenset[tuple[str, str]], new: frozenset[tuple[str, str]]) -> FieldChange:
    before, after = (", ".join("/".join(row) for row in sorted(rows)) for rows in (old, new))
    return FieldChange("also", before, after, "key")


def _requirement_scope(requirement: Requirement) -> Scope:
    return requirement.perimeter, requirement.profile, _rows(requirement.also)


def _scenario_scope(scenario: Scenario, requirement: Requirement) -> Scope:
    return (
        scenario.perimeter or requirement.perimeter,
        scenario.profile or requirement.profile,
        _rows(scenario.also),
    )


def _proof_scope(proof: ExpectedProof, scenario: Scenario, requirement: Requirement) -> Scope:
    perimeter, profile, _ = _scenario_scope(scenario, requirement)
    return proof.perimeter or perimeter, proof.profile or profile, _rows(proof.also)


def _rows(also: Iterable[RowScope]) -> frozenset[tuple[str, str]]:
    return frozenset((row.perimeter, row.profile) for row in also)
