"""Reads about products, for screens."""

import json
import logging
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _

from jalon.accounts.models import Membership, User
from jalon.accounts.standing import Standing
from jalon.accounts.states import CompanyRole
from jalon.core.errors import NotVisible
from jalon.core.sealing import Unsealable, unseal
from jalon.programmes.queries import portal
from jalon.vendors.models import PlatformAccess, Product, ProductAccess, Version
from jalon.vendors.rules import ProductData, ProductSheet, VersionSheet, product_errors, searched

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Collaborator:
    """A person with access to a product: by role in the company, or attached to the product."""

    user_id: int
    name: str
    role: CompanyRole
    is_me: bool
    attached: bool


def visible_product(standing: Standing, reference: str) -> Product:
    product = Product.objects.visible_to(standing).filter(reference=reference).first()
    if product is None:
        raise NotVisible(reference)
    return product


def visible_version(standing: Standing, version_id: int) -> Version:
    version = (
        Version.objects.filter(pk=version_id, product__in=Product.objects.visible_to(standing))
        .select_related("product__company")
        .first()
    )
    if version is None:
        raise NotVisible(str(version_id))
    return version


def collaborators(product: Product, standing: Standing) -> list[Collaborator]:
    """ "Collaborateurs ayant accès au produit": the company's leaders, then the people attached."""
    attached = set(
        ProductAccess.objects.filter(product=product, until=None).values_list("user_id", flat=True)
    )
    members = Membership.objects.filter(company_id=product.company_id, until=None).select_related("user")
    order = {CompanyRole.AGENT: 0, CompanyRole.DELEGATE: 1, CompanyRole.EMPLOYEE: 2}
    people = [
        Collaborator(
            m.user_id,
            m.user.full_name,
            CompanyRole(m.role),
            m.user_id == standing.user_id,
            m.user_id in attached,
        )
        for m in members
        if m.role != CompanyRole.EMPLOYEE or m.user_id in attached
    ]
    return sorted(people, key=lambda p: (order[p.role], p.name))


def attachable_people(product: Product) -> list[User]:
    """The company's salariés who are not attached yet."""
    attached = ProductAccess.objects.filter(product=product, until=None).values("user_id")
    employees = Membership.objects.filter(
        company_id=product.company_id, until=None, role=CompanyRole.EMPLOYEE
    ).exclude(user_id__in=attached)
    return list(User.objects.filter(pk__in=employees.values("user_id")).order_by("name_norm", "pk"))


def company_people(company_id: int) -> list[User]:
    members = Membership.objects.filter(company_id=company_id, until=None)
    return list(User.objects.filter(pk__in=members.values("user_id")).order_by("name_norm", "pk"))


def people_with_access(product: Product) -> list[User]:
    """Everybody of the company who may see the product: whom its notices go to."""
    attached = ProductAccess.objects.filter(product=product, until=None).values("user_id")
    members = Membership.objects.filter(company_id=product.company_id, until=None)
    leaders = members.exclude(role=CompanyRole.EMPLOYEE).values("user_id")
    still_here = members.values("user_id")
    return list(
        User.objects.filter(is_active=True, pk__in=still_here)
        .filter(Q(pk__in=leaders) | Q(pk__in=attached))
        .order_by("pk")
    )


def people_by_product(company_id: int) -> dict[int, list[User]]:
    """The same, of every product of a company. Three queries."""
    attached = set(
        ProductAccess.objects.filter(product__company=company_id, until=None).values_list("product", "user")
    )
    members = Membership.objects.filter(company_id=company_id, until=None, user__is_active=True)
    people = list(members.select_related("user").order_by("user_id"))
    return {
        product: [
            m.user for m in people if m.role != CompanyRole.EMPLOYEE or (product, m.user_id) in attached
        ]
        for product in Product.objects.filter(company=company_id).values_list("pk", flat=True)
    }


def known_version(standing: Standing, data: ProductData) -> Version | None:
    """The version of a visible product that the form of a new product describes again: a second click."""
    products = Product.objects.visible_to(standing).filter(name=data.name)
    return Version.objects.filter(product__in=products, label=data.version).select_related("product").first()


def new_product_errors(standing: Standing, company_id: int, data: ProductData) -> dict[str, str]:
    """What is wrong with a new product, by field, in the order of the form."""
    people = [person.pk for person in company_people(company_id)]
    errors = product_errors(data, portal(), people)
    if "name" in errors or known_version(standing, data) is not None:
        return errors
    taken = name_taken(standing, company_id, data.name)
    return {"name": taken, **errors} if taken else errors


def name_taken(standing: Standing, company_id: int, name: str, *, but: int = 0) -> str:
    """Why a product cannot have this name, or "": one name, one product, whatever its versions. `but`: itself."""
    same = Product.objects.filter(company_id=company_id, name_norm=searched(name)).exclude(pk=but)
    if not same.exists():
        return ""
    if not Product.objects.visible_to(standing).filter(pk__in=same.values("pk")).exists():
        return _("Votre entreprise a déjà un produit de ce nom. Demandez à y être rattaché.")
    return _(
        "Votre catalogue contient déjà un produit de ce nom. Ouvrez-le dans « Vos produits » pour lui ajouter une "
        "version, ou donnez un autre nom."
    )


def version_taken(product: Product, label: str, *, but: int = 0) -> str:
    """Why a version cannot be called so, or ""."""
    if not product.versions.filter(label=label).exclude(pk=but).exists():
        return ""
    return _("Ce produit a déjà une version « %(label)s ».") % {"label": label}


def sheet_of(product: Product) -> ProductSheet:
    return ProductSheet(
        product.name, product.description, tuple(certifications(product)), tuple(interests(product))
    )


def version_sheet_of(version: Version) -> VersionSheet:
    return VersionSheet(version.label, version.nil)


def certifications(product: Product) -> list[str]:
    return list(json.loads(product.certifications))


def interests(product: Product) -> list[str]:
    return list(json.loads(product.interests))


@dataclass(frozen=True)
class PlatformCredentials:
    """What is sent to a platform for a company. For connectors only: the key belongs on no page and in no log."""

    organisation: str
    key: str = field(default="", repr=False)


def platform_access(company_id: int, platform: str) -> PlatformAccess | None:
    """How a company is known there, as people may see it."""
    return (
        PlatformAccess.objects.filter(company_id=company_id, platform=platform)
        .select_related("key_set_by")
        .first()
    )


def platform_credentials(company_id: int, platform: str) -> PlatformCredentials | None:
    """None: the company has given no keyword. A key that no sealing key opens any more counts as none."""
    access = platform_access(company_id, platform)
    if access is None:
        return None
    try:
        return PlatformCredentials(
            access.organisation, unseal(access.sealed_key) if access.sealed_key else ""
        )
    except Unsealable:
        logger.warning("The key of company %d at %s is sealed with a key that is gone", company_id, platform)
        return PlatformCredentials(access.organisation)
