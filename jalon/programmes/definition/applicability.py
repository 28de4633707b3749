"""What applies to an application, and why (Guide RIS, étape 2, "Applicabilité des preuves"; R1, R3).

Pure: facts in, a list out. An expected proof applies when its perimeter's condition holds and its profile is
chosen (a locked profile always is). A scenario applies if one of its proofs does, or, without proofs, by its
own perimeter and profile; a requirement likewise. Of several ways to meet the same (`one_of`), only what belongs
to the chosen one applies; before the choice nothing does, and the choice itself is what is left to do.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from jalon.programmes.definition.conditions import Facts
from jalon.programmes.definition.one_of import OneOf, Only
from jalon.programmes.definition.schema import (
    Chapter,
    Definition,
    ExpectedProof,
    Requirement,
    RowScope,
    Scenario,
    Text,
)

Why = Literal["applies", "perimeter", "profile", "other_way", "to_choose"]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a row stands: its perimeter and its profile."""

    perimeter: str
    profile: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a row applies. `why` names the test that decided; `scope` the row that it was made on.

    `only`, `way`: the choice that it depends on, and the option that is chosen ("": none yet).
    """

    applies: bool
    why: Why
    scope: Scope
    only: Only | None = None
    way: str = ""


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

    @property
    def choices(self) -> tuple[str, ...]:
        """Keys of the choices on which it depends here what is asked for, made or not."""
        found: list[str] = []
        for proof in self.proofs:
            if proof.verdict.why in ("perimeter", "profile"):
                continue
            outer, own = proof.scenario.only, proof.proof.only
            found += [outer.one_of] if outer else []
            if own and (outer is None or proof.verdict.applies or proof.verdict.only == own):
                found.append(own.one_of)
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class OpenChoice:
    """A choice that is still to be made. `at_least`: chapter → proofs that it will ask for there, at the least.

    The choice itself is something to do in each of these chapters: it counts for one proof at least.
    """

    one_of: OneOf
    at_least: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Applicability:
    """The result for one definition and one set of facts, in the order of the definition.

    `offered`: choice → options that would ask for something; `ways`: choice → the option that holds, where one does.
    """

    requirements: tuple[RequirementResult, ...]
    open_choices: tuple[OpenChoice, ...] = ()
    offered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ways: Mapping[str, str] = field(default_factory=dict)

    @property
    def applicable(self) -> tuple[RequirementResult, ...]:
        return tuple(r for r in self.requirements if r.verdict.applies)

    @property
    def requirement_count(self) -> int:
        """Distinct requirements: one that stands in two chapters counts once."""
        return len({r.requirement.code for r in self.applicable})

    @property
    def slot_count(self) -> int:
        """Proofs to give; at the least, while a choice is open."""
        return sum(self.expected.values())

    @property
    def waiting(self) -> dict[str, int]:
        """Chapter → proofs that open choices will ask for in it, at the least."""
        found = Counter[str]()
        for choice in self.open_choices:
            found.update(choice.at_least)
        return dict(found)

    @property
    def expected(self) -> dict[str, int]:
        """Chapter → proofs to give in it, in order; without those of which nothing is asked."""
        found, waiting = dict.fromkeys((r.chapter.key for r in self.requirements), 0), self.waiting
        for requirement in self.applicable:
            found[requirement.chapter.key] += len(requirement.applicable_proofs)
        counted = {key: n + waiting.get(key, 0) for key, n in found.items()}
        return {key: n for key, n in counted.items() if n}

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """Chapters of which at least one proof is asked, in order."""
        by_key = {r.chapter.key: r.chapter for r in self.requirements}
        return tuple(by_key[key] for key in self.expected)


def applicability(definition: Definition, facts: Facts) -> Applicability:
    """What applies to somebody with these facts. `facts.profiles` need not name the locked profiles."""
    chosen = facts.profiles | {p.key for p in definition.profiles if p.locked}
    judge = _Judge(definition, Facts(chosen, facts.claims, facts.answers, facts.ways))
    results = tuple(judge.requirement(c, r) for c in definition.chapters for r in c.requirements)
    return Applicability(results, _open_choices(definition, results, judge), judge.offered, judge.ways)


def answers_looked_at(definition: Definition) -> frozenset[str]:
    """The questions whose answers decide what applies."""
    conditions = [p.when for p in definition.perimeters]
    conditions += [option.when for choice in definition.one_of for option in choice.options]
    found = (condition.references() for condition in conditions if condition is not None)
    return frozenset(key for references in found for kind, key in references if kind == "answer")


def _open_choices(
    definition: Definition, results: Sequence[RequirementResult], judge: "_Judge"
) -> tuple[OpenChoice, ...]:
    """The choices on which a proof waits, with the fewest proofs among their options, chapter by chapter."""
    asked: dict[str, dict[str, Counter[str]]] = {}
    for result in results:
        for proof in result.proofs:
            only, own = proof.verdict.only, proof.proof.only
            if only is None or proof.verdict.why != "to_choose":
                continue
            by_option = asked.setdefault(only.one_of, {}).setdefault(result.chapter.key, Counter())
            if own is None or own.one_of == only.one_of or judge.way(own):
                by_option.update(set(only.options))  # else it waits on a second choice: it may not be asked
    return tuple(
        OpenChoice(
            choice,
            {
                chapter: max(1, min(by_option[option] for option in judge.offered[choice.key]))
                for chapter, by_option in asked[choice.key].items()
            },
        )
        for choice in definition.one_of
        if choice.key in asked
    )


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
    if not verdict.applies:
        return _about_way(definition, verdict, say)
    reason = say(perimeter.reason_applies)
    template = _PROFILE_LOCKED if profile.locked else _PROFILE_CHOSEN
    applies = f"{say(template).format(profile=label)} {reason}"
    return f"{applies} {_about_way(definition, verdict, say)}" if verdict.only else applies


def _about_way(definition: Definition, verdict: Verdict, say: Callable[[Text], str]) -> str:
    """The choice that decided, by its own words."""
    only = verdict.only
    choice = next(c for c in definition.one_of if only is not None and c.key == only.one_of)
    way = choice.option(verdict.way)
    template = {"other_way": _OTHER_WAY, "to_choose": _TO_CHOOSE}.get(verdict.why, _THIS_WAY)
    return say(template).format(choice=say(choice.label), way=say(way.label) if way else "")


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


_THIS_WAY = Text(fr="{choice} : « {way} ».", en="{choice}: “{way}”.")
_OTHER_WAY = Text(
    fr="Sans objet : {choice}, une seule possibilité est demandée et « {way} » est choisie.",
    en="Does not apply: {choice}, only one is asked for and “{way}” is chosen.",
)
_TO_CHOOSE = Text(
    fr="À choisir : {choice}. Une seule possibilité est demandée.",
    en="To choose: {choice}. Only one is asked for.",
)


class _Judge:
    """Each pair of perimeter and profile is judged once: a list of hundreds of rows has a dozen of them."""

    def __init__(self, definition: Definition, facts: Facts) -> None:
        self.facts, self.profiles = facts, facts.profiles
        self.open = {p.key for p in definition.perimeters if p.when is None or p.when.holds(facts)}
        self.known: dict[tuple[str, str], Verdict] = {}
        self.narrowed: dict[tuple[Verdict, Only | None, Only | None], Verdict] = {}
        self.offered = self.options_of(definition)
        self.ways = {key: way for key in self.offered if (way := self.chosen(key))}

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

    def options_of(self, definition: Definition) -> dict[str, tuple[str, ...]]:
        """Of each choice, the options that may be had and for which these profiles and perimeters leave a proof."""
        if not definition.one_of:
            return {}
        left: set[tuple[str, str]] = set()
        for chapter in definition.chapters:
            for requirement in chapter.requirements:
                for scenario in requirement.scenarios:
                    for proof in scenario.proofs:
                        limits = [only for only in (scenario.only, proof.only) if only is not None]
                        if limits and self.of_proof(requirement, scenario, proof).applies:
                            left |= {(only.one_of, option) for only in limits for option in only.options}
        return {
            choice.key: tuple(
                o.key
                for o in choice.options
                if (choice.key, o.key) in left and (o.when is None or o.when.holds(self.facts))
            )
            for choice in definition.one_of
        }

    def chosen(self, key: str) -> str:
        """The option that holds: one that is not offered (any more) was never chosen; the only one there is, holds."""
        offered, way = self.offered[key], self.facts.ways.get(key, "")
        if way in offered:
            return way
        return offered[0] if len(offered) == 1 else ""

    def of_proof(self, requirement: Requirement, scenario: Scenario, proof: ExpectedProof) -> Verdict:
        """Whatever is chosen."""
        own = self.verdict(
            proof.perimeter or scenario.perimeter or requirement.perimeter,
            proof.profile or scenario.profile or requirement.profile,
        )
        return _first_that_applies([own, *self.also(proof.also)]) if proof.also else own

    def narrow(self, verdict: Verdict, scenario: Only | None, proof: Only | None = None) -> Verdict:
        """What applies only where some option is chosen."""
        if not verdict.applies or (scenario is None and proof is None):
            return verdict
        key = (verdict, scenario, proof)
        if key not in self.narrowed:
            limits = [only for only in (scenario, proof) if only is not None]
            other = next((o for o in limits if (w := self.way(o)) and w not in o.options), None)
            unmade = next((o for o in limits if not self.way(o)), None)
            only = other or unmade or limits[-1]
            why: Why = "other_way" if other else "to_choose" if unmade else "applies"
            self.narrowed[key] = Verdict(why == "applies", why, verdict.scope, only, self.way(only))
        return self.narrowed[key]

    def way(self, only: Only) -> str:
        return self.ways.get(only.one_of, "")

    def requirement(self, chapter: Chapter, requirement: Requirement) -> RequirementResult:
        proofs: list[ProofResult] = []
        rows: list[Verdict] = []
        for scenario in requirement.scenarios:
            perimeter = scenario.perimeter or requirement.perimeter
            profile = scenario.profile or requirement.profile
            if not scenario.proofs:
                rows.append(self.narrow(self.verdict(perimeter, profile), scenario.only))
            for proof in scenario.proofs:
                verdict = self.narrow(self.of_proof(requirement, scenario, proof), scenario.only, proof.only)
                proofs.append(ProofResult(proof, scenario, verdict))
                rows.append(verdict)
            rows += [self.narrow(row, scenario.only) for row in self.also(scenario.also)]
        if not requirement.scenarios:
            rows.append(self.verdict(requirement.perimeter, requirement.profile))
        rows += self.also(requirement.also)
        return RequirementResult(chapter, requirement, _of_requirement(rows), tuple(proofs))

    def also(self, rows: Iterable[RowScope]) -> list[Verdict]:
        return [self.verdict(row.perimeter, row.profile) for row in rows]


def _of_requirement(rows: Sequence[Verdict]) -> Verdict:
    """A requirement of which only a choice is open applies; one that only concerns another way does not."""
    found = _first_that_applies(rows)
    if found.applies:
        return found
    waiting = next((v for v in rows if v.why == "to_choose"), None)
    if waiting is not None:
        return Verdict(True, "applies", waiting.scope)
    return next((v for v in rows if v.why == "other_way"), found)


def _first_that_applies(verdicts: Sequence[Verdict]) -> Verdict:
    """The first that applies, else the first: the one that the explanation speaks of."""
    return next((v for v in verdicts if v.applies), verdicts[0])
