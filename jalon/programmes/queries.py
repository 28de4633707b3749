"""Reads of programmes. Definitions are parsed once per process and content, and shared: they are frozen."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from threading import Lock

from django.db.models import QuerySet

from jalon.core import clock
from jalon.core.canonical import canonical_json, sha256_hex
from jalon.programmes.definition.compiled import Compiled
from jalon.programmes.definition.confirming import Proposal, proposals
from jalon.programmes.definition.diff.changes import Diff
from jalon.programmes.definition.diff.compare import diff
from jalon.programmes.definition.matching import match
from jalon.programmes.definition.schema import Definition, PortalDefinition, TrackDefinition
from jalon.programmes.models import (
    Draft,
    Gate,
    GateKind,
    MatchRefusal,
    Portal,
    Programme,
    Revision,
    RevisionPlan,
    RuleChoice,
    Track,
    WorkbookImport,
)
from jalon.programmes.rules import ItemChanges, compared, joined_effects, planned_effects
from jalon.programmes.states import RevisionState, Rule

_KEPT = 32
_COMPARED = 8
_SHOWN = ("position", "code")  # the order of tracks
_compiled: dict[str, Compiled] = {}
_changes: dict[tuple[str, str], ItemChanges] = {}
_comparisons: dict[tuple[str, str, frozenset[tuple[str, str]]], Diff] = {}
_lock = Lock()


@dataclass(frozen=True)
class ProgrammeEntry:
    """A programme and the revision that holds for new applications; none: nothing is published yet."""

    programme: Programme
    revision: Revision | None

    @property
    def definition(self) -> Definition | None:
        return definition_of(self.revision) if self.revision else None


@dataclass(frozen=True)
class TrackEntry:
    definition: TrackDefinition
    programmes: tuple[ProgrammeEntry, ...]


def portal() -> PortalDefinition:
    """The portal's menu, interests and help. Empty before the first load: pages still answer."""
    row = Portal.objects.order_by("-loaded_at", "-pk").first()
    return _portal(row.content) if row else PortalDefinition(format=1, menu=(), interests=())


def track_definitions() -> list[TrackDefinition]:
    """All tracks in order, by themselves: what a menu needs, in one query."""
    return [_track(content) for content in Track.objects.order_by(*_SHOWN).values_list("content", flat=True)]


def tracks(on_date: date | None = None) -> list[TrackEntry]:
    """All tracks in order, each with its programmes and what holds on that day (today): three queries."""
    on_date = on_date or clock.paris_date(clock.now())
    rows = Track.objects.order_by(*_SHOWN).prefetch_related("programmes")
    current = {revision.programme_id: revision for revision in _effective(on_date).order_by("number")}
    return [
        TrackEntry(
            _track(row.content),
            tuple(
                ProgrammeEntry(programme, current.get(programme.pk))
                for programme in sorted(row.programmes.all(), key=lambda p: p.code)
            ),
        )
        for row in rows
    ]


def track_definition(track: Track) -> TrackDefinition:
    return _track(track.content)


def compiled(revision: Revision) -> Compiled:
    """The definition of a revision with its look-ups; 32 are kept, the least recently used goes first."""
    found = _kept(revision.sha256)  # before its text is read from the database
    return found or _compiled_content(revision.content, revision.sha256)


def _kept(sha256: str) -> Compiled | None:
    with _lock:
        found = _compiled.pop(sha256, None)
        if found:
            _compiled[sha256] = found
        return found


def _compiled_content(content: str, sha256: str) -> Compiled:
    if (found := _kept(sha256)) is not None:
        return found
    made = Compiled(Definition.model_validate_json(content), sha256)
    with _lock:
        _compiled[sha256] = made
        while len(_compiled) > _KEPT:
            _compiled.pop(next(iter(_compiled)))
    return made


def definition_of(revision: Revision) -> Definition:
    return compiled(revision).definition


def draft_definition(draft: Draft) -> Definition:
    return Definition.model_validate_json(draft.content)


