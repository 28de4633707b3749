"""…/pieces/<document>: a file of the application, read in the page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from jalon.applications.models import Application
from jalon.web.pieces import piece_context
from jalon.web.vendor.chapter.page import focused_address
from jalon.web.vendor.frame import address, application_page, crumbs_of, frame


@application_page
@require_safe
def piece(request: HttpRequest, application: Application, document_id: int) -> HttpResponse:
    found = piece_context(
        request,
        application,
        document_id,
        address=lambda document: address(application, "documents", str(document.pk)),
        proof_address=lambda proof: focused_address(
            application, proof.chapter.key, proof.requirement_code, proof.key
        ),
    )
    crumbs = crumbs_of(application, (found["document"].name, ""))
    return render(request, "vendor/piece.html", {**frame(application), **found, "crumbs": crumbs})


urls = [path("candidatures/<str:number>/pieces/<key:document_id>", piece, name="piece")]
