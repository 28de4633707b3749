"""Which files a revision moves, which are exempt, and the order that moves all of them."""

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from jalon.accounts.actions import declare_conflict
from jalon.accounts.standing import SYSTEM
from jalon.accounts.states import StaffRoleName
from jalon.applications.models import Application, Part
from jalon.applications.states import ApplicationState
from jalon.core import clock
from jalon.core.errors import NotAllowed, NotVisible, TransitionRefused
from jalon.demo.play import Play
from jalon.jobs.models import Job
from jalon.jobs.queue import run_due
from jalon.journal.models import Entry
from jalon.programmes.actions.gates import set_gate
from jalon.programmes.models import GateKind, Revision
from jalon.reviews.actions.moves import move_file, undo_move
from jalon.reviews.actions.orders import MOVE_ONE, move_ordered_file, order_moves, spread_moves
from jalon.reviews.models import Move, MoveOrder
from jalon.reviews.queries.impact import draft_target, impact_of, impact_totals, revision_target
from jalon.reviews.queries.orders import files_to_move, latest_order, order_progress
from jalon.reviews.rules.moves import COUNTED
from jalon.reviews.states import Stay
from tests.scenarios.cast import Company, open_application_of_everybody
from tests.scenarios.people import product, staff
from tests.scenarios.revisions import draft, edited, programme, published
from tests.scenarios.small import SMALL_CODE

INS, SPREAD = "gestion-ins", "propagation-ins"


@pytest.fixture
def world(db) -> Company:
    return open_application_of_everybody()


def another(world: Company, version: str) -> Play:
    return Play.begin(world.play.cast, SMALL_CODE, product(world.users["agent"], version=version))


def today() -> date:
    return clock.paris_date(clock.now())


def stays(revision: Revision) -> dict[str, Stay | None]:
    return {i.application.number: i.stays for i in impact_of(programme(), revision_target(revision))}


def order(world: Company, revision: Revision, who: str = "manager") -> MoveOrder:
    return order_moves(actor=world[who], programme_code=SMALL_CODE, revision_number=revision.number)


# --- Exempt, held ---------------------------------------------------------------------------------------------


def test_a_file_handed_in_whole_before_the_day_is_exempt(world, freeze):
    freeze("2026-12-01T09:00")
    world.eligible().give(INS).give(SPREAD).play.submit_chapters([INS, SPREAD])
    freeze("2026-12-02T09:00")
    before = stays(published(lambda e: e.reword("ins-va1.01.01.01"), effective_on=date(2026, 12, 2)))
    assert before == {world.number: Stay.COMPLETE}
    with pytest.raises(TransitionRefused) as refused:
        move_file(actor=world["manager"], number=world.number, revision_number=2)
    assert refused.value.message == str(Stay.COMPLETE.label)


def test_handed_in_whole_on_the_day_itself_it_moves(world, freeze):
    freeze("2026-12-02T00:00:01")
    world.eligible().give(INS).give(SPREAD).play.submit_chapters([INS, SPREAD])
    assert stays(published(lambda e: e.reword("ins-va1.01.01.01"))) == {world.number: None}


def test_handed_in_but_for_one_chapter_it_moves(world, freeze):
    freeze("2026-12-01T09:00")
    world.eligible().give(INS).play.submit_chapters([INS])
    freeze("2026-12-02T09:00")
    assert stays(published(lambda e: e.reword("ins-va1.01.01.01"))) == {world.number: None}


def test_a_file_with_a_convention_is_exempt(world):
    world.eligible().proven().play.draw()
    assert stays(published(lambda e: e.reword("ins-va1.01.01.01"))) == {world.number: Stay.CONVENTION}


def test_a_file_begun_stays_when_the_steps_change(world):
    step = {"kind": "form", "key": "more", "title": {"fr": "Plus"}, "sections": []}
    revision = published(lambda e: e.raw["steps"].insert(0, step))
    assert stays(revision) == {world.number: Stay.STEPS}


def test_a_late_file_waits_for_an_extension(world):
    Application.objects.update(state=ApplicationState.LATE, late_from=ApplicationState.TO_COMPLETE)
    assert stays(published(lambda e: e.reword("ins-va1.01.01.01"))) == {world.number: Stay.LATE}


def test_what_is_over_is_no_running_file(world):
    Application.objects.update(state=ApplicationState.WITHDRAWN)
    assert stays(published(lambda e: e.reword("ins-va1.01.01.01"))) == {}


