"""The catalogue: all products that this person may see, to be searched."""

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jalon.accounts.standing import Standing
from jalon.applications.models import Application
from jalon.core.text import fold
from jalon.vendors.models import Product, Version
from jalon.web.access import standing_in, vendor_only
from jalon.web.vendor.products.frame import trail

PER_PAGE = 25


def catalogue(standing: Standing) -> QuerySet[Product]:
    """Visible products with their versions and how many applications each has: three queries."""
    seen = Application.objects.visible_to(standing).values("pk")
    return (
        Product.objects.visible_to(standing)
        .select_related("responsible")
        .prefetch_related(Prefetch("versions", Version.objects.order_by("-created_at", "-pk")))
        .annotate(
            application_count=Count(
                "versions__applications", filter=Q(versions__applications__in=seen), distinct=True
            )
        )
        .order_by("name_norm", "pk")
    )


@vendor_only
@require_safe
def products(request: HttpRequest) -> HttpResponse:
    standing = standing_in(request)
    wanted = request.GET.get("q", "").replace("\x00", "")[:100].strip()
    found = catalogue(standing)
    if wanted:
        found = found.filter(name_norm__contains=fold(wanted))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "vendor/products.html",
        {
            "page": page,
            "wanted": wanted,
            "any": wanted or page.paginator.count,
            "crumbs": [*trail(), (_("Vos produits"), "")],
        },
    )


urls = [
    path("produits", products, name="products"),
]
