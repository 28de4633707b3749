"""Uploads: promised, received, checked, put into their slots.

Bytes go to the disk outside any transaction. What arrived last starts the check, which is one idempotent function:
at once for a small file, in the background for a large one, and again in the background when a process dies in it.
"""

import logging
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from django.utils import translation
from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing, standing_of
from jalon.core import clock
from jalon.core.actions import act, draft, step
from jalon.core.errors import DomainError, InvalidInput, NotAllowed, NotVisible, TransitionRefused
from jalon.core.readers.asking import NotRead
from jalon.documents import inspection, storage
from jalon.documents.actions import PATIENCE, UNHURRIED, Taken, add_document, forget_unused, take_in
from jalon.documents.models import Content, Document, Scan
from jalon.documents.rules import display_name
from jalon.evidence.actions.deposits import put_file, put_file_instead
from jalon.evidence.actions.places import NO_PLACE_NOW, Place, current_proof, no_room, open_slot
from jalon.evidence.rules import file_formats, kind_for_file
from jalon.jobs.queue import enqueue
from jalon.uploads.models import Upload
from jalon.uploads.queries import formats_for, is_asked
from jalon.uploads.rules import AT_ONCE, LIFE, MOST_AT_ONCE, has_room, orphans, still_to_come
from jalon.uploads.states import UploadRole, UploadState

logger = logging.getLogger(__name__)

FINISH_TASK = "uploads.finish"
OPEN_TASK = "uploads.open"
SECOND_TRY = timedelta(minutes=1)  # when a process dies in the check of a small file
GIVEN_UP = timedelta(days=1)  # a check, or a way into a slot, that has not come to an end by then never will
MB = 1024 * 1024
_UNFINISHED = (UploadState.RECEIVING, UploadState.CHECKING)
_AT_WORK = (UploadState.CHECKING, UploadState.PLACING)


@act
def begin_upload(*, actor: Standing, number: str, item_key: str, name: str, size: int) -> Upload:
    """Promise a file to a slot. All that can be said before any byte is said here.

    InvalidInput: key "name", "size", "slot", "many" or "space".
    """
    upload = _promise(actor=actor, number=number, item_key=item_key, name=name, size=size)
    storage.parts().begin(upload.token)
    return upload


@draft
def _promise(*, actor: Standing, number: str, item_key: str, name: str, size: int) -> Upload:
    place = open_slot(actor, number, item_key)
    shown = display_name(name)
    _check_file(place, shown, size)
    _check_room(actor, size)
    now = clock.now()
    return Upload.objects.create(
        token=secrets.token_hex(32),
        user_id=actor.person_id,
        company_id=place.application.company_id,
        application=place.application,
        item_key=item_key,
        name=shown,
        size=size,
        language=translation.get_language() or "fr",
        created_at=now,
        expires_at=now + LIFE,
    )


def _check_file(place: Place, name: str, size: int) -> None:
    formats = file_formats(place.kinds)
    if not formats:
        raise InvalidInput({"slot": _("Cette preuve ne se donne pas par un fichier.")})
    if refusal := inspection.name_refusal(name, formats):
        raise InvalidInput({"name": refusal})
    kind = kind_for_file(place.kinds, name)
    limit = kind.max_mb * MB if kind else 0
    if refusal := inspection.size_refusal(name, size, limit):
        raise InvalidInput({"size": refusal})
    proof = current_proof(place.slot) if place.slot else None
    if proof is not None and (refusal := no_room(place, proof.items.all())):
        raise InvalidInput({"slot": refusal})


def _check_room(actor: Standing, size: int) -> None:
    unfinished = Upload.objects.filter(state__in=_UNFINISHED, role=UploadRole.SLOT)
    if unfinished.filter(user=actor.person_id).count() >= MOST_AT_ONCE:
        raise InvalidInput(
            {
                "many": _(
                    "Vous avez déjà %(max)s envois en cours. Attendez qu’ils se terminent, ou annulez-en, "
                    "puis reprenez."
                )
                % {"max": MOST_AT_ONCE}
            }
        )
    refuse_without_space(size)


@step
def refuse_without_space(size: int) -> None:
    """InvalidInput (key "space") when the disk cannot take that much beside what was promised."""
    parts = storage.parts()
    declared = dict(Upload.objects.filter(state__in=_UNFINISHED).values_list("token", "size"))
    if not has_room(parts.free(), still_to_come(declared, parts.sizes()), size):
        raise InvalidInput(
            {
                "space": _(
                    "La place manque sur le serveur pour recevoir ce fichier. Réessayez plus tard ; si cela "
                    "dure, prévenez l’agence."
                )
            }
        )


