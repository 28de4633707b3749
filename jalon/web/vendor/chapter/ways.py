"""The choice between several ways to meet the same, made or changed."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from jalon.applications.models import Application
from jalon.core.errors import Conflict, InvalidInput, TransitionRefused
from jalon.reviews.actions.ways import choose_way
from jalon.web.access import standing_in
from jalon.web.vendor.chapter.page import chapter_page, focused_address
from jalon.web.vendor.chapter.slots import Typed
from jalon.web.vendor.frame import application_page, see_other


@application_page
@require_POST
def choose(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    """ "Choisir": which of several ways is the vendor's own."""
    post = request.POST
    code, choice = post.get("exigence", ""), post.get("choice", "")
    typed = Typed()
    try:
        choose_way(
            actor=standing_in(request),
            number=application.number,
            choice=choice,
            way=post.get("way", ""),
            seen=post.get("seen"),
        )
    except InvalidInput as refused:
        typed.alert = " ".join(refused.errors.values())
    except (Conflict, TransitionRefused) as refused:
        typed.alert = refused.message
    if typed.alert:
        return chapter_page(request, application, key, code, typed, 422)
    return see_other(focused_address(application, key, code))


urls = [
    path("candidatures/<str:number>/chapitres/<str:key>/choix", choose, name="chapter-choice"),
]
