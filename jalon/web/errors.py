"""Error pages: what happened, what stays safe, what to do now."""

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader

log = logging.getLogger(__name__)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return render(request, "errors/404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return render(request, "errors/403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form sent from a page that had grown too old, or from elsewhere."""
    log.warning("csrf refused: %s", reason)
    return render(request, "errors/csrf.html", status=403)


def failed(_request: HttpRequest, *_args: Any) -> HttpResponse:
    """Without the usual context: whatever broke may be in it."""
    return HttpResponse(loader.render_to_string("errors/500.html", {}), status=500)
