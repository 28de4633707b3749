"""Writes on products and on who works on them."""

import secrets
import string
from collections.abc import Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from jalon.accounts.models import Company, Membership, User
from jalon.accounts.queries import leaders
from jalon.accounts.standing import SYSTEM, Standing
from jalon.core import clock
from jalon.core.actions import step, verb
from jalon.core.canonical import canonical_json
from jalon.core.errors import InvalidInput, NotAllowed, NotVisible
from jalon.core.sealing import Unsealable, seal, sealed_anew
from jalon.journal.actions import record
from jalon.notices.actions import tell
from jalon.vendors.models import PlatformAccess, Product, ProductAccess, Version
from jalon.vendors.notices import ProductWithoutResponsible
from jalon.vendors.policy import (
    can_create_product,
    can_edit_product,
    can_manage_access,
    can_manage_platforms,
)
from jalon.vendors.queries import company_people, known_version, new_product_errors, version_taken
from jalon.vendors.rules import (
    PLATFORMS,
    Merged,
    ProductData,
    ProductSheet,
    VersionSheet,
    platform_errors,
    searched,
    version_errors,
)


@verb
def create_product(*, actor: Standing, data: ProductData) -> Version:
    """Create a product and its first version; its creator is attached at once (Guide RIS, prérequis 4).

    A second click with the same name and version gives the product made by the first.
    """
    if not can_create_product(actor) or actor.company_id is None:
        raise NotAllowed(_("Seules les personnes d’une entreprise peuvent ajouter un produit."))
    Company.objects.select_for_update().get(pk=actor.company_id)  # two clicks at once are one after the other
    if errors := new_product_errors(actor, actor.company_id, data):
        raise InvalidInput(errors)
    if (known := known_version(actor, data)) is not None:
        return known
    return _new_product(actor, data)


def _new_product(actor: Standing, data: ProductData) -> Version:
    now = clock.now()
    assert actor.company_id is not None
    product = Product.objects.create(
        company_id=actor.company_id,
        reference=_reference(),
        name=data.name,
        name_norm=searched(data.name),
        description=data.description,
        certifications=canonical_json(list(data.certifications)),
        interests=canonical_json(list(data.interests)),
        responsible_id=data.responsible_id,
        created_by_id=actor.person_id,
        created_at=now,
    )
    version = Version.objects.create(product=product, label=data.version, nil=data.nil, created_at=now)
    for user_id in {actor.person_id} | ({data.responsible_id} if data.responsible_id else set()):
        ProductAccess.objects.create(
            product=product, user_id=user_id, granted_by_id=actor.person_id, since=now
        )
    record(
        chain=f"company:{actor.company_id}",
        event="vendors.product.created",
        actor_ref=actor.user_ref,
        product=product.reference,
        version=version.pk,
    )
    return version


def _reference() -> str:
    """The durable public number of a product: two letters, eight digits."""
    return "PR" + "".join(secrets.choice(string.digits) for _ in range(8))


@verb
def add_version(*, actor: Standing, product_id: int, sheet: VersionSheet) -> Version:
    """Another version of a product that is in the catalogue. The same one again gives the one that is there."""
    product = lock_product(actor, product_id)
    errors = version_errors(sheet)
    if errors:
        raise InvalidInput(errors)
    existing = product.versions.filter(label=sheet.version).first()
    if existing is not None and existing.nil == sheet.nil:
        return existing
    if taken := version_taken(product, sheet.version):
        raise InvalidInput({"version": taken})
    version = Version.objects.create(
        product=product, label=sheet.version, nil=sheet.nil, created_at=clock.now()
    )
    record(
        chain=f"company:{product.company_id}",
        event="vendors.version.added",
        actor_ref=actor.user_ref,
        product=product.reference,
        version=version.pk,
    )
    return version


@step
def lock_product(actor: Standing, product_id: int) -> Product:
    """A product that this person may write, locked until the verb ends; its name is compared with the company's."""
    product = Product.objects.visible_to(actor).filter(pk=product_id).first()
    if product is None:
        raise NotVisible(str(product_id))
    if not can_edit_product(actor, product):
        raise NotAllowed(_("Ce produit n’est pas celui de votre entreprise."))
    # Without the key: verbs that hold a file, for which this one may wait, insert rows that refer to the company.
    Company.objects.select_for_update(no_key=True).get(pk=product.company_id)
    locked = Product.objects.select_for_update(of=("self",), no_key=True).select_related("changed_by")
    return locked.get(pk=product.pk)


