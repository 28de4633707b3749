"""Who asks (`request.standing`), and what a refusal of the domain looks like."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
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
