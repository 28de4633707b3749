"""Definition folders into the database: portal, tracks, and each programme into its draft."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.core import clock
from jalon.core.actions import step, verb
from jalon.core.canonical import canonical_json, sha256_hex
from jalon.core.errors import NotAllowed, TransitionRefused
from jalon.journal.actions import record
from jalon.programmes.actions.steps import (
    journal_entry,
)
from jalon.programmes.definition.check import checked
from jalon.programmes.definition.compiled import content_of
from jalon.programmes.definition.folder import plain, read_tree
from jalon.programmes.definition.schema import Definition, PortalDefinition, TrackDefinition
from jalon.programmes.models import (
    Draft,
    Portal,
    Programme,
    Revision,
    Track,
)
from jalon.programmes.policy import can_load, can_load_portal

Outcome = Literal["created", "updated", "unchanged", "kept"]


@dataclass(frozen=True)
class LoadResult:
    """What loading did. `kept`: the draft holds unpublished changes that differ, and was left as it is."""

    kind: Literal["portal", "track", "programme"]
    code: str
    outcome: Outcome
    sha256: str


def load_definitions(*, actor: Standing, folder: Path, replace: Collection[str] = ()) -> list[LoadResult]:
    """Load a definitions folder: portal, tracks, and each programme into its draft. Same content: nothing.

    `replace` names the programmes whose differing draft may be overwritten. Raises DefinitionError with
    every fault before anything is written. Files are read here, outside any transaction; each part is then
    one verb.
    """
    tree = read_tree(folder)
    for loaded in tree.programmes:
        checked(loaded.definition, loaded.sources)
    results = []
    if tree.portal:
        results.append(load_portal(actor=actor, portal=tree.portal))
    results += [load_track(actor=actor, track=track, position=n) for n, track in enumerate(tree.tracks)]
    for loaded in tree.programmes:
        code = loaded.definition.code
        results.append(load_draft(actor=actor, definition=loaded.definition, replace=code in replace))
    return results


@verb
def load_portal(*, actor: Standing, portal: PortalDefinition) -> LoadResult:
    if not can_load_portal(actor):
        raise NotAllowed(_("Seul un gestionnaire de tous les programmes peut charger le portail."))
    content = canonical_json(plain(portal))
    digest = sha256_hex(content)
    row = Portal.objects.select_for_update().first()
    if row and row.sha256 == digest:
        return LoadResult("portal", "portal", "unchanged", digest)
    outcome: Outcome = "updated" if row else "created"
    row = row or Portal()
    row.content, row.sha256, row.loaded_at = content, digest, clock.now()
    row.save()
    record(
        chain="programme:portal", event="programmes.portal.loaded", actor_ref=actor.user_ref, sha256=digest
    )
    return LoadResult("portal", "portal", outcome, digest)


@verb
def load_track(*, actor: Standing, track: TrackDefinition, position: int = 0) -> LoadResult:
    if not can_load_portal(actor):
        raise NotAllowed(_("Seul un gestionnaire de tous les programmes peut charger un parcours."))
    content = canonical_json(plain(track))
    digest = sha256_hex(content)
    row = Track.objects.select_for_update().filter(code=track.code).first()
    if row and row.content == content:
        return LoadResult("track", track.code, "unchanged", digest)
    defaults = {"content": content} if row else {"content": content, "position": position}
    Track.objects.update_or_create(code=track.code, defaults=defaults)
    record(
        chain=f"programme:{track.code}",
        event="programmes.track.loaded",
        actor_ref=actor.user_ref,
        sha256=digest,
    )
    return LoadResult("track", track.code, "updated" if row else "created", digest)


@verb
def load_draft(*, actor: Standing, definition: Definition, replace: bool = False) -> LoadResult:
    """Put a definition into its programme's draft; the programme is made when it is new.

    A draft that holds unpublished changes is left alone (`kept`), unless `replace`.
    """
    if not can_load(actor, definition.code):
        raise NotAllowed(_("Seul un gestionnaire de ce programme peut en charger la définition."))
    content = content_of(definition)
    digest = sha256_hex(content)
    draft = Draft.objects.select_for_update().filter(programme__code=definition.code).first()
    if draft and draft.sha256 == digest:
        return LoadResult("programme", definition.code, "unchanged", digest)
    if draft and not replace and not _is_published(draft):
        return LoadResult("programme", definition.code, "kept", digest)
    programme = draft.programme if draft else _make_programme(definition)
    Draft.objects.update_or_create(
        programme=programme,
        defaults={
            "content": content, "sha256": digest, "version": draft.version + 1 if draft else 1,
            "edited_by_id": actor.user_id, "edited_at": clock.now(),
        },
    )  # fmt: skip
    journal_entry(programme, "programmes.draft.loaded", actor, sha256=digest)
    return LoadResult("programme", definition.code, "updated" if draft else "created", digest)


@step
def _make_programme(definition: Definition) -> Programme:
    track = Track.objects.filter(code=definition.track).first()
    if track is None:
        raise TransitionRefused(
            _("Le parcours « {track} » n’existe pas encore : chargez-le avant ce programme.").format(
                track=definition.track
            )
        )
    return Programme.objects.create(
        code=definition.code, track=track, open_for_applications=definition.open, created_at=clock.now()
    )


def _is_published(draft: Draft) -> bool:
    """The draft holds nothing that a revision does not hold: replacing it loses nothing."""
    return Revision.objects.filter(programme_id=draft.programme_id, sha256=draft.sha256).exists()
