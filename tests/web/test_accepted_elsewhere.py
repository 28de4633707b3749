"""A file that was accepted in another programme: both sides are told, and neither more than it may know."""

import re
from dataclasses import dataclass

import pytest

from jalon.accounts.actions import declare_conflict, grant_staff_role
from jalon.accounts.models import User
from jalon.accounts.standing import SYSTEM, standing_of
from jalon.accounts.states import StaffRoleName
from jalon.applications.models import Application
from jalon.applications.queries import definition_for
from jalon.demo.play import Cast, Play
from jalon.demo.samples import sample_junit
from jalon.documents.actions import receive_file
from jalon.documents.models import Document
from jalon.evidence.actions.deposits import deposit_file, reuse_file
from jalon.evidence.models import ProofItem
from jalon.evidence.queries import SlotView, slot_views
from jalon.evidence.rules import file_formats, kinds_of
from jalon.reviews.queries.library import Use, accepted_before
from jalon.web.components.times import paris_day
from tests.kept import kept
from tests.scenarios.library import LIBRARY, open_library_programme
from tests.scenarios.people import RIVAL, person, product, staff
from tests.scenarios.small import SMALL_CODE, open_small_programme
from tests.web.vendors import query_count, signed_in, text_of

FIRST = "Radiolux"  # the product of the first application
NAME, DATA = "banc.xml", sample_junit(77)
VERIFIER = StaffRoleName.VERIFIER


@dataclass(frozen=True)
class World:
    """A file that was accepted in the first application, and handed in in the second, of another programme."""

    first: Play
    second: Play

    def page(self, who: User) -> str:
        chapter, view = place_of(self.second)
        side = "instruction" if standing_of(who).is_staff else "candidatures"
        asked = {"preuve": view.key, "vue": "tout", "exigence": view.requirement.requirement.code}
        return text_of(signed_in(who).get(f"/{side}/{self.second.number}/chapitres/{chapter}", asked))


def place_of(play: Play) -> tuple[str, SlotView]:
    """The first slot that takes XML."""
    definition = definition_for(play.application)
    return next(
        (chapter, view)
        for chapter in play.chapters()
        for view in slot_views(play.application, chapter)
        if "xml" in file_formats(kinds_of(definition, view.expected))
    )


def piece_of(play: Play) -> ProofItem:
    return ProofItem.objects.select_related("document").get(
        proof__slot__application=play.application, document__name=NAME
    )


def known(who: User, play: Play) -> tuple[Use, ...]:
    """Where the file of that application was accepted besides, as this person is told."""
    item, (_chapter, view) = piece_of(play), place_of(play)
    return accepted_before(standing_of(who), play.application, [item]).elsewhere(item, view.key)


def begin(vendor: User, verifier: User, programme: str) -> Play:
    data = product(vendor, FIRST if programme == SMALL_CODE else "Rayonnages")
    return Play.begin(Cast(vendor, verifier), programme, data).fill().submit().find_eligible()


def give(play: Play) -> Document:
    document = receive_file(
        actor=play.vendor, company_id=play.application.company_id, name=NAME, chunks=[DATA],
        formats=["xml"], max_bytes=10**7,
    )  # fmt: skip
    _chapter, view = place_of(play)
    deposit_file(actor=play.vendor, number=play.number, item_key=view.key, document_id=document.pk)
    return document


def hand_in(play: Play) -> str:
    chapter, _view = place_of(play)
    play.deposit(chapter).submit_chapters([chapter])
    return chapter


def accept(play: Play) -> Document:
    document = give(play)
    chapter = hand_in(play)
    play.judge(chapter).close(chapter)
    return document


@kept
def played() -> World:
    open_library_programme()
    open_small_programme(every_format=True)
    vendor = person("nadia")
    first = begin(vendor, staff("thomas", VERIFIER, programme=SMALL_CODE), SMALL_CODE)
    second = begin(vendor, staff("tessa", VERIFIER, programme=LIBRARY), LIBRARY)
    document, (_chapter, view) = accept(first), place_of(second)
    reuse_file(actor=second.vendor, number=second.number, item_keys=[view.key], document_id=document.pk)
    hand_in(second)
    return World(first, second)


@pytest.fixture
def world(db) -> World:
    return played()


def test_the_vendor_reads_where_and_of_which_product(world):
    vendor = world.second.cast.vendor
    [use] = known(vendor, world.second)
    assert (use.application.number, use.is_within_reach) == (world.first.number, True)
    assert f"<code>{use.code}</code> {FIRST} 4.2 <span" in world.page(vendor)


def test_whoever_examines_the_second_reads_requirement_programme_and_day_alone(world):
    verifier = world.second.cast.verifier
    [use] = known(verifier, world.second)
    assert (use.application.programme.code, use.is_within_reach) == (SMALL_CODE, False)
    page, day = world.page(verifier), paris_day(use.verdict.at)
    assert "Déjà accepté ailleurs" in page
    [shown] = re.findall(r'<div class="j-accepted"><ul>(.*?) ?</ul>', page)
    assert shown == f'<li><code>{use.code}</code> <span class="j-mute">{use.programme.fr}, {day}</span></li>'
    assert world.first.number not in page
    assert not Application.objects.visible_to(standing_of(verifier)).filter(number=world.first.number)


def test_whoever_may_open_both_reads_the_product_too(world):
    verifier = world.second.cast.verifier
    grant_staff_role(actor=SYSTEM, user_id=verifier.pk, role=VERIFIER, programme_code=SMALL_CODE)
    assert [use.is_within_reach for use in known(verifier, world.second)] == [True]
    assert f"</code> {FIRST} 4.2 <span" in world.page(verifier)


def test_nobody_else_is_told(world):
    company = world.second.application.company_id
    strangers = {
        "of another company": person("rival", company=RIVAL),
        "of no programme": staff("unassigned", VERIFIER),
        "who examines another programme": staff("other", VERIFIER, programme="autre-demarche"),
        "who decides": staff("college", StaffRoleName.COLLEGE, programme=LIBRARY),
        "with a conflict": staff("conflicted", VERIFIER, programme=LIBRARY),
    }
    conflicted = strangers["with a conflict"]
    declare_conflict(
        actor=standing_of(conflicted), user_id=conflicted.pk, company_id=company, reason="Ancien employeur"
    )
    assert {name: known(who, world.second) for name, who in strangers.items()} == dict.fromkeys(strangers, ())


def test_the_same_bytes_of_another_company_are_another_file(world):
    """Its verifier, who examines both companies' files, and its vendor learn nothing of the first company."""
    rival, verifier = person("rival", company=RIVAL), world.second.cast.verifier
    theirs = begin(rival, verifier, LIBRARY)
    give(theirs)
    hand_in(theirs)
    assert (known(rival, theirs), known(verifier, theirs)) == ((), ())


def test_whoever_examines_asks_no_more_of_the_database_than_the_vendor(world):
    items, application = [piece_of(world.second)], world.second.application
    assert application.programme.code == LIBRARY  # read, as it is on the page
    people = [standing_of(who) for who in (world.second.cast.vendor, world.second.cast.verifier)]
    for who in people:
        accepted_before(who, application, items)
    counted = [query_count(lambda who=who: accepted_before(who, application, items)) for who in people]
    assert counted == [2, 2]
