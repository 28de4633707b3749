"""Uploads as their owner sees them: nobody else does."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from jalon.accounts.standing import Standing
from jalon.applications.models import Application
from jalon.applications.queries import definition_for
from jalon.applications.rules.gates import AFTER_CHECK, Hold
from jalon.core import clock
from jalon.core.errors import NotVisible
from jalon.documents import storage
from jalon.evidence.models import Slot
from jalon.evidence.queries import expected_proof, named_proofs
from jalon.evidence.rules import file_formats, kinds_of
from jalon.uploads.models import Upload
from jalon.uploads.states import UploadRole, UploadState


@dataclass(frozen=True)
class Progress:
    """An upload that is not over, or that was refused."""

    upload: Upload
    received: int

    @property
    def percent(self) -> int:
        return 100 * self.received // self.upload.size


def own_upload(actor: Standing, application: Application, token: str) -> Upload:
    """The upload of that person for that application, or NotVisible."""
    found = Upload.objects.filter(application=application, user=actor.person_id, token=token[:64]).first()
    if found is None:
        raise NotVisible("upload")
    return found


def received(upload: Upload) -> int:
    """Bytes that have arrived, and are on the disk."""
    if upload.state != UploadState.RECEIVING:
        return upload.size
    try:
        return storage.parts().size(upload.token)
    except FileNotFoundError as gone:
        raise NotVisible("upload") from gone


def uploads_by_slot(actor: Standing, application: Application) -> dict[str, list[Progress]]:
    """What this person has to know of, by expected proof. One query. One that never began can be given up too."""
    mine = Upload.objects.filter(application=application, user=actor.person_id, role=UploadRole.SLOT)
    rows = mine.exclude(state=UploadState.DONE)
    grouped: dict[str, list[Progress]] = {}
    parts = storage.parts()
    for row in rows.order_by("pk"):
        arrived = parts.seen(row.token) if row.state == UploadState.RECEIVING else row.size
        grouped.setdefault(row.item_key, []).append(Progress(row, arrived))
    return grouped


def under_way(application: Application) -> Counter[str]:
    """Files of anybody that are not in their slots yet, by expected proof: a hand-over made now goes without them."""
    receiving = Q(state=UploadState.RECEIVING, expires_at__gt=clock.now())
    going_on = receiving | Q(state__in=[UploadState.CHECKING, UploadState.PLACING])
    rows = Upload.objects.filter(going_on, application=application).exclude(item_key="")
    return Counter(rows.values_list("item_key", flat=True))


def held_up(actor: Standing, application: Application, keys: Collection[str]) -> set[str]:
    """Those of these expected proofs to which files are on their way that this person can wait for, or cancel."""
    machine = Q(state__in=[UploadState.CHECKING, UploadState.PLACING])
    own = Q(state=UploadState.RECEIVING, user=actor.person_id, expires_at__gt=clock.now())
    rows = Upload.objects.filter(machine | own, application=application, item_key__in=keys)
    return set(rows.values_list("item_key", flat=True))


def is_asked(upload: Upload) -> bool:
    """Whether the proof it was sent for is still asked for; one of many may go elsewhere."""
    return not upload.item_key or expected_proof(upload.application, upload.item_key) is not None


def under_way_in(application: Application, chapter: str) -> int:
    """How many of them are meant for that chapter."""
    files = under_way(application)
    return (
        sum(files[proof.key] for proof in named_proofs(application) if proof.chapter.key == chapter)
        if files
        else 0
    )


def checks_of(application: Application, now: datetime) -> dict[str, list[Hold]]:
    """When the machine had what is on its way into a slot, or has its place since, by key of the chapter's part.

    Those of which a date may still wait for the end. Two queries. What has its place is told by the slot, however it
    came; files on their way, by their uploads, which nobody can remove until then.
    """
    settled = Slot.objects.filter(
        application=application, settled_at__gte=now - AFTER_CHECK, arrived_at__lte=now
    )
    found: dict[str, list[Hold]] = {}
    for part, since, until in settled.values_list("part__key", "arrived_at", "settled_at"):
        if since is not None:
            found.setdefault(part, []).append(Hold(since, until))
    on_its_way = Upload.objects.filter(
        application=application, state__in=[UploadState.CHECKING, UploadState.PLACING], arrived_at__lte=now
    )
    files = list(on_its_way.exclude(item_key="").values_list("item_key", "arrived_at"))
    parts = (
        {proof.key: f"chapter:{proof.chapter.key}" for proof in named_proofs(application)} if files else {}
    )
    for key, since in files:
        if since is not None and key in parts:
            found.setdefault(parts[key], []).append(Hold(since, None))
    return found


def formats_for(upload: Upload) -> tuple[str, ...]:
    """The formats that its slot takes, none when it is asked for no more; of many: those that any slot takes."""
    definition = definition_for(upload.application)
    if upload.role != UploadRole.SLOT:
        return file_formats(definition.kinds)
    found = expected_proof(upload.application, upload.item_key)
    return file_formats(kinds_of(definition, found[1])) if found else ()