@step
def lock_version(version_id: int) -> Version:
    """A version as it is now, locked after its product until the verb ends: neither is renamed meanwhile."""
    products = Product.objects.filter(versions=version_id)
    product = products.select_for_update(of=("self",), no_key=True).select_related("company").get()
    versions = Version.objects.select_for_update(of=("self",), no_key=True).select_related("changed_by")
    version = versions.get(pk=version_id)
    version.product = product
    return version


@step
def write_product(product: Product, change: Merged[ProductSheet], *, actor: Standing) -> None:
    """Write what was changed, and nothing else."""
    sheet = change.sheet
    columns = {
        "name": {"name": sheet.name, "name_norm": searched(sheet.name)},
        "description": {"description": sheet.description},
        "certifications": {"certifications": canonical_json(list(sheet.certifications))},
        "interests": {"interests": canonical_json(list(sheet.interests))},
    }
    _write(Product.objects.filter(pk=product.pk), columns, change, actor)


@step
def write_version(version: Version, change: Merged[VersionSheet], *, actor: Standing) -> None:
    """The same of a version."""
    columns = {"version": {"label": change.sheet.version}, "nil": {"nil": change.sheet.nil}}
    _write(Version.objects.filter(pk=version.pk), columns, change, actor)


def _write(
    row: QuerySet[Product] | QuerySet[Version],
    columns: Mapping[str, Mapping[str, str]],
    change: Merged[ProductSheet] | Merged[VersionSheet],
    actor: Standing,
) -> None:
    values = {column: value for field in change.changed for column, value in columns[field].items()}
    row.update(**values, changed_by_id=actor.person_id, changed_at=clock.now())


@verb
def grant_access(*, actor: Standing, product_id: int, user_id: int) -> None:
    """Attach a colleague to a product ("Ajouter un collaborateur"). Attaching twice attaches once."""
    product = _lock_managed(actor, product_id)
    if not Membership.objects.filter(company_id=product.company_id, user_id=user_id, until=None).exists():
        raise InvalidInput(
            {
                "user": _(
                    "Cette personne n’a pas de compte iSC dans votre entreprise. Invitez-la à s’y inscrire."
                )
            }
        )
    if ProductAccess.objects.filter(product=product, user_id=user_id, until=None).exists():
        return
    ProductAccess.objects.create(
        product=product, user_id=user_id, granted_by_id=actor.person_id, since=clock.now()
    )
    _record_access(actor, product, "granted", user_id)


@verb
def revoke_access(*, actor: Standing, product_id: int, user_id: int) -> None:
    """Detach a colleague: his or her access ends at the next request (situation 2)."""
    product = _lock_managed(actor, product_id)
    ended = ProductAccess.objects.filter(product=product, user_id=user_id, until=None).update(
        until=clock.now()
    )
    if ended:
        _record_access(actor, product, "revoked", user_id)


def _lock_managed(actor: Standing, product_id: int) -> Product:
    product = Product.objects.visible_to(actor).select_for_update().filter(pk=product_id).first()
    if product is None:
        raise NotVisible(str(product_id))
    if not can_manage_access(actor, product):
        raise NotAllowed(_("Seuls un mandataire ou un responsable rattachent des collaborateurs."))
    return product


def _record_access(actor: Standing, product: Product, act: str, user_id: int) -> None:
    record(
        chain=f"company:{product.company_id}",
        event=f"vendors.access.{act}",
        actor_ref=actor.user_ref,
        product=product.reference,
        person=User.objects.only("ref").get(pk=user_id).ref,
    )


@verb
def name_responsible(*, actor: Standing, product_id: int, user_id: int) -> None:
    """Name the person in charge of a product, who is attached to it; for instance after the former one left."""
    product = _lock_managed(actor, product_id)
    if user_id not in [p.pk for p in company_people(product.company_id)]:
        raise InvalidInput({"responsible": _("Choisissez une personne de votre entreprise.")})
    if product.responsible_id == user_id:
        return
    Product.objects.filter(pk=product.pk).update(responsible_id=user_id)
    if not ProductAccess.objects.filter(product=product, user_id=user_id, until=None).exists():
        ProductAccess.objects.create(
            product=product, user_id=user_id, granted_by_id=actor.person_id, since=clock.now()
        )
    _record_access(actor, product, "responsible_named", user_id)


