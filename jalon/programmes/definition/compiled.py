"""A definition with its parts at hand by key, and its digest. Made once per revision and process."""

from dataclasses import dataclass
from functools import cached_property

from jalon.core.canonical import canonical_json, sha256_hex
from jalon.programmes.definition.folder import plain
from jalon.programmes.definition.schema import (
    Chapter,
    Definition,
    ExpectedProof,
    FormField,
    FormStep,
    Profile,
    ProofKind,
    Requirement,
    Scenario,
    Step,
)


def content_of(definition: Definition) -> str:
    """The text that is stored and hashed: canonical JSON, schema names, without what equals its default."""
    return canonical_json(plain(definition))


def digest_of(definition: Definition) -> str:
    return sha256_hex(content_of(definition))


@dataclass(frozen=True)
class Item:
    """An expected proof with all that stands around it: what a slot is about."""

    chapter: Chapter
    requirement: Requirement
    scenario: Scenario
    proof: ExpectedProof

    @property
    def key(self) -> str:
        return self.proof.key


class Compiled:
    """Look-ups by key. Every key is unique in its list (`check.py`), so nothing is hidden by another."""

    def __init__(self, definition: Definition, sha256: str = "") -> None:
        self.definition = definition
        self.sha256 = sha256 or digest_of(definition)

    @cached_property
    def steps(self) -> dict[str, Step]:
        return {step.key: step for step in self.definition.steps}

    @cached_property
    def chapters(self) -> dict[str, Chapter]:
        return {chapter.key: chapter for chapter in self.definition.chapters}

    @cached_property
    def requirements(self) -> dict[str, tuple[Chapter, Requirement]]:
        return {r.key: (chapter, r) for chapter in self.definition.chapters for r in chapter.requirements}

    @cached_property
    def items(self) -> dict[str, Item]:
        """Expected proofs by key, in the order of the definition."""
        return {
            proof.key: Item(chapter, requirement, scenario, proof)
            for chapter in self.definition.chapters
            for requirement in chapter.requirements
            for scenario in requirement.scenarios
            for proof in scenario.proofs
        }

    @cached_property
    def kinds(self) -> dict[str, ProofKind]:
        return {kind.key: kind for kind in self.definition.kinds}

    @cached_property
    def profiles(self) -> dict[str, Profile]:
        return {profile.key: profile for profile in self.definition.profiles}

    @cached_property
    def fields(self) -> dict[str, tuple[FormStep, FormField]]:
        """Questions by key, but those inside repeated blocks: their answers live in the block's value."""
        return {
            question.key: (step, question)
            for step in self.definition.steps
            if isinstance(step, FormStep)
            for section in step.sections
            for question in section.fields
        }
