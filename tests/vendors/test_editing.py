"""A product changed in the catalogue: what files keep and what follows (situation 4), and two people at once."""

import json
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jalon.applications.actions.products import SheetConflict, edit_product, edit_version
from jalon.applications.models import Application
from jalon.applications.queries.answers import answer_marks
from jalon.awards.actions.decisions import withdraw_application
from jalon.core import clock
from jalon.core.errors import InvalidInput, NotVisible
from jalon.journal.models import Entry
from jalon.reviews.actions.files import RecapOutdated, submit_application
from jalon.vendors.actions import add_version, create_product
from jalon.vendors.models import Product, Version
from jalon.vendors.queries import sheet_of, version_sheet_of
from jalon.vendors.rules import VersionSheet, digests
from tests.scenarios.people import product


def the_product():
    return the_version().product


def the_version():
    return Application.objects.earliest("pk").version


def edit(world, who="agent", seen=None, **changes):
    now = sheet_of(the_product())
    edit_product(
        actor=world[who],
        product_id=the_product().pk,
        sheet=replace(now, **changes),
        seen=digests(now) if seen is None else seen,
    )


def edit_label(world, who="agent", seen=None, **changes):
    now = version_sheet_of(the_version())
    edit_version(
        actor=world[who],
        version_id=the_version().pk,
        sheet=replace(now, **changes),
        seen=digests(now) if seen is None else seen,
    )


def last_line(world):
    line = Entry.objects.filter(chain=f"company:{world['agent'].company_id}").order_by("-seq").first()
    return line.event, json.loads(line.payload)


def lines(world):
    return Entry.objects.filter(chain=f"company:{world['agent'].company_id}").count()


def named():
    file = Application.objects.get()
    return file.product_name, file.version_label, file.nil


def test_a_file_that_nobody_has_read_follows_the_catalogue(world):
    edit(world, name="Clairvue Nuit")
    edit_label(world, version="4.3", nil="AB12")
    assert named() == ("Clairvue Nuit", "4.3", "AB12")
    file = Application.objects.get()
    assert file.title_norm == f"clairvue nuit 4.3 {file.company_name.lower()}"
    assert last_line(world) == (
        "vendors.version.changed",
        {"product": the_product().reference, "version": the_version().pk, "changed": ["version", "nil"],
         "numbers": [file.number]},
    )  # fmt: skip


def test_a_file_that_was_handed_in_keeps_its_copies(world):
    world.submitted()
    before = named()
    edit(world, name="Clairvue Nuit")
    edit_label(world, version="9", nil="ZZ")
    assert named() == before
    assert version_sheet_of(the_version()) == VersionSheet("9", "ZZ")
    assert (the_product().name, the_product().name_norm) == ("Clairvue Nuit", "clairvue nuit")
    assert last_line(world)[1]["numbers"] == []


def test_a_file_that_ended_before_it_was_handed_in_keeps_them_too(world):
    withdraw_application(actor=world["agent"], number=world.number)
    before = named()
    edit(world, name="Clairvue Nuit")
    assert named() == before


def test_a_recap_of_the_former_name_is_refused(world):
    world.play.fill()
    seen = answer_marks(world.application)
    edit(world, name="Clairvue Nuit")
    with pytest.raises(RecapOutdated) as refused:
        submit_application(actor=world["agent"], number=world.number, seen=seen, received_at=clock.now())
    assert len(refused.value.fields) == 1
    assert not world.application.first_submitted_at


@pytest.mark.parametrize("act", [edit, edit_label])
def test_nothing_changed_writes_nothing(world, act):
    before = lines(world)
    act(world)
    act(world, seen={})
    assert (lines(world), the_product().changed_by) == (before, None)


@pytest.mark.parametrize(
    ("who", "error"), [("stranger", NotVisible), ("rival", NotVisible), ("verifier", NotVisible)]
)
def test_who_changes_nothing(world, who, error):
    before = lines(world), sheet_of(the_product())
    with pytest.raises(error):
        edit(world, who, name="Pris")
    with pytest.raises(error):
        edit_label(world, who, version="9")
    with pytest.raises(error):
        add_version(actor=world[who], product_id=the_product().pk, sheet=VersionSheet("9", ""))
    assert (lines(world), sheet_of(the_product())) == before


def test_a_colleague_who_is_attached_changes_it(world):
    edit(world, "employee", description="Autre chose.")
    assert the_product().description == "Autre chose."
    assert the_product().changed_by == world.users["employee"]


def test_two_people_on_different_fields_both_win(world):
    shown = digests(sheet_of(the_product()))
    edit(world, "employee", description="De l’un.")
    mine = replace(
        sheet_of(the_product()), description="Système d’information de radiologie.", name="De l’autre"
    )
    edit_product(actor=world["agent"], product_id=the_product().pk, sheet=mine, seen=shown)
    assert (the_product().name, the_product().description) == ("De l’autre", "De l’un.")


