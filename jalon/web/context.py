"""What every page needs: the brand, the menu, who is signed in."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    return {"brand": settings.ENVIRONMENT, "standing": getattr(request, "standing", None)}
