"""All writes of programmes: loading definitions into drafts, publishing revisions, setting gates."""

from collections.abc import Collection, Mapping
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
from jalon.core.errors import Conflict, InvalidInput, NotAllowed, NotVisible, TransitionRefused
from jalon.journal.actions import record
from jalon.programmes.definition.check import check, checked
from jalon.programmes.definition.commands import TEMPLATE
from jalon.programmes.definition.compiled import content_of
from jalon.programmes.definition.confirming import with_confirmed
from jalon.programmes.definition.findings import Finding
from jalon.programmes.definition.folder import load_folder, plain, read_tree
from jalon.programmes.definition.schema import Definition, PortalDefinition, TrackDefinition
from jalon.programmes.definition.workbook.composing import read_definition
from jalon.programmes.definition.workbook.report import Report, WorkbookRefused
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
from jalon.programmes.policy import can_edit, can_load, can_load_portal, can_publish, can_set_gate
from jalon.programmes.queries import (
    chosen_rules,
    compiled,
    compiled_draft,
    draft_definition,
    item_changes,
    open_matches,
)
from jalon.programmes.rules import planned_effects
from jalon.programmes.states import Rule

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
def edit_draft(*, actor: Standing, programme_code: str, seen_version: int, definition: Definition) -> Draft:
    """Write the draft. `seen_version`: the version that the person read; 0: none was there.

    Somebody else having written meanwhile, nothing is written: the conflict says who and when. The same content
    again changes nothing. Faults are told by `check` and stop the publication, not the work.
    """
    if not can_edit(actor, programme_code):
        raise NotAllowed(_("Seul un gestionnaire de ce programme peut en modifier le brouillon."))
    programme = _locked(programme_code)
    if definition.code != programme.code:
        raise InvalidInput(
            {"code": _("Cette définition est celle du programme « {code} ».").format(code=definition.code)}
        )
    content = content_of(definition)
    digest = sha256_hex(content)
    draft = _draft_of(programme)
    if draft is not None and draft.sha256 == digest:
        return draft
    _check_seen(draft, seen_version)
    return _write_draft(programme, draft, actor, content, digest, "programmes.draft.edited")


@dataclass(frozen=True)
class WorkbookRead:
    """What became of a workbook. Nothing was written unless `kept`; then `report.errors` or `findings` say why."""

    report: Report
    findings: tuple[Finding, ...]
    kept: WorkbookImport | None


def import_workbook(
    *, actor: Standing, programme_code: str, seen_version: int, path: Path, file_name: str
) -> WorkbookRead:
    """Read a workbook, in a process with limits and outside any transaction, and make its list that of the draft.

    What no list holds stays as the draft has it, and so do the keys of what is the same beyond doubt.
    """
    if not can_edit(actor, programme_code):
        raise NotAllowed(_("Seul un gestionnaire de ce programme peut en modifier le brouillon."))
    draft = Draft.objects.filter(programme__code=programme_code).first()
    if draft is None:
        raise NotVisible(programme_code)
    old = draft_definition(draft)
    try:
        definition, report = read_definition(
            path, template=load_folder(TEMPLATE), like=old, code=old.code, track=old.track, title=old.title
        )
    except WorkbookRefused as refused:
        return WorkbookRead(Report.of_refusal(refused), (), None)
    if definition is None:
        return WorkbookRead(report, (), None)
    if findings := check(definition):
        return WorkbookRead(report, tuple(findings), None)
    kept = adopt_list(
        actor=actor,
        programme_code=programme_code,
        seen_version=seen_version,
        definition=definition,
        file_name=file_name,
        file_sha256=sha256_hex(path.read_bytes()),
        report=report,
    )
    return WorkbookRead(report, (), kept)