def test_a_chapter_that_comes_after_the_date_is_not_asked_of_anybody(world, freeze):
    fresh = published(lambda e: e.add("ins-va1.15.01.01", "plus"))

    def new_chapter(edit):
        added = {**edit.requirement("ins-va1.15"), "key": "tout-neuf", "code": "NEUF.01", "scenarios": [
            {"key": "tout-neuf-s", "text": {"fr": "Un scénario"}, "proofs": [
                {"key": "tout-neuf-p", "text": {"fr": "Une preuve"}, "kinds": ["document"]}]}
        ]}  # fmt: skip
        edit.raw["chapters"].append({"key": "neuf", "title": {"fr": "Neuf"}, "requirements": [added]})

    revision = published(new_chapter)
    world.eligible().give(INS).give(SPREAD).play.submit_chapters([INS, SPREAD])
    freeze(clock.now() + timedelta(days=70))
    assert stays(fresh) == {world.number: None}  # more in a chapter handed in already: a correction
    assert stays(revision) == {world.number: Stay.GATE}
    with pytest.raises(TransitionRefused):
        move_file(actor=world["manager"], number=world.number, revision_number=revision.number)
    day = today() + timedelta(days=5)
    set_gate(
        actor=SYSTEM, programme_code=SMALL_CODE, kind=GateKind.FIRST_PROOFS,
        wall_time=f"{day.isoformat()}T12:00", zone="Europe/Paris", reason="Prolongation",
    )  # fmt: skip
    assert move_file(actor=world["manager"], number=world.number, revision_number=revision.number)


def test_proofs_are_not_opened_again_after_the_end_of_exchanges(world, freeze):
    same_words = published(lambda e: e.retitle("ins-va1.01"))
    revision = published(lambda e: e.reword("ins-va1.01.01.01"))
    world.eligible().proven()
    freeze(clock.now() + timedelta(days=100))
    assert stays(same_words) == {world.number: None}
    assert stays(revision) == {world.number: Stay.EXCHANGES}
    with pytest.raises(TransitionRefused):
        move_file(actor=world["manager"], number=world.number, revision_number=revision.number)
    day = today() + timedelta(days=5)
    set_gate(
        actor=SYSTEM, programme_code=SMALL_CODE, kind=GateKind.END_OF_EXCHANGES,
        wall_time=f"{day.isoformat()}T12:00", zone="Europe/Paris", reason="Prolongation",
    )  # fmt: skip
    assert move_file(actor=world["manager"], number=world.number, revision_number=revision.number)


def test_before_step_3_only_the_pin_changes(world):
    before = list(Part.objects.order_by("pk").values())
    revision = published(lambda e: e.reword("ins-va1.01.01.01"))
    made = move_ordered_file(
        actor=SYSTEM, order_id=order(world, revision).pk, application_id=world.application.pk
    )
    assert made
    assert (world.application.revision_id, list(Part.objects.order_by("pk").values())) == (
        revision.pk,
        before,
    )


def test_nobody_moves_to_what_is_only_announced(world):
    world.eligible()
    revision = published(lambda e: e.reword("ins-va1.01.01.01"), effective_on=today() + timedelta(days=9))
    with pytest.raises(TransitionRefused, match="prend effet le"):
        move_file(actor=world["manager"], number=world.number, revision_number=revision.number)


def test_a_revision_that_is_not_there(world):
    world.eligible()
    with pytest.raises(NotVisible):
        move_file(actor=world["manager"], number=world.number, revision_number=9)
    with pytest.raises(NotVisible):
        order_moves(actor=world["manager"], programme_code=SMALL_CODE, revision_number=9)
    with pytest.raises(NotVisible):
        order_moves(actor=SYSTEM, programme_code="nulle-part", revision_number=1)


# --- Orders ---------------------------------------------------------------------------------------------------


def test_an_order_moves_every_file_once_and_says_how_far_it_is(world):
    world.eligible()
    another(world, "5.0")
    another(world, "6.0")
    revision = published(lambda e: e.reword("ins-va1.01.01.01").add("ins-va1.01.01.01", "plus"))
    placed = order(world, revision)
    assert (order_progress(placed).waiting, order_progress(placed).moved) == (3, 0)
    assert order(world, revision) == placed
    run_due(strict=True)
    progress = order_progress(latest_order(programme()))
    assert (progress.order, progress.moved, progress.waiting, dict(progress.stays)) == (placed, 3, 0, {})
    assert set(Application.objects.values_list("revision_id", flat=True)) == {revision.pk}
    run_due(strict=True)
    spread_moves(order_id=placed.pk, after_id=0)
    run_due(strict=True)
    assert Move.objects.count() == 3
    assert Entry.objects.filter(event="reviews.moves.ordered").count() == 1
    assert {m.by_id for m in Move.objects.all()} == {world.users["manager"].pk}