def current_revision(programme: Programme, on_date: date | None = None) -> Revision | None:
    """The newest revision in force on that day (today). Its text is loaded only if asked for."""
    return (
        _effective(on_date or clock.paris_date(clock.now()))
        .filter(programme=programme)
        .order_by("-number")
        .first()
    )


def revisions(programme: Programme) -> QuerySet[Revision]:
    return programme.revisions.defer("content").order_by("-number")


@dataclass(frozen=True)
class RevisionLine:
    """One revision in a list: where it stands, who published it."""

    revision: Revision
    state: RevisionState


def revision_lines(programme: Programme, on_date: date | None = None) -> list[RevisionLine]:
    """Every revision, the newest first, and where it stands on that day (today). One query."""
    today = on_date or clock.paris_date(clock.now())
    rows = list(revisions(programme).select_related("published_by"))
    in_force = next((r.number for r in rows if r.effective_on <= today), 0)
    return [RevisionLine(row, _state_of(row, rows, in_force)) for row in rows]


def _state_of(row: Revision, rows: list[Revision], in_force: int) -> RevisionState:
    if row.number == in_force:
        return RevisionState.IN_FORCE
    # A higher number that holds from the same day on, or before: this one never will.
    overtaken = any(o.number > row.number and o.effective_on <= row.effective_on for o in rows)
    if row.number < in_force or overtaken:
        return RevisionState.REPLACED
    return RevisionState.ANNOUNCED


def announced_revisions(programme: Programme) -> list[Revision]:
    """Published, not in force yet, the first to come first."""
    lines = revision_lines(programme)
    found = [line.revision for line in lines if line.state == RevisionState.ANNOUNCED]
    return sorted(found, key=lambda r: (r.effective_on, r.number))


def revision_by_number(programme: Programme, number: int) -> Revision | None:
    return programme.revisions.defer("content").filter(number=number).first()


# --- What a revision changes ----------------------------------------------------------------------------------


def compiled_draft(draft: Draft) -> Compiled:
    """The draft with its look-ups; kept like those of revisions, by content."""
    return _compiled_content(draft.content, draft.sha256)


def item_changes(old: Compiled, new: Compiled) -> ItemChanges:
    """Expected proofs of two definitions compared; kept for the pairs compared last."""
    key = (old.sha256, new.sha256)
    with _lock:
        found = _changes.pop(key, None)
        if found is not None:
            _changes[key] = found
            return found
    made = compared(old.definition, new.definition)
    with _lock:
        _changes[key] = made
        while len(_changes) > _KEPT:
            _changes.pop(next(iter(_changes)))
    return made


def comparison(old: Compiled, new: Compiled, refused: frozenset[tuple[str, str]] = frozenset()) -> Diff:
    """All that differs between two definitions; kept for the pairs compared last. `refused`: as for `match`."""
    key = (old.sha256, new.sha256, refused)
    with _lock:
        found = _comparisons.pop(key, None)
    if found is None:
        matching = match(old.definition, new.definition, refused=refused)
        found = diff(old.definition, new.definition, matching)
    with _lock:
        _comparisons[key] = found
        while len(_comparisons) > _COMPARED:
            _comparisons.pop(next(iter(_comparisons)))
    return found


def refused_matches(programme: Programme, base: Revision) -> frozenset[tuple[str, str]]:
    """(old key, new key) of what a person said is not the same, in a draft that follows `base`."""
    rows = MatchRefusal.objects.filter(programme=programme, base=base).order_by("pk")
    said = {(row.old_key, row.new_key): row.refused for row in rows}
    return frozenset(pair for pair, refused in said.items() if refused)


def open_matches(programme: Programme, base: Revision, draft: Draft) -> tuple[Proposal, ...]:
    """What likeness of texts proposes and nobody has said a word about."""
    refused = refused_matches(programme, base)
    return proposals(compiled(base).definition, compiled_draft(draft).definition, refused)


