"""Taking files in.

Bytes are received, looked at and kept outside any transaction (they take their time); the rows are written in a short
one, last. What is interrupted in between leaves an object that no row names: harmless.
"""

import hashlib
import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext

from jalon.accounts.standing import SYSTEM, Standing
from jalon.connectors import antivirus
from jalon.core import clock
from jalon.core.actions import act, draft, step, verb
from jalon.core.canonical import canonical_json
from jalon.core.errors import InvalidInput, TransitionRefused
from jalon.core.readers.asking import NotRead
from jalon.documents import inspection, storage
from jalon.documents.checks import facts as reading
from jalon.documents.models import Content, Document, Scan, Seal, SealOutcome, SealReason
from jalon.documents.queries import kept_content, long_unnamed, outdated_readings, unnamed, unscanned_ids
from jalon.documents.rules import display_name
from jalon.jobs.queue import enqueue, enqueue_missing
from jalon.journal.actions import record

logger = logging.getLogger(__name__)

SCAN_TASK = "documents.scan"
READ_TASK = "documents.read"
DESTROY_TASK = "documents.destroy"
DISCARD_TASK = "documents.discard"
SWEEP = 500  # contents looked at in one go
FIELD = "file"  # the key of the errors
AT_ONCE = 8 * 1024 * 1024  # what the antivirus looks at while the person waits
PATIENCE = 10.0  # seconds without a word from it, while the person waits
UNHURRIED = 600.0  # in the background: it answers when it has looked at everything


@dataclass(frozen=True)
class Taken:
    """A file that passed every check. Its bytes are kept; `add_document` gives it its row."""

    company_id: int | None
    name: str
    media_type: str
    sha256: str
    size: int
    key: str  # of the object that was made; "": the company has the bytes already
    scan: Scan


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
        try:
            taken = take_in(
                incoming.path,
                company_id=company_id,
                name=shown,
                formats=formats,
                key=storage.new_key(),
                at_once=incoming.size <= AT_ONCE,
            )
        except NotRead as error:  # these bytes are kept nowhere: whoever waits sends them again
            raise InvalidInput({FIELD: inspection.not_now(shown)}) from error
    return _added(actor, taken)


def store_generated(*, company_id: int | None, name: str, data: bytes, media_type: str) -> Document:
    """Keep a file that Jalon made, e.g. a convention. Outside any transaction, like `receive_file`."""
    return _store(SYSTEM, company_id, display_name(name), data, media_type, Scan.OWN)


def store_fetched(
    *, actor: Standing, company_id: int | None, name: str, data: bytes, media_type: str
) -> Document:
    """Keep what Jalon got from an outside system for somebody: foreign bytes, scanned like those that people send."""
    shown = display_name(name)
    scan = _scanned([data], shown) if len(data) <= AT_ONCE or not antivirus.is_configured() else Scan.PENDING
    return _store(actor, company_id, shown, data, media_type, scan)


def _store(
    actor: Standing, company_id: int | None, name: str, data: bytes, media_type: str, scan: Scan
) -> Document:
    with storage.receive([data], len(data)) as incoming:
        key = "" if _kept_to_use(company_id, incoming.sha256, incoming.path) else storage.new_key()
        if key:
            storage.keep(incoming.path, key)
    return _added(actor, Taken(company_id, name, media_type, incoming.sha256, incoming.size, key, scan))


@act
def take_in(
    path: Path,
    *,
    company_id: int | None,
    name: str,
    formats: Sequence[str],
    key: str,
    at_once: bool = True,
    patience: float = PATIENCE,
) -> Taken:
    """Look at a file that has come in whole, and keep its bytes under `key`. InvalidInput: it is not kept.
    NotRead: the machine did not manage now; it may be taken in again.

    Digest and antivirus share one reading. Done again with the same key, it has the same effect. Not `at_once`: the
    antivirus looks at it later, and until then it does not open.
    """
    sha256, scan = _read_through(path, name, at_once=at_once, patience=patience)
    _refuse(inspection.content_refusal(path, name, formats))
    kept = _kept_to_use(company_id, sha256, path)
    if kept is None:
        storage.keep(path, key)
    elif kept.scan == Scan.INFECTED:
        _refuse(_infected(name))
    media_type = inspection.media_type_of(name, formats)
    return Taken(company_id, name, media_type, sha256, path.stat().st_size, "" if kept else key, scan)


def _kept_to_use(company_id: int | None, sha256: str, path: Path) -> Content | None:
    """The bytes, if that company has them already, and they stay until somebody's row names them.

    Those that nothing names may be on their way out: they are wanted again from here on, or else taken as new ones.
    Their object is made once more: restored rows may be older than the files (docs/operations.md).
    """
    kept = kept_content(company_id, sha256)
    if kept is None or kept.sealed_at is not None or kept.documents.filter(unnamed_since=None).exists():
        return kept
    storage.keep(path, kept.storage_key)
    if _want_again(kept):
        return kept
    discard(kept.storage_key)
    return None


