"""All writes of programmes: loading definitions into drafts, publishing revisions, setting gates."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.core import clock
from jalon.core.actions import step, verb
from jalon.core.canonical import canonical_json, sha256_hex
from jalon.core.errors import InvalidInput, NotAllowed, NotVisible, TransitionRefused
from jalon.journal.actions import record
from jalon.programmes.definition.check import checked
from jalon.programmes.definition.compiled import content_of
from jalon.programmes.definition.folder import plain, read_tree
from jalon.programmes.definition.schema import Definition, PortalDefinition, TrackDefinition
from jalon.programmes.models import Draft, Gate, GateKind, Portal, Programme, Revision, Track
from jalon.programmes.policy import can_load, can_load_portal, can_publish, can_set_gate

_WALL_TIME = "%Y-%m-%dT%H:%M"
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
    _journal(programme, "programmes.draft.loaded", actor, sha256=digest)
    return LoadResult("programme", definition.code, "updated" if draft else "created", digest)


@verb
def publish(*, actor: Standing, programme_code: str, reason: str, effective_on: date) -> Revision:
    """Publish the draft as the next revision. With the first, the definition's gates become the programme's.

    The draft's content being that of the latest revision, that revision is returned and nothing is written.
    """
    programme = _locked(programme_code)
    if not can_publish(actor, programme.code):
        raise NotAllowed(_("Seul un gestionnaire de ce programme peut publier une révision."))
    reason = _required_reason(reason)
    draft = Draft.objects.select_for_update().filter(programme=programme).first()
    if draft is None:
        raise TransitionRefused(_("Ce programme n’a pas de brouillon : chargez d’abord une définition."))
    latest = programme.revisions.order_by("-number").first()
    if latest and latest.sha256 == draft.sha256:
        return latest
    if same := programme.revisions.filter(sha256=draft.sha256).first():
        raise TransitionRefused(
            _(
                "Le brouillon est identique à la révision {number}, déjà remplacée : "
                "modifiez-le avant de publier, ne serait-ce que son résumé."
            ).format(number=same.number)
        )
    definition = checked(Definition.model_validate_json(draft.content))
    revision = Revision.objects.create(
        programme=programme, number=latest.number + 1 if latest else 1,
        content=draft.content, sha256=draft.sha256,
        effective_on=effective_on, published_by_id=actor.user_id, published_at=clock.now(), reason=reason,
    )  # fmt: skip
    _seed_gates(programme=programme, definition=definition, actor=actor)
    _journal(
        programme, "programmes.revision.published", actor,
        number=revision.number, sha256=revision.sha256, effective_on=effective_on.isoformat(),
    )  # fmt: skip
    return revision


@verb
def set_gate(
    *, actor: Standing, programme_code: str, kind: str, wall_time: str, zone: str, reason: str
) -> Gate:
    """Decide a date of the programme; earlier ones stay as its history. The same decision twice is one."""
    programme = _locked(programme_code)
    if not can_set_gate(actor, programme.code):
        raise NotAllowed(_("Seul un gestionnaire de ce programme peut en changer les dates."))
    if not kind:
        raise InvalidInput({"kind": _("Choisissez la date à fixer.")})
    if kind not in GateKind.values:
        raise InvalidInput({"kind": _("Cette échéance n’existe pas : {kind}.").format(kind=kind)})
    due_at = due_instant(wall_time, zone)
    reason = _required_reason(reason)
    last = programme.gates.filter(kind=kind).order_by("-set_at", "-pk").first()
    if last and (last.wall_time, last.zone, last.reason) == (wall_time, zone, reason):
        return last
    gate = Gate.objects.create(
        programme=programme, kind=kind, wall_time=wall_time, zone=zone, due_at=due_at, reason=reason,
        set_by_id=actor.user_id, set_at=clock.now(),
    )  # fmt: skip
    _journal(programme, "programmes.gate.set", actor, kind=kind, wall_time=wall_time, zone=zone)
    return gate


def due_instant(wall_time: str, zone: str) -> datetime:
    """The instant that a wall clock in `zone` shows `wall_time` (first time, when clocks go back). UTC.

    Refuses a time that the clock skips, when clocks go forward.
    """
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput(
            {"zone": _("Ce fuseau horaire n’existe pas : {zone}.").format(zone=zone)}
        ) from error
    try:
        local = datetime.strptime(wall_time, _WALL_TIME).replace(tzinfo=place)
    except ValueError as error:
        raise InvalidInput({"wall_time": _("Écrivez la date et l’heure comme 2026-05-13T12:00.")}) from error
    if local.strftime(_WALL_TIME) != wall_time:
        raise InvalidInput({"wall_time": _("Écrivez la date et l’heure comme 2026-05-13T12:00.")})
    instant = local.astimezone(UTC)
    if instant.astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise InvalidInput({"wall_time": _("Cette heure n’existe pas ce jour-là : on avance les horloges.")})
    return instant


@step
def _seed_gates(*, programme: Programme, definition: Definition, actor: Standing) -> None:
    """The first publication brings the dates; later ones are decided on the programme (R2)."""
    if programme.gates.exists():
        return
    for gate in definition.gates:
        Gate.objects.create(
            programme=programme, kind=gate.kind, wall_time=gate.at, zone=gate.zone,
            due_at=due_instant(gate.at, gate.zone), reason=_("Date fixée par la définition du programme."),
            set_by_id=actor.user_id, set_at=clock.now(),
        )  # fmt: skip


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


def _locked(programme_code: str) -> Programme:
    programme = Programme.objects.select_for_update().filter(code=programme_code).first()
    if programme is None:
        raise NotVisible(_("Le programme « {code} » n’existe pas.").format(code=programme_code))
    return programme


def _required_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise InvalidInput({"reason": _("Indiquez le motif : il reste dans l’historique.")})
    if len(reason) > 500:
        raise InvalidInput({"reason": _("Le motif dépasse 500 caractères : raccourcissez-le.")})
    return reason


@step
def _journal(programme: Programme, event: str, actor: Standing, **payload: str | int) -> None:
    record(chain=f"programme:{programme.code}", event=event, actor_ref=actor.user_ref, **payload)