@step
def keep_nil(*, version_id: int, nil: str) -> None:
    """Write back the NIL given in a form: it belongs to the product (G10)."""
    Version.objects.filter(pk=version_id).update(nil=nil)


@verb
def release_member(*, actor: Standing, company_id: int, user_id: int) -> None:
    """Somebody left the company: accesses end, products stay; the mandataires hear of products without anybody
    in charge (situation 2). The system's act, after the membership ended; done again, it changes nothing.
    """
    if actor is not SYSTEM:
        raise NotAllowed(_("Cet acte est celui de la plateforme."))
    if Membership.objects.filter(company_id=company_id, user_id=user_id, until=None).exists():
        return  # came back meanwhile
    products = Product.objects.filter(company_id=company_id)
    ended = ProductAccess.objects.filter(product__in=products, user_id=user_id, until=None).update(
        until=clock.now()
    )
    orphans = list(products.filter(responsible_id=user_id).values_list("reference", "name"))
    if not ended and not orphans:
        return
    products.filter(responsible_id=user_id).update(responsible=None)
    line = record(
        chain=f"company:{company_id}",
        event="vendors.member.released",
        actor_ref=actor.user_ref,
        person=User.objects.only("ref").get(pk=user_id).ref,
        accesses=ended,
        products=sorted(reference for reference, _name in orphans),
    )
    for reference, name in orphans:
        notice = ProductWithoutResponsible(reference=reference, product=name)
        tell(notice, users=leaders(company_id), dedupe=f"{reference}:left:{line.seq}")


# --- outside platforms where the company holds its test reports


@verb
def save_platform_access(*, actor: Standing, platform: str, organisation: str, key: str = "") -> None:
    """Keep the company's keyword at a platform and, when one is given, the key in place of the present one."""
    company_id = _leading_company(actor, platform)
    organisation, key = organisation.strip(), key.strip()
    errors = platform_errors(organisation, key)
    if errors:
        raise InvalidInput(errors)
    kept = PlatformAccess.objects.select_for_update()  # also from those who seal all keys anew
    access = kept.filter(company_id=company_id, platform=platform).first()
    changed = access is None or access.organisation != organisation
    if not changed and not key:
        return
    access = access or PlatformAccess(company_id=company_id, platform=platform)
    access.organisation = organisation
    if key:
        access.sealed_key = seal(key)
        access.key_set_by_id, access.key_set_at = actor.person_id, clock.now()
    access.save()
    _record_platform(actor, "saved", platform, keyword=changed, key=bool(key))


@verb
def remove_platform_key(*, actor: Standing, platform: str) -> None:
    """From now on nothing is asked there with the company's key."""
    company_id = _leading_company(actor, platform)
    kept = PlatformAccess.objects.filter(company_id=company_id, platform=platform).exclude(sealed_key="")
    if kept.update(sealed_key="", key_set_by=None, key_set_at=None):
        _record_platform(actor, "key_removed", platform)


@verb
def seal_platform_keys_anew(*, actor: Standing) -> dict[str, int]:
    """After a new sealing key was put in front: how many keys it seals now, and how many none of them opens."""
    if actor is not SYSTEM:
        raise NotAllowed(_("Seul l’exploitant change les clés de scellement."))
    done = {"sealed": 0, "lost": 0}
    for access in PlatformAccess.objects.select_for_update().exclude(sealed_key=""):
        try:
            access.sealed_key = sealed_anew(access.sealed_key)
        except Unsealable:
            done["lost"] += 1
            continue
        access.save(update_fields=["sealed_key"])
        done["sealed"] += 1
    record(chain="platform", event="vendors.platform_keys.sealed_anew", actor_ref=actor.user_ref, **done)
    return done


def _leading_company(actor: Standing, platform: str) -> int:
    """The company, locked: two saves at once are one after the other."""
    if not can_manage_platforms(actor) or actor.company_id is None:
        raise NotAllowed(_("Seuls un mandataire ou un responsable gèrent les accès de l’entreprise."))
    if platform not in PLATFORMS:
        raise NotVisible(platform)
    return Company.objects.select_for_update().get(pk=actor.company_id).pk


def _record_platform(actor: Standing, act: str, platform: str, **payload: bool) -> None:
    record(
        chain=f"company:{actor.company_id}",
        event=f"vendors.platform.{act}",
        actor_ref=actor.user_ref,
        platform=platform,
        **payload,
    )
