"""Which chapter, requirement, scenario and expected proof of one list is which of another.

In this order: the same key; the same code (spaces and case aside, then prefixes); a recorded earlier code (`was`);
and among those left over, texts that are alike. The last kind is a proposal: a person confirms it. One to one.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from jalon.core.text import fold
from jalon.programmes.definition.normal_forms import matching_code, normative, without_prefix
from jalon.programmes.definition.pairing import FoundBy, Match, P, Pairing
from jalon.programmes.definition.schema import Definition, ExpectedProof, Requirement, Scenario
from jalon.programmes.definition.similar import Rarity, features


@dataclass(frozen=True)
class Matching:
    """All pairs, each kind in the order of the old list. What is in no pair was removed or added."""

    chapters: tuple[Match, ...]
    requirements: tuple[Match, ...]
    scenarios: tuple[Match, ...]
    proofs: tuple[Match, ...]

    @property
    def proposed(self) -> tuple[Match, ...]:
        """Requirements, scenarios and proofs that a person has to confirm."""
        return tuple(m for m in (*self.requirements, *self.scenarios, *self.proofs) if m.proposed)

    @cached_property
    def new_requirement(self) -> Mapping[str, Match]:
        return {match.old: match for match in self.requirements}

    @cached_property
    def new_scenario(self) -> Mapping[str, Match]:
        return {match.old: match for match in self.scenarios}

    @cached_property
    def new_proof(self) -> Mapping[str, Match]:
        return {match.old: match for match in self.proofs}


def match(
    old: Definition, new: Definition, *, by_key: bool = True, refused: Collection[tuple[str, str]] = ()
) -> Matching:
    """Match two lists.

    `by_key=False` for a list just read from a workbook: its keys come from its codes, so an equal key says no more
    than an equal code (and less, once a requirement kept its key under another code). `refused`: pairs of (old
    key, new key) which a person said are not the same; they are never found by text.
    """
    return _Matcher(old, new, by_key, frozenset(refused)).matching()


class _Side:
    """One list, with what stands around each part at hand."""

    def __init__(self, definition: Definition) -> None:
        self.chapters = definition.chapters
        self.requirements = [r for chapter in definition.chapters for r in chapter.requirements]
        self.chapter_of = {
            r.key: chapter.key for chapter in definition.chapters for r in chapter.requirements
        }
        self.scenarios = [s for r in self.requirements for s in r.scenarios]
        self.requirement_of = {s.key: r for r in self.requirements for s in r.scenarios}
        self.proofs = [p for s in self.scenarios for p in s.proofs]
        self.scenario_of = {p.key: s for s in self.scenarios for p in s.proofs}

    def code_in_requirement(self, scenario: Scenario) -> str:
        """The code after that of its requirement: what stays when the requirement is renumbered."""
        return _rest(scenario.code, self.requirement_of[scenario.key].code)

    def code_in_scenario(self, proof: ExpectedProof) -> str:
        return _rest(proof.code, self.scenario_of[proof.key].code)


def _rest(code: str, of: str) -> str:
    whole, start = without_prefix(code), without_prefix(of)
    return whole.removeprefix(start) if start else whole


class _Matcher:
    def __init__(
        self, old: Definition, new: Definition, by_key: bool, refused: frozenset[tuple[str, str]]
    ) -> None:
        self.old, self.new = _Side(old), _Side(new)
        self.keys_identify = by_key
        self.chapters = Pairing(self.old.chapters, self.new.chapters, refused)
        self.requirements = Pairing(self.old.requirements, self.new.requirements, refused)
        self.scenarios = Pairing(self.old.scenarios, self.new.scenarios, refused)
        self.proofs = Pairing(self.old.proofs, self.new.proofs, refused)

    def matching(self) -> Matching:
        if self.keys_identify:
            for pairing in (self.chapters, self.requirements, self.scenarios, self.proofs):
                pairing.by_key()
        self.chapters.by_name(lambda c: fold(c.title.fr), lambda c: fold(c.title.fr))
        self.match_requirements()
        self.match_renamed_chapters()
        self.match_scenarios()
        self.match_proofs()
        return Matching(
            self.chapters.matches(),
            self.requirements.matches(),
            self.scenarios.matches(),
            self.proofs.matches(),
        )

    # --- Requirements

    def match_requirements(self) -> None:
        pairing = self.requirements
        self.exchanged(pairing, _whole_text, lambda r: matching_code(r.code), lambda r: matching_code(r.code))
        chapter = {match.old: match.new for match in self.chapters.found.values()}
        for form in (matching_code, without_prefix):
            # A code may stand in two chapters: the same chapter first.
            pairing.by_name(
                lambda r, form=form: (chapter.get(self.old.chapter_of[r.key]), form(r.code)),  # type: ignore[misc]
                lambda r, form=form: (self.new.chapter_of[r.key], form(r.code)),  # type: ignore[misc]
            )
            pairing.by_name(lambda r, form=form: form(r.code), lambda r, form=form: form(r.code))  # type: ignore[misc]
        self.match_renumbered()
        pairing.by_name(_whole_text, _whole_text, "text")
        if pairing.old and pairing.new:
            known = pairing.paired(self.old.requirements, self.new.requirements)
            pairing.by_likeness(
                _requirement_features, self.rarity, others={_requirement_features(r) for r in known}
            )

    def match_renumbered(self) -> None:
        """By `was`, of either side: an undone renumbering is found as well."""
        for old_key, new_key in _by_was(self.requirements.old, self.requirements.new):
            self.requirements.pair(old_key, new_key, "was")
        for new_key, old_key in _by_was(self.requirements.new, self.requirements.old):
            self.requirements.pair(old_key, new_key, "was")

    @cached_property
    def rarity(self) -> Rarity:
        return Rarity(_requirement_features(r) for r in (*self.old.requirements, *self.new.requirements))

    def match_renamed_chapters(self) -> None:
        """A chapter that holds most of what another held is that chapter under another name."""
        shared: Counter[tuple[str, str]] = Counter()
        for found in self.requirements.found.values():
            shared[self.old.chapter_of[found.old], self.new.chapter_of[found.new]] += 1
        for (old, new), n in sorted(shared.items(), key=lambda one: -one[1]):
            if old not in self.chapters.old or new not in self.chapters.new:
                continue
            held = (len(self.chapters.old[old].requirements), len(self.chapters.new[new].requirements))
            if 2 * n > max(held):
                self.chapters.pair(old, new, "text", n / max(held))

    # --- Scenarios and proofs

    def match_scenarios(self) -> None:
        pairing = self.scenarios
        inside = [
            (
                found,
                [s.key for s in self.old_requirements[found.old].scenarios],
                [s.key for s in self.new_requirements[found.new].scenarios],
            )
            for found in self.requirements.matches()
        ]
        for found, old, new in inside:
            self.exchanged(pairing, _scenario_text, self.old.code_in_requirement, self.new.code_in_requirement,
                           among=(old, new))  # fmt: skip
            by: FoundBy = "text" if found.proposed else "code"
            pairing.by_name(self.old.code_in_requirement, self.new.code_in_requirement, by, among=(old, new))
        pairing.by_name(lambda s: without_prefix(s.code), lambda s: without_prefix(s.code), alone=True)
        for _, old, new in inside:
            pairing.by_name(_scenario_text, _scenario_text, "text", among=(old, new))
            if any(key in pairing.old for key in old) and any(key in pairing.new for key in new):
                pairing.by_likeness(_scenario_features, self.scenario_rarity, (old, new))
        pairing.by_name(_scenario_text, _scenario_text, "text", alone=True)
        if pairing.old and pairing.new:
            known = pairing.paired(self.old.scenarios, self.new.scenarios)
            pairing.by_likeness(
                _scenario_features, self.scenario_rarity, others={_scenario_features(s) for s in known}
            )

    def match_proofs(self) -> None:
        pairing = self.proofs
        inside = [
            (
                found,
                [p.key for p in self.old_scenarios[found.old].proofs],
                [p.key for p in self.new_scenarios[found.new].proofs],
            )
            for found in self.scenarios.matches()
        ]
        for found, old, new in inside:
            self.exchanged(pairing, _proof_text, self.old.code_in_scenario, self.new.code_in_scenario,
                           among=(old, new))  # fmt: skip
            by: FoundBy = "text" if found.proposed else "code"
            pairing.by_name(self.old.code_in_scenario, self.new.code_in_scenario, by, among=(old, new))
        pairing.by_name(lambda p: without_prefix(p.code), lambda p: without_prefix(p.code), alone=True)
        for _, old, new in inside:
            # The same words ("une vidéo") are asked for everywhere: only inside one scenario do they prove something.
            pairing.by_name(_proof_text, _proof_text, "text", among=(old, new))
            if any(key in pairing.old for key in old) and any(key in pairing.new for key in new):
                pairing.by_likeness(_proof_features, self.proof_rarity, (old, new))

    def exchanged(
        self,
        pairing: Pairing[P],
        text: Callable[[P], str],
        old_code: Callable[[P], str],
        new_code: Callable[[P], str],
        among: tuple[Collection[str], Collection[str]] | None = None,
    ) -> None:
        """Texts that are the same, word for word, under another code, while the code went to another text.

        A list whose numbers shifted by one would otherwise read as if every text had been rewritten.
        """
        old = {key: pairing.old[key] for key in (among[0] if among else pairing.old) if key in pairing.old}
        new = {key: pairing.new[key] for key in (among[1] if among else pairing.new) if key in pairing.new}
        if not old or not new:
            return
        said_in_old = {old_code(part): text(part) for part in old.values()}
        said_in_new = {new_code(part): text(part) for part in new.values()}
        new_texts = _alone((text(part), key) for key, part in new.items())
        for said, key in _alone((text(part), key) for key, part in old.items()).items():
            other = new_texts.get(said)
            if not said or other is None or (key, other) in pairing.refused:
                continue
            before, after = old_code(old[key]), new_code(new[other])
            taken = said_in_new.get(before, said) != said or said_in_old.get(after, said) != said
            if before != after and taken:
                pairing.pair(key, other, "text")

    @cached_property
    def old_requirements(self) -> Mapping[str, Requirement]:
        return {r.key: r for r in self.old.requirements}

    @cached_property
    def new_requirements(self) -> Mapping[str, Requirement]:
        return {r.key: r for r in self.new.requirements}

    @cached_property
    def old_scenarios(self) -> Mapping[str, Scenario]:
        return {s.key: s for s in self.old.scenarios}

    @cached_property
    def new_scenarios(self) -> Mapping[str, Scenario]:
        return {s.key: s for s in self.new.scenarios}

    @cached_property
    def scenario_rarity(self) -> Rarity:
        return Rarity(_scenario_features(s) for s in (*self.old.scenarios, *self.new.scenarios))

    @cached_property
    def proof_rarity(self) -> Rarity:
        return Rarity(_proof_features(p) for p in (*self.old.proofs, *self.new.proofs))


def _by_was(
    earlier: Mapping[str, Requirement], later: Mapping[str, Requirement]
) -> Iterable[tuple[str, str]]:
    codes = {without_prefix(r.code): key for key, r in earlier.items()}
    pairs = []
    for key, requirement in later.items():
        found = next((codes.pop(c) for c in map(without_prefix, requirement.was) if c in codes), None)
        if found is not None:
            pairs.append((found, key))
    return pairs


def _alone(texts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Texts that stand once only, and the key of each."""
    found: dict[str, list[str]] = {}
    for text, key in texts:
        found.setdefault(text, []).append(key)
    return {text: keys[0] for text, keys in found.items() if len(keys) == 1}


def _whole_text(requirement: Requirement) -> str:
    return f"{normative(requirement.title.fr)}\n{normative(requirement.statement.fr)}"


def _scenario_text(scenario: Scenario) -> str:
    return normative(scenario.text.fr)


def _proof_text(proof: ExpectedProof) -> str:
    return normative(proof.text.fr)


def _requirement_features(requirement: Requirement) -> frozenset[str]:
    return _features(" ".join((requirement.title.fr, normative(requirement.statement.fr))))


def _scenario_features(scenario: Scenario) -> frozenset[str]:
    return _features(normative(scenario.text.fr))


def _proof_features(proof: ExpectedProof) -> frozenset[str]:
    return _features(normative(proof.text.fr))


_features = lru_cache(maxsize=20_000)(features)
