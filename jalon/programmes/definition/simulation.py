"""`jalon programme simulate`: what applies to a product with these profiles, from a definition alone."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from jalon.core.text import fold
from jalon.programmes.definition.applicability import (
    RequirementResult,
    Verdict,
    applicability,
    sentence,
)
from jalon.programmes.definition.conditions import Facts
from jalon.programmes.definition.findings import DefinitionError, Finding
from jalon.programmes.definition.schema import Definition


def simulate(definition: Definition, profiles: Iterable[str], *, listed_before: bool) -> dict[str, Any]:
    """The exact list with a reason for each line, one entry a requirement code.

    `profiles`: names as in the workbook; locked ones need no mention. `listed_before`: every claim of the
    programme holds. DefinitionError names each unknown profile, and those that are known.
    """
    chosen = _keys(definition, profiles)
    claims = frozenset(claim.key for claim in definition.claims) if listed_before else frozenset[str]()
    found = applicability(definition, Facts(chosen, claims))
    by_code: dict[str, list[RequirementResult]] = {}
    for result in found.requirements:
        by_code.setdefault(result.requirement.code, []).append(result)
    reasons = _Reasons(definition)
    requirements = [_requirement(reasons, results) for results in by_code.values()]
    applying = [proof for entry in requirements for proof in entry["proofs"] if proof["applies"]]
    return {
        "programme": definition.code,
        "profiles": [p.workbook or p.label.fr for p in definition.profiles if p.locked or p.key in chosen],
        "listed_before": listed_before,
        "requirements": requirements,
        "requirement_count": sum(entry["applies"] for entry in requirements),
        "proof_count": found.slot_count,
        "choices": [
            {
                "key": choice.one_of.key,
                "label": choice.one_of.label.fr,
                "options": [
                    o.label.fr for o in choice.one_of.options if o.key in found.offered[choice.one_of.key]
                ],
                "at_least": sum(choice.at_least.values()),
            }
            for choice in found.open_choices
        ],
        "proofs_by_kind": dict(Counter(kind for proof in applying for kind in proof["kinds"])),
    }


class _Reasons:
    """A verdict in words. A list of hundreds of lines has a dozen of them, each put into words once."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.told: dict[int, tuple[Verdict, dict[str, Any]]] = {}

    def of(self, verdict: Verdict) -> dict[str, Any]:
        known = self.told.get(id(verdict))  # lines that are judged alike share one verdict
        if known is None:
            reason = {
                "applies": verdict.applies,
                "why": verdict.why,
                "reason": sentence(self.definition, verdict),
                "reason_en": sentence(self.definition, verdict, "en"),
            }
            known = self.told[id(verdict)] = (verdict, reason)
        return known[1]


def profile_names(definition: Definition) -> list[str]:
    return [profile.workbook or profile.label.fr for profile in definition.profiles]


def _keys(definition: Definition, names: Iterable[str]) -> frozenset[str]:
    known: dict[str, str] = {}
    for profile in definition.profiles:
        for name in (profile.workbook, profile.label.fr, profile.label.en, profile.key):
            if name:
                known.setdefault(fold(name), profile.key)
    names = list(names)
    unknown = [name for name in names if fold(name) not in known]
    if unknown:
        listed = ", ".join(f"« {name} »" for name in profile_names(definition))
        raise DefinitionError(
            Finding("profile.unknown", params={"name": name, "known": listed}) for name in unknown
        )
    return frozenset(known[fold(name)] for name in names)


def _requirement(reasons: _Reasons, results: list[RequirementResult]) -> dict[str, Any]:
    """A requirement that stands in two chapters applies if it does in one of them."""
    told = next((result for result in results if result.verdict.applies), results[0])
    return {
        "code": told.requirement.code,
        "title": told.requirement.title.fr,
        "chapters": [result.chapter.title.fr for result in results],
        **reasons.of(told.verdict),
        "proofs": [
            {
                "code": one.proof.code,
                "scenario": one.scenario.code,
                **reasons.of(one.verdict),
                "kinds": one.proof.kinds,
            }
            for result in results
            for one in result.proofs
        ],
    }
