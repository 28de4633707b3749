"""Files out of Jalon: only through what they belong to, streamed, and never as something that a browser runs."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from jalon.applications.models import Application
from jalon.applications.queries.answers import document_of as form_document
from jalon.awards.queries.step4 import document_of as award_document
from jalon.core.errors import NotVisible
from jalon.documents.models import Document
from jalon.documents.queries import open_document, shows_inline
from jalon.evidence.queries import proof_document

CHUNK = 256 * 1024
# Nothing in a file runs, loads or submits anything. A browser's PDF viewer does not start in a sandbox; a PDF
# is served under its own type with nosniff, so it is never read as a page.
_LOCKED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'; frame-ancestors 'self'"
)
_PDF = "application/pdf"
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def application_document(application: Application, document_id: int, *, as_agency: bool = False) -> Document:
    """The file if it belongs to this application, else NotVisible: ids of other files are not even there."""
    found = (
        form_document(application, document_id, submitted_only=as_agency)
        or proof_document(application, document_id, submitted_only=as_agency)
        or award_document(application, document_id)
    )
    if found is None:
        raise NotVisible(str(document_id))
    return found


def document_response(
    request: HttpRequest, document: Document, *, download: bool = False
) -> HttpResponseBase:
    """The file, shown where a browser may, else downloaded. TransitionRefused while it must not be opened."""
    span = _span(request.headers.get("Range", ""), document.size)
    file = open_document(document)
    inline = shows_inline(document) and not download
    response = _whole(request, file, document) if span is None else _part(request, file, document, span)
    response["Content-Type"] = document.media_type if inline else "application/octet-stream"
    response["Content-Disposition"] = content_disposition_header(not inline, document.name) or "attachment"
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    sandbox = "" if document.media_type == _PDF else "; sandbox"
    response["Content-Security-Policy"] = f"{_LOCKED}{sandbox}"
    response["Cache-Control"] = "private, no-cache"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _whole(request: HttpRequest, file: BinaryIO, document: Document) -> HttpResponseBase:
    response: HttpResponseBase
    if request.method == "HEAD":
        file.close()
        response = HttpResponse()
    else:
        response = FileResponse(file)
    response["Content-Length"] = str(document.size)
    return response


def _span(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte asked for (videos are read in pieces); None: the whole file."""
    asked = _RANGE.fullmatch(header.strip())
    if asked is None or not any(asked.groups()):
        return None
    first, last = asked.groups()
    if not first:
        return max(size - int(last), 0), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _part(
    request: HttpRequest, file: BinaryIO, document: Document, span: tuple[int, int]
) -> HttpResponseBase:
    first, last = span
    if first > last or first >= document.size:
        file.close()
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{document.size}"
        return refused
    response: HttpResponseBase
    if request.method == "HEAD":
        file.close()
        response = HttpResponse(status=206)
    else:
        response = StreamingHttpResponse(_pieces(file, first, last - first + 1), status=206)
    response["Content-Range"] = f"bytes {first}-{last}/{document.size}"
    response["Content-Length"] = str(last - first + 1)
    return response


def _pieces(file: BinaryIO, first: int, length: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        while length > 0 and (piece := file.read(min(CHUNK, length))):
            length -= len(piece)
            yield piece
