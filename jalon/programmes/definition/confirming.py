"""What a person says of the matches that likeness of texts proposed: the same requirement under another number, or not.

A confirmed part takes the key of its counterpart, so that slots, proofs and verdicts stay with it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from jalon.programmes.definition.matching import Matching, match
from jalon.programmes.definition.normal_forms import normative
from jalon.programmes.definition.pairing import Match
from jalon.programmes.definition.schema import (
    Chapter,
    Definition,
    ExpectedProof,
    Requirement,
    Scenario,
    Text,
)

What = Literal["requirement", "scenario", "proof"]
Refused = Collection[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposed match of a part of a list. What stands inside a requirement is asked about after it."""

    what: What
    match: Match
    old: Requirement | Scenario | ExpectedProof
    new: Requirement | Scenario | ExpectedProof
    old_in: Requirement
    new_in: Requirement

    @property
    def name(self) -> str:
        return f"{self.match.old}|{self.match.new}"


def proposals(old: Definition, new: Definition, refused: Refused = ()) -> tuple[Proposal, ...]:
    """What waits for a word, in the order of the old list; parts of a proposed one wait for it."""
    matching = match(old, new, refused=refused)
    found = _proposals(matching, _Parts(old), _Parts(new))
    # Requirements told apart are told apart with all that stands in them.
    return tuple(one for one in found if (one.old_in.key, one.new_in.key) not in refused)


class NotProposed(LookupError):
    """Pairs that were answered and are not proposed (any more): nothing can be said of them."""


def with_confirmed(
    old: Definition,
    new: Definition,
    confirmed: Collection[str],
    refused: Refused = (),
    *,
    apart: Collection[str] = (),
) -> Definition:
    """`new` with the keys of `old` for the proposals of these names; an earlier number is kept in `was`.

    What stands inside a confirmed requirement follows by its number, and what no workbook holds (translations,
    kinds that a person chose) comes back where the words are the same. `refused`: as the proposals were made;
    another set may pair otherwise. `apart`: names of proposals that are told apart. NotProposed with what could not
    be applied.
    """
    proposed = {one.name: one for one in proposals(old, new, refused)}
    if unknown := set(apart) - set(proposed):
        raise NotProposed(*sorted(unknown))
    said = {one.match.new: one for name, one in proposed.items() if name in confirmed}
    taken = {part.key for part in _Parts(new).everything()}
    keys = {key: one.match.old for key, one in said.items() if one.match.old not in taken}
    if lost := set(confirmed) - {said[key].name for key in keys}:
        raise NotProposed(*sorted(lost))
    was = {key: one.old_in.code for key, one in said.items() if one.what == "requirement"}
    made = _rekeyed(new, keys, was)
    back = _Inside(old, made, {keys[key] for key in was}, refused)
    return made.model_copy(
        update={
            "chapters": tuple(
                c.model_copy(update={"requirements": tuple(back.requirement(r) for r in c.requirements)})
                for c in made.chapters
            )
        }
    )


def is_confirmed(new: Definition, name: str) -> bool:
    """Whether a pair of that name was confirmed already: the old key stands in the list, the new one no more."""
    keys = {part.key for part in _Parts(new).everything()}
    old, _, fresh = name.partition("|")
    return old in keys and fresh not in keys


class _Inside:
    """What a confirmed requirement takes back from the old one."""

    def __init__(self, old: Definition, new: Definition, confirmed: set[str], refused: Refused) -> None:
        self.confirmed = confirmed
        self.old, matching = _Parts(old), match(old, new, refused=refused)
        pairs = (*matching.scenarios, *matching.proofs)
        taken = {part.key for part in _Parts(new).everything()}
        self.keys = {m.new: m.old for m in pairs if not m.proposed and (m.old == m.new or m.old not in taken)}

    def requirement(self, new: Requirement) -> Requirement:
        if new.key not in self.confirmed:
            return new
        old = self.old.requirements[new.key]
        texts_stand = normative(old.statement.fr) == normative(new.statement.fr) and all(
            s.key in self.keys and _same(self.old.scenarios[self.keys[s.key]][0].text, s.text)
            for s in new.scenarios
        )
        return new.model_copy(
            update={
                "title": old.title if _same(old.title, new.title) else new.title,
                "statement": old.statement if texts_stand else new.statement,
                "html": old.html if texts_stand else new.html,
                "scenarios": tuple(self.scenario(s, texts_stand=texts_stand) for s in new.scenarios),
            }
        )

    def scenario(self, new: Scenario, *, texts_stand: bool) -> Scenario:
        proofs = tuple(self.proof(proof) for proof in new.proofs)
        if new.key not in self.keys:
            return new.model_copy(update={"proofs": proofs})
        old, _ = self.old.scenarios[self.keys[new.key]]
        text = old.text if texts_stand else new.text
        only = new.only or old.only  # no list holds it
        return new.model_copy(update={"key": old.key, "text": text, "only": only, "proofs": proofs})

    def proof(self, new: ExpectedProof) -> ExpectedProof:
        if new.key not in self.keys:
            return new
        old, _ = self.old.proofs[self.keys[new.key]]
        kept = {"key": old.key, "only": new.only or old.only}
        if not _same(old.text, new.text):
            return new.model_copy(update=kept)
        kinds = {"kinds": old.kinds, "kind_guessed": old.kind_guessed} if new.kind_guessed else {}
        return new.model_copy(update={**kept, "text": old.text, **kinds})


