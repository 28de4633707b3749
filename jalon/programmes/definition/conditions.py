"""The condition tree of definitions: evaluate it, list what it refers to, say it in words.

Small on purpose (decision 17): `profile`, `claim`, `answer` with `equals` or `in`, `all`, `any`, `not`.
No Django, no strings to parse. An unknown reference is an error at load (`check.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag


@dataclass(frozen=True)
class Facts:
    """What decides what applies: chosen profiles, claims that hold, answers by field key; of several ways, the one.

    Conditions look at the first three.
    """

    profiles: frozenset[str] = frozenset()
    claims: frozenset[str] = frozenset()
    answers: Mapping[str, Any] = field(default_factory=dict)
    ways: Mapping[str, str] = field(default_factory=dict)  # key of a `one_of` → the option that is chosen


class _Node(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class ProfileIs(_Node):
    profile: str

    def holds(self, facts: Facts) -> bool:
        return self.profile in facts.profiles

    def references(self) -> set[tuple[str, str]]:
        return {("profile", self.profile)}


class ClaimHolds(_Node):
    claim: str

    def holds(self, facts: Facts) -> bool:
        return self.claim in facts.claims

    def references(self) -> set[tuple[str, str]]:
        return {("claim", self.claim)}


class AnswerIs(_Node):
    """`{answer: field, equals: value}`, `{answer: field, in: […]}`, or `{answer: field}`: given at all."""

    answer: str
    equals: str | None = None  # answers are text: "yes" and "no", keys of options, what was typed
    in_: tuple[str, ...] | None = Field(None, alias="in")

    def holds(self, facts: Facts) -> bool:
        given = facts.answers.get(self.answer)
        values = list(given) if isinstance(given, list | tuple) else [given]  # several choices: one is enough
        if self.in_ is not None:
            return any(value in self.in_ for value in values)
        if self.equals is not None:
            return self.equals in values
        return given not in (None, "", [], (), False)

    def references(self) -> set[tuple[str, str]]:
        return {("answer", self.answer)}


class AllOf(_Node):
    all: tuple[Condition, ...]

    def holds(self, facts: Facts) -> bool:
        return all(c.holds(facts) for c in self.all)

    def references(self) -> set[tuple[str, str]]:
        return set().union(*(c.references() for c in self.all))


class AnyOf(_Node):
    any: tuple[Condition, ...]

    def holds(self, facts: Facts) -> bool:
        return any(c.holds(facts) for c in self.any)

    def references(self) -> set[tuple[str, str]]:
        return set().union(*(c.references() for c in self.any))


class Not(_Node):
    not_: Condition = Field(alias="not")

    def holds(self, facts: Facts) -> bool:
        return not self.not_.holds(facts)

    def references(self) -> set[tuple[str, str]]:
        return self.not_.references()


_TAGS = {"profile", "claim", "answer", "all", "any", "not"}


def _tag(value: Any) -> str | None:
    if isinstance(value, _Node):
        keys = {name.rstrip("_") for name in type(value).model_fields}
    else:
        keys = set(value) if isinstance(value, dict) else set()
    found = sorted(keys & _TAGS)
    return found[0] if found else None


Condition = Annotated[
    Annotated[ProfileIs, Tag("profile")]
    | Annotated[ClaimHolds, Tag("claim")]
    | Annotated[AnswerIs, Tag("answer")]
    | Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")],
    Discriminator(_tag),
]

for node in (AllOf, AnyOf, Not):
    node.model_rebuild()