@act
def receive_bytes(upload: Upload, offset: int, pieces: Iterable[bytes | memoryview]) -> int:
    """Append what comes; returns how much is on the disk now. storage.Elsewhere: it ends elsewhere.

    With the last byte the check begins.
    """
    try:
        end = storage.parts().append(upload.token, offset, pieces)
    except FileNotFoundError as gone:
        raise NotVisible("upload") from gone
    if end == upload.size:
        _complete(upload)
    return end


def _complete(upload: Upload, arrived_at: datetime | None = None) -> None:
    small = upload.size <= AT_ONCE and upload.role != UploadRole.ARCHIVE
    wait = SECOND_TRY if small else timedelta(0)
    if begin_check(upload=upload, wait=wait, arrived_at=arrived_at) and small:
        try:
            finish_upload(upload_id=upload.pk)
        except NotRead:  # the second try, in the background, has it
            logger.warning("The check of upload %d did not come to an end", upload.pk, exc_info=True)


@draft
def begin_check(
    *, upload: Upload, wait: timedelta = timedelta(0), arrived_at: datetime | None = None
) -> bool:
    """All of it has arrived, now or `arrived_at`. False when another request was faster."""
    mine = Upload.objects.filter(pk=upload.pk, state=UploadState.RECEIVING)
    now = clock.now()
    if not mine.update(state=UploadState.CHECKING, arrived_at=arrived_at or now, expires_at=now + LIFE):
        return False
    task = OPEN_TASK if upload.role == UploadRole.ARCHIVE else FINISH_TASK
    enqueue(task, key=str(upload.pk), run_after=now + wait, upload_id=upload.pk)
    return True


@act
def finish_upload(*, upload_id: int) -> None:
    """Check a file that has arrived whole, and put it into its slot, or say why not. Once, however often called.

    One of many is kept until the person confirms where it goes; so is a good one whose slot takes nothing just then: it
    is one of many from there on.

    NotRead: the machine did not manage now. The bytes stay, to be tried again: that is no refusal.
    """
    rows = Upload.objects.select_related("user", "application__revision")
    upload = rows.filter(pk=upload_id).first()
    if upload is None or upload.state == UploadState.RECEIVING:
        return  # put away meanwhile; or not all here
    if upload.state == UploadState.CHECKING:
        try:
            with translation.override(upload.language):
                _settle(upload)
        except FileNotFoundError:  # another check was faster, and needs the part no more
            if Upload.objects.filter(pk=upload_id, state=UploadState.CHECKING).exists():
                raise
    storage.parts().discard(upload.token)


def _settle(upload: Upload) -> None:
    taken, document = None, None
    try:
        _check_asked(upload)
        taken = _checked(upload)
        if upload.role == UploadRole.MANY:
            _hold(upload, taken)
        else:
            document = place(upload=upload, taken=taken, waiting=UploadState.CHECKING)
    except DomainError as refused:
        if taken is not None and isinstance(refused, NO_PLACE_NOW):
            _hold(upload, taken)
        else:
            refuse_upload(upload_id=upload.pk, message=in_words(refused))
    if taken is not None and not _is_held(upload, taken):
        forget_unused(taken, document)


def _check_asked(upload: Upload) -> None:
    """TransitionRefused, in the right word, when its proof was dropped meanwhile: a move, or another choice."""
    if not is_asked(upload):
        raise TransitionRefused(_("Cette preuve n’est plus demandée à votre candidature."))


def _checked(upload: Upload) -> Taken:
    return take_in(
        storage.parts().path(upload.token),
        company_id=upload.company_id,
        name=upload.name,
        formats=formats_for(upload),
        key=storage.key_for(upload.token),
        patience=PATIENCE if upload.size <= AT_ONCE else UNHURRIED,
    )


@draft
def place(*, upload: Upload, taken: Taken, waiting: UploadState) -> Document | None:
    """Everything or nothing: the document, the piece in the slot, and that it is done.

    Only from the state in which it waited; otherwise somebody else came to the end of it.
    """
    row = Upload.objects.select_for_update().filter(pk=upload.pk).first()
    if row is None or row.state != waiting:
        return row.document if row else None
    _check_asked(row)
    actor = standing_of(upload.user, upload.company_id)
    document = add_document(actor, taken)
    put = partial(put_file_instead, n=row.replaces) if row.replaces else put_file
    put(
        actor=actor, number=upload.application.number, item_key=row.item_key,
        document_id=document.pk, arrived_at=row.arrived_at,
    )  # fmt: skip
    row.state, row.document = UploadState.DONE, document
    row.save(update_fields=["state", "document"])
    return document


@draft
def _hold(upload: Upload, taken: Taken) -> None:
    """The bytes are kept, and what the check found; no slot has it before the person says so.

    Where it was sent to a slot, that is remembered: its name need not say so.
    """
    checking = Upload.objects.filter(pk=upload.pk, state=UploadState.CHECKING)
    checking.update(
        state=UploadState.HELD,
        role=UploadRole.MANY,
        expires_at=clock.now() + LIFE,
        sha256=taken.sha256,
        media_type=taken.media_type,
        kept_as=taken.key,
        scan=taken.scan,
    )


