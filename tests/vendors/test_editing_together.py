"""Somebody edits the catalogue while somebody else opens a file of it, or hands one in; on real connections."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connections, transaction

from jalon.applications.actions.opening import charter_text, open_application
from jalon.applications.actions.products import edit_product, edit_version
from jalon.applications.actions.steps import lock_application, mark_first_submission
from jalon.applications.models import Application
from jalon.core import clock
from jalon.core.canonical import sha256_hex
from jalon.programmes.models import Programme
from jalon.programmes.queries import current_revision, definition_of
from jalon.vendors.actions import add_version, keep_nil
from jalon.vendors.models import Product, Version
from jalon.vendors.queries import sheet_of, version_sheet_of
from jalon.vendors.rules import VersionSheet, digests
from tests.append_only import tables_that_can_be_emptied
from tests.scenarios.cast import Company, open_application_of_everybody
from tests.scenarios.small import SMALL_CODE

__all__ = ["tables_that_can_be_emptied"]  # fixtures
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def together(transactional_db) -> Company:
    return open_application_of_everybody()


def at_once(hold: Callable[[], object], act: Callable[[], object], write: Callable[[], object]) -> None:
    """`act` begins while a transaction holds what it wants, and goes on once that one has written and is committed."""
    errors: list[BaseException] = []

    def body() -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=body)
    with transaction.atomic():
        hold()
        thread.start()
        thread.join(0.5)  # long enough to read what is about to change, and to wait for what is held
        write()
    thread.join(60)
    assert errors == []


def test_a_nil_that_is_being_handed_in_is_not_lost_to_a_new_label(together):
    file = together.application
    label = version_sheet_of(file.version)

    def rename() -> None:
        edit_version(
            actor=together["agent"],
            version_id=file.version_id,
            sheet=replace(label, version="4.2.1"),
            seen=digests(label),
        )

    def hand_in() -> None:
        mark_first_submission(together.application, received_at=clock.now(), nil="GIVEN9")
        keep_nil(version_id=file.version_id, nil="GIVEN9")

    at_once(lambda: lock_application(together["agent"], file.number), rename, hand_in)
    assert version_sheet_of(Version.objects.get(pk=file.version_id)) == VersionSheet("4.2.1", "GIVEN9")
    kept = Application.objects.get(pk=file.pk)
    assert (kept.version_label, kept.nil) == (label.version, "GIVEN9")  # it was handed in first


def test_a_file_opened_while_its_product_is_renamed_has_the_new_name(together):
    product = Product.objects.get(pk=together.application.version.product_id)
    version = add_version(actor=together["agent"], product_id=product.pk, sheet=VersionSheet("5", ""))
    revision = current_revision(Programme.objects.get(code=SMALL_CODE))
    text = charter_text(definition_of(revision).charter, "fr")

    def begin() -> None:
        open_application(
            actor=together["agent"],
            programme_code=SMALL_CODE,
            version_id=version.pk,
            charter_accepted=True,
            charter_sha256=sha256_hex(text),
            language="fr",
        )

    at_once(
        lambda: Product.objects.select_for_update().get(pk=product.pk),
        begin,
        lambda: Product.objects.filter(pk=product.pk).update(name="Nouveau nom"),
    )
    assert Application.objects.get(version=version).product_name == "Nouveau nom"


def test_two_renames_at_once_are_one_after_the_other(together):
    product = Product.objects.get(pk=together.application.version.product_id)
    shown = sheet_of(product)

    def rename() -> None:
        edit_product(
            actor=together["agent"],
            product_id=product.pk,
            sheet=replace(shown, description="La sienne."),
            seen=digests(shown),
        )

    at_once(
        lambda: Product.objects.select_for_update().get(pk=product.pk),
        rename,
        lambda: Product.objects.filter(pk=product.pk).update(name="Nouveau nom"),
    )
    found = sheet_of(Product.objects.get(pk=product.pk))
    assert (found.name, found.description) == ("Nouveau nom", "La sienne.")
