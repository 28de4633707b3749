"""What differs between two definitions: plain data, for pages, the terminal, JSON and the impact of a revision."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from jalon.programmes.definition.compiled import Item
from jalon.programmes.definition.diff.words import Span, marks
from jalon.programmes.definition.matching import Matching
from jalon.programmes.definition.normal_forms import normative
from jalon.programmes.definition.pairing import FoundBy
from jalon.programmes.definition.rich_text import plain_text
from jalon.programmes.definition.schema import Chapter, Definition, ExpectedProof, Requirement, Scenario

What = Literal["added", "removed", "changed", "moved"]
Status = Literal["untouched", "editorial", "meaning", "added", "removed"]
# "text": shown as texts with marks; "key": names of profiles, perimeters, kinds; "plain": short values.
FieldKind = Literal["text", "key", "plain"]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, before and after. `old` and `new` as the definition holds them; "" where there is nothing.

    `field`: title, statement, comment, nature, criticality, code, was, perimeter, profile, also, only, order, text,
    kinds. Several keys are joined by ", "; a row of `also` is "perimeter/profile", one of `only` "choice/option".
    """

    field: str
    old: str
    new: str
    kind: FieldKind = "plain"
    language: Literal["fr", "en"] = "fr"
    editorial: bool = False

    @property
    def layout_only(self) -> bool:
        """The same words: only markup, bullets or spacing differ."""
        return self.kind == "text" and normative(self.old) == normative(self.new)

    @property
    def words(self) -> tuple[Span, ...]:
        """The plain text with marks."""
        if self.kind != "text":
            return tuple(Span(op, text) for op, text in (("delete", self.old), ("insert", self.new)) if text)  # type: ignore[arg-type]
        return marks(plain_text(self.old), plain_text(self.new))


@dataclass(frozen=True, slots=True)
class ProofChange:
    """`moved`: to another scenario; told where it came from. Its own words may have changed too."""

    what: What
    old: ExpectedProof | None
    new: ExpectedProof | None
    fields: tuple[FieldChange, ...] = ()
    found_by: FoundBy | None = None

    @property
    def part(self) -> ExpectedProof:
        return self.new or self.old  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class ScenarioChange:
    what: What
    old: Scenario | None
    new: Scenario | None
    fields: tuple[FieldChange, ...] = ()
    proofs: tuple[ProofChange, ...] = ()
    found_by: FoundBy | None = None

    @property
    def part(self) -> Scenario:
        return self.new or self.old  # type: ignore[return-value]

    @property
    def same(self) -> bool:
        return not self.fields and not self.proofs


@dataclass(frozen=True, slots=True)
class Place:
    """A requirement and the chapter that it stands in. `rank`: 1 for the first of its chapter."""

    chapter: Chapter
    requirement: Requirement
    rank: int

    @property
    def key(self) -> str:
        return self.requirement.key

    @property
    def code(self) -> str:
        return self.requirement.code


@dataclass(frozen=True, slots=True)
class Pair:
    """A requirement that both lists hold."""

    old: Place
    new: Place
    found_by: FoundBy
    score: float = 1.0

    @property
    def proposed(self) -> bool:
        return self.found_by == "text"


@dataclass(frozen=True, slots=True)
class RequirementChange:
    """What changed inside a requirement. Scenarios that came from or went to another one are not told here."""

    pair: Pair
    fields: tuple[FieldChange, ...]
    scenarios: tuple[ScenarioChange, ...]

    @property
    def same(self) -> bool:
        return not self.fields and not self.scenarios


@dataclass(frozen=True, slots=True)
class Move:
    """To another chapter, or to another rank among the requirements that both lists hold."""

    pair: Pair
    what: Literal["chapter", "rank"]


@dataclass(frozen=True, slots=True)
class ScenarioMove:
    """A scenario that went to another requirement, with what changed in it on the way."""

    old: Place
    new: Place
    change: ScenarioChange


@dataclass(frozen=True, slots=True)
class Regrouping:
    """A split (one old requirement, several new ones) or a merge (several old ones, one new).

    `kept`: the pair that goes on under its key or code, and what changed inside it.
    """

    what: Literal["split", "merged"]
    old: tuple[Place, ...]
    new: tuple[Place, ...]
    kept: RequirementChange | None
    scenarios: tuple[ScenarioMove, ...] = ()

    @property
    def statement(self) -> FieldChange:
        """All old statements beside all new ones."""
        old, new = ("\n".join(p.requirement.statement.fr for p in side) for side in (self.old, self.new))
        return FieldChange("statement", old, new, "text")


@dataclass(frozen=True, slots=True)
class ChapterChange:
    """`fields`: title, group. Chapters that came or went only with their requirements are not told."""

    what: What
    old: Chapter | None
    new: Chapter | None
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class AroundChange:
    """A change around the list. `path`: names and keys, `("steps", "file", "sections", …, "label", "fr")`.

    `old` and `new`: what stood there as JSON knows it; None where there was nothing.
    """

    path: tuple[str, ...]
    what: What
    old: object = None
    new: object = None

    @property
    def part(self) -> str:
        """profiles, perimeters, claims, kinds, steps, prerequisites, gates, charter, convention, files, …"""
        return self.path[0]


@dataclass(frozen=True, slots=True)
class ItemChange:
    """An expected proof in both lists, for the impact on running applications.

    `meaning`: a verdict has to be looked at again, `because` says why (statement, nature, scenario, proof, kinds,
    limits, scope). `editorial`: it reads otherwise and asks for the same.
    """

    status: Status
    old: Item | None
    new: Item | None
    found_by: FoundBy | None = None
    because: tuple[str, ...] = ()

    @property
    def proposed(self) -> bool:
        return self.found_by == "text"


@dataclass(frozen=True)
class Diff:
    """All that differs. Each requirement stands in one of added, removed, split, merged, unchanged, or in one or
    more of changed, moved, renumbered and `scenarios_moved`.
    """

    old: Definition = field(repr=False)
    new: Definition = field(repr=False)
    matching: Matching = field(repr=False)
    added: tuple[Place, ...]
    removed: tuple[Place, ...]
    changed: tuple[RequirementChange, ...]
    moved: tuple[Move, ...]
    renumbered: tuple[Pair, ...]
    split: tuple[Regrouping, ...]
    merged: tuple[Regrouping, ...]
    scenarios_moved: tuple[ScenarioMove, ...]
    unchanged: tuple[Pair, ...] = field(repr=False)
    chapters: tuple[ChapterChange, ...] = ()
    around: tuple[AroundChange, ...] = ()
    items: tuple[ItemChange, ...] = field(default=(), repr=False)

    @cached_property
    def counts(self) -> Mapping[str, int]:
        names = (
            "added", "removed", "changed", "moved", "renumbered", "split", "merged", "scenarios_moved",
            "chapters", "around",
        )  # fmt: skip
        return {name: len(getattr(self, name)) for name in names}

    @property
    def equal(self) -> bool:
        """Nothing differs that this comparison tells. Shifted `position`s and confirmed kinds are no difference."""
        return not any(self.counts.values())

    @property
    def list_equal(self) -> bool:
        """The same requirement list, whatever changed around it."""
        return not any(n for name, n in self.counts.items() if name != "around")
