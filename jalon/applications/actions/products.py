"""Changing what the catalogue says of a product, and the files that have not been handed in yet (situation 4).

A file keeps the name and version with which it was handed in. Until then nobody else has read it: it follows the
catalogue, so that a slip of the pen can still be mended. That is why these verbs stand above `vendors`
(docs/decisions/products.md).
"""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.applications.models import Application
from jalon.applications.rules.versions import searched_title
from jalon.applications.states import ENDED_STATES
from jalon.core import clock, dates
from jalon.core.actions import verb
from jalon.core.errors import Conflict, InvalidInput, NotVisible
from jalon.journal.actions import record
from jalon.programmes.queries import portal
from jalon.vendors.actions import lock_product, lock_version, write_product, write_version
from jalon.vendors.models import Product, Version
from jalon.vendors.queries import interests, name_taken, sheet_of, version_sheet_of, version_taken
from jalon.vendors.rules import Merged, ProductSheet, VersionSheet, merged, sheet_errors, version_errors


class SheetConflict(Conflict):
    """Somebody else changed the same fields since the form was shown."""

    def __init__(self, written: Product | Version, fields: Iterable[str]) -> None:
        super().__init__(_changed_meanwhile(written))
        self.fields = tuple(fields)


def _changed_meanwhile(written: Product | Version) -> str:
    if written.changed_by is None or written.changed_at is None:
        return _(
            "Ces réponses ont changé pendant votre saisie. Comparez, corrigez au besoin, puis enregistrez."
        )
    return _(
        "Ces réponses ont changé pendant votre saisie (dernière modification : %(name)s, le %(at)s). Comparez, "
        "corrigez au besoin, puis enregistrez."
    ) % {"name": written.changed_by.full_name, "at": dates.moment(written.changed_at)}


@verb
def edit_product(
    *, actor: Standing, product_id: int, sheet: ProductSheet, seen: Mapping[str, str]
) -> ProductSheet:
    """Write what was changed of a product. `seen`: the digests of what the form showed (`vendors.rules.digests`).

    Returns what the catalogue says now. Raises SheetConflict when somebody else changed the same field meanwhile.
    Nothing changed: nothing is written.
    """
    product = lock_product(actor, product_id)
    change = merged(sheet_of(product), sheet, seen)
    if not change.changed:
        return change.sheet
    _check(product, change, sheet_errors(change.sheet, portal(), interests(product)))
    files: list[Application] = []
    if "name" in change.changed:
        if taken := name_taken(actor, product.company_id, change.sheet.name, but=product.pk):
            raise InvalidInput({"name": taken})
        files = _lock_unread(Application.objects.filter(version__product=product))
    write_product(product, change, actor=actor)
    _record(actor, product, "vendors.product.changed", change, files)
    _follow(files)
    return change.sheet


@verb
def edit_version(
    *, actor: Standing, version_id: int, sheet: VersionSheet, seen: Mapping[str, str]
) -> VersionSheet:
    """The same of one version: how it is called, and its NIL."""
    found = Version.objects.filter(pk=version_id).first()
    if found is None:
        raise NotVisible(str(version_id))
    product = lock_product(actor, found.product_id)
    files = _lock_unread(Application.objects.filter(version=found))
    version = lock_version(found.pk)
    change = merged(version_sheet_of(version), sheet, seen)
    if not change.changed:
        return change.sheet
    _check(version, change, version_errors(change.sheet))
    if taken := version_taken(product, change.sheet.version, but=version.pk):
        raise InvalidInput({"version": taken})
    write_version(version, change, actor=actor)
    _record(actor, product, "vendors.version.changed", change, files, version=version.pk)
    _follow(files)
    return change.sheet


def _check(
    written: Product | Version,
    change: Merged[ProductSheet] | Merged[VersionSheet],
    errors: Mapping[str, str],
) -> None:
    """Refuse a collision first: what is wrong in a text that is to be compared may not stay in it."""
    if change.collisions:
        raise SheetConflict(written, change.collisions)
    wrong = {field: error for field, error in errors.items() if field in change.changed}
    if wrong:
        raise InvalidInput(wrong)


def _lock_unread(files: QuerySet[Application]) -> list[Application]:
    """Files that were never handed in, locked before what they are named after: every verb locks a file first."""
    unread = files.filter(first_submitted_at=None).exclude(state__in=ENDED_STATES)
    return list(unread.select_for_update(of=("self",)).order_by("pk"))


def _follow(files: Sequence[Application]) -> None:
    """Files take name, version and NIL from the catalogue again."""
    versions = Version.objects.select_related("product").in_bulk({file.version_id for file in files})
    for file in files:
        version = versions[file.version_id]
        file.product_name, file.version_label, file.nil = version.product.name, version.label, version.nil
        file.title_norm = searched_title(file.product_name, file.version_label, file.company_name)
        file.changed_at = clock.now()
    Application.objects.bulk_update(
        files, ["product_name", "version_label", "nil", "title_norm", "changed_at"]
    )


def _record(
    actor: Standing,
    product: Product,
    event: str,
    change: Merged[ProductSheet] | Merged[VersionSheet],
    files: Sequence[Application],
    **payload: int,
) -> None:
    record(
        chain=f"company:{product.company_id}",
        event=event,
        actor_ref=actor.user_ref,
        product=product.reference,
        changed=list(change.changed),
        numbers=[file.number for file in files],
        **payload,
    )
