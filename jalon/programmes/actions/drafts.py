"""Writes on the draft of a programme: texts, a workbook, matches; and giving it up."""

from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.core import clock
from jalon.core.actions import verb
from jalon.core.canonical import canonical_json, sha256_hex
from jalon.core.errors import InvalidInput, NotAllowed, NotVisible, TransitionRefused
from jalon.programmes.actions.steps import (
    check_seen,
    journal_entry,
    locked_draft,
    locked_programme,
    write_draft,
)
from jalon.programmes.definition.check import check
from jalon.programmes.definition.commands import TEMPLATE
from jalon.programmes.definition.compiled import content_of
from jalon.programmes.definition.findings import Finding
from jalon.programmes.definition.folder import load_folder
from jalon.programmes.definition.schema import Definition
from jalon.programmes.definition.workbook.composing import read_definition
from jalon.programmes.definition.workbook.report import Report, WorkbookRefused
from jalon.programmes.models import (
    Draft,
    WorkbookImport,
)
from jalon.programmes.policy import can_edit
from jalon.programmes.queries import (
    draft_definition,
)


@verb
def edit_draft(*, actor: Standing, programme_code: str, seen_version: int, definition: Definition) -> Draft:
    """Write the draft. `seen_version`: the version that the person read; 0: none was there.

    Somebody else having written meanwhile, nothing is written: the conflict says who and when. The same content
    again changes nothing. Faults are told by `check` and stop the publication, not the work.
    """
    if not can_edit(actor, programme_code):
        raise NotAllowed(_("Seul un gestionnaire de ce programme peut en modifier le brouillon."))
    programme = locked_programme(programme_code)
    if definition.code != programme.code:
        raise InvalidInput(
            {"code": _("Cette définition est celle du programme « {code} ».").format(code=definition.code)}
        )
    content = content_of(definition)
    digest = sha256_hex(content)
    draft = locked_draft(programme)
    if draft is not None and draft.sha256 == digest:
        return draft
    check_seen(draft, seen_version)
    return write_draft(programme, draft, actor, content, digest, "programmes.draft.edited")


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
    programme = locked_programme(programme_code)
    draft = locked_draft(programme)
    content = content_of(definition)
    digest = sha256_hex(content)
    last = programme.imports.order_by("-pk").first()
    event = "programmes.workbook.imported"
    if draft is not None and draft.sha256 == digest:
        if last is not None and (last.sha256, last.draft_version) == (file_sha256, draft.version):
            return last
        journal_entry(programme, event, actor, version=draft.version, sha256=digest)
    else:
        check_seen(draft, seen_version)
        draft = write_draft(programme, draft, actor, content, digest, event)
    return WorkbookImport.objects.create(
        programme=programme, draft_version=draft.version, file_name=file_name[:255], sha256=file_sha256,
        report=canonical_json(report.as_json()), by_id=actor.user_id, at=clock.now(),
    )  # fmt: skip


@verb
def discard_draft(*, actor: Standing, programme_code: str, seen_version: int) -> Draft:
    """Give up what was not published: the draft is again what the latest revision holds."""
    if not can_edit(actor, programme_code):
        raise NotAllowed(_("Seul un gestionnaire de ce programme peut en modifier le brouillon."))
    programme = locked_programme(programme_code)
    latest = programme.revisions.order_by("-number").first()
    draft = locked_draft(programme)
    if latest is None or draft is None:
        raise TransitionRefused(_("Rien n’est publié : le brouillon est tout ce qu’il y a de ce programme."))
    if draft.sha256 == latest.sha256:
        return draft
    check_seen(draft, seen_version)
    return write_draft(programme, draft, actor, latest.content, latest.sha256, "programmes.draft.discarded")
