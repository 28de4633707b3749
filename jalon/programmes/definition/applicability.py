"""What applies to an application, and why (Guide RIS, étape 2, "Applicabilité des preuves"; R1, R3).

Pure: facts in, a list out. An expected proof applies when its perimeter's condition holds and its profile is
chosen (a locked profile always is). A scenario applies if one of its proofs does, or, without proofs, by its
own perimeter and profile; a requirement likewise.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from jalon.programmes.definition.conditions import Facts
from jalon.programmes.definition.schema import (
    Chapter,
    Definition,
    ExpectedProof,
    Requirement,
    RowScope,
    Scenario,
    Text,
)

Why = Literal["applies", "perimeter", "profile"]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a row stands: its perimeter and its profile."""

    perimeter: str
    profile: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a row applies. `why` names the test that decided; `scope` the row that it was made on."""

    applies: bool
    why: Why
    scope: Scope


@dataclass(frozen=True, slots=True)
class ProofResult:
    proof: ExpectedProof
    scenario: Scenario
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class RequirementResult:
    chapter: Chapter
    requirement: Requirement
    verdict: Verdict
    proofs: tuple[ProofResult, ...]

    @property
    def applicable_proofs(self) -> tuple[ProofResult, ...]:
        return tuple(p for p in self.proofs if p.verdict.applies)


@dataclass(frozen=True, slots=True)
class Applicability:
    """The result for one definition and one set of facts, in the order of the definition."""

    requirements: tuple[RequirementResult, ...]

    @property
    def applicable(self) -> tuple[RequirementResult, ...]:
        return tuple(r for r in self.requirements if r.verdict.applies)

    @property
    def requirement_count(self) -> int:
        """Distinct requirements: one that stands in two chapters counts once."""
        return len({r.requirement.code for r in self.applicable})

    @property
    def slot_count(self) -> int:
        return sum(len(r.applicable_proofs) for r in self.applicable)

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """Chapters with at least one slot, in order."""
        with_slots = {r.chapter.key: r.chapter for r in self.applicable if r.applicable_proofs}
        return tuple(with_slots.values())


def applicability(definition: Definition, facts: Facts) -> Applicability:
    """What applies to somebody with these facts. `facts.profiles` need not name the locked profiles."""
    chosen = facts.profiles | {p.key for p in definition.profiles if p.locked}
    judge = _Judge(definition, Facts(chosen, facts.claims, facts.answers))
    return Applicability(tuple(judge.requirement(c, r) for c in definition.chapters for r in c.requirements))


def sentence(definition: Definition, verdict: Verdict, language: str = "fr", *, shown: bool = False) -> str:
    """One sentence that explains a result, in the programme's own words. `shown`: set for people's eyes."""

    def say(text: Text) -> str:
        return text.shown_in(language) if shown else text.in_language(language)

    perimeter = next(p for p in definition.perimeters if p.key == verdict.scope.perimeter)
    profile = next(p for p in definition.profiles if p.key == verdict.scope.profile)
    if verdict.why == "perimeter":
        return say(perimeter.reason_not)
    label = say(profile.label)
    if verdict.why == "profile":
        return say(_PROFILE_NOT).format(profile=label)
    reason = say(perimeter.reason_applies)
    template = _PROFILE_LOCKED if profile.locked else _PROFILE_CHOSEN
    return f"{say(template).format(profile=label)} {reason}"


_PROFILE_LOCKED = Text(
    fr="S’applique à toutes les candidatures ({profile}).", en="Applies to every application ({profile})."
)
_PROFILE_CHOSEN = Text(
    fr="S’applique parce que le profil « {profile} » est choisi.",
    en="Applies because the profile “{profile}” is chosen.",
)
_PROFILE_NOT = Text(
    fr="Sans objet : le profil « {profile} » n’est pas choisi.",
    en="Does not apply: the profile “{profile}” is not chosen.",
)


class _Judge:
    """Each pair of perimeter and profile is judged once: a list of hundreds of rows has a dozen of them."""

    def __init__(self, definition: Definition, facts: Facts) -> None:
        self.profiles = facts.profiles
        self.open = {p.key for p in definition.perimeters if p.when is None or p.when.holds(facts)}
        self.known: dict[tuple[str, str], Verdict] = {}

    def verdict(self, perimeter: str, profile: str) -> Verdict:
        found = self.known.get((perimeter, profile))
        if found is None:
            why: Why = "applies"
            if perimeter not in self.open:
                why = "perimeter"
            elif profile not in self.profiles:
                why = "profile"
            found = Verdict(why == "applies", why, Scope(perimeter, profile))
            self.known[perimeter, profile] = found
        return found

    def requirement(self, chapter: Chapter, requirement: Requirement) -> RequirementResult:
        proofs: list[ProofResult] = []
        rows: list[Verdict] = []
        for scenario in requirement.scenarios:
            perimeter = scenario.perimeter or requirement.perimeter
            profile = scenario.profile or requirement.profile
            if not scenario.proofs:
                rows.append(self.verdict(perimeter, profile))
            for proof in scenario.proofs:
                own = self.verdict(proof.perimeter or perimeter, proof.profile or profile)
                verdict = _first_that_applies([own, *self.also(proof.also)]) if proof.also else own
                proofs.append(ProofResult(proof, scenario, verdict))
                rows.append(verdict)
            rows += self.also(scenario.also)
        if not requirement.scenarios:
            rows.append(self.verdict(requirement.perimeter, requirement.profile))
        rows += self.also(requirement.also)
        return RequirementResult(chapter, requirement, _first_that_applies(rows), tuple(proofs))

    def also(self, rows: Iterable[RowScope]) -> list[Verdict]:
        return [self.verdict(row.perimeter, row.profile) for row in rows]


def _first_that_applies(verdicts: Sequence[Verdict]) -> Verdict:
    """The first that applies, else the first: the one that the explanation speaks of."""
    return next((v for v in verdicts if v.applies), verdicts[0])
