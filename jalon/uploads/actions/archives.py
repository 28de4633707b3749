"""An archive of many files: opened by the server, each entry an ordinary file that comes in."""

import zipfile
import zlib
from collections.abc import Iterator

from django.utils import translation
from django.utils.translation import gettext as _

from jalon.accounts.standing import standing_of
from jalon.core.actions import act, draft
from jalon.core.errors import DomainError, InvalidInput
from jalon.documents import inspection, storage
from jalon.uploads.actions import begin_check, in_words, refuse_upload
from jalon.uploads.actions.many import Announced, announce_files
from jalon.uploads.models import Upload
from jalon.uploads.states import UploadState

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
_READ = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what unpacks in little memory


@act
def open_archive(*, upload_id: int) -> None:
    """Announce and take in every entry. Broken off and called again, it takes in what is missing.

    NotRead: the machine did not manage now.
    """
    upload = Upload.objects.select_related("user", "application__revision").get(pk=upload_id)
    if upload.state == UploadState.CHECKING:
        with translation.override(upload.language):
            _open(upload)
    storage.parts().discard(upload.token)


def _open(upload: Upload) -> None:
    path = storage.parts().path(upload.token)
    refusal = inspection.index_refusal(path, upload.name)
    if not refusal:
        try:
            with zipfile.ZipFile(path) as opened:
                _take_in(upload, opened)
        except DomainError as refused:
            refusal = in_words(refused)
    if refusal:
        refuse_upload(upload_id=upload.pk, message=refusal)
    else:
        _opened(upload.pk)


@draft
def _opened(upload_id: int) -> None:
    """Its entries stand for it."""
    checking = Upload.objects.filter(pk=upload_id, state=UploadState.CHECKING)
    checking.update(state=UploadState.DONE)


def _take_in(upload: Upload, opened: zipfile.ZipFile) -> None:
    entries = [entry for entry in opened.infolist() if not entry.is_dir()]
    folder = upload.path.rpartition(".")[0]  # its name counts like a folder's
    rows = announce_files(
        actor=standing_of(upload.user, upload.company_id),
        number=upload.application.number,
        files=[
            Announced(f"{folder}/{entry.filename}", entry.file_size, f"crc {entry.CRC:08x}")
            for entry in entries
        ],
        inside=True,
    )
    if not any(rows):
        raise InvalidInput(
            {"many": _("L’archive « %(name)s » ne contient aucun fichier.") % {"name": upload.name}}
        )
    for entry, row in zip(entries, rows, strict=True):
        if row is not None and row.state == UploadState.RECEIVING:
            _receive(row, opened, entry)


def _receive(row: Upload, opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    parts = storage.parts()
    parts.discard(row.token)  # of a try that broke off
    parts.begin(row.token)
    try:
        end = parts.append(row.token, 0, _pieces(opened, entry))
    except _BROKEN:
        end = -1
    if end != row.size:
        refuse_upload(
            upload_id=row.pk,
            message=_(
                "Ce fichier est abîmé dans l’archive, ou compressé d’une façon qui ne se lit pas : déposez-le tel quel."
            ),
        )
        parts.discard(row.token)
        return
    begin_check(upload=row)


def _pieces(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    if entry.compress_type not in _READ:
        raise NotImplementedError(entry.compress_type)
    with opened.open(entry) as file:
        while piece := file.read(storage.CHUNK):
            yield piece
