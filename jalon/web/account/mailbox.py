"""The demo's mailbox: mails that would have been sent, on this machine only (PRODUCT.md, situation 15)."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jalon.connectors.mail.mailbox import messages
from jalon.core.text import holds_words
from jalon.web.access import public
from jalon.web.account.demo import demo_is_offered

PER_PAGE = 25


@public
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Newest first. Offered where signing in with one click is: codes and links stand in these mails."""
    if not demo_is_offered(request):
        raise Http404
    words = request.GET.get("q", "").strip()[:100]
    found = [m for m in messages() if holds_words(f"{m.to} {m.subject}", words)]
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "demo/mailbox.html", {"page": page, "words": words})
