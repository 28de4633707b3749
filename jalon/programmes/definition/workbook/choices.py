"""Which choices (`one_of`) of an earlier list still hold in the one that a workbook gives.

A workbook says nothing of them. They stay with the list that they were made for: at least one of the texts that a
choice limits must be in both. In another list that only shares codes with it, the same code may ask something else.
"""

from collections.abc import Iterator

from jalon.programmes.definition.schema import Chapter, Definition, ExpectedProof, Scenario


def with_standing_choices(definition: Definition, old: Definition | None) -> Definition:
    """`definition` without the choices that decide nothing in it, and without what they limited."""
    before = {part.key: part.text for part in _limited(old)} if old else {}
    standing = {
        part.only.one_of
        for part in _limited(definition)
        if part.only is not None and before.get(part.key) == part.text
    }
    return definition.model_copy(
        update={
            "one_of": tuple(choice for choice in definition.one_of if choice.key in standing),
            "chapters": tuple(_freed(chapter, standing) for chapter in definition.chapters),
        }
    )


def _limited(definition: Definition) -> Iterator[Scenario | ExpectedProof]:
    requirements = [requirement for chapter in definition.chapters for requirement in chapter.requirements]
    for scenario in (scenario for requirement in requirements for scenario in requirement.scenarios):
        if scenario.only is not None:
            yield scenario
        yield from (proof for proof in scenario.proofs if proof.only is not None)


def _freed(chapter: Chapter, standing: set[str]) -> Chapter:
    requirements = tuple(
        requirement.model_copy(
            update={
                "scenarios": tuple(
                    _free(scenario, standing).model_copy(
                        update={"proofs": tuple(_free_proof(proof, standing) for proof in scenario.proofs)}
                    )
                    for scenario in requirement.scenarios
                )
            }
        )
        for requirement in chapter.requirements
    )
    return chapter.model_copy(update={"requirements": requirements})


def _free(scenario: Scenario, standing: set[str]) -> Scenario:
    idle = scenario.only is not None and scenario.only.one_of not in standing
    return scenario.model_copy(update={"only": None}) if idle else scenario


def _free_proof(proof: ExpectedProof, standing: set[str]) -> ExpectedProof:
    idle = proof.only is not None and proof.only.one_of not in standing
    return proof.model_copy(update={"only": None}) if idle else proof
