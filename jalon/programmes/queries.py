"""Reads of programmes. Definitions are parsed once per process and content, and shared: they are frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from threading import Lock

from django.db.models import QuerySet

from jalon.core import clock
from jalon.core.canonical import sha256_hex
from jalon.programmes.definition.compiled import Compiled
from jalon.programmes.definition.schema import Definition, PortalDefinition, TrackDefinition
from jalon.programmes.models import Draft, Gate, GateKind, Portal, Programme, Revision, Track

_KEPT = 32
_compiled: dict[str, Compiled] = {}
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


def tracks(on_date: date | None = None) -> list[TrackEntry]:
    """All tracks in order, each with its programmes and what holds on that day (today): three queries."""
    on_date = on_date or clock.paris_date(clock.now())
    rows = Track.objects.order_by("position", "code").prefetch_related("programmes")
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
    with _lock:
        found = _compiled.pop(revision.sha256, None)
        if found:
            _compiled[revision.sha256] = found
            return found
    made = Compiled(Definition.model_validate_json(revision.content), revision.sha256)
    with _lock:
        _compiled[revision.sha256] = made
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
