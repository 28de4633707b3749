"""…/pieces/<document>: a file of the vendor, read in the page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from jalon.applications.models import Application
from jalon.evidence.queries import NamedProof
from jalon.reviews.policy import can_seal
from jalon.reviews.queries.seals import sealable_document
from jalon.web.access import standing_in
from jalon.web.agency.frame import file_context, file_page
from jalon.web.pieces import piece_context


@file_page
@require_safe
def piece(request: HttpRequest, application: Application, document_id: int) -> HttpResponse:
    found = piece_context(
        request,
        application,
        document_id,
        address=lambda document: reverse("staff-document", args=[application.number, document.pk]),
        proof_address=lambda proof: _review_address(application, proof),
        as_agency=True,
    )
    shared = file_context(request, application, "piece", found["document"].name)
    may_seal = (
        can_seal(standing_in(request), application)
        and found["document"].content.sealed_at is None
        and sealable_document(application, document_id) is not None
    )
    return render(request, "agency/piece_page.html", {**shared, **found, "may_seal": may_seal})


def _review_address(application: Application, proof: NamedProof) -> str:
    base = reverse("staff-chapter", args=[application.number, proof.chapter.key])
    return f"{base}?{urlencode({'vue': 'tout', 'preuve': proof.key})}"


urls = [path("instruction/<str:number>/pieces/<key:document_id>", piece, name="staff-piece")]
