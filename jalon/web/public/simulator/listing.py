"""The exact list: each requirement with why it applies or not, its scenarios and expected proofs (R3).

Built for what is shown and no more: a chapter left folded costs its counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from django.utils.translation import get_language

from jalon.core.text import fold
from jalon.core.typography import french_spaces
from jalon.evidence.rules import kinds_of, proof_code
from jalon.programmes.definition.applicability import (
    Applicability,
    ProofResult,
    RequirementResult,
    Verdict,
)
from jalon.programmes.definition.compiled import Compiled
from jalon.programmes.definition.rich_text import plain_text
from jalon.programmes.definition.schema import Chapter, Definition, Requirement, Scenario, Text
from jalon.web.answers import explained
from jalon.web.kinds import kinds_line

View = Literal["applies", "not", "all"]
SHORT = 160  # characters of a text in the folded list; whole on the chapter's own page


@dataclass(frozen=True)
class ProofLine:
    """`reason`: why this proof applies or not; `own_reason`: the same, where it differs from the requirement's."""

    result: ProofResult
    code: str
    takes: str
    reason: str
    own_reason: str
    short: str
    lang: str

    @property
    def applies(self) -> bool:
        return self.result.verdict.applies


@dataclass(frozen=True)
class ScenarioLine:
    scenario: Scenario
    proofs: tuple[ProofLine, ...]
    short: str
    lang: str


@dataclass(frozen=True)
class Line:
    """A requirement in a chapter. `elsewhere`: the other chapters in which it stands too."""

    result: RequirementResult
    reason: str
    scenarios: tuple[ScenarioLine, ...]
    elsewhere: tuple[Chapter, ...]

    @property
    def requirement(self) -> Requirement:
        return self.result.requirement

    @property
    def applies(self) -> bool:
        return self.result.verdict.applies

    @property
    def proof_count(self) -> int:
        return len(self.result.applicable_proofs)


@dataclass(frozen=True)
class ChapterLines:
    """A chapter with its counts, whole, and the lines that the filters leave."""

    chapter: Chapter
    total: int
    applicable: int
    proofs: int
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Counts:
    """Distinct requirements, as the summary counts them."""

    applies: int
    total: int

    @property
    def not_applying(self) -> int:
        return self.total - self.applies


def counts(found: Applicability) -> Counts:
    return Counts(found.requirement_count, len({r.requirement.code for r in found.requirements}))


def chapters(
    compiled: Compiled, found: Applicability, view: View, words: Sequence[str], only: str = ""
) -> tuple[ChapterLines, ...]:
    """Chapters in order, with what the filters leave; those without any are left out. `only`: one chapter's key."""
    grouped: dict[str, list[RequirementResult]] = {}
    for result in found.requirements:
        grouped.setdefault(result.chapter.key, []).append(result)
    writer = _Writer(compiled, found)
    haystacks = _haystacks(compiled) if words else {}
    made = []
    for key, results in grouped.items():
        if only and key != only:
            continue
        kept = [r for r in results if _wanted(r, view) and _holds(haystacks, r, words)]
        made.append(
            ChapterLines(
                results[0].chapter,
                len(results),
                sum(r.verdict.applies for r in results),
                sum(len(r.applicable_proofs) for r in results if r.verdict.applies),
                tuple(writer.line(r) for r in kept),
            )
        )
    return tuple(chapter for chapter in made if chapter.lines)


def search_words(typed: str) -> tuple[str, ...]:
    return tuple(fold(typed[:200]).split())


def plain(value: Text, *, html: bool) -> str:
    """A text of the list in the reader's language, without markup, as it was written."""
    text = value.in_language(_language())
    return _without_markup(text) if html else text


def _wanted(result: RequirementResult, view: View) -> bool:
    return view == "all" or result.verdict.applies == (view == "applies")


def _holds(haystacks: dict[tuple[str, str], str], result: RequirementResult, words: Sequence[str]) -> bool:
    return all(word in haystacks[result.chapter.key, result.requirement.key] for word in words)


class _Writer:
    """Sentences and kinds are few and stand in every line: each is written once."""

    def __init__(self, compiled: Compiled, found: Applicability) -> None:
        self.definition = compiled.definition
        self.language = _language()
        self.sentences: dict[Verdict, str] = {}
        self.taken: dict[tuple[str, ...], str] = {}
        self.homes: dict[str, list[Chapter]] = {}
        for result in found.requirements:
            self.homes.setdefault(result.requirement.code, []).append(result.chapter)

    def line(self, result: RequirementResult) -> Line:
        reason = self.reason(result.verdict)
        elsewhere = tuple(c for c in self.homes[result.requirement.code] if c.key != result.chapter.key)
        return Line(result, reason, tuple(self.scenarios(result, reason)), elsewhere)

    def scenarios(self, result: RequirementResult, reason: str) -> Iterable[ScenarioLine]:
        html = result.requirement.html
        for scenario in result.requirement.scenarios:
            proofs = tuple(
                self.proof(result.requirement, p, reason, html)
                for p in result.proofs
                if p.scenario is scenario
            )
            yield ScenarioLine(scenario, proofs, self.short(scenario.text, html), self.lang(scenario.text))

    def proof(self, requirement: Requirement, result: ProofResult, above: str, html: bool) -> ProofLine:
        reason, proof = self.reason(result.verdict), result.proof
        if proof.kinds not in self.taken:
            self.taken[proof.kinds] = kinds_line(kinds_of(self.definition, proof))
        return ProofLine(
            result,
            proof_code(requirement, result.scenario, proof),
            self.taken[proof.kinds],
            reason,
            reason if reason != above else "",
            self.short(proof.text, html),
            self.lang(proof.text),
        )

    def reason(self, verdict: Verdict) -> str:
        if verdict not in self.sentences:
            self.sentences[verdict] = explained(self.definition, verdict)
        return self.sentences[verdict]

    def short(self, text: Text, html: bool) -> str:
        whole = " ".join(plain(text, html=html).split())
        short = whole if len(whole) <= SHORT else f"{whole[:SHORT].rsplit(' ', 1)[0]}…"
        return french_spaces(short) if self.language == "fr" or self.lang(text) else short

    def lang(self, text: Text) -> str:
        return "fr" if text.is_french_in(self.language) else ""


def _language() -> str:
    return (get_language() or "fr").split("-")[0]


@lru_cache(maxsize=4096)
def _without_markup(text: str) -> str:
    return plain_text(text)


@lru_cache(maxsize=8)
def _haystacks(compiled: Compiled) -> dict[tuple[str, str], str]:
    """All that a requirement says, folded for search, by chapter and requirement."""
    return {
        (chapter.key, requirement.key): fold(" ".join(_texts(compiled.definition, requirement)))
        for chapter in compiled.definition.chapters
        for requirement in chapter.requirements
    }


def _texts(definition: Definition, requirement: Requirement) -> Iterable[str]:
    yield from (requirement.code, *requirement.was)
    texts = [requirement.title, requirement.statement]
    texts += [requirement.comment] if requirement.comment else []
    for scenario in requirement.scenarios:
        yield scenario.code
        texts.append(scenario.text)
        for proof in scenario.proofs:
            yield proof.code
            texts.append(proof.text)
            texts += [kind.label for kind in kinds_of(definition, proof)]
    for text in texts:
        for words in (text.fr, text.en):
            yield _without_markup(words) if requirement.html else words
