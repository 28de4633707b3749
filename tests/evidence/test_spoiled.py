"""A chapter with every kind of proof: nothing is said of the good one, and of a spoiled one exactly what is wrong."""

import pytest

from jalon.accounts.states import StaffRoleName
from jalon.applications.queries import definition_for
from jalon.applications.states import ChapterState
from jalon.core import clock
from jalon.core.errors import InvalidInput
from jalon.demo.play import Cast, Play
from jalon.documents.actions import receive_file
from jalon.documents.checks.door import examine
from jalon.documents.checks.judging import judge
from jalon.documents.checks.model import Subject
from jalon.documents.checks.registry import DECLARABLE
from jalon.documents.inspection import message_of
from jalon.documents.tasks import read
from jalon.evidence.actions.deposits import deposit_file, deposit_link, deposit_record, remove_item
from jalon.evidence.actions.reports import import_report
from jalon.evidence.models import ProofItem
from jalon.evidence.queries import slot_views
from jalon.evidence.queries.judged import judged_items
from jalon.evidence.queries.platforms import owner_of
from jalon.evidence.rules import file_formats, kinds_of
from jalon.jobs.queue import run_due
from jalon.programmes.definition.declared import declared_checks
from jalon.vendors.actions import save_platform_access
from tests.evidence.spoiling import (
    CHAPTER,
    GOOD_FILES,
    GOOD_TEXTS,
    HELD,
    OWNER,
    SPOILED,
    TESTS,
    publish_every_kind,
)
from tests.kept import kept
from tests.scenarios.people import person, product, staff
from tests.scenarios.programme import RIS
from tests.scenarios.small import open_small_programme
from tests.stand_ins.gazelle import KEY, gazelle, served_gazelle

__all__ = ["gazelle", "served_gazelle"]  # fixtures
pytestmark = [pytest.mark.django_db, pytest.mark.any_database("files are read, and hardly a row is written")]


@kept
def begun() -> Play:
    open_small_programme()
    publish_every_kind()
    vendor = person("nadia")
    verifier = staff("thomas", StaffRoleName.VERIFIER, programme=RIS)
    return Play.begin(Cast(vendor, verifier), RIS, product(vendor)).fill().submit().find_eligible()


@pytest.fixture
def world(db, gazelle, settings) -> Play:
    """With the company's access to Gazelle, which answers for the other host of test reports too."""
    play = begun()
    gazelle.state.organisations.clear()
    gazelle.state.hold(HELD)
    stand_ins = f"{gazelle.setting}, {TESTS}=127.0.0.1:{gazelle.port}"
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"fetch_stand_ins": stand_ins})
    save_platform_access(actor=play.vendor, platform="gazelle", organisation=OWNER, key=KEY)
    return play


def slots(world):
    return {view.key: view for view in slot_views(world.application, CHAPTER)}


def give(world, slot, given, data=None):
    """As a page does: received, put into the slot, read or looked at by the job."""
    place = {"actor": world.vendor, "number": world.number, "item_key": slot}
    if slot == "run_number":
        deposit_record(**place, kind_key=slot, text=given)
    elif slot == "gazelle_report":
        import_report(**place, url=given)
    elif slot == "test_report":
        deposit_link(**place, url=given)
        run_due(strict=True)
    else:
        _give_file(world, slot, given, data, place)


def _give_file(world, slot, given, data, place):
    kinds = kinds_of(definition_for(world.application), slots(world)[slot].expected)
    document = receive_file(
        actor=world.vendor, company_id=world.application.company_id, name=given, chunks=[data],
        formats=file_formats(kinds), max_bytes=kinds[0].max_mb * 1024 * 1024,
    )  # fmt: skip
    deposit_file(**place, document_id=document.pk)
    read(document.pk)


def take_out(world, slot):
    for item in ProofItem.objects.filter(proof__slot__item_key=slot, proof__superseded_at=None):
        remove_item(actor=world.vendor, number=world.number, item_key=slot, item_id=item.pk)


def said(world):
    """All that is said of the chapter, to the company whose file it is: (check, level, slot)."""
    definition, owner = definition_for(world.application), owner_of(world.application)
    return {
        (finding.check, str(finding.level), view.key)
        for view in slots(world).values()
        for one in judged_items(definition, view.expected, view.proof, view.items, owner=owner).values()
        for finding in one.findings
    }


def give_good(world, slot):
    if slot in GOOD_TEXTS:
        give(world, slot, GOOD_TEXTS[slot])
    else:
        name, make = GOOD_FILES[slot]
        give(world, slot, name, make())


def refused(world, one, path):
    """What the door says of it, by name."""
    kind = next(k for k in definition_for(world.application).kinds if k.key == one.slot)
    subject = Subject(on=clock.now(), url=one.given, text=one.given)
    if one.data:
        path.write_bytes(one.data())
        facts = examine(
            path, one.given, kind.formats, size=path.stat().st_size, max_bytes=kind.max_mb * 1024**2
        )
        subject = Subject(on=clock.now(), name=one.given, facts=facts)
    return judge(subject, declared_checks(kind))


def test_the_table_is_broad():
    assert len(SPOILED) >= 30
    assert len({one.check for one in SPOILED}) >= 20
    assert {one.slot for one in SPOILED} == {*GOOD_FILES, *GOOD_TEXTS}
    spoiled_elsewhere = {"report_owner_known"}  # no piece does, but a company that has said nothing
    assert set(DECLARABLE) - spoiled_elsewhere <= {one.check for one in SPOILED}


def test_of_each_spoiled_proof_what_is_wrong_is_said_and_nothing_else(world, tmp_path):
    for slot in (*GOOD_FILES, *GOOD_TEXTS):
        give_good(world, slot)
    assert said(world) == set()
    wrong = {}
    for one in SPOILED:
        expected = (one.check, one.level, one.slot)
        if one.door:
            findings = refused(world, one, tmp_path / "object")
            with pytest.raises(InvalidInput) as caught:
                give(world, one.slot, one.given, one.data() if one.data else None)
            told = {(f.check, str(f.level), one.slot) for f in findings}
            sentences = " ".join(caught.value.errors.values())
            assert all(message_of(f) in sentences for f in findings)
            told |= said(world)  # the slot holds what it held
        else:
            take_out(world, one.slot)
            give(world, one.slot, one.given, one.data() if one.data else None)
            told = said(world)
            take_out(world, one.slot)
            give_good(world, one.slot)
        if told != {expected}:
            wrong[one.slot, one.given] = (told, expected)
    assert wrong == {}
    assert said(world) == set()
    world.submit_chapters([CHAPTER])
    assert world.application.parts.get(key=f"chapter:{CHAPTER}").state == ChapterState.SUBMITTED
