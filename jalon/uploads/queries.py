"""Uploads as their owner sees them: nobody else does."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Q

from jalon.accounts.standing import Standing
from jalon.applications.models import Application
from jalon.applications.queries import definition_for
from jalon.core import clock
from jalon.core.errors import NotVisible
from jalon.documents import storage
from jalon.evidence.queries import expected_proof
from jalon.evidence.rules import kinds_of
from jalon.programmes.definition.schema import ProofKind
from jalon.uploads.models import Upload
from jalon.uploads.states import UploadState


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
    rows = Upload.objects.filter(application=application, user=actor.person_id).exclude(
        state=UploadState.DONE
    )
    grouped: dict[str, list[Progress]] = {}
    parts = storage.parts()
    for row in rows.order_by("pk"):
        arrived = parts.seen(row.token) if row.state == UploadState.RECEIVING else row.size
        grouped.setdefault(row.item_key, []).append(Progress(row, arrived))
    return grouped


def under_way(application: Application) -> Counter[str]:
    """Files of anybody that are not in their slots yet, by expected proof: a hand-over made now goes without them."""
    receiving = Q(state=UploadState.RECEIVING, expires_at__gt=clock.now())
    rows = Upload.objects.filter(receiving | Q(state=UploadState.CHECKING), application=application)
    return Counter(rows.values_list("item_key", flat=True))


def kinds_at(application: Application, item_key: str) -> list[ProofKind]:
    """The kinds of proof that a slot takes; none when it is asked for no more."""
    found = expected_proof(application, item_key)
    return kinds_of(definition_for(application), found[1]) if found else []
