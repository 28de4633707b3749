"""Many files at once: announced, received and looked at like any other, then held until the person confirms.

Where each goes is decided once, by the confirmation; they are put there one by one, each in a transaction of its own.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.applications.actions.steps import lock_application
from jalon.applications.models import Application
from jalon.core import clock
from jalon.core.actions import act, draft, verb
from jalon.core.errors import DomainError, InvalidInput, TransitionRefused
from jalon.documents import storage
from jalon.documents.actions import forget_unused
from jalon.evidence.actions.places import NO_PLACE_NOW, check_may_deposit
from jalon.jobs.queue import enqueue
from jalon.journal.actions import record
from jalon.programmes.definition.naming import is_litter
from jalon.uploads.actions import (
    begin_check,
    cancel_upload,
    hold_again,
    in_words,
    place,
    refuse_without_space,
    taken_of,
)
from jalon.uploads.models import Upload
from jalon.uploads.queries.many import Targets, files_of
from jalon.uploads.rules import LIFE, MOST_OF_MANY, plain_path
from jalon.uploads.states import UploadRole, UploadState

PLACE_TASK = "uploads.place"
_UNDER_WAY = (UploadState.RECEIVING, UploadState.CHECKING, UploadState.HELD, UploadState.PLACING)


@dataclass(frozen=True)
class Announced:
    """A file that is to come. `path`: with the folders that it was found in; `mark`: `Upload.mark`."""

    path: str
    size: int
    mark: str = ""


@act
def announce_files(
    *, actor: Standing, number: str, files: Sequence[Announced], inside: bool = False
) -> list[Upload | None]:
    """Promise many files. What can be said against one without its bytes is said at once: it is refused, and listed.

    For each an upload, or None for what nobody means to hand in. One that was announced before goes on; another content
    under the same path takes the place of what had not been confirmed. `inside`: they come from an archive.
    InvalidInput: key "many" or "space", and nothing is promised.
    """
    rows, outdated = _announce(actor=actor, number=number, files=files, inside=inside)
    for old in outdated:
        with suppress(TransitionRefused):  # it is being put into its slot just now
            cancel_upload(old)
    parts = storage.parts()
    for row in rows:
        if row is not None and row.state == UploadState.RECEIVING:
            parts.begin(row.token)
    return rows


@act
def take_files(*, actor: Standing, number: str, files: Sequence[tuple[Announced, Iterable[bytes]]]) -> None:
    """Announce files and take in their bytes, which are there already; they are checked in the background."""
    rows = announce_files(actor=actor, number=number, files=[announced for announced, _chunks in files])
    parts = storage.parts()
    for row, (_announced, chunks) in zip(rows, files, strict=True):
        if row is None or row.state != UploadState.RECEIVING:
            continue
        parts.discard(row.token)  # of a try that broke off
        parts.begin(row.token)
        if parts.append(row.token, 0, chunks) == row.size:
            begin_check(upload=row)


@draft
def _announce(
    *, actor: Standing, number: str, files: Sequence[Announced], inside: bool
) -> tuple[list[Upload | None], list[Upload]]:
    """The rows, and those in whose place they come."""
    application = lock_application(actor, number)
    check_may_deposit(actor, application)
    targets = Targets(application)
    listed = files_of(actor, application)
    known = {(row.path, row.size, row.mark): row for row in listed if row.state in _UNDER_WAY}
    rows: list[Upload | None] = []
    fresh: dict[tuple[str, int, str], Upload] = {}
    for file in files:
        path = plain_path(file.path)
        if is_litter(path):
            rows.append(None)
            continue
        which = (path, file.size, file.mark)
        if which not in known and which not in fresh:
            fresh[which] = _promised(actor, application, targets, replace(file, path=path), inside=inside)
        rows.append(known.get(which) or fresh[which])
    coming = [row for row in fresh.values() if row.state == UploadState.RECEIVING]
    outdated = _outdated(listed, rows)
    staying = [row for row in known.values() if row not in outdated]
    if len(staying) + len(coming) > MOST_OF_MANY:
        raise InvalidInput(
            {
                "many": _("%(max)s fichiers au plus à la fois : rangez ceux-là d’abord.")
                % {"max": MOST_OF_MANY}
            }
        )
    refuse_without_space(sum(row.size for row in coming))
    Upload.objects.bulk_create(fresh.values())
    return rows, outdated


def _outdated(listed: Iterable[Upload], rows: Iterable[Upload | None]) -> list[Upload]:
    """What is on the list under the path of a file that came now, and is another one: as in a folder, it gives way."""
    now = {row.path: row.pk for row in rows if row is not None}
    given_way = (UploadState.RECEIVING, UploadState.HELD, UploadState.REFUSED)
    return [row for row in listed if row.state in given_way and row.path in now and row.pk != now[row.path]]


def _promised(
    actor: Standing, application: Application, targets: Targets, file: Announced, *, inside: bool
) -> Upload:
    path, size = file.path, file.size
    name = path.rpartition("/")[2]
    role = targets.role_of(path, name)
    lasting = ""
    if inside and role == UploadRole.ARCHIVE:
        lasting = _(
            "Une archive dans une archive ne s’ouvre pas : décompressez-la, ou donnez-lui le code de sa preuve."
        )
    is_refused = bool(lasting or targets.refusal(path, name, size, role))
    now = clock.now()
    return Upload(
        token=secrets.token_hex(32),
        user_id=actor.person_id,
        company_id=application.company_id,
        application=application,
        role=role,
        name=name,
        path=path,
        size=size,
        mark=file.mark,
        language=translation.get_language() or "fr",
        state=UploadState.REFUSED if is_refused else UploadState.RECEIVING,
        message=lasting,  # what its slot says against it is said when it is shown: that may change
        created_at=now,
        expires_at=now + LIFE,
    )


@verb
def confirm_files(
    *,
    actor: Standing,
    number: str,
    picks: Mapping[str, str],
    replacing: Collection[str] = (),
    received_at: datetime | None = None,
) -> int:
    """Send files that wait to their slots: token → key of the expected proof. How many; again, it is none.

    `replacing`: keys of slots of which the pieces that stand there now give way; they stay on record. `received_at`:
    when the click was here, from which they count.
    """
    application = lock_application(actor, number)
    check_may_deposit(actor, application)
    targets = Targets(application).by_key
    held = Upload.objects.select_for_update().filter(
        application=application, user=actor.person_id, state=UploadState.HELD, token__in=picks
    )
    chosen = [row for row in held if picks[row.token] in targets]
    said_at = received_at or clock.now()
    for row in chosen:
        key = picks[row.token]
        row.item_key, row.state, row.message, row.arrived_at = key, UploadState.PLACING, "", said_at
        row.replaces = targets[key].proof_n if key in replacing else 0
    if not chosen:
        return 0
    Upload.objects.bulk_update(chosen, ["item_key", "state", "message", "replaces", "arrived_at"])
    enqueue(
        PLACE_TASK, key=f"{application.pk}-{actor.person_id}",
        application_id=application.pk, user_id=actor.person_id,
    )  # fmt: skip
    record(
        chain=f"application:{application.number}",
        event="uploads.files.confirmed",
        actor_ref=actor.user_ref,
        files=len(chosen),
        slots=len({row.item_key for row in chosen}),
    )
    return len(chosen)


@act
def place_files(*, application_id: int, user_id: int) -> None:
    """Put what was confirmed into its slots, one by one. Broken off, it goes on where it was.

    A file on which the machine fails keeps no other from its place. ExceptionGroup: those are to be tried again.
    """
    failed: list[Exception] = []
    rows = Upload.objects.filter(application=application_id, user=user_id, state=UploadState.PLACING)
    for upload in rows.select_related("user", "application").order_by("pk"):
        taken = taken_of(upload)
        with translation.override(upload.language):
            try:
                document = place(upload=upload, taken=taken, waiting=UploadState.PLACING)
            except NO_PLACE_NOW:
                hold_again(upload_id=upload.pk, item_key=upload.item_key)
                continue
            except DomainError as refused:
                hold_again(upload_id=upload.pk, message=in_words(refused))
                continue
            except Exception as error:  # noqa: BLE001  (raised below, once the others have their places)
                failed.append(error)
                continue
        if document is not None:
            forget_unused(taken, document)
    if failed:
        raise ExceptionGroup(f"{len(failed)} confirmed files have no place yet", failed)


@act
def clear_files(*, actor: Standing, application: Application) -> None:
    """Forget all that this person has not placed, and the word about what is placed."""
    for row in files_of(actor, application):
        if row.state not in (UploadState.CHECKING, UploadState.PLACING):
            cancel_upload(row)
