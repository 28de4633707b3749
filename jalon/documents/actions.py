"""Taking files in.

Bytes are received outside any transaction (they take their time); the row is written in a short one, last.
What is interrupted in between leaves an object that no row names: harmless.
"""

from collections.abc import Iterable, Sequence

from jalon.accounts.standing import SYSTEM, Standing
from jalon.connectors import antivirus
from jalon.core import clock
from jalon.core.actions import draft
from jalon.core.errors import InvalidInput
from jalon.documents import inspection, storage
from jalon.documents.models import Content, Document, Scan
from jalon.documents.queries import kept_content, unscanned_ids
from jalon.documents.rules import display_name
from jalon.documents.storage import Incoming
from jalon.jobs.queue import enqueue, enqueue_missing

SCAN_TASK = "documents.scan"
SWEEP = 500  # contents looked at in one go
FIELD = "file"  # the key of the errors


def receive_file(
    *,
    actor: Standing,
    company_id: int | None,
    name: str,
    chunks: Iterable[bytes],
    formats: Sequence[str],
    max_bytes: int,
) -> Document:
    """Keep a file that somebody sent. InvalidInput (key "file") says what is wrong with it.

    `formats` are extensions ("pdf", "mp4"). Whoever calls has checked that `actor` may add a file
    there. Call it outside any transaction, before the verb that refers to the document.
    """
    shown = display_name(name)
    _refuse(inspection.name_refusal(shown, formats))
    with storage.receive(chunks, max_bytes) as incoming:
        _refuse(inspection.size_refusal(shown, incoming.size, max_bytes))
        _refuse(inspection.content_refusal(incoming.path, shown, formats))
        return _keep(
            incoming,
            actor=actor,
            company_id=company_id,
            name=shown,
            media_type=inspection.media_type_of(shown, formats),
            scan=Scan.PENDING if antivirus.is_configured() else Scan.NOT_ANALYSED,
        )


def store_generated(*, company_id: int | None, name: str, data: bytes, media_type: str) -> Document:
    """Keep a file that Jalon made, e.g. a convention. Outside any transaction, like `receive_file`."""
    with storage.receive([data], len(data)) as incoming:
        return _keep(
            incoming,
            actor=SYSTEM,
            company_id=company_id,
            name=display_name(name),
            media_type=media_type,
            scan=Scan.OWN,
        )


def _keep(
    incoming: Incoming, *, actor: Standing, company_id: int | None, name: str, media_type: str, scan: Scan
) -> Document:
    """Give bytes that passed a name. Those that the company has already make no second object."""
    key = "" if kept_content(company_id, incoming.sha256) else storage.keep(incoming)
    document = _add(
        incoming, key, actor=actor, company_id=company_id, name=name, media_type=media_type, scan=scan
    )
    if key and document.content.storage_key != key:  # somebody else of the company was faster
        storage.remove(key)
    return document


@draft
def _add(
    incoming: Incoming,
    key: str,
    *,
    actor: Standing,
    company_id: int | None,
    name: str,
    media_type: str,
    scan: Scan,
) -> Document:
    now = clock.now()
    if key:
        fresh = Content(
            company_id=company_id,
            sha256=incoming.sha256,
            size=incoming.size,
            storage_key=key,
            scan=scan,
            added_at=now,
        )
        Content.objects.bulk_create([fresh], ignore_conflicts=True)
    content = kept_content(company_id, incoming.sha256)
    if content is None:
        raise Content.DoesNotExist(incoming.sha256)
    if content.scan == Scan.PENDING and content.storage_key == key:
        enqueue(SCAN_TASK, key=str(content.pk), content_id=content.pk)
    return Document.objects.create(
        content=content, name=name, media_type=media_type, added_by_id=actor.user_id, added_at=now
    )


@draft
def record_scan(*, content_id: int, found: str) -> None:
    """What the antivirus said: the name of what it found, or "". A found one stays found."""
    unsettled = Content.objects.filter(pk=content_id, scan__in=[Scan.PENDING, Scan.NOT_ANALYSED])
    unsettled.update(scan=Scan.INFECTED if found else Scan.CLEAN, scanned_at=clock.now())


@draft
def enqueue_scans() -> None:
    """Ask again for what the antivirus has not looked at, files from before it was configured included."""
    if antivirus.is_configured():
        found = unscanned_ids(SWEEP)
        enqueue_missing(SCAN_TASK, {str(content_id): {"content_id": content_id} for content_id in found})


def _refuse(message: str) -> None:
    if message:
        raise InvalidInput({FIELD: message})