def imports_of(programme: Programme) -> QuerySet[WorkbookImport]:
    """Workbooks that became drafts, the latest first; reports are loaded if asked for."""
    return programme.imports.select_related("by").defer("report").order_by("-pk")


def chosen_rules(programme: Programme, base: Revision) -> dict[str, Rule]:
    """What managers decided about the draft that follows `base`: requirement key → rule. The last choice holds."""
    rows = RuleChoice.objects.filter(programme=programme, base=base).order_by("pk")
    return {row.requirement_key: Rule(row.rule) for row in rows}


def publication_mark(draft: Draft, base: Revision | None, choices: Mapping[str, Rule]) -> str:
    """In one word, what publishing would do: the draft, what it follows, and what becomes of verdicts."""
    said = {
        "base": base.number if base else 0,
        "draft": draft.sha256,
        "rules": {key: rule.value for key, rule in choices.items()},
    }
    return sha256_hex(canonical_json(said))


def draft_effects(base: Revision, draft: Draft) -> dict[str, Rule]:
    """What becomes of each changed proof when the draft is published as it stands, after `base`."""
    changes = item_changes(compiled(base), compiled_draft(draft))
    return planned_effects(changes, chosen_rules(draft.programme, base))


def draft_effects_from(pinned: Revision, draft: Draft) -> dict[str, Rule]:
    """The same for a file that an older revision holds: what was decided on the way counts too."""
    latest = draft.programme.revisions.defer("content").order_by("-number").first() or pinned
    new = compiled_draft(draft)
    renamed = item_changes(compiled(latest), new).renamed
    decided = [*_plans(pinned, latest), (draft_effects(latest, draft), renamed)]
    return joined_effects(decided, item_changes(compiled(pinned), new).changed)


def effects_between(old: Revision, new: Revision) -> dict[str, Rule]:
    """What becomes of each proof that differs, as decided with every revision on the way."""
    return joined_effects(_plans(old, new), item_changes(compiled(old), compiled(new)).changed)


def _plans(old: Revision, new: Revision) -> list[tuple[dict[str, Rule], dict[str, str]]]:
    """What was frozen with each revision after `old` up to `new`: effects and renamings, oldest first."""
    rows = RevisionPlan.objects.filter(
        revision__programme_id=new.programme_id,
        revision__number__gt=old.number,
        revision__number__lte=new.number,
    )
    return [
        ({key: Rule(rule) for key, rule in json.loads(plan.effects).items()}, json.loads(plan.renamed))
        for plan in rows.order_by("revision__number")
    ]


def plan_of(revision: Revision) -> RevisionPlan | None:
    """What was decided with a revision; None for the first one."""
    return RevisionPlan.objects.filter(revision=revision).first()


def latest_gates(programme: Programme) -> dict[GateKind, Gate]:
    """The gates that hold, in the order of R4; a kind that was never set is left out."""
    latest: dict[str, Gate] = {gate.kind: gate for gate in gate_history(programme)}
    return {kind: latest[kind] for kind in GateKind if kind in latest}


def gate_history(programme: Programme) -> QuerySet[Gate]:
    """Every decision about the dates, oldest first."""
    return programme.gates.order_by("set_at", "pk")


def download(definition: Definition, name: str) -> str | None:
    """The base64 of a file that the definition offers, or None."""
    files: Mapping[str, str] = definition.files
    return files.get(name)


def content_is_intact(revision: Revision) -> bool:
    """Whether the stored text still has the digest it was published with."""
    return sha256_hex(revision.content) == revision.sha256


def _effective(on_date: date) -> QuerySet[Revision]:
    return Revision.objects.filter(effective_on__lte=on_date).defer("content")


@lru_cache(maxsize=4)
def _portal(content: str) -> PortalDefinition:
    return PortalDefinition.model_validate_json(content)


@lru_cache(maxsize=64)
def _track(content: str) -> TrackDefinition:
    return TrackDefinition.model_validate_json(content)
