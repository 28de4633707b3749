"""Chapters after a move: those that grew, shrank, went or came, and the step that they make up (R2)."""

import json
from datetime import timedelta
from typing import Any

import pytest

from jalon.applications.actions.tracking import missed_gate
from jalon.applications.models import Part, Round
from jalon.applications.queries.dates import gate_progress
from jalon.applications.states import ApplicationState, Turn
from jalon.awards.actions.decisions import reconcile
from jalon.core import clock
from jalon.core.errors import Conflict, NotAllowed, NotVisible, TransitionRefused
from jalon.evidence.actions.deposits import request_not_applicable
from jalon.evidence.models import Slot
from jalon.evidence.queries import outdated_by
from jalon.evidence.states import SlotState
from jalon.programmes.models import Revision
from jalon.reviews.actions.chapters import recall_chapter
from jalon.reviews.actions.examination import return_chapter, validate_chapter
from jalon.reviews.actions.moves import undo_move
from jalon.reviews.actions.proofs import validate_proofs
from jalon.reviews.queries.move_notices import move_notice
from jalon.reviews.queries.proofs import move_marks
from tests.reviews.moving import INS, SPREAD, G, as_before, chapters, keys, move, rows, states, third, world
from tests.scenarios.cast import Company
from tests.scenarios.revisions import Edit, published
from tests.sentences import as_written

__all__ = ["world"]  # fixture


def test_a_chapter_under_examination_stays_there_and_can_only_go_back(world):
    move(world, published(lambda e: e.add("ins-va1.60.01.01", "plus")))
    assert chapters(world)[SPREAD] == ("submitted", 7, 6, 0, 0)
    world.play.judge(SPREAD)
    with pytest.raises(TransitionRefused) as refused:
        validate_chapter(actor=world["verifier"], number=world.number, chapter=SPREAD, round_n=1)
    assert as_written(refused.value.message) == (
        "1 preuve est demandée depuis la remise de ce chapitre : renvoyez-le à l’éditeur."
    )
    return_chapter(actor=world["verifier"], number=world.number, chapter=SPREAD, round_n=1)
    assert chapters(world)[SPREAD] == ("to_modify", 7, 6, 6, 0)
    world.give(SPREAD).play.submit_chapters([SPREAD]).judge(SPREAD).close(SPREAD)
    assert chapters(world)[SPREAD][0] == "validated"


def test_a_submitted_chapter_that_grew_may_be_recalled_and_completed(world):
    move(world, published(lambda e: e.add("ins-va1.60.01.01", "plus")))
    recall_chapter(actor=world["agent"], number=world.number, chapter=SPREAD)
    assert chapters(world)[SPREAD][0] == "to_complete"
    world.give(SPREAD).play.submit_chapters([SPREAD])
    assert chapters(world)[SPREAD][0] == "submitted"


def test_a_requirement_in_another_chapter_takes_its_proofs_and_verdicts_along(world):
    before = rows(world)
    made = move(world, published(lambda e: e.move("ins-va1.02", "nouveau")))
    assert chapters(world)["nouveau"] == ("validated", 5, 5, 5, 0)
    assert chapters(world)[INS] == ("to_modify", 3, 2, 2, 1)
    assert (
        Part.objects.get(key="chapter:nouveau").first_submitted_at
        == Part.objects.get(key=f"chapter:{INS}").first_submitted_at
    )
    undo_move(actor=world["manager"], number=world.number, n=made.n)
    assert as_before(rows(world)) == as_before(before)


@pytest.mark.parametrize("at_once", [True, False])
def test_a_chapter_left_with_accepted_proofs_alone_was_handed_in_with_them(world, freeze, at_once):
    """It would be late else, though nothing of it is awaited."""
    begun = third(world)
    own = keys(world, begun)

    def change(edit: Edit) -> None:
        if at_once:
            edit.move("ins-va1.02", begun)
        for key in own:
            edit.drop(key)

    if not at_once:
        move(world, published(lambda e: e.move("ins-va1.02", begun)))
        assert chapters(world)[begun][0] == "to_complete"
    before, revision = rows(world), published(change)
    made = move(world, revision)
    undo_move(actor=world["manager"], number=world.number, n=made.n)
    assert as_before(rows(world)) == as_before(before)
    move(world, revision)
    assert chapters(world)[begun] == ("validated", 5, 5, 5, 0)
    handed_in = Part.objects.get(key=f"chapter:{INS}").first_submitted_at
    first = Part.objects.get(key=f"chapter:{begun}").first_submitted_at
    assert first - handed_in < timedelta(minutes=1)
    freeze(clock.now() + timedelta(days=70))
    assert not missed_gate(world.application)


def test_a_piece_under_a_reason_is_on_record_too(world):
    """Else the reason taken back would give it again, as if it were new."""
    key = keys(world, third(world))[0]
    slot = Slot.objects.get(application=world.application, item_key=key)
    [piece] = json.loads(outdated_by([slot.pk])[slot.pk])
    request_not_applicable(actor=world["agent"], number=world.number, item_key=key, reason="Sans objet.")
    marks = json.loads(outdated_by([slot.pk])[slot.pk])
    assert (piece in marks, len(marks)) == (True, 2)