def test_a_file_that_is_held_waits_and_is_moved_when_asked_again(world):
    world.eligible()
    Application.objects.update(state=ApplicationState.LATE, late_from=ApplicationState.ELIGIBLE)
    revision = published(lambda e: e.reword("ins-va1.01.01.01"))
    placed = order(world, revision)
    run_due(strict=True)
    assert (order_progress(placed).moved, dict(order_progress(placed).stays)) == (0, {Stay.LATE: 1})
    Application.objects.update(state=ApplicationState.ELIGIBLE, late_from="")
    for _again in range(2):
        assert order(world, revision) == placed
    assert Entry.objects.filter(event="reviews.moves.reordered").count() == 1
    run_due(strict=True)
    assert (order_progress(placed).moved, dict(order_progress(placed).stays)) == (1, {})


def test_a_file_taken_back_is_not_moved_by_the_same_order_again(world):
    world.eligible()
    revision = published(lambda e: e.reword("ins-va1.01.01.01"))
    placed = order(world, revision)
    run_due(strict=True)
    undo_move(actor=world["manager"], number=world.number, n=1)
    move_ordered_file(actor=SYSTEM, order_id=placed.pk, application_id=world.application.pk)
    progress = order_progress(placed)
    assert (world.application.revision.number, progress.moved, progress.undone) == (1, 0, 1)
    world.users["colleague"] = staff("colleague", StaffRoleName.MANAGER, programme=SMALL_CODE)
    theirs = order(world, revision, "colleague")
    run_due(strict=True)
    assert (theirs.by, world.application.revision.number) == (world.users["colleague"], 1)


def test_what_a_colleague_orders_is_done_in_his_or_her_name(world):
    world.eligible()
    Application.objects.update(state=ApplicationState.LATE, late_from=ApplicationState.ELIGIBLE)
    revision = published(lambda e: e.reword("ins-va1.01.01.01"))
    placed = order(world, revision)
    run_due(strict=True)
    Application.objects.update(state=ApplicationState.ELIGIBLE, late_from="")
    world.users["colleague"] = staff("colleague", StaffRoleName.MANAGER, programme=SMALL_CODE)
    declare_conflict(
        actor=SYSTEM,
        user_id=world.users["colleague"].pk,
        company_id=world.application.company_id,
        reason="Ancien employeur",
    )
    theirs = order(world, revision, "colleague")
    run_due(strict=True)
    assert theirs != placed
    assert dict(order_progress(theirs).stays) == {Stay.COLLEAGUE: 1}
    assert Move.objects.count() == 0
    assert Entry.objects.filter(event="reviews.moves.ordered").count() == 2


def test_a_file_of_a_conflict_of_interest_waits_for_a_colleague(world):
    world.eligible()
    company = world.application.company_id
    declare_conflict(
        actor=SYSTEM, user_id=world.users["manager"].pk, company_id=company, reason="Ancien employeur"
    )
    revision = published(lambda e: e.reword("ins-va1.01.01.01"))
    placed = order(world, revision)
    for _again in range(2):
        run_due(strict=True)
        progress = order_progress(placed)
        assert (progress.moved, progress.waiting, dict(progress.stays)) == (0, 0, {Stay.COLLEAGUE: 1})
        assert order(world, revision) == placed
    run_due(strict=True)
    world.users["colleague"] = staff("colleague", StaffRoleName.MANAGER, programme=SMALL_CODE)
    other = order(world, revision, "colleague")
    run_due(strict=True)
    assert (other == placed, order_progress(other).moved, dict(order_progress(other).stays)) == (False, 1, {})


def test_nobody_moves_to_a_revision_that_was_replaced(world):
    world.eligible()
    second = published(lambda e: e.reword("ins-va1.01.01.01"))
    placed = order(world, second)
    third = published(lambda e: e.reword("ins-va1.01.01.01", "Encore un autre texte."))
    run_due(strict=True)
    progress = order_progress(placed)
    assert (progress.moved, progress.waiting, progress.overtaken) == (0, 0, third)
    for act in (
        lambda: order(world, second),
        lambda: move_file(actor=world["manager"], number=world.number, revision_number=second.number),
    ):
        with pytest.raises(TransitionRefused, match="est remplacée par la révision 3"):
            act()
    assert move_file(actor=world["manager"], number=world.number, revision_number=third.number)


@pytest.mark.any_database("as many statements on either")
def test_progress_is_read_from_what_the_work_wrote(world, django_assert_num_queries):
    world.eligible()
    placed = order(world, published(lambda e: e.reword("ins-va1.01.01.01")))
    with django_assert_num_queries(4):
        assert order_progress(placed).waiting == 1
    another(world, "5.0")
    another(world, "6.0")
    Application.objects.update(revision=Revision.objects.get(number=1))
    with django_assert_num_queries(4):
        assert order_progress(placed).waiting == 3


