"""Changing a product of the catalogue and its versions, and adding a version.

Beside each field goes a digest of what it showed: only what the person changed is written, and only what somebody
else changed as well is refused, with both texts side by side.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jalon.applications.actions.products import SheetConflict, edit_product, edit_version
from jalon.core.errors import InvalidInput, NotVisible
from jalon.programmes.queries import portal
from jalon.vendors.actions import add_version
from jalon.vendors.models import Product, Version
from jalon.vendors.queries import sheet_of, version_sheet_of, visible_product, visible_version
from jalon.vendors.rules import (
    ProductSheet,
    VersionSheet,
    digests,
    merged,
    product_sheet,
    version_sheet,
)
from jalon.web.access import standing_in, vendor_only
from jalon.web.answers import said
from jalon.web.components.fields import Field
from jalon.web.vendor.frame import see_other
from jalon.web.vendor.products.fields import sheet_fields, version_fields
from jalon.web.vendor.products.frame import return_address, trail, typed

SEEN = "vu."


@dataclass(frozen=True)
class ShownField:
    """A field, the digest of what is stored, and after a collision what is stored, in words."""

    field: Field
    seen: str
    digest: str
    theirs: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Refusal:
    """Why nothing was written: of single fields, or of fields that somebody else changed."""

    errors: Mapping[str, str]
    alert: str = ""
    compare: tuple[str, ...] = ()
    status: int = 200


NOTHING = Refusal({})


def _seen(request: HttpRequest) -> dict[str, str]:
    return {k.removeprefix(SEEN): str(v) for k, v in request.POST.items() if k.startswith(SEEN)}


def _refusal(refused: SheetConflict | InvalidInput) -> Refusal:
    if isinstance(refused, InvalidInput):
        return Refusal(refused.errors, status=422)
    beside = _("Cette réponse a changé pendant votre saisie. Comparez les deux.")
    return Refusal(dict.fromkeys(refused.fields, beside), refused.message, refused.fields, 409)


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit_product_page(request: HttpRequest, reference: str) -> HttpResponse:
    standing = standing_in(request)
    product = visible_product(standing, reference)
    if request.method != "POST":
        return _product_form(request, product)
    sheet = product_sheet(typed(request))
    try:
        written = edit_product(actor=standing, product_id=product.pk, sheet=sheet, seen=_seen(request))
    except (SheetConflict, InvalidInput) as refused:
        return _product_form(request, product, sheet, _refusal(refused))
    messages.success(request, _("Le produit « %(name)s » est à jour.") % {"name": written.name})
    return see_other(reverse("product", args=[reference]))


def _product_form(
    request: HttpRequest, product: Product, sheet: ProductSheet | None = None, refusal: Refusal = NOTHING
) -> HttpResponse:
    product.refresh_from_db()
    stored = sheet_of(product)
    change = merged(stored, sheet or stored, _seen(request))
    fields = sheet_fields(change.sheet, refusal.errors, stored.interests)
    shown = _shown(fields, stored, change.changed, refusal, _seen(request))
    return _form_page(request, "vendor/product_edit.html", product, shown, refusal, _("Modifier le produit"))


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def new_version(request: HttpRequest, reference: str) -> HttpResponse:
    """A further version of a product: what a programme is applied to with."""
    standing = standing_in(request)
    product = visible_product(standing, reference)
    if request.method != "POST":
        return _new_version_form(request, product, VersionSheet("", ""), NOTHING)
    sheet = version_sheet(typed(request))
    try:
        version = add_version(actor=standing, product_id=product.pk, sheet=sheet)
    except InvalidInput as refused:
        return _new_version_form(request, product, sheet, _refusal(refused))
    messages.success(request, _("La version « %(label)s » est ajoutée.") % {"label": version.label})
    return see_other(return_address(request) or _versions_of(product))


def _new_version_form(
    request: HttpRequest, product: Product, sheet: VersionSheet, refusal: Refusal
) -> HttpResponse:
    fields = version_fields(sheet, refusal.errors)
    shown = _shown(fields, sheet, (), refusal, {})
    title = _("Ajouter une version")
    return _form_page(request, "vendor/product_version.html", product, shown, refusal, title)


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit_version_page(request: HttpRequest, reference: str, version_id: int) -> HttpResponse:
    standing = standing_in(request)
    version = visible_version(standing, version_id)
    if version.product.reference != reference:
        raise NotVisible(str(version_id))
    if request.method != "POST":
        return _version_form(request, version)
    sheet = version_sheet({**asdict(version_sheet_of(version)), **_asked_of_version(request)})
    try:
        written = edit_version(actor=standing, version_id=version.pk, sheet=sheet, seen=_seen(request))
    except (SheetConflict, InvalidInput) as refused:
        return _version_form(request, version, sheet, _refusal(refused))
    messages.success(request, _("La version « %(label)s » est à jour.") % {"label": written.version})
    return see_other(_versions_of(version.product))


def _asked_of_version(request: HttpRequest) -> dict[str, Any]:
    """What was sent of a version; a number that is not asked is not emptied."""
    sent = typed(request)
    return {key: sent[key] for key in ("version", "nil") if key in request.POST}


def _versions_of(product: Product) -> str:
    return f"{reverse('product', args=[product.reference])}#versions"


def _version_form(
    request: HttpRequest, version: Version, sheet: VersionSheet | None = None, refusal: Refusal = NOTHING
) -> HttpResponse:
    version.refresh_from_db(fields=["label", "nil"])
    stored = version_sheet_of(version)
    change = merged(stored, sheet or stored, _seen(request))
    fields = version_fields(change.sheet, refusal.errors)
    shown = _shown(fields, stored, change.changed, refusal, _seen(request))
    title = _("Modifier la version")
    return _form_page(request, "vendor/product_version.html", version.product, shown, refusal, title, version)


# --- The pages ------------------------------------------------------------------------------------------------


def _shown(
    fields: Mapping[str, Field],
    stored: ProductSheet | VersionSheet,
    changed: Collection[str],
    refusal: Refusal,
    seen: Mapping[str, str],
) -> dict[str, ShownField]:
    """What this person changed keeps the digest of what he or she saw, unless the two stand side by side now."""
    marks, values = digests(stored), asdict(stored)
    return {
        key: ShownField(
            field,
            f"{SEEN}{key}",
            seen.get(key, "") if key in changed and key not in refusal.compare else marks[key],
            _in_words(key, values[key]) if key in refusal.compare else None,
        )
        for key, field in fields.items()
    }


def _in_words(key: str, value: Any) -> tuple[str, ...]:
    if key == "interests":
        labels = {i.key: said(i.label) for i in portal().interests}
        return tuple(labels.get(one, one) for one in value)
    return tuple(value) if isinstance(value, tuple) else tuple(str(value).splitlines())


def _form_page(
    request: HttpRequest,
    template: str,
    product: Product,
    fields: Mapping[str, ShownField],
    refusal: Refusal,
    title: str,
    version: Version | None = None,
) -> HttpResponse:
    context = {
        "product": product,
        "version": version,
        "title": title,
        "fields": fields,
        "alert": refusal.alert,
        "errors": [
            (fields[key].field.id, sentence) for key, sentence in refusal.errors.items() if key in fields
        ],
        "back_url": return_address(request) or reverse("product", args=[product.reference]),
        "crumbs": [
            *trail(),
            (_("Vos produits"), reverse("products")),
            (product.name, reverse("product", args=[product.reference])),
            (title, ""),
        ],
    }
    return render(request, template, context, status=refusal.status)


urls = [
    path("produits/<slug:reference>/modifier", edit_product_page, name="edit-product"),
    path("produits/<slug:reference>/versions/nouvelle", new_version, name="new-version"),
    path("produits/<slug:reference>/versions/<key:version_id>", edit_version_page, name="edit-version"),
]