@draft
def _want_again(content: Content) -> bool:
    """False when they have gone meanwhile. The days are counted anew from the next look."""
    return bool(Document.objects.filter(content=content).update(unnamed_since=None))


def _read_through(path: Path, name: str, *, at_once: bool, patience: float) -> tuple[str, Scan]:
    """The digest, and what the antivirus says: each byte is read once for both."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        pieces = _hashed(iter(lambda: file.read(storage.CHUNK), b""), digest)
        scan = _scanned(pieces, name, patience) if at_once else Scan.PENDING
        for _piece in pieces:  # what the antivirus did not take
            pass
    return digest.hexdigest(), scan if antivirus.is_configured() else Scan.NOT_ANALYSED


def _hashed(pieces: Iterator[bytes], digest: "hashlib._Hash") -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece


def _scanned(pieces: Iterable[bytes], name: str, patience: float = PATIENCE) -> Scan:
    if not antivirus.is_configured():
        return Scan.NOT_ANALYSED
    try:
        found = antivirus.scan(pieces, patience=patience)
    except antivirus.TooLarge:
        logger.warning("A file is larger than the antivirus takes; it opens marked as not analysed")
        return Scan.UNSCANNABLE
    except antivirus.AntivirusError:
        logger.warning("The antivirus gave no verdict; it is asked again", exc_info=True)
        return Scan.PENDING
    if found:
        logger.error("The antivirus found %s in a file that was sent", found)
        _refuse(_infected(name))
    return Scan.CLEAN


def _infected(name: str) -> str:
    return gettext(
        "Le fichier « %(name)s » est refusé : l’antivirus y a trouvé un programme malveillant. "
        "Déposez un fichier sain à la place."
    ) % {"name": name}


def _added(actor: Standing, taken: Taken) -> Document:
    document = _add(actor, taken)
    forget_unused(taken, document)
    return document


@draft
def _add(actor: Standing, taken: Taken) -> Document:
    return add_document(actor, taken)


@step
def add_document(actor: Standing, taken: Taken) -> Document:
    """The row of a file that was taken in, on the content that the company has of it."""
    now = clock.now()
    if taken.key:
        fresh = Content(
            company_id=taken.company_id,
            sha256=taken.sha256,
            size=taken.size,
            storage_key=taken.key,
            scan=taken.scan,
            scanned_at=now if taken.scan == Scan.CLEAN else None,
            added_at=now,
        )
        Content.objects.bulk_create([fresh], ignore_conflicts=True)
    content = kept_content(taken.company_id, taken.sha256)
    if content is None:
        raise Content.DoesNotExist(taken.sha256)
    _refuse_sealed(content)
    if content.scan == Scan.INFECTED:  # found since it was looked at
        _refuse(_infected(taken.name))
    if taken.scan == Scan.CLEAN and content.scan in (Scan.PENDING, Scan.NOT_ANALYSED):
        _settle_scan(content.pk, Scan.CLEAN)
        content.refresh_from_db()
    if content.scan == Scan.PENDING and content.storage_key == taken.key:
        enqueue(SCAN_TASK, key=str(content.pk), content_id=content.pk)
    return Document.objects.create(
        content=content, name=taken.name, media_type=taken.media_type, added_by_id=actor.user_id, added_at=now
    )


@act
def forget_unused(taken: Taken, document: Document | None) -> None:
    """After the transaction: an object that no row names goes. Somebody else of the company may have been faster."""
    named = Content.objects.filter(storage_key=taken.key)
    if taken.key and (document is None or document.content.storage_key != taken.key) and not named.exists():
        storage.remove(taken.key)


@draft
def record_scan(*, content_id: int, found: str) -> None:
    """What the antivirus said: the name of what it found, or "". A found one stays found."""
    _settle_scan(content_id, Scan.INFECTED if found else Scan.CLEAN)


@draft
def record_unscannable(*, content_id: int) -> None:
    """It is larger than the antivirus takes: it opens, marked as not analysed."""
    _settle_scan(content_id, Scan.UNSCANNABLE)


def _settle_scan(content_id: int, verdict: Scan) -> None:
    """In one statement: what was found meanwhile stays found."""
    unsettled = Content.objects.filter(pk=content_id, scan__in=[Scan.PENDING, Scan.NOT_ANALYSED])
    unsettled.update(scan=verdict, scanned_at=clock.now())


@draft
def enqueue_scans() -> None:
    """Ask again for what the antivirus has not looked at, files from before it was configured included."""
    if antivirus.is_configured():
        found = unscanned_ids(SWEEP)
        enqueue_missing(SCAN_TASK, {str(content_id): {"content_id": content_id} for content_id in found})


@step
def ask_reading(document: Document) -> None:
    """Have its content read, once this act is done; what was read already is not read again."""
    if not document.facts:
        enqueue(READ_TASK, key=str(document.pk), document_id=document.pk)


@draft
def record_facts(*, document_id: int, facts: reading.Facts) -> None:
    """What was read in a file, the same however often it is read."""
    told = canonical_json(facts.model_dump(mode="json", exclude_defaults=True))
    readable = Document.objects.filter(pk=document_id, content__sealed_at=None)
    readable.update(facts=told, facts_version=reading.VERSION)


@draft
def enqueue_readings() -> None:
    """Read again what was read by readers that said less."""
    found = outdated_readings(SWEEP)
    enqueue_missing(READ_TASK, {str(document_id): {"document_id": document_id} for document_id in found})


# --- What nothing names any more ---------------------------------------------------------------------------------


@draft
def mark_unnamed() -> None:
    """See which documents no row names, and since which look; what is named again is forgotten about."""
    marked = Document.objects.exclude(unnamed_since=None)
    marked.exclude(pk__in=unnamed().values("pk")).update(unnamed_since=None)
    unnamed().filter(unnamed_since=None).update(unnamed_since=clock.now())


@step
def let_go(document: Document) -> bool:
    """The row of a document that nothing has named for long, and its bytes, if no other row has them.

    False, and nothing is done, when it is not so any more. The caller has locked its content. The row goes first, so
    that no row is ever without its bytes; the job that takes the object away is written with it.
    """
    row = long_unnamed().select_for_update(of=("self",)).filter(pk=document.pk).first()
    if row is None or not unnamed().filter(pk=document.pk).exists():
        return False
    document.delete()
    if not Document.objects.filter(content=document.content_id).exists():
        document.content.delete()
        enqueue(DISCARD_TASK, key=document.content.storage_key, storage_key=document.content.storage_key)
    return True


@act
def discard(storage_key: str) -> None:
    """Take away an object that no row names."""
    if not Content.objects.filter(storage_key=storage_key).exists():
        storage.remove(storage_key)


# --- Sealed removal (R9) -----------------------------------------------------------------------------------------


@step
def seal_content(content: Content, *, actor: Standing, chain: str, reason: SealReason, words: str) -> Seal:
    """From this commit on nobody opens these bytes, whatever they belong to. The row is locked by the caller."""
    now = clock.now()
    content.sealed_at, content.seal_reason = now, reason
    content.save(update_fields=["sealed_at", "seal_reason"])
    return Seal.objects.create(
        content=content, chain=chain, reason=reason, words=words, asked_by_id=actor.person_id, asked_at=now
    )


@step
def settle_seal(seal: Seal, *, actor: Standing, outcome: SealOutcome, copies: Collection[str] = ()) -> None:
    """The word of a second person: the bytes are destroyed after this commit, or can be opened again.

    `copies`: keys of further objects that hold them and go with them.
    """
    seal.outcome, seal.decided_by_id, seal.decided_at = outcome, actor.person_id, clock.now()
    seal.save(update_fields=["outcome", "decided_by", "decided_at"])
    if outcome == SealOutcome.DESTROYED:
        enqueue(DESTROY_TASK, key=str(seal.pk), seal_id=seal.pk, copies=sorted(copies))
        return
    Content.objects.filter(pk=seal.content_id).update(sealed_at=None, seal_reason="")
    for document in Document.objects.filter(content=seal.content_id):
        ask_reading(document)


@verb
def record_destruction(*, actor: Standing, seal_id: int) -> None:
    """The bytes are gone from the store, and what was read in them goes too.

    What stays: name, digest, size, reason, both people, dates.
    """
    seal = Seal.objects.select_for_update(of=("self",)).select_related("content").get(pk=seal_id)
    if seal.destroyed_at is not None:
        return
    if seal.outcome != SealOutcome.DESTROYED:
        raise TransitionRefused("Nobody has confirmed this destruction.")
    seal.destroyed_at = clock.now()
    seal.save(update_fields=["destroyed_at"])
    Content.objects.filter(pk=seal.content_id).update(destroyed_at=seal.destroyed_at)
    Document.objects.filter(content=seal.content_id).update(facts="")  # what was read in it goes with it
    record(
        chain=seal.chain,
        event="documents.content.destroyed",
        actor_ref=actor.user_ref,
        seal=seal.pk,
        sha256=seal.content.sha256,
        size=seal.content.size,
    )


def _refuse_sealed(content: Content) -> None:
    """Neither while it is sealed nor after: what had to go does not come back under another name."""
    if content.sealed_at is not None:
        raise InvalidInput(
            {
                FIELD: gettext(
                    "Ce fichier a déjà été déposé, et l’agence l’a retiré : %(reason)s. "
                    "Déposez un fichier sans ces données."
                )
                % {"reason": SealReason(content.seal_reason).label}
            }
        )


def _refuse(message: str) -> None:
    if message:
        raise InvalidInput({FIELD: message})
