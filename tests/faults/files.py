"""Files on their way into slots: what hands them in, and what may never be seen of them, wherever a process died."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from jalon.accounts.models import User
from jalon.accounts.standing import Standing, standing_of
from jalon.applications.models import Application
from jalon.core import clock
from jalon.documents import storage
from jalon.documents.actions import DISCARD_TASK, receive_file
from jalon.documents.models import Content, Document
from jalon.documents.rules import UNNAMED_KEPT
from jalon.documents.tasks import discard
from jalon.evidence.actions.reports import import_report
from jalon.evidence.models import ExternalRecord, ProofItem
from jalon.jobs.models import Job
from jalon.uploads.actions import begin_check, begin_upload, finish_upload
from jalon.uploads.actions.archives import open_archive
from jalon.uploads.actions.many import Announced, confirm_files, place_files, take_files
from jalon.uploads.models import Upload
from jalon.uploads.queries.many import Targets
from jalon.uploads.states import UploadRole, UploadState
from jalon.uploads.tasks import let_go
from tests.documents.samples import paper
from tests.stand_ins.gazelle import HOST, ROOT

IN_ARCHIVE = ("a.pdf", "b.pdf")
_NOT_YET = (UploadState.CHECKING, UploadState.HELD, UploadState.PLACING)


@dataclass(frozen=True)
class Work:
    """What is done with files. `resumes`: whoever does it again goes on after what was committed."""

    name: str
    prepare: Callable[[], Any]
    act: Callable[[], Any]
    resumes: bool


def _actor() -> Standing:
    return standing_of(User.objects.get(subject="nadia"), Application.objects.get().company_id)


def _slots() -> list[str]:
    targets = Targets(Application.objects.get()).by_key
    return [key for key, target in targets.items() if not target.refusal("a.pdf", 10)]


def send_to_a_slot() -> None:
    data = paper()
    upload = begin_upload(
        actor=_actor(), number=Application.objects.get().number, item_key=_slots()[0], name="un.pdf",
        size=len(data),
    )  # fmt: skip
    storage.parts().append(upload.token, 0, [data])
    begin_check(upload=upload)


def send_an_archive() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for n, name in enumerate(IN_ARCHIVE):
            archive.writestr(name, paper(pages=n + 2))
    data = out.getvalue()
    take_files(
        actor=_actor(),
        number=Application.objects.get().number,
        files=[(Announced("preuves.zip", len(data)), [data])],
    )


def check_all() -> None:
    """As the worker does: what came in is opened or looked at, until nothing is left."""
    while (waiting := Upload.objects.filter(state=UploadState.CHECKING).order_by("pk").first()) is not None:
        archive = waiting.role == UploadRole.ARCHIVE
        (open_archive if archive else finish_upload)(upload_id=waiting.pk)
    for upload in Upload.objects.all():  # a job that was cut off runs again, whatever it had done
        (open_archive if upload.role == UploadRole.ARCHIVE else finish_upload)(upload_id=upload.pk)


def hold_an_archive() -> None:
    send_an_archive()
    check_all()


def place_all() -> None:
    """The person confirms, the worker places."""
    application, actor = Application.objects.get(), _actor()
    held = Upload.objects.filter(state=UploadState.HELD).order_by("path")
    picks = {upload.token: _slots()[int(upload.name == IN_ARCHIVE[1])] for upload in held}
    confirm_files(actor=actor, number=application.number, picks=picks)
    assert actor.person_id is not None
    place_files(application_id=application.pk, user_id=actor.person_id)


def import_one() -> None:
    import_report(
        actor=_actor(), number=Application.objects.get().number, item_key=_slots()[0],
        url=f"https://{HOST}/evs/report.seam?oid={ROOT}.102",
    )  # fmt: skip


def leave_behind() -> None:
    """Three files that nothing took long ago, two of them the same bytes."""
    twice, once = paper(pages=2), paper(pages=3)
    for name, data in (("a.pdf", twice), ("b.pdf", twice), ("c.pdf", once)):
        receive_file(
            actor=_actor(), company_id=_actor().company_id, name=name, chunks=[data],
            formats=["pdf"], max_bytes=10**7,
        )  # fmt: skip
    left = Document.objects.filter(name__in=["a.pdf", "b.pdf", "c.pdf"])
    left.update(unnamed_since=clock.now() - UNNAMED_KEPT)


def let_all_go() -> None:
    """The daily look, and the jobs that it asks for."""
    let_go()
    for job in Job.objects.filter(name=DISCARD_TASK):
        discard(**json.loads(job.payload))


def nothing() -> None:
    """The report lies at the platform."""


WORKS = (
    Work("finish", send_to_a_slot, check_all, resumes=True),
    Work("open", send_an_archive, check_all, resumes=True),
    Work("place", hold_an_archive, place_all, resumes=True),
    Work("let go", leave_behind, let_all_go, resumes=True),
    Work("import", nothing, import_one, resumes=False),
)


def outcome() -> dict[str, Any]:
    """What people see in the end, and what lies on the disk once the sweep has been."""
    storage.sweep(0)
    kept = [path for path in Path(settings.FILES_DIR).rglob("*") if path.is_file()]
    return {
        "uploads": sorted(Upload.objects.values_list("name", "state", "message")),
        "pieces": sorted(_piece(item) for item in ProofItem.objects.all()),
        "records": sorted(ExternalRecord.objects.values_list("ref", "verdict")),
        "contents": sorted(Content.objects.values_list("sha256", "size")),
        "on the disk": sorted(path.stat().st_size for path in kept),
        "wrong": wrong(),
    }


def _piece(item: ProofItem) -> list[str]:
    name = item.document.name if item.document else item.url
    return [item.proof.slot.item_key, name]


def wrong() -> list[str]:
    """What nobody may find, at no moment: a piece without bytes, or twice; a file that is nowhere any more."""
    items = ProofItem.objects.all()
    pieces = [_piece(item) for item in items]
    said = [f"{piece} is there twice" for piece in pieces if pieces.count(piece) > 1]
    for content in Content.objects.filter(documents__in=[i.document_id for i in items if i.document_id]):
        digest = hashlib.sha256(b"".join(storage.chunks_of(content.storage_key))).hexdigest()
        if digest != content.sha256:
            said.append(f"content {content.pk} is not what was sent")
    on_their_way_out = Content.objects.filter(documents__unnamed_since__isnull=False).distinct()
    said += [f"content {gone.pk} has a row and no bytes" for gone in on_their_way_out if not _is_whole(gone)]
    arrived, contents = storage.parts().sizes(), set(Content.objects.values_list("sha256", flat=True))
    for upload in Upload.objects.filter(state__in=_NOT_YET):
        whole = arrived.get(upload.token) == upload.size
        kept = upload.sha256 in contents if not upload.kept_as else _lies(upload)
        if not (whole if upload.state == UploadState.CHECKING else kept):
            said.append(f"{upload.name} is lost while {upload.state}")
    placed = set(ProofItem.objects.values_list("document_id", flat=True))
    done = Upload.objects.filter(state=UploadState.DONE).exclude(role=UploadRole.ARCHIVE)
    said += [f"{upload.name} is done, and nowhere" for upload in done if upload.document_id not in placed]
    return said


def _is_whole(content: Content) -> bool:
    try:
        return sum(map(len, storage.chunks_of(content.storage_key))) == content.size
    except FileNotFoundError:
        return False


def _lies(upload: Upload) -> bool:
    return sum(map(len, storage.chunks_of(upload.kept_as))) == upload.size
