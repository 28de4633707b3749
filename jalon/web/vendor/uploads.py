"""…/envois: files that come in several requests, by the tus protocol 1.0 (creation, termination, expiration).

Any client that speaks it may send; ours is static/jalon/js/resumable.js. An upload exists for the person who began it,
as long as the application does for that person: for everybody else it is not there.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    JsonResponse,
    UnreadablePostError,
)
from django.urls import path
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jalon.applications.models import Application
from jalon.core import clock
from jalon.core.errors import DomainError, InvalidInput, NotAllowed, NotVisible
from jalon.documents.storage import Elsewhere
from jalon.uploads.actions import begin_upload, cancel_upload, receive_bytes
from jalon.uploads.models import Upload
from jalon.uploads.queries import own_upload, received
from jalon.uploads.queries.many import plan_for
from jalon.uploads.states import UploadState
from jalon.web.access import standing_in
from jalon.web.streams import pieces_of
from jalon.web.vendor.frame import address, application_endpoint, application_page, see_other

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,expiration"
BYTES = "application/offset+octet-stream"
_NUMBER = re.compile(r"\d{1,18}")
# What cannot be sent, by what is wrong with it.
_STATUS = {"name": 415, "size": 413, "slot": 422, "many": 429, "space": 507}

View = Callable[..., HttpResponseBase]


def _speaks_tus(view: View) -> View:
    """The version on every answer; no other one is spoken."""

    @wraps(view)
    def speaking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer = view(request, *args, **kwargs)
        answer["Tus-Resumable"] = VERSION
        answer["Cache-Control"] = "no-store"
        return answer

    return speaking


def _other_version(request: HttpRequest) -> HttpResponse | None:
    if request.headers.get("Tus-Resumable") == VERSION:
        return None
    answer = _said(412, _("Cette version du protocole d’envoi n’est pas connue."))
    answer["Tus-Version"] = VERSION
    return answer


@_speaks_tus
@application_endpoint
def uploads(request: HttpRequest, application: Application) -> HttpResponseBase:
    """POST: promise a file to a slot (Upload-Metadata: slot, filename). OPTIONS: what is spoken here."""
    if request.method == "OPTIONS":
        answer = HttpResponse(status=204)
        answer["Tus-Version"], answer["Tus-Extension"] = VERSION, EXTENSIONS
        return answer
    if request.method != "POST":
        return HttpResponseNotAllowed(["OPTIONS", "POST"])
    return _other_version(request) or _begin(request, application)


def _begin(request: HttpRequest, application: Application) -> HttpResponse:
    size, meta = _whole(request, "Upload-Length"), _metadata(request.headers.get("Upload-Metadata", ""))
    if size is None or "slot" not in meta or "filename" not in meta:
        return _said(400, _("Cet envoi ne dit pas tout ce qu’il faut : taille, nom et emplacement."))
    try:
        upload = begin_upload(
            actor=standing_in(request),
            number=application.number,
            item_key=meta["slot"],
            name=meta["filename"],
            size=size,
        )
    except InvalidInput as refused:
        return _said(next((_STATUS[key] for key in refused.errors if key in _STATUS), 422), refused.message)
    except DomainError as refused:
        return _refusal(refused)
    answer = HttpResponse(status=201)
    answer["Location"] = upload_address(application, upload)
    answer["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return answer


@_speaks_tus
@application_endpoint
def upload(request: HttpRequest, application: Application, token: str) -> HttpResponseBase:
    """HEAD: how far it is. PATCH: more bytes. DELETE: give up. GET: what became of it (JSON; not of the protocol)."""
    found = own_upload(standing_in(request), application, token)
    act = {"HEAD": _head, "PATCH": _patch, "DELETE": _delete, "GET": _state}.get(request.method or "")
    if act is None:
        return HttpResponseNotAllowed(["GET", "HEAD", "PATCH", "DELETE"])
    if act is not _state and (refused := _other_version(request)):
        return refused
    try:
        return act(request, found)
    except (InvalidInput, NotAllowed) as refused_act:
        return _refusal(refused_act)


def _head(_request: HttpRequest, upload: Upload) -> HttpResponse:
    answer = HttpResponse()
    answer["Upload-Offset"], answer["Upload-Length"] = str(received(upload)), str(upload.size)
    answer["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return answer


def _state(request: HttpRequest, upload: Upload) -> HttpResponse:
    application = upload.application
    said = {"state": upload.state, "label": UploadState(upload.state).label, "message": upload.message}
    if upload.state == UploadState.HELD:
        why = next(
            (one.why for one in plan_for(standing_in(request), application).lines if one.upload == upload), ""
        )
        kept = _("Votre fichier est gardé : retrouvez-le dans « Déposer des fichiers en nombre ».")
        said["message"] = f"{why} {kept}".strip()
    return JsonResponse({**said, "offset": received(upload), "size": upload.size})


def _patch(request: HttpRequest, upload: Upload) -> HttpResponse:
    """Each piece goes to the disk as it arrives: what breaks in between has lost what was on the wire."""
    offset, length = _whole(request, "Upload-Offset"), _whole(request, "Content-Length", "0")
    if offset is None or length is None:
        return _said(400, _("Cet envoi ne dit pas où il reprend."))
    if upload.state != UploadState.RECEIVING:
        return _at(upload, upload.size, 204 if offset == upload.size else 409)
    if refusal := _unusable(request, upload, offset + length):
        return refusal
    try:
        return _at(upload, receive_bytes(upload, offset, pieces_of(request)), 204)
    except Elsewhere as elsewhere:
        return _at(upload, elsewhere.size, 409)
    except (UnreadablePostError, ConnectionError):  # the connection broke: nobody reads this answer
        return HttpResponse(status=400)


def _unusable(request: HttpRequest, upload: Upload, end: int) -> HttpResponse | None:
    """What is wrong with these bytes, before any of them is read."""
    if request.content_type != BYTES:
        return _said(415, _("Un envoi continue par des octets : %(type)s.") % {"type": BYTES})
    if clock.now() > upload.expires_at:
        return _said(410, _("Cet envoi a été interrompu il y a trop longtemps. Recommencez-le."))
    if end > upload.size:
        return _said(413, _("Cet envoi dépasse la taille annoncée du fichier."))
    return None


def _at(upload: Upload, offset: int, status: int) -> HttpResponse:
    answer = HttpResponse(status=status)
    answer["Upload-Offset"] = str(offset)
    answer["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return answer


def _delete(_request: HttpRequest, upload: Upload) -> HttpResponse:
    try:
        cancel_upload(upload)
    except DomainError as refused:
        return _refusal(refused)
    return HttpResponse(status=204)


@application_page
@require_POST
def cancel(request: HttpRequest, application: Application, token: str) -> HttpResponse:
    """The button "Annuler" of a page without JavaScript."""
    found = own_upload(standing_in(request), application, token)
    cancel_upload(found)
    back = request.POST.get("back", "")
    return see_other(back if back.startswith(address(application)) else address(application, "preuves"))


def upload_address(application: Application, upload: Upload) -> str:
    return address(application, "envois", upload.token)


def _whole(request: HttpRequest, header: str, default: str = "") -> int | None:
    text = request.headers.get(header) or default
    return int(text) if _NUMBER.fullmatch(text) else None


def _metadata(header: str) -> Mapping[str, str]:
    """`key base64,key base64`; what cannot be read is not there."""
    found = {}
    for pair in header.split(","):
        key, _space, value = pair.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
    return found


def _refusal(refused: DomainError) -> HttpResponse:
    if isinstance(refused, NotVisible):
        raise refused
    return _said(403 if isinstance(refused, NotAllowed) else 409, refused.message)


def _said(status: int, message: str) -> HttpResponse:
    return JsonResponse({"error": message}, status=status)


urls = [
    path("candidatures/<str:number>/envois", uploads, name="uploads"),
    path("candidatures/<str:number>/envois/<str:token>", upload, name="upload"),
    path("candidatures/<str:number>/envois/<str:token>/annuler", cancel, name="upload-cancel"),
]
