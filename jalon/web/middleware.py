"""Who asks (`request.standing`), and what a refusal of the domain looks like."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from jalon.accounts.models import User
from jalon.accounts.standing import NOBODY, standing_of
from jalon.core import clock
from jalon.core.errors import Conflict, DomainError, NotAllowed, NotVisible

GetResponse = Callable[[HttpRequest], HttpResponse]


class ReceivedAtMiddleware:
    """Notes when the server began to work on a request: the instant that dates of the programme look at (R4).

    First of all, so that neither a large body nor a waiting database makes a hand-in late.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.received_at = clock.now()  # type: ignore[attr-defined]
        return self.get_response(request)


class NulMiddleware:
    """No text holds NUL, and PostgreSQL fails on one: an address with it leads nowhere; elsewhere it is left out."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "%00" in query:  # before anybody reads request.GET
            request.META["QUERY_STRING"] = query.replace("%00", "")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """After the check of the form's token, which has read the form."""
        if "\x00" in request.path_info:
            raise Http404
        sent = request.POST
        if any("\x00" in value for values in sent.lists() for value in (values[0], *values[1])):
            kept = QueryDict(mutable=True, encoding=sent.encoding)
            for name, values in sent.lists():
                kept.setlist(name.replace("\x00", ""), [str(v).replace("\x00", "") for v in values])
            request.POST = kept  # type: ignore[assignment]


class StandingMiddleware:
    """Computes the standing anew on each request: access ends at the next one after somebody left."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        request.standing = (  # type: ignore[attr-defined]
            standing_of(user, request.session.get("company_id")) if isinstance(user, User) else NOBODY
        )
        return self.get_response(request)


class DomainErrorMiddleware:
    """The last resort: forms show their own errors; what no form can show becomes a page that says why."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotVisible):
            raise Http404 from exception
        if not isinstance(exception, DomainError):
            return None
        status = 403 if isinstance(exception, NotAllowed) else 409
        kind = "conflict" if isinstance(exception, Conflict) else "refused"
        return render(
            request, "errors/refused.html", {"message": exception.message, "kind": kind}, status=status
        )