@pytest.mark.parametrize(("act", "field"), [(edit, "name"), (edit_label, "version")])
def test_two_people_on_one_field_are_told_of_each_other(world, act, field):
    shown = digests(sheet_of(the_product()) if act is edit else version_sheet_of(the_version()))
    act(world, "employee", **{field: "De l’un"})
    before = lines(world)
    with pytest.raises(SheetConflict, match=world.users["employee"].full_name) as refused:
        act(world, seen=shown, **{field: "De l’autre"})
    assert refused.value.fields == (field,)
    assert (lines(world), named()[act is edit_label]) == (before, "De l’un")


def test_a_product_takes_no_other_products_name(world):
    create_product(actor=world["agent"], data=product(world.users["agent"], name="Autre RIS"))
    with pytest.raises(InvalidInput) as refused:
        edit(world, name="autre ris")
    assert list(refused.value.errors) == ["name"]
    edit(world, name="CLAIRVUE RIS")  # its own, written otherwise


def test_what_is_wrong_is_refused(world):
    for changes, field in (({"name": " "}, "name"), ({"interests": ()}, "interests")):
        with pytest.raises(InvalidInput) as refused:
            edit(world, **{k: v.strip() if isinstance(v, str) else v for k, v in changes.items()})
        assert list(refused.value.errors) == [field]
    with pytest.raises(InvalidInput) as refused:
        edit_label(world, version="")
    assert list(refused.value.errors) == ["version"]


def test_a_version_is_added_once(world):
    first, second = (
        add_version(actor=world["employee"], product_id=the_product().pk, sheet=VersionSheet("5.0", "N1"))
        for _click in range(2)
    )
    assert first == second
    assert sorted(the_product().versions.values_list("label", flat=True)) == ["4.2", "5.0"]
    assert last_line(world) == (
        "vendors.version.added",
        {"product": the_product().reference, "version": first.pk},
    )


@pytest.mark.parametrize("sheet", [VersionSheet("4.2", "AUTRE"), VersionSheet("", "")])
def test_a_version_that_is_there_or_has_no_label_is_refused(world, sheet):
    with pytest.raises(InvalidInput) as refused:
        add_version(actor=world["agent"], product_id=the_product().pk, sheet=sheet)
    assert list(refused.value.errors) == ["version"]
    assert the_product().versions.count() == 1


def test_a_version_takes_no_other_versions_label(world):
    add_version(actor=world["agent"], product_id=the_product().pk, sheet=VersionSheet("5.0", ""))
    with pytest.raises(InvalidInput, match="Ce produit a déjà une version"):
        edit_label(world, version="5.0")


def test_a_version_of_nobody_is_not_found(world):
    with pytest.raises(NotVisible):
        edit_version(actor=world["agent"], version_id=10**9, sheet=VersionSheet("1", ""), seen={})
    assert Version.objects.count() == 1


# --- Only what was changed


def test_a_description_touches_no_file(world):
    changed_at = Application.objects.get().changed_at
    edit(world, description="Autre chose.")
    assert Application.objects.get().changed_at == changed_at
    assert last_line(world)[1] == {
        "product": the_product().reference, "changed": ["description"], "numbers": [],
    }  # fmt: skip


def test_what_the_catalogue_says_now_is_given_back(world):
    shown = digests(sheet_of(the_product()))
    edit(world, "employee", name="De l’un")
    typed = replace(sheet_of(the_product()), name="Clairvue RIS", description="De l’autre.")
    written = edit_product(actor=world["agent"], product_id=the_product().pk, sheet=typed, seen=shown)
    assert written == sheet_of(the_product())
    assert (written.name, written.description) == ("De l’un", "De l’autre.")


def test_an_interest_that_is_offered_no_more_stays_and_their_order_says_nothing(world):
    Product.objects.filter(pk=the_product().pk).update(interests='["ancien","segur"]')
    before = lines(world)
    edit(world, interests=("segur", "ancien"))
    assert lines(world) == before
    edit(world, description="Autre chose.")
    assert sheet_of(the_product()).interests == ("ancien", "segur")


def test_whoever_adds_a_version_is_not_said_to_have_written_the_rest(world):
    shown = digests(sheet_of(the_product()))
    edit(world, "employee", name="De l’un")
    add_version(actor=world["delegate"], product_id=the_product().pk, sheet=VersionSheet("77", ""))
    edit_label(world, "delegate", version="78")
    with pytest.raises(SheetConflict, match=world.users["employee"].full_name):
        edit(world, seen=shown, name="De l’autre")


def test_files_follow_in_as_many_statements_however_many_there_are(world):
    def statements(name: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            edit(world, name=name)
        return len(seen)

    one = statements("Un")
    for label in ("5", "6"):
        version = add_version(
            actor=world["agent"], product_id=the_product().pk, sheet=VersionSheet(label, "")
        )
        kept = {
            f.attname: getattr(world.application, f.attname)
            for f in Application._meta.fields
            if not f.primary_key
        }
        Application.objects.create(**{**kept, "number": f"COPY{label}", "version_id": version.pk})
    assert statements("Trois") == one
    assert {a.product_name for a in Application.objects.all()} == {"Trois"}
