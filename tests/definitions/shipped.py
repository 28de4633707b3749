"""The shipped programmes, read once, and short ways into them."""

from functools import cache
from pathlib import Path

from jalon.programmes.definition.applicability import Applicability, applicability
from jalon.programmes.definition.conditions import Facts
from jalon.programmes.definition.folder import Tree, read_tree
from jalon.programmes.definition.schema import Definition, FormField, FormStep, Requirement

ROOT = Path(__file__).resolve().parents[2] / "definitions"


@cache
def tree() -> Tree:
    return read_tree(ROOT)


def codes() -> list[str]:
    return [loaded.definition.code for loaded in tree().programmes]


def programme(code: str) -> Definition:
    return next(loaded.definition for loaded in tree().programmes if loaded.definition.code == code)


def requirements(definition: Definition) -> list[Requirement]:
    return [requirement for chapter in definition.chapters for requirement in chapter.requirements]


def fields(definition: Definition) -> dict[str, FormField]:
    forms = [step for step in definition.steps if isinstance(step, FormStep)]
    return {field.key: field for form in forms for section in form.sections for field in section.fields}


def asked(definition: Definition, **answers: object) -> set[str]:
    """The conditional questions that these answers call for."""
    given = Facts(answers=answers)
    return {k for k, field in fields(definition).items() if field.when and field.when.holds(given)}


def result(
    definition: Definition, *profiles: str, claims: tuple[str, ...] = (), **answers: object
) -> Applicability:
    return applicability(definition, Facts(frozenset(profiles), frozenset(claims), answers))


def per_chapter(found: Applicability) -> dict[str, int]:
    """Slots by chapter, those without a slot left out."""
    counted: dict[str, int] = {}
    for requirement in found.applicable:
        if requirement.applicable_proofs:
            key = requirement.chapter.key
            counted[key] = counted.get(key, 0) + len(requirement.applicable_proofs)
    return counted
