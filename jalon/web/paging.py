"""Long lists, a part at a time: what components/pager.html turns over."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

PER_PAGE = 50


def page_of(request: HttpRequest, rows: Any, per_page: int = PER_PAGE, param: str = "page") -> Page[Any]:
    """The part that the address names; one that does not exist becomes the nearest.

    `param`: its name there, another one for each further list of the same page.
    """
    return Paginator(rows, per_page).get_page(request.GET.get(param))
