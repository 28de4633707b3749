"""Files of an application, and its dates for a calendar."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from jalon.applications.models import Application
from jalon.applications.queries import title
from jalon.applications.queries.dates import gate_views
from jalon.web.calendars import Event, calendar_file
from jalon.web.downloads import application_document, document_response
from jalon.web.vendor.frame import application_page


@application_page
@require_safe
def document(request: HttpRequest, application: Application, document_id: int) -> HttpResponseBase:
    return document_response(
        request, application_document(application, document_id), download="telecharger" in request.GET
    )


@application_page
@require_safe
def dates(request: HttpRequest, application: Application) -> HttpResponse:
    """The dates of the application as iCalendar."""
    language, named = get_language() or "fr", title(application)
    events = [
        Event(
            uid=f"{application.number}-{gate.kind.value}",
            at=gate.due_at,
            summary=f"{gate.label.in_language(language)} ({named})",
            url=request.build_absolute_uri(f"/candidatures/{application.number}"),
        )
        for gate in gate_views(application)
    ]
    response = HttpResponse(calendar_file(events, named), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = (
        content_disposition_header(True, f"dates-{application.number}.ics") or "attachment"
    )
    return response


urls = [
    path("candidatures/<str:number>/documents/<key:document_id>", document, name="document"),
    path("candidatures/<str:number>/dates.ics", dates, name="application-calendar"),
]
