"""The technical versions of an application in words, the same for vendor and agency (situation 4)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from jalon.applications.models import Application, VersionDecision, VersionDeclaration
from jalon.applications.queries.versions import version_declarations, version_obstacle
from jalon.evidence.queries import NamedProof, named_proofs
from jalon.programmes.definition.schema import Text

SHOWN_VERSIONS = 20  # on one part of their history: each is told at length


@dataclass(frozen=True)
class RedoChapter:
    """The proofs of one chapter that were asked for anew."""

    title: Text
    codes: tuple[str, ...]


@dataclass(frozen=True)
class VersionRow:
    """What templates/components/versions.html shows of one declaration."""

    declared: VersionDeclaration
    decision: VersionDecision | None
    redo: tuple[RedoChapter, ...]

    @property
    def redo_count(self) -> int:
        return sum(len(chapter.codes) for chapter in self.redo)


@dataclass(frozen=True)
class Versions:
    """The version of an application: what waits, what was answered, why nothing can be declared now."""

    label: str
    rows: tuple[VersionRow, ...]  # the latest first
    obstacle: str

    @property
    def pending(self) -> VersionRow | None:
        return next((row for row in self.rows if row.decision is None), None)

    @property
    def answered(self) -> tuple[VersionRow, ...]:
        return tuple(row for row in self.rows if row.decision is not None)


def versions_of(application: Application) -> Versions:
    """Two queries, however many versions."""
    lines = version_declarations(application)
    proofs = named_proofs(application) if any(line.to_redo for line in lines) else []
    rows = tuple(
        VersionRow(line.declaration, line.decision, _by_chapter(proofs, line.to_redo)) for line in lines
    )
    return Versions(application.version_label, rows, version_obstacle(application))


def redo_chapters(application: Application, keys: Collection[str]) -> tuple[RedoChapter, ...]:
    """These proofs by chapter, in the order of the programme."""
    return _by_chapter(named_proofs(application) if keys else [], keys)


def _by_chapter(proofs: Sequence[NamedProof], keys: Collection[str]) -> tuple[RedoChapter, ...]:
    if not keys:
        return ()
    codes: dict[str, list[str]] = {}
    titles: dict[str, Text] = {}
    for proof in proofs:
        if proof.key in keys:
            codes.setdefault(proof.chapter.key, []).append(proof.code)
            titles[proof.chapter.key] = proof.chapter.title
    return tuple(RedoChapter(titles[key], tuple(found)) for key, found in codes.items())