@verb
def adopt_list(
    *,
    actor: Standing,
    programme_code: str,
    seen_version: int,
    definition: Definition,
    file_name: str,
    file_sha256: str,
    report: Report,
) -> WorkbookImport:
    """Write the draft from a workbook that was read, and keep what was told about it. Sent twice, it is one import."""
    if not can_edit(actor, programme_code):
        raise NotAllowed(_("Seul un gestionnaire de ce programme peut en modifier le brouillon."))
    programme = _locked(programme_code)
    draft = _draft_of(programme)
    content = content_of(definition)
    digest = sha256_hex(content)
    last = programme.imports.order_by("-pk").first()
    event = "programmes.workbook.imported"
    if draft is not None and draft.sha256 == digest:
        if last is not None and (last.sha256, last.draft_version) == (file_sha256, draft.version):
            return last
        _journal(programme, event, actor, version=draft.version, sha256=digest)
    else:
        _check_seen(draft, seen_version)
        draft = _write_draft(programme, draft, actor, content, digest, event)
    return WorkbookImport.objects.create(
        programme=programme, draft_version=draft.version, file_name=file_name[:255], sha256=file_sha256,
        report=canonical_json(report.as_json()), by_id=actor.user_id, at=clock.now(),
    )  # fmt: skip


@verb
def decide_matches(
    *, actor: Standing, programme_code: str, seen_version: int, same: Collection[str], other: Collection[str]
) -> Draft:
    """Say of proposed matches, by name, whether they are the same: then they keep the key, or are told apart."""
    if not can_edit(actor, programme_code):
        raise NotAllowed(_("Seul un gestionnaire de ce programme peut en modifier le brouillon."))
    programme = _locked(programme_code)
    latest, draft = programme.revisions.order_by("-number").first(), _draft_of(programme)
    if latest is None or draft is None:
        raise TransitionRefused(_("Rien n’est publié : il n’y a rien à rapprocher."))
    known = {one.name: one for one in open_matches(programme, latest, draft)}
    apart = [known[name] for name in dict.fromkeys(other) if name in known]
    if not apart and not known.keys() & set(same):
        return draft  # said before: one effect
    _check_seen(draft, seen_version)
    MatchRefusal.objects.bulk_create(
        MatchRefusal(
            programme=programme, base=latest, old_key=one.match.old, new_key=one.match.new,
            by_id=actor.user_id, at=clock.now(),
        )
        for one in apart
    )  # fmt: skip
    definition = with_confirmed(
        compiled(latest).definition, draft_definition(draft), known.keys() & set(same) - set(other)
    )
    content = content_of(definition)
    return _write_draft(programme, draft, actor, content, sha256_hex(content), "programmes.matches.decided")


@verb
def discard_draft(*, actor: Standing, programme_code: str, seen_version: int) -> Draft:
    """Give up what was not published: the draft is again what the latest revision holds."""
    if not can_edit(actor, programme_code):
        raise NotAllowed(_("Seul un gestionnaire de ce programme peut en modifier le brouillon."))
    programme = _locked(programme_code)
    latest = programme.revisions.order_by("-number").first()
    draft = _draft_of(programme)
    if latest is None or draft is None:
        raise TransitionRefused(_("Rien n’est publié : le brouillon est tout ce qu’il y a de ce programme."))
    if draft.sha256 == latest.sha256:
        return draft
    _check_seen(draft, seen_version)
    return _write_draft(programme, draft, actor, latest.content, latest.sha256, "programmes.draft.discarded")


@verb
def choose_rules(*, actor: Standing, programme_code: str, rules: Mapping[str, str]) -> None:
    """Decide what becomes of the verdicts of changed requirements: requirement key → rule, before publishing.

    Chosen again, the last choice holds. A requirement without a choice has the default of its change.
    """
    if not can_edit(actor, programme_code):
        raise NotAllowed(_("Seul un gestionnaire de ce programme décide de ce que deviennent les verdicts."))
    programme = _locked(programme_code)
    latest = programme.revisions.order_by("-number").first()
    draft = _draft_of(programme)
    if latest is None or draft is None:
        raise TransitionRefused(_("Rien n’est publié : aucun verdict n’est en jeu."))
    changed = item_changes(compiled(latest), compiled_draft(draft)).by_requirement
    for key, rule in rules.items():
        if key not in changed:
            raise InvalidInput({key: _("Cette exigence ne change pas : il n’y a rien à décider.")})
        if rule not in Rule.values:
            raise InvalidInput({key: _("Choisissez ce que devient le verdict.")})
    known = chosen_rules(programme, latest)
    wanted = {key: Rule(rule) for key, rule in rules.items() if known.get(key) != rule}
    if not wanted:
        return
    RuleChoice.objects.bulk_create(
        RuleChoice(
            programme=programme, base=latest, requirement_key=key, rule=rule,
            decided_by_id=actor.user_id, decided_at=clock.now(),
        )
        for key, rule in wanted.items()
    )  # fmt: skip
    record(
        chain=f"programme:{programme.code}",
        event="programmes.rules.chosen",
        actor_ref=actor.user_ref,
        base=latest.number,
        rules={key: rule.value for key, rule in sorted(wanted.items())},
    )


