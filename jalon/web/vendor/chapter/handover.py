"""The hand-over of a chapter to the agency, and taking it back."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from jalon.applications.models import Application
from jalon.core.errors import Conflict, DomainError, TransitionRefused
from jalon.reviews.actions.chapters import recall_chapter, submit_chapter
from jalon.web.access import standing_in
from jalon.web.keys import whole
from jalon.web.vendor.chapter.page import chapter_page
from jalon.web.vendor.chapter.slots import Typed
from jalon.web.vendor.chapters import chapter_address
from jalon.web.vendor.frame import application_page, received_at, see_other


@application_page
@require_POST
def submit(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    """ "Soumettre le chapitre", "Resoumettre le chapitre"."""
    seen = request.POST.get("round", "")
    try:
        submit_chapter(
            actor=standing_in(request),
            number=application.number,
            chapter=key,
            round_n=whole(seen, -1),
            received_at=received_at(request),
            coming=whole(request.POST.get("coming", ""), 0),
        )
    except (Conflict, TransitionRefused) as refused:
        return _refused(request, application, key, refused)
    return see_other(f"{chapter_address(application, key)}/soumis")


@application_page
@require_POST
def recall(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    """Take a submitted chapter back, until a verifier opens it."""
    try:
        recall_chapter(actor=standing_in(request), number=application.number, chapter=key)
    except TransitionRefused as refused:
        return _refused(request, application, key, refused)
    return see_other(chapter_address(application, key))


def _refused(request: HttpRequest, application: Application, key: str, refused: DomainError) -> HttpResponse:
    fresh = type(application).objects.select_related(
        "programme__track", "revision", "company", "version__product"
    )
    return chapter_page(request, fresh.get(pk=application.pk), key, "", Typed(alert=refused.message), 409)


urls = [
    path("candidatures/<str:number>/chapitres/<str:key>/soumettre", submit, name="chapter-submit"),
    path("candidatures/<str:number>/chapitres/<str:key>/rappeler", recall, name="chapter-recall"),
]
