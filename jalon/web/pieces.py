"""One file of an application, opened in its page: what both sides show of it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from jalon.applications.models import Application
from jalon.documents.models import Document
from jalon.documents.policy import is_not_analysed
from jalon.evidence.queries import NamedProof, proofs_with
from jalon.web.downloads import application_document
from jalon.web.viewers import show


def piece_context(
    request: HttpRequest,
    application: Application,
    document_id: int,
    *,
    address: Callable[[Document], str],
    proof_address: Callable[[NamedProof], str],
    as_agency: bool = False,
) -> dict[str, Any]:
    """For components/piece_page.html. NotVisible for what is no file of this application, or not for this side.

    `address`: where the bytes are; `proof_address`: where a proof stands that the file is a piece of.
    """
    document = application_document(application, document_id, as_agency=as_agency)
    proofs = proofs_with(application, document_id, submitted_only=as_agency)
    return {
        "document": document,
        "shown": show(document, url=address(document), page_url=request.path, asked=request.GET.dict()),
        "not_analysed": is_not_analysed(document),
        "proofs": [(proof, proof_address(proof)) for proof in proofs],
    }
