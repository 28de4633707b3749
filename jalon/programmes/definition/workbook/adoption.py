"""What an earlier definition of the same list already knew, kept through an import.

Keys, so that slots and decisions stay with what is the same under another code or in another chapter; and all that a
workbook cannot hold (translations, kinds that a person chose, groups) wherever the workbook says nothing new.

Three sides: `old`, the same list as an import would give it (`again`), and `new`. What is equal in `again` and `new`
was not touched by the workbook, and stays as `old` has it.
"""

from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from pydantic import BaseModel

from jalon.programmes.definition.matching import match
from jalon.programmes.definition.normal_forms import without_prefix
from jalon.programmes.definition.pairing import Match
from jalon.programmes.definition.schema import Chapter, Definition, ExpectedProof, Requirement, Scenario
from jalon.programmes.definition.workbook.keys import digest
from jalon.programmes.definition.workbook.layouts import BEFORE, NATURE

Part = TypeVar("Part", Chapter, Requirement, Scenario, ExpectedProof)
_OF_REQUIREMENT = ("code", "title", "comment", "perimeter", "profile", "also", "criticality", "position")
_OF_SCENARIO = ("code", "perimeter", "profile", "also")
_OF_PROOF = ("code", "text", "kinds", "perimeter", "profile", "also")


def adopt(
    new: Definition, old: Definition, again: tuple[Chapter, ...], columns: Collection[str]
) -> Definition:
    """`new` with what it shares with `old`. `columns`: those that the workbook had."""
    adoption = _Adoption(new, old, again, columns)
    chapters = tuple(adoption.chapter(chapter) for chapter in new.chapters)
    proofs = _proofs(_scenarios(_requirements(chapters)))
    added = {kind for proof in proofs for kind in proof.kinds} - {kind.key for kind in old.kinds}
    groups = {chapter.group for chapter in chapters}
    return new.model_copy(
        update={
            "chapters": chapters,
            "kinds": (*old.kinds, *(kind for kind in new.kinds if kind.key in added)),
            "groups": tuple(group for group in old.groups if group.key in groups),
        }
    )


class _Adoption:
    def __init__(
        self, new: Definition, old: Definition, again: tuple[Chapter, ...], columns: Collection[str]
    ) -> None:
        self.columns = columns
        found = match(old, new, by_key=False)
        self.chapters = _Keys(found.chapters, old.chapters)
        self.requirements = _Keys(found.requirements, _requirements(old.chapters))
        self.scenarios = _Keys(found.scenarios, _scenarios(_requirements(old.chapters)))
        self.proofs = _Keys(found.proofs, _proofs(_scenarios(_requirements(old.chapters))))
        self.again = {
            (chapter.title.fr, requirement.code): requirement
            for chapter in again
            for requirement in chapter.requirements
        }
        self.chapter_of = {
            requirement.key: chapter.title.fr
            for chapter in old.chapters
            for requirement in chapter.requirements
        }

    def chapter(self, new: Chapter) -> Chapter:
        old: Chapter | None = self.chapters.of(new)
        requirements = tuple(self.requirement(requirement) for requirement in new.requirements)
        if old is None:
            key = self.chapters.fresh(new.key)
            return new.model_copy(update={"key": key, "requirements": requirements})
        title = old.title if old.title.fr == new.title.fr else new.title
        return old.model_copy(update={"title": title, "requirements": requirements})

    def requirement(self, new: Requirement) -> Requirement:
        old: Requirement | None = self.requirements.of(new)
        again = self.again.get((self.chapter_of[old.key], old.code)) if old else None
        scenarios = [self.scenario(scenario, old, again) for scenario in new.scenarios]
        if old is None:
            key = self.requirements.fresh(new.key)
            return new.model_copy(update={"key": key, "scenarios": tuple(scenarios)})
        result = _merged(new, old, again, _OF_REQUIREMENT)
        texts_stand = again is not None and _texts(again) == _texts(new)
        update: dict[str, Any] = {
            "was": new.was if BEFORE in self.columns else old.was,
            "nature": new.nature if NATURE in self.columns else old.nature,
            "statement": old.statement if _stands(new, again, "statement") and (old.html or texts_stand)
            else new.statement,
            "html": old.html if texts_stand else True,
        }  # fmt: skip
        # Plain texts and HTML do not mix: one new text, and all are taken as the workbook gives them.
        if not old.html and not texts_stand:
            scenarios = [
                made.model_copy(update={"text": read.text})
                for made, read in zip(scenarios, new.scenarios, strict=True)
            ]
        return result.model_copy(update={**update, "scenarios": tuple(scenarios)})

    def scenario(self, new: Scenario, in_old: Requirement | None, in_again: Requirement | None) -> Scenario:
        old: Scenario | None = self.scenarios.of(new) or self.unnumbered(new, in_old)
        again: Scenario | None = _named(in_again.scenarios, old.code) if in_again and old else None
        proofs = tuple(self.proof(proof, again) for proof in new.proofs)
        if old is None:
            key = self.scenarios.fresh(new.key)
            return new.model_copy(update={"key": key, "proofs": proofs})
        return _merged(new, old, again, (*_OF_SCENARIO, "text")).model_copy(update={"proofs": proofs})

    def unnumbered(self, new: Scenario, in_old: Requirement | None) -> Scenario | None:
        """A requirement has one scenario without a number at most: that of the same requirement is the same."""
        others = [s for s in in_old.scenarios if not s.code] if in_old and not new.code else []
        found: Scenario | None = self.scenarios.take(others[0]) if len(others) == 1 else None
        return found

    def proof(self, new: ExpectedProof, in_again: Scenario | None) -> ExpectedProof:
        old: ExpectedProof | None = self.proofs.of(new)
        if old is None:
            return new.model_copy(update={"key": self.proofs.fresh(new.key)})
        again: ExpectedProof | None = _named(in_again.proofs, old.code, old.text.fr) if in_again else None
        result = _merged(new, old, again, _OF_PROOF)
        # Kinds that a person chose outlive a guess, unless the text is another.
        stands = _stands(new, again, "kinds") and _stands(new, again, "text")
        return result if stands else result.model_copy(update={"kind_guessed": new.kind_guessed})


