"""Products (Guide RIS, étape 1, prérequis 4): the catalogue, the form in two steps, and one product's page."""

import secrets
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jalon.accounts.standing import Standing
from jalon.applications.models import Application
from jalon.applications.queries import title
from jalon.applications.rules.answers import asks_for_nil
from jalon.core.errors import InvalidInput, NotAllowed
from jalon.core.text import fold
from jalon.programmes.definition.schema import Help, Text
from jalon.programmes.queries import portal, tracks
from jalon.vendors.actions import create_product, grant_access, name_responsible, revoke_access
from jalon.vendors.models import Product, Version
from jalon.vendors.policy import can_create_product, can_manage_access
from jalon.vendors.queries import (
    attachable_people,
    certifications,
    collaborators,
    company_people,
    interests,
    visible_product,
)
from jalon.vendors.rules import ProductData, product_data, product_errors
from jalon.web.access import standing_in, vendor_only
from jalon.web.components.fields import Choice, Field, FieldHelp
from jalon.web.vendor.dashboard import Row
from jalon.web.vendor.frame import address, awaited, see_other

DRAFTS = "product_drafts"  # in the session: what was typed, until it is confirmed
KEPT_DRAFTS = 5
PER_PAGE = 25
NIL = gettext_lazy("N° d’Identification (NIL délivré par le CNDA)")


def _said(text: Text | None) -> str:
    return text.shown_in(get_language() or "fr") if text else ""


def nil_is_asked() -> bool:
    """Whether any programme in force has a use for the number that the CNDA gives."""
    return any(p.definition and asks_for_nil(p.definition) for track in tracks() for p in track.programmes)


# --- The catalogue ------------------------------------------------------------------------------------------


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
            "crumbs": [*_trail(), (_("Vos produits"), "")],
        },
    )


def _trail() -> list[tuple[str, str]]:
    return [(_("Tableau de bord"), reverse("dashboard"))]


# --- A new product, in two steps ----------------------------------------------------------------------------


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def new_product(request: HttpRequest) -> HttpResponse:
    """ "Ajouter un nouveau produit", first step. What was typed waits in the session: nothing is half stored."""
    standing = _creator(request)
    token = request.GET.get("brouillon", "")
    if request.method != "POST":
        typed = _drafts(request).get(token, {}).get("data") or {"responsible": str(standing.user_id)}
        return _form_page(request, standing, product_data(typed), {}, token)
    data = product_data(_typed(request))
    errors = product_errors(data, portal(), [p.pk for p in company_people(_company(standing))])
    if errors:
        return _form_page(request, standing, data, errors, token, status=422)
    kept = _keep_draft(request, token, data)
    return see_other(f"{reverse('new-product-recap')}?brouillon={kept}")


def _creator(request: HttpRequest) -> Standing:
    standing = standing_in(request)
    if not can_create_product(standing):
        raise NotAllowed(_("Seules les personnes d’une entreprise peuvent ajouter un produit."))
    return standing


def _company(standing: Standing) -> int:
    if standing.company_id is None:
        raise Http404
    return standing.company_id


def _typed(request: HttpRequest) -> dict[str, Any]:
    plain = {
        name: request.POST.get(name, "") for name in ("name", "version", "nil", "responsible", "description")
    }
    lines = request.POST.get("certifications", "").splitlines()
    return {**plain, "certifications": lines, "interests": request.POST.getlist("interests")}


def _drafts(request: HttpRequest) -> dict[str, dict[str, Any]]:
    return dict(request.session.get(DRAFTS, {}))


def _keep_draft(request: HttpRequest, token: str, data: ProductData, reference: str = "") -> str:
    drafts = _drafts(request)
    token = token if token in drafts else secrets.token_urlsafe(9)
    back = drafts.get(token, {}).get("back") or _return_address(request)
    kept = {**asdict(data), "responsible": str(data.responsible_id or "")}
    drafts.pop(token, None)
    drafts[token] = {"data": kept, "back": back, "reference": reference}
    request.session[DRAFTS] = dict(list(drafts.items())[-KEPT_DRAFTS:])
    return token


