import logging
from collections.abc import Sequence
from datetime import timedelta

from jalon.accounts.standing import SYSTEM
from jalon.connectors import antivirus
from jalon.documents import actions, storage
from jalon.documents.checks.door import read_content
from jalon.documents.checks.facts import VERSION
from jalon.documents.models import Content, Document, Scan, Seal, SealOutcome
from jalon.documents.queries import destroyed_keys, read_before
from jalon.documents.rules import extension_of
from jalon.jobs.queue import periodic, task

logger = logging.getLogger(__name__)

STALE_AFTER = timedelta(days=1)


@task(actions.SCAN_TASK, max_attempts=None, longest_wait=timedelta(minutes=5))
def scan(content_id: int) -> None:
    """Ask the antivirus. While it is away the file waits, and this is tried again without end."""
    content = Content.objects.filter(pk=content_id).first()
    if content is None:
        return  # nothing named it any more
    if content.scan not in (Scan.PENDING, Scan.NOT_ANALYSED) or not antivirus.is_configured():
        return
    if content.sealed_at is not None:
        return  # asked again when the seal is lifted
    try:
        found = antivirus.scan(storage.chunks_of(content.storage_key))
    except antivirus.TooLarge:
        logger.warning("Content %d is larger than the antivirus takes; it opens marked so", content_id)
        actions.record_unscannable(content_id=content_id)
        return
    if found:
        logger.error("The antivirus found %s in content %d", found, content_id)
    actions.record_scan(content_id=content_id, found=found)


@task(actions.DESTROY_TASK, max_attempts=None)
def destroy(seal_id: int, copies: Sequence[str] = ()) -> None:
    """Take the bytes away, then say so. Killed in between, it is done again: nothing is left to take."""
    seal = Seal.objects.select_related("content").get(pk=seal_id)
    if seal.outcome != SealOutcome.DESTROYED:
        return
    for key in (seal.content.storage_key, *copies):
        storage.remove(key)
    actions.record_destruction(actor=SYSTEM, seal_id=seal_id)


@task(actions.DISCARD_TASK, max_attempts=None)
def discard(storage_key: str) -> None:
    actions.discard(storage_key)


@periodic("documents.enqueue_scans", every=timedelta(minutes=15))
def enqueue_scans() -> None:
    actions.enqueue_scans()


@task(actions.READ_TASK, max_attempts=None)
def read(document_id: int) -> None:
    """What its content says, for the checks. A machine too busy to read it tries again; nobody waits for it.

    The same bytes are read once, however often they are handed in.
    """
    document = Document.objects.filter(pk=document_id).first()
    if document is None:
        return  # nothing named it any more
    if document.facts_version == VERSION or document.content.sealed_at is not None:
        return
    facts = read_before(document)
    if facts is None:
        with storage.on_disk(document.content.storage_key) as path:
            facts = read_content(path, document.name, [extension_of(document.name)], deep=True)
    actions.record_facts(document_id=document_id, facts=facts)


@periodic("documents.enqueue_readings", every=timedelta(hours=1))
def enqueue_readings() -> None:
    actions.enqueue_readings()


@periodic("documents.sweep", every=timedelta(days=1))
def sweep() -> None:
    storage.sweep(STALE_AFTER.total_seconds())
    for key in destroyed_keys():  # a backup may have brought the bytes back
        storage.remove(key)
