"""What somebody chooses before any application exists: profiles, claims, and the answers that rules look at.

Pure, like `applicability.py`, whose rule it asks and never repeats. The simulator shows what the choices give and
what one other choice would change; opening an application turns them into first answers.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from jalon.programmes.definition.applicability import Applicability, answers_looked_at, applicability
from jalon.programmes.definition.conditions import AllOf, AnswerIs, Condition, Facts
from jalon.programmes.definition.schema import (
    Claim,
    Definition,
    FormField,
    FormStep,
    Prerequisite,
    Profile,
)

Answer = str | list[str]
_CHOSEN_FROM_A_LIST = ("choice", "choices", "yes_no")


@dataclass(frozen=True)
class Choices:
    """Profiles without the locked ones; claims that hold; answers by field key ("yes", a key, or several keys).

    `ways`: of several ways to meet the same (`one_of`), the one; made in the chapters of an application, not before.
    """

    profiles: frozenset[str] = frozenset()
    claims: frozenset[str] = frozenset()
    answers: Mapping[str, Answer] = field(default_factory=dict)
    ways: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Figures:
    requirements: int
    proofs: int
    chapters: int
    at_least: bool = False  # how many proofs depends on choices that are made among the chapters


@dataclass(frozen=True)
class Difference:
    """What one other choice would change. Exactly one of `profile` and `claim` is there."""

    profile: Profile | None
    claim: Claim | None
    chosen: bool  # it is chosen now: the difference is what giving it up would change
    choices: Choices  # the choices with that one changed
    requirements: int
    proofs: int


def open_profiles(definition: Definition) -> tuple[Profile, ...]:
    """Profiles that one may choose, or not."""
    return tuple(profile for profile in definition.profiles if not profile.locked)


def questions(definition: Definition) -> tuple[FormField, ...]:
    """Questions of the forms, with a closed list of answers, that decide what applies and are not a claim."""
    looked_at = _looked_at(definition) - _answers_of_claims(definition)
    return tuple(f for f in _fields(definition) if f.key in looked_at and f.kind in _CHOSEN_FROM_A_LIST)


def open_questions(definition: Definition) -> tuple[FormField, ...]:
    """Questions that decide too, but whose answers are typed: no simulation can offer them."""
    looked_at = _looked_at(definition) - _answers_of_claims(definition)
    return tuple(f for f in _fields(definition) if f.key in looked_at and f.kind not in _CHOSEN_FROM_A_LIST)


def facts_of(definition: Definition, choices: Choices) -> Facts:
    """What applicability looks at, with the answers that the claims imply."""
    answers = {**choices.answers, **_claimed(definition, choices.claims)}
    return Facts(choices.profiles, choices.claims, answers, choices.ways)


def first_answers(definition: Definition, choices: Choices) -> dict[str, Answer]:
    """The same choices as answers to the questions of the forms: where a field can say them."""
    fields = _fields(definition)
    profiles = [p.key for p in open_profiles(definition) if p.key in choices.profiles]
    found: dict[str, Answer] = {f.key: profiles for f in fields if f.kind == "profiles"}
    found.update({f.key: choices.answers[f.key] for f in questions(definition) if f.key in choices.answers})
    found.update(_claimed(definition, choices.claims))
    known = {f.key for f in fields}
    return {key: answer for key, answer in found.items() if key in known}


def figures(found: Applicability) -> Figures:
    return Figures(
        found.requirement_count, found.slot_count, len(found.chapters), at_least=bool(found.open_choices)
    )


def proofs_by_kind(definition: Definition, found: Applicability) -> dict[str, int]:
    """Kind key → how many of the proofs that apply may be given so, in the order of the definition.

    A proof that may be given in several kinds counts in each.
    """
    counts = Counter(
        kind
        for result in found.applicable
        for proof in result.applicable_proofs
        for kind in proof.proof.kinds
    )
    return {kind.key: counts[kind.key] for kind in definition.kinds if counts[kind.key]}


def prerequisites(definition: Definition, facts: Facts) -> tuple[tuple[Prerequisite, bool], ...]:
    """Each prerequisite, and whether these facts call for it."""
    return tuple((p, p.when is None or p.when.holds(facts)) for p in definition.prerequisites)


def differences(definition: Definition, choices: Choices) -> tuple[Difference, ...]:
    """One line for each profile and each claim, were it chosen otherwise."""
    now = figures(applicability(definition, facts_of(definition, choices)))

    def difference(profile: Profile | None, claim: Claim | None, chosen: bool, other: Choices) -> Difference:
        then = figures(applicability(definition, facts_of(definition, other)))
        more = then.requirements - now.requirements
        return Difference(profile, claim, chosen, other, more, then.proofs - now.proofs)

    return (
        *(
            difference(
                p, None, p.key in choices.profiles, replace(choices, profiles=choices.profiles ^ {p.key})
            )
            for p in open_profiles(definition)
        ),
        *(
            difference(None, c, c.key in choices.claims, replace(choices, claims=choices.claims ^ {c.key}))
            for c in definition.claims
        ),
    )


def _fields(definition: Definition) -> tuple[FormField, ...]:
    return tuple(
        f
        for step in definition.steps
        if isinstance(step, FormStep)
        for section in step.sections
        for f in section.fields
    )


def _looked_at(definition: Definition) -> set[str]:
    """Answers that decide what applies, or which outside prerequisites are needed."""
    conditions = [p.when for p in definition.prerequisites if p.when is not None]
    found = {key for condition in conditions for kind, key in condition.references() if kind == "answer"}
    return found | answers_looked_at(definition)


def _answers_of_claims(definition: Definition) -> set[str]:
    return {
        key
        for claim in definition.claims
        for kind, key in claim.declared_when.references()
        if kind == "answer"
    }


def _claimed(definition: Definition, held: frozenset[str]) -> dict[str, Answer]:
    """What one answers to make these claims, and no others, as far as one answer can say it."""
    kinds = {f.key: f.kind for f in _fields(definition)}
    found: dict[str, Answer] = {}
    for claim in definition.claims:
        for condition in _parts(claim.declared_when):
            value = condition.equals or (condition.in_[0] if condition.in_ else None)
            kind = kinds.get(condition.answer)
            if value is None or kind is None:
                continue
            if claim.key in held:
                found[condition.answer] = [value] if kind == "choices" else value
            elif kind == "yes_no":
                found.setdefault(condition.answer, "no" if value == "yes" else "yes")
    return found


def _parts(condition: Condition) -> list[AnswerIs]:
    """The answers that together declare a claim; nothing when there is more than one way to say it."""
    if isinstance(condition, AnswerIs):
        return [condition]
    if isinstance(condition, AllOf):
        parts = [_parts(part) for part in condition.all]
        return [answer for part in parts for answer in part] if all(parts) else []
    return []