def _return_address(request: HttpRequest) -> str:
    """Where to go once the product is there: the choice of a product for a programme, for instance."""
    wanted = request.GET.get("retour", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else ""


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
    names = {p.pk: p.full_name for p in company_people(_company(standing))}
    labels = {i.key: _said(i.label) for i in portal().interests}
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
                *_trail(),
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
            "back_url": _return_address(request) or reverse("products"),
            "crumbs": [
                *_trail(),
                (_("Vos produits"), reverse("products")),
                (_("Ajouter un nouveau produit"), ""),
            ],
        },
        status=status,
    )


def product_fields(standing: Standing, data: ProductData, errors: dict[str, str]) -> dict[str, Field]:
    """The questions of G04, in order, with the help that the portal gives."""
    helps = portal().product_help
    people = tuple(Choice(str(p.pk), p.full_name) for p in company_people(_company(standing)))
    exclusive = next((i.key for i in portal().interests if i.exclusive), "")
    shared: dict[str, dict[str, Any]] = {
        "name": {"label": _("Nom du produit"), "required": True, "value": data.name, "max_length": 200},
        "version": {"label": _("Version"), "required": True, "value": data.version, "max_length": 60},
        "nil": {
            "label": str(NIL),
            "value": data.nil,
            "max_length": 40,
            "upper_case": True,
        },
        "responsible": {
            "label": _("Responsable"),
            "required": True,
            "kind": "select",
            "options": people,
            "value": str(data.responsible_id or ""),
        },
        "description": {
            "label": _("Description du produit"),
            "required": True,
            "kind": "long_text",
            "value": data.description,
            "max_length": 5000,
        },
        "certifications": {
            "label": _("Certifications"),
            "hint": _("Une par ligne."),
            "kind": "long_text",
            "rows": 3,
            "value": "\n".join(data.certifications),
        },
        "interests": {
            "label": _(
                "Par quels dispositifs de référencement et/ou de certification êtes-vous intéressé pour le produit ?"
            ),
            "required": True,
            "kind": "checkboxes",
            "options": tuple(_interest_choices()),
            "value": data.interests,
            "data": {"exclusive": exclusive} if exclusive else {},
        },
    }
    if not nil_is_asked():
        del shared["nil"]
    return {
        key: Field(name=key, error=errors.get(key, ""), help=_field_help(helps.get(key)), **given)
        for key, given in shared.items()
    }


def _interest_choices() -> list[Choice]:
    return [
        Choice(i.key, _said(i.label), hint=_said(i.hint), disabled=not i.available)
        for i in portal().interests
    ]


def _field_help(known: Help | None) -> FieldHelp | None:
    if known is None:
        return None
    link = known.link
    return FieldHelp(
        _said(known.title), _said(known.body), link.url if link else "", _said(link.label) if link else ""
    )


# --- One product --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class VersionRow:
    version: Version
    rows: tuple[Row, ...]


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
    errors = errors or {}
    may_manage = can_manage_access(standing, product)
    labels = {i.key: _said(i.label) for i in portal().interests}
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
            "people": collaborators(product, standing),
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
            "crumbs": [*_trail(), (_("Vos produits"), reverse("products")), (product.name, "")],
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
    path("produits", products, name="products"),
    path("produits/nouveau", new_product, name="new-product"),
    path("produits/nouveau/recapitulatif", new_product_recap, name="new-product-recap"),
    path("produits/<slug:reference>", product_page, name="product"),
    path("produits/<slug:reference>/collaborateurs", attach_person, name="attach-person"),
    path(
        "produits/<slug:reference>/collaborateurs/<key:user_id>/retrait", detach_person, name="detach-person"
    ),
    path("produits/<slug:reference>/responsable", set_responsible, name="set-responsible"),
]
