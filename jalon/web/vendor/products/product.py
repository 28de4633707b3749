"""One product: its versions and applications, who works on it, who answers for it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jalon.accounts.standing import Standing
from jalon.applications.models import Application
from jalon.applications.queries import title
from jalon.core.errors import InvalidInput
from jalon.programmes.queries import portal
from jalon.vendors.actions import grant_access, name_responsible, revoke_access
from jalon.vendors.models import Product
from jalon.vendors.policy import can_manage_access
from jalon.vendors.queries import (
    attachable_people,
    certifications,
    collaborators,
    company_people,
    interests,
    visible_product,
)
from jalon.web.access import standing_in, vendor_only
from jalon.web.answers import said
from jalon.web.components.fields import Choice, Field
from jalon.web.vendor.dashboard import Row
from jalon.web.vendor.frame import address, awaited, see_other
from jalon.web.vendor.products.frame import nil_is_asked, trail

SHOWN_PEOPLE = 10  # beside the product, before they are folded


@vendor_only
@require_safe
def product_page(request: HttpRequest, reference: str) -> HttpResponse:
    standing = standing_in(request)
    return _product_page(request, standing, visible_product(standing, reference))


def _product_page(
    request: HttpRequest,
    standing: Standing,
    product: Product,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    errors, people = errors or {}, collaborators(product, standing)
    may_manage = can_manage_access(standing, product)
    labels = {i.key: said(i.label) for i in portal().interests}
    applications = (
        Application.objects.visible_to(standing)
        .filter(version__product=product)
        .select_related("programme", "revision", "version")
        .defer("revision__content")
        .order_by("-changed_at")
    )
    return render(
        request,
        "vendor/product.html",
        {
            "product": product,
            "responsible": product.responsible.full_name if product.responsible else "",
            "versions": product.versions.order_by("-created_at", "-pk"),
            "asks_for_nil": nil_is_asked(),
            "certifications": certifications(product),
            "interests": [labels.get(key, key) for key in interests(product)],
            "applications": [Row(a, title(a), address(a), awaited(a), None) for a in applications],
            "people": people[:SHOWN_PEOPLE],
            "people_left": people[SHOWN_PEOPLE:],
            "may_manage": may_manage,
            "attach": _people_field(
                "user", _("Personne de votre entreprise"), attachable_people(product), errors
            )
            if may_manage
            else None,
            "name_responsible": _people_field(
                "responsible",
                _("Responsable du produit"),
                company_people(product.company_id),
                errors,
                str(product.responsible_id or ""),
            )
            if may_manage
            else None,
            "errors": [(f"f-{key}", sentence) for key, sentence in errors.items()],
            "crumbs": [*trail(), (_("Vos produits"), reverse("products")), (product.name, "")],
        },
        status=status,
    )


def _people_field(name: str, label: str, people: list[Any], errors: dict[str, str], value: str = "") -> Field:
    options = tuple(Choice(str(p.pk), p.full_name) for p in people)
    return Field(
        name, label, kind="select", options=options, value=value, required=True, error=errors.get(name, "")
    )


def _person(request: HttpRequest, field: str) -> int:
    typed = request.POST.get(field, "")
    if not (typed.isdecimal() and len(typed) < 18):
        raise InvalidInput({field: _("Choisissez une personne de votre entreprise.")})
    return int(typed)


@vendor_only
@require_POST
def attach_person(request: HttpRequest, reference: str) -> HttpResponse:
    standing = standing_in(request)
    product = visible_product(standing, reference)
    try:
        grant_access(actor=standing, product_id=product.pk, user_id=_person(request, "user"))
    except InvalidInput as refusal:
        return _product_page(request, standing, product, refusal.errors, status=422)
    return _back_to(product, "collaborateurs")


@vendor_only
@require_POST
def detach_person(request: HttpRequest, reference: str, user_id: int) -> HttpResponse:
    standing = standing_in(request)
    product = visible_product(standing, reference)
    revoke_access(actor=standing, product_id=product.pk, user_id=user_id)
    return _back_to(product, "collaborateurs")


@vendor_only
@require_POST
def set_responsible(request: HttpRequest, reference: str) -> HttpResponse:
    standing = standing_in(request)
    product = visible_product(standing, reference)
    try:
        name_responsible(actor=standing, product_id=product.pk, user_id=_person(request, "responsible"))
    except InvalidInput as refusal:
        return _product_page(request, standing, product, refusal.errors, status=422)
    return _back_to(product, "responsable")


def _back_to(product: Product, part: str) -> HttpResponse:
    return see_other(f"{reverse('product', args=[product.reference])}#{part}")


urls = [
    path("produits/<slug:reference>", product_page, name="product"),
    path("produits/<slug:reference>/collaborateurs", attach_person, name="attach-person"),
    path(
        "produits/<slug:reference>/collaborateurs/<key:user_id>/retrait", detach_person, name="detach-person"
    ),
    path("produits/<slug:reference>/responsable", set_responsible, name="set-responsible"),
]