def test_an_order_for_an_announced_revision_waits_for_its_day(world, freeze):
    freeze("2026-12-01T09:00")
    world.eligible()
    revision = published(lambda e: e.reword("ins-va1.01.01.01"), effective_on=date(2026, 12, 3))
    order(world, revision)
    run_due(strict=True)
    assert Move.objects.count() == 0
    freeze("2026-12-03T00:00")
    run_due(strict=True)
    assert Move.objects.count() == 1


def test_jobs_are_asked_for_a_hundred_at_a_time(world):
    revision = published(lambda e: e.reword("ins-va1.01.01.01"))
    placed = order(world, revision)
    last = spread_moves(order_id=placed.pk, after_id=0)
    assert (last, spread_moves(order_id=placed.pk, after_id=last)) == (world.application.pk, 0)
    assert Job.objects.filter(name=MOVE_ONE).count() == 1


def test_only_the_clock_works_an_order_off(world):
    placed = order(world, published(lambda e: e.reword("ins-va1.01.01.01")))
    with pytest.raises(NotAllowed):
        move_ordered_file(actor=world["manager"], order_id=placed.pk, application_id=world.application.pk)


def test_every_manager_of_the_programme_orders_and_nobody_else(world):
    revision = published(lambda e: e.reword("ins-va1.01.01.01"))
    for who in ("verifier", "referent", "college", "signatory", "administrator", "agent", "rival"):
        with pytest.raises(NotAllowed):
            order(world, revision, who)
    world.users["everywhere"] = staff("everywhere", StaffRoleName.MANAGER)
    assert order(world, revision, "everywhere")


# --- Impact ---------------------------------------------------------------------------------------------------


def test_the_impact_of_the_draft_is_what_publishing_and_moving_does(world):
    world.eligible().give(INS).play.submit_chapters([INS]).judge(INS).close(INS)
    another(world, "5.0")
    edited(lambda e: e.reword("ins-va1.01.01.01").drop("ins-va1.02.01.01").add("ins-va1.60.01.01", "plus"))
    said = {i.application.number: i for i in impact_of(programme(), draft_target(draft()))}
    totals = impact_totals(programme(), draft_target(draft()))
    assert (totals.files, totals.moved, totals.asked_to_act, totals.exempt) == (2, 2, 1, 0)
    assert totals.proofs == {
        "add": 1,
        "requalify": 1,
        "redo": 0,
        "reread": 0,
        "kept": 6,
        "drop": 1,
        "back": 0,
    }
    revision = published(lambda e: e)
    order(world, revision)
    run_due(strict=True)
    for move in Move.objects.select_related("application"):
        kept = json.loads(move.report)
        effects = said[move.application.number].effects
        assert {name: kept[name] for name in COUNTED} == {
            name: list(getattr(effects, name)) for name in COUNTED
        }


@pytest.mark.any_database("as many statements on either")
def test_the_impact_costs_the_same_queries_for_one_file_and_for_three(world, django_assert_num_queries):
    world.eligible()
    revision = published(lambda e: e.reword("ins-va1.01.01.01"))
    target = revision_target(revision)
    list(impact_of(programme(), target))
    with django_assert_num_queries(5):
        assert len(list(impact_of(programme(), target))) == 1
    another(world, "5.0")
    another(world, "6.0")
    with django_assert_num_queries(5):
        assert len(list(impact_of(programme(), target))) == 3


@pytest.mark.any_database("as many statements on either")
def test_dates_that_are_over_cost_the_same_queries_for_one_file_and_for_three(world, freeze):
    world.eligible().give(INS).give(SPREAD).play.submit_chapters([INS, SPREAD])
    for label in ("5.0", "6.0"):
        another(world, label).fill().submit().find_eligible()
    target = revision_target(published(lambda e: e.move("ins-va1.15", "neuf")))
    freeze(clock.now() + timedelta(days=100))
    chosen = Application.objects.filter(programme=programme())

    def read(files: QuerySet[Application]) -> tuple[int, list[Stay | None]]:
        with CaptureQueriesContext(connection) as made:
            found = [impact.stays for impact in impact_of(programme(), target, files=files)]
        return len(made), found

    read(chosen)  # what is kept of the programme is read once
    queries, found = read(chosen)
    assert found == [Stay.EXCHANGES, Stay.GATE, Stay.GATE]
    assert read(chosen.filter(pk=world.application.pk)) == (queries, [Stay.EXCHANGES])


def test_an_order_that_is_done_leaves_nothing_to_move(world):
    placed = order(world, published(lambda e: e.reword("ins-va1.01.01.01")))
    run_due(strict=True)
    assert not files_to_move(placed).exists()
