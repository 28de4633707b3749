"""A new product in two steps: the form, then all of it read again and confirmed."""

import secrets
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jalon.accounts.standing import Standing
from jalon.core.errors import InvalidInput, NotAllowed
from jalon.programmes.queries import portal
from jalon.vendors.actions import create_product
from jalon.vendors.policy import can_create_product
from jalon.vendors.queries import company_people, new_product_errors
from jalon.vendors.rules import ProductData, product_data
from jalon.web.access import standing_in, vendor_only
from jalon.web.answers import said
from jalon.web.vendor.frame import see_other
from jalon.web.vendor.products.fields import product_fields
from jalon.web.vendor.products.frame import NIL, company_of, nil_is_asked, return_address, trail, typed

DRAFTS = "product_drafts"  # in the session: what was typed, until it is confirmed
KEPT_DRAFTS = 5


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def new_product(request: HttpRequest) -> HttpResponse:
    """ "Ajouter un nouveau produit", first step. What was typed waits in the session: nothing is half stored."""
    standing = _creator(request)
    token = request.GET.get("brouillon", "")
    if request.method != "POST":
        begun = _drafts(request).get(token, {}).get("data") or {"responsible": str(standing.user_id)}
        return _form_page(request, standing, product_data(begun), {}, token)
    data = product_data(typed(request))
    errors = new_product_errors(standing, company_of(standing), data)
    if errors:
        return _form_page(request, standing, data, errors, token, status=422)
    kept = _keep_draft(request, token, data)
    return see_other(f"{reverse('new-product-recap')}?brouillon={kept}")


def _creator(request: HttpRequest) -> Standing:
    standing = standing_in(request)
    if not can_create_product(standing):
        raise NotAllowed(_("Seules les personnes d’une entreprise peuvent ajouter un produit."))
    return standing


def _drafts(request: HttpRequest) -> dict[str, dict[str, Any]]:
    return dict(request.session.get(DRAFTS, {}))


def _keep_draft(request: HttpRequest, token: str, data: ProductData, reference: str = "") -> str:
    drafts = _drafts(request)
    token = token if token in drafts else secrets.token_urlsafe(9)
    back = drafts.get(token, {}).get("back") or return_address(request)
    kept = {**asdict(data), "responsible": str(data.responsible_id or "")}
    drafts.pop(token, None)
    drafts[token] = {"data": kept, "back": back, "reference": reference}
    request.session[DRAFTS] = dict(list(drafts.items())[-KEPT_DRAFTS:])
    return token


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def new_product_recap(request: HttpRequest) -> HttpResponse:
    """The second step: read again, then "Valider"."""
    standing = _creator(request)
    token = request.GET.get("brouillon", "")
    draft = _drafts(request).get(token)
    if draft is None:
        messages.warning(request, _("Ce formulaire n’est plus ouvert. Recommencez la saisie."))
        return redirect("new-product")
    if draft["reference"]:  # confirmed already: the second click of two
        return redirect(draft["back"] or reverse("product", args=[draft["reference"]]))
    data = product_data(draft["data"])
    if request.method != "POST":
        return _recap_page(request, standing, data, token)
    try:
        version = create_product(actor=standing, data=data)
    except InvalidInput as refusal:
        return _form_page(request, standing, data, refusal.errors, token, status=422)
    _keep_draft(request, token, data, reference=version.product.reference)
    messages.success(request, _("Le produit « %(name)s » est dans votre catalogue.") % {"name": data.name})
    return see_other(draft["back"] or reverse("product", args=[version.product.reference]))


def _recap_page(request: HttpRequest, standing: Standing, data: ProductData, token: str) -> HttpResponse:
    names = {p.pk: p.full_name for p in company_people(company_of(standing))}
    labels = {i.key: said(i.label) for i in portal().interests}
    rows: list[dict[str, Any]] = [
        {"label": _("Nom du produit"), "value": data.name},
        {"label": _("Version"), "value": data.version},
        *([{"label": str(NIL), "value": data.nil}] if nil_is_asked() else []),
        {"label": _("Responsable"), "value": names.get(data.responsible_id or 0, "")},
        {"label": _("Description du produit"), "lines": data.description.splitlines()},
        {"label": _("Certifications"), "lines": data.certifications},
        {
            "label": _("Votre intérêt pour les dispositifs de référencement et/ou de certification"),
            "lines": [labels.get(key, key) for key in data.interests],
        },
    ]
    return render(
        request,
        "vendor/product_recap.html",
        {
            "rows": [{"value": "", "lines": (), "changed": False, **row} for row in rows],
            "back_url": f"{reverse('new-product')}?brouillon={token}",
            "crumbs": [
                *trail(),
                (_("Vos produits"), reverse("products")),
                (_("Ajouter un nouveau produit"), ""),
            ],
        },
    )


def _form_page(
    request: HttpRequest,
    standing: Standing,
    data: ProductData,
    errors: dict[str, str],
    token: str,
    status: int = 200,
) -> HttpResponse:
    fields = product_fields(standing, data, errors)
    ids = [(fields[key].id, sentence) for key, sentence in errors.items() if key in fields]
    query = f"brouillon={token}" if token else request.GET.urlencode()
    action = f"{reverse('new-product')}?{query}" if query else reverse("new-product")
    return render(
        request,
        "vendor/product_form.html",
        {
            "fields": fields,
            "errors": ids,
            "action": action,
            "back_url": return_address(request) or reverse("products"),
            "crumbs": [
                *trail(),
                (_("Vos produits"), reverse("products")),
                (_("Ajouter un nouveau produit"), ""),
            ],
        },
        status=status,
    )


urls = [
    path("produits/nouveau", new_product, name="new-product"),
    path("produits/nouveau/recapitulatif", new_product_recap, name="new-product-recap"),
]