def test_what_was_submitted_goes_open_into_a_chapter_that_is_not_examined(world):
    move(world, published(lambda e: e.move("ins-va1.15", INS)))
    found = states(world)
    assert {found["ins-va1.15.01.01"], found["ins-va1.15.01.02"]} == {SlotState.DEPOSITED}
    assert chapters(world)[INS] == ("to_modify", 10, 9, 7, 1)


def test_a_chapter_of_which_nothing_is_asked_any_more_is_gone_and_comes_back(world):
    before = rows(world)
    made = move(world, published(lambda e: e.remove_chapter(SPREAD)))
    assert SPREAD not in world.play.chapters()
    assert chapters(world)[SPREAD] == ("validated", 0, 0, 0, 0)
    assert Round.objects.get(part__key=f"chapter:{SPREAD}").outcome == "recalled"
    undo_move(actor=world["manager"], number=world.number, n=made.n)
    assert as_before(rows(world)) == as_before(before)


def test_dropped_and_asked_again_it_stands_where_it_stood_and_is_looked_at_again(world):
    move(world, published(lambda e: e.drop(G[2]).drop("ins-va1.15.01.02")))
    removed = dict(Slot.objects.filter(asked=False).values_list("item_key", "state"))
    assert removed == {G[2]: "conforming", "ins-va1.15.01.02": "submitted"}
    whole = Revision.objects.order_by("number").first()
    published(lambda e: e.raw.update(Edit(_definition(whole)).raw))
    made = move(world, Revision.objects.order_by("number").last())
    found = states(world)
    assert (found[G[2]], found["ins-va1.15.01.02"]) == (SlotState.TO_REQUALIFY, SlotState.SUBMITTED)
    assert [i.key for i in move_notice(world.application, made.n).implies["back"]] == [
        G[2],
        "ins-va1.15.01.02",
    ]


def _definition(revision: Revision) -> Any:
    from jalon.programmes.queries import definition_of

    return definition_of(Revision.objects.get(pk=revision.pk))


def test_the_last_thing_to_modify_dropped_the_chapter_is_validated(world):
    move(world, published(lambda e: e.drop(G[1])))
    assert chapters(world)[INS] == ("validated", 7, 7, 7, 0)


def test_validated_proofs_open_again(world):
    world.give(INS).play.submit_chapters([INS]).judge(INS).close(INS)
    world.play.judge(SPREAD).close(SPREAD)
    world.proven(third(world))
    assert world.application.state == ApplicationState.PROOFS_VALIDATED
    before = rows(world)
    made = move(world, published(lambda e: e.reword(G[0])))
    application = world.application
    assert (application.state, application.turn) == (ApplicationState.ELIGIBLE, Turn.VENDOR)
    assert chapters(world)[INS] == ("to_modify", 8, 7, 7, 1)
    undo_move(actor=world["manager"], number=world.number, n=made.n)
    assert as_before(rows(world)) == as_before(before)


def test_the_last_open_chapter_dropped_a_verifier_validates_the_step(world):
    world.give(INS).play.submit_chapters([INS]).judge(INS).close(INS)
    world.play.judge(SPREAD).close(SPREAD)
    before = rows(world)
    revision = published(lambda e: e.remove_chapter(third(world)))
    made = move(world, revision)
    waits = (ApplicationState.ELIGIBLE, Turn.AGENCY)
    reconcile(application_id=world.application.pk)
    assert (world.application.state, world.application.turn) == waits
    assert {gate.state for gate in gate_progress([world.application])[world.application.pk]} == {"held"}
    undo_move(actor=world["manager"], number=world.number, n=made.n)
    assert as_before(rows(world)) == as_before(before)
    with pytest.raises(TransitionRefused):
        validate(world)
    made = move(world, revision)
    seen = move_marks(world.application)
    for who, error in (
        ("referent", NotAllowed),
        ("manager", NotAllowed),
        ("agent", NotAllowed),
        ("rival", NotVisible),
    ):
        with pytest.raises(error):
            validate(world, who)
    with pytest.raises(Conflict):
        validate(world, seen=seen - 1)
    for _ in range(2):
        validate(world, seen=seen)
    assert world.application.state == ApplicationState.PROOFS_VALIDATED
    assert world.events().count("reviews.proofs.validated") == 1
    assert world.told("reviews.proofs_validated") == ["agent", "delegate", "employee"]
    with pytest.raises(TransitionRefused):
        undo_move(actor=world["manager"], number=world.number, n=made.n)


def validate(world: Company, who: str = "verifier", seen: int | None = None) -> None:
    marks = move_marks(world.application) if seen is None else seen
    validate_proofs(actor=world[who], number=world.number, marks=marks)