class _Keys:
    """Which part of the old list a part of the new one is; each is taken once."""

    def __init__(self, found: Iterable[Match], old: Iterable[Any]) -> None:
        self.old = {part.key: part for part in old}
        self.by_new = {m.new: m for m in found}
        self.taken: set[str] = set()
        self.given: set[str] = set()

    def of(self, new: Any) -> Any:
        found = self.by_new.get(new.key)
        if found is None:
            return None
        old = self.old[found.old]
        return self.take(old) if _certain(found, new, old) else None

    def take(self, old: Any) -> Any:
        if old.key in self.taken:
            return None
        self.taken.add(old.key)
        return old

    def fresh(self, key: str) -> str:
        """`key`, unless it belongs to a part of the old list: a code may have gone to another requirement."""
        while key in self.old or key in self.given:
            key = f"{key[:1]}-{digest(key)}"
        self.given.add(key)
        return key


def _certain(found: Match, new: Any, old: Any) -> bool:
    """Likeness is a proposal, but for a chapter that kept most of its requirements, and for the same text where the
    codes say the same: equal ones, none at all, or one that is noted as the earlier one.
    """
    if not found.proposed or isinstance(new, Chapter):
        return True
    codes = {without_prefix(code) for code in (new.code, *getattr(new, "was", ()))}
    return found.score == 1 and without_prefix(old.code) in codes


def _merged(new: Part, old: Part, again: Part | None, fields: Iterable[str]) -> Part:
    """`old` with what the workbook changed."""
    return old.model_copy(
        update={name: getattr(new, name) for name in fields if not _stands(new, again, name)}
    )


def _stands(new: BaseModel, again: BaseModel | None, name: str) -> bool:
    return again is not None and getattr(new, name) == getattr(again, name)


def _texts(requirement: Requirement) -> tuple[Any, ...]:
    return (requirement.statement.fr, *((s.code, s.text.fr) for s in requirement.scenarios))


def _named(parts: Iterable[Any], code: str, text: str = "") -> Any:
    """The part of this code; of several, or without a code, the one of this text."""
    found = [part for part in parts if without_prefix(part.code) == without_prefix(code)]
    if len(found) > 1 or not code:
        found = [part for part in found if not text or part.text.fr == text]
    return found[0] if found else None


def _requirements(chapters: Iterable[Chapter]) -> list[Requirement]:
    return [requirement for chapter in chapters for requirement in chapter.requirements]


def _scenarios(requirements: Iterable[Requirement]) -> list[Scenario]:
    return [scenario for requirement in requirements for scenario in requirement.scenarios]


def _proofs(scenarios: Iterable[Scenario]) -> list[ExpectedProof]:
    return [proof for scenario in scenarios for proof in scenario.proofs]
