"""The provider can be told to fail: `POST /_sandbox/fault {"mode": "slow", "seconds": 8}`; mode "" mends it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

MODES = (
    "",
    "down",  # every page answers 503
    "slow",  # what the platform calls (not the browser) answers after `seconds`
    "bad_nonce",
    "wrong_signature",
    "wrong_audience",
    "wrong_issuer",
    "expired_token",
    "missing_claims",  # userinfo without role and company
    "other_subject",  # userinfo of somebody else
)
BACK_CHANNEL = ("/.well-known/", "/oidc/jwks", "/oidc/token", "/oidc/userinfo")


@dataclass
class Fault:
    mode: str = ""
    seconds: float = 8.0


current = Fault()  # one process, one fault


class FaultMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/_sandbox/"):
            return self.get_response(request)
        if current.mode == "down":
            return HttpResponse("Service indisponible", status=503, content_type="text/plain; charset=utf-8")
        if current.mode == "slow" and request.path.startswith(BACK_CHANNEL):
            time.sleep(current.seconds)
        return self.get_response(request)