@verb
def publish(
    *,
    actor: Standing,
    programme_code: str,
    reason: str,
    effective_on: date,
    seen_version: int | None = None,
) -> Revision:
    """Publish the draft as the next revision. With the first, the definition's gates become the programme's.

    The draft's content being that of the latest revision, that revision is returned and nothing is written. That
    of an older one is published again, under a new number: the way back is a way forward. A day to come makes
    it an announced revision. `seen_version`: the draft whose impact was shown; another one is refused.
    """
    programme = _locked(programme_code)
    if not can_publish(actor, programme.code):
        raise NotAllowed(_("Seul un gestionnaire de ce programme peut publier une révision."))
    reason = _required_reason(reason)
    draft = _draft_of(programme)
    if draft is None:
        raise TransitionRefused(_("Ce programme n’a pas de brouillon : chargez d’abord une définition."))
    latest = programme.revisions.order_by("-number").first()
    if latest and latest.sha256 == draft.sha256:
        return latest
    if seen_version is not None:
        _check_seen(draft, seen_version)
    definition = checked(Definition.model_validate_json(draft.content))
    revision = Revision.objects.create(
        programme=programme, number=latest.number + 1 if latest else 1,
        content=draft.content, sha256=draft.sha256,
        effective_on=effective_on, published_by_id=actor.user_id, published_at=clock.now(), reason=reason,
    )  # fmt: skip
    _seed_gates(programme=programme, definition=definition, actor=actor)
    if latest is not None:
        _freeze_plan(programme=programme, base=latest, revision=revision)
    _journal(
        programme, "programmes.revision.published", actor,
        number=revision.number, sha256=revision.sha256, effective_on=effective_on.isoformat(),
    )  # fmt: skip
    return revision


@step
def _freeze_plan(*, programme: Programme, base: Revision, revision: Revision) -> None:
    """What was decided before the publication, and what follows by default, is part of the revision."""
    changes = item_changes(compiled(base), compiled(revision))
    affected = changes.by_requirement
    choices = {key: rule for key, rule in chosen_rules(programme, base).items() if key in affected}
    RevisionPlan.objects.create(
        revision=revision,
        base=base,
        choices=canonical_json({key: rule.value for key, rule in choices.items()}),
        effects=canonical_json({key: rule.value for key, rule in planned_effects(changes, choices).items()}),
        renamed=canonical_json(dict(changes.renamed)),
    )


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


def _draft_of(programme: Programme) -> Draft | None:
    return (
        Draft.objects.select_for_update(of=("self",))
        .select_related("edited_by")
        .filter(programme=programme)
        .first()
    )


def _check_seen(draft: Draft | None, seen_version: int) -> None:
    if draft is None or draft.version == seen_version:
        return
    by = draft.edited_by.full_name if draft.edited_by else _("Jalon")
    at = draft.edited_at.astimezone(clock.PARIS).strftime("%d/%m/%Y à %H:%M")
    raise Conflict(
        _(
            "{name} a modifié ce brouillon le {at} (version {version}). Relisez-le : rien n’a été écrasé."
        ).format(name=by, at=at, version=draft.version)
    )


@step
def _write_draft(
    programme: Programme, draft: Draft | None, actor: Standing, content: str, digest: str, event: str
) -> Draft:
    draft = draft or Draft(programme=programme, version=0)
    draft.content, draft.sha256, draft.version = content, digest, draft.version + 1
    draft.edited_by_id, draft.edited_at = actor.user_id, clock.now()
    draft.save()
    _journal(programme, event, actor, version=draft.version, sha256=digest)
    return draft


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