def _same(old: Text, new: Text) -> bool:
    return normative(old.fr) == normative(new.fr) and new.en in ("", old.en)


class _Parts:
    def __init__(self, definition: Definition) -> None:
        self.requirements = {r.key: r for chapter in definition.chapters for r in chapter.requirements}
        self.scenarios = {s.key: (s, r) for r in self.requirements.values() for s in r.scenarios}
        self.proofs = {p.key: (p, r) for s, r in self.scenarios.values() for p in s.proofs}

    def everything(self) -> Iterator[Requirement | Scenario | ExpectedProof]:
        yield from self.requirements.values()
        yield from (scenario for scenario, _ in self.scenarios.values())
        yield from (proof for proof, _ in self.proofs.values())


def _proposals(matching: Matching, old: _Parts, new: _Parts) -> Iterator[Proposal]:
    for m in matching.requirements:
        if m.proposed:
            before, after = old.requirements[m.old], new.requirements[m.new]
            yield Proposal("requirement", m, before, after, before, after)
    sure = {(m.old, m.new) for m in matching.requirements if not m.proposed}
    for m in matching.scenarios:
        (scenario, old_in), (other, new_in) = old.scenarios[m.old], new.scenarios[m.new]
        if m.proposed and _waits_alone(sure, old_in, new_in, matching):
            yield Proposal("scenario", m, scenario, other, old_in, new_in)
    settled = {(m.old, m.new) for m in matching.scenarios if not m.proposed}
    for m in matching.proofs:
        (proof, old_in), (asked, new_in) = old.proofs[m.old], new.proofs[m.new]
        if m.proposed and _inside(settled, m, old_in, new_in):
            yield Proposal("proof", m, proof, asked, old_in, new_in)


def _waits_alone(
    sure: set[tuple[str, str]], old_in: Requirement, new_in: Requirement, matching: Matching
) -> bool:
    """In a requirement whose own match is certain, or passed from one requirement to another."""
    found = matching.new_requirement.get(old_in.key)
    return (old_in.key, new_in.key) in sure or found is None or found.new != new_in.key


def _inside(settled: set[tuple[str, str]], m: Match, old_in: Requirement, new_in: Requirement) -> bool:
    homes = [
        (s.key, t.key)
        for s in old_in.scenarios
        for t in new_in.scenarios
        if any(p.key == m.old for p in s.proofs) and any(p.key == m.new for p in t.proofs)
    ]
    return any(home in settled for home in homes)


def _rekeyed(new: Definition, keys: dict[str, str], was: dict[str, str]) -> Definition:
    return new.model_copy(
        update={"chapters": tuple(_chapter(chapter, keys, was) for chapter in new.chapters)}
    )


def _chapter(chapter: Chapter, keys: dict[str, str], was: dict[str, str]) -> Chapter:
    return chapter.model_copy(
        update={"requirements": tuple(_requirement(r, keys, was) for r in chapter.requirements)}
    )


def _requirement(requirement: Requirement, keys: dict[str, str], was: dict[str, str]) -> Requirement:
    earlier = was.get(requirement.key, "")
    known = (
        (*requirement.was, earlier)
        if earlier not in ("", requirement.code, *requirement.was)
        else requirement.was
    )
    scenarios = tuple(
        s.model_copy(
            update={
                "key": keys.get(s.key, s.key),
                "proofs": tuple(p.model_copy(update={"key": keys.get(p.key, p.key)}) for p in s.proofs),
            }
        )
        for s in requirement.scenarios
    )
    return requirement.model_copy(
        update={"key": keys.get(requirement.key, requirement.key), "was": known, "scenarios": scenarios}
    )