def _is_held(upload: Upload, taken: Taken) -> bool:
    """Whether these bytes wait for their place: held by this check, or by another one that was faster."""
    waiting = (UploadState.HELD, UploadState.PLACING)
    return Upload.objects.filter(pk=upload.pk, state__in=waiting, kept_as=taken.key).exists()


@draft
def refuse_upload(*, upload_id: int, message: str) -> None:
    """Say why a file that was to be checked is not taken."""
    unfinished = Upload.objects.filter(pk=upload_id, state__in=_UNFINISHED)
    unfinished.update(state=UploadState.REFUSED, message=message)


@draft
def hold_again(*, upload_id: int, message: str = "", item_key: str = "") -> None:
    """It has no place (any more): nothing is lost. The person is told, and may pick another; or, with the key of the
    slot, it waits for that one.
    """
    placing = Upload.objects.filter(pk=upload_id, state=UploadState.PLACING)
    placing.update(
        state=UploadState.HELD, message=message, item_key=item_key, replaces=0, expires_at=clock.now() + LIFE
    )


def taken_of(upload: Upload) -> Taken:
    """What the check of a file that waits has found."""
    return Taken(
        upload.company_id, upload.name, upload.media_type, upload.sha256, upload.size, upload.kept_as,
        Scan(upload.scan),
    )  # fmt: skip


def in_words(refused: DomainError) -> str:
    """What the person is told."""
    if isinstance(refused, NotVisible | NotAllowed):
        return _("Vous n’avez plus le droit de déposer de pièce ici.")
    return refused.message


@act
def cancel_upload(upload: Upload) -> None:
    """Give up an upload, or take note of a refusal. What is being checked can be removed once it is in its slot."""
    _put_away(upload, _forget(upload.pk))


def _put_away(upload: Upload, forgotten: Upload | None) -> None:
    """The bytes of a row that is gone."""
    if forgotten is None:
        return
    storage.parts().discard(upload.token)
    if forgotten.state == UploadState.HELD:
        forget_unused(taken_of(forgotten), None)


@step
def forget_copies(content: Content) -> frozenset[str]:
    """What waits for its place with these bytes goes (sealed removal, R9). Returns the keys of its copies of them."""
    waiting = Upload.objects.select_for_update().filter(
        company_id=content.company_id or 0,
        sha256=content.sha256,
        state__in=[UploadState.HELD, UploadState.PLACING],
    )
    keys = frozenset(upload.kept_as for upload in waiting if upload.kept_as)
    waiting.delete()
    return keys


@draft
def _forget(upload_id: int) -> Upload | None:
    row = Upload.objects.select_for_update().filter(pk=upload_id).first()
    if row is None:
        return None
    if row.state in _AT_WORK:
        raise TransitionRefused(_("Ce fichier est en cours de contrôle : attendez qu’il soit à sa place."))
    Upload.objects.filter(pk=upload_id).delete()
    return row


@draft
def _forget_expired(upload_id: int, now: datetime) -> Upload | None:
    """None when somebody has taken it up meanwhile."""
    rows = Upload.objects.select_for_update().exclude(state__in=_AT_WORK)
    row = rows.filter(pk=upload_id, expires_at__lt=now).first()
    if row is not None:
        Upload.objects.filter(pk=upload_id).delete()
    return row


@act
def sweep_uploads() -> None:
    """What nobody comes back to goes; what was left when its last byte had come is checked."""
    parts = storage.parts()
    arrived = parts.sizes()
    for upload in Upload.objects.filter(state=UploadState.RECEIVING):
        if arrived.get(upload.token) == upload.size:
            _complete(upload, arrived_at=min(parts.grown_at(upload.token), clock.now()))
    begun = clock.now() - GIVEN_UP
    for stuck in Upload.objects.filter(state=UploadState.CHECKING, expires_at__lt=begun + LIFE):
        with translation.override(stuck.language):
            message = _("Ce fichier n’a pas pu être contrôlé. Déposez-le à nouveau.")
            refuse_upload(upload_id=stuck.pk, message=message)
    for unplaced in Upload.objects.filter(state=UploadState.PLACING, arrived_at__lt=begun):
        with translation.override(unplaced.language):
            message = _("Ce fichier n’a pas pu être rangé. Choisissez à nouveau sa place.")
            hold_again(upload_id=unplaced.pk, message=message, item_key=unplaced.item_key)
    now = clock.now()
    for old in Upload.objects.filter(expires_at__lt=now).exclude(state__in=_AT_WORK):
        _put_away(old, _forget_expired(old.pk, now))
    known = Upload.objects.exclude(state__in=[UploadState.DONE, UploadState.REFUSED])
    for token in orphans(parts.stale(GIVEN_UP.total_seconds()), set(known.values_list("token", flat=True))):
        parts.discard(token)
