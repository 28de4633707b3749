"""A file goes to another revision: what it asks of each proof, what is kept, and the way back (R2)."""

import pytest

from jalon.applications.models import Application
from jalon.core.errors import NotAllowed, NotVisible, TransitionRefused
from jalon.evidence.actions.deposits import deposit_link
from jalon.evidence.models import Slot
from jalon.evidence.states import SlotState
from jalon.programmes.actions.publishing import choose_rules
from jalon.programmes.states import Rule
from jalon.reviews.actions.chapters import recall_chapter
from jalon.reviews.actions.moves import undo_move
from jalon.reviews.actions.orders import order_moves
from jalon.reviews.queries.impact import draft_target, impact_of
from jalon.reviews.queries.move_notices import move_notice
from tests.reviews.moving import (
    INS,
    SPREAD,
    G,
    as_before,
    chapters,
    keys,
    move,
    rows,
    states,
    third,
    whole_change,
    world,
)
from tests.scenarios.revisions import draft, edited, programme, published
from tests.scenarios.small import SMALL_CODE

__all__ = ["world"]  # fixture


def test_each_proof_goes_where_its_state_and_its_change_lead(world):
    begun = keys(world, third(world))[0]
    before = states(world)
    assert {before[G[0]], before[G[1]], before["ins-va1.60.01.01"], before[begun]} == {
        SlotState.CONFORMING, SlotState.TO_MODIFY, SlotState.SUBMITTED, SlotState.DEPOSITED
    }  # fmt: skip
    made = move(world, published(whole_change(world)))
    assert made
    after = states(world)
    said = {
        name: [i.code for i in items]
        for name, items in move_notice(world.application, made.n).implies.items()
    }
    changed = {
        key: (before.get(key), after.get(key))
        for key in {*before, *after}
        if before.get(key) != after.get(key)
    }
    assert changed == {
        G[0]: (SlotState.CONFORMING, SlotState.TO_REQUALIFY),
        G[7]: (SlotState.CONFORMING, None),
        "gestion-plus": (None, SlotState.TO_DEPOSIT),
        "ins-va1.15.01.02": (SlotState.SUBMITTED, None),
        "autre-plus": (None, SlotState.TO_DEPOSIT),
    }
    assert {name: len(codes) for name, codes in said.items()} == {
        "add": 2, "requalify": 1, "redo": 0, "reread": 3, "kept": 5, "drop": 2, "back": 0
    }  # fmt: skip
    assert chapters(world)[INS] == ("to_modify", 8, 5, 5, 2)
    assert chapters(world)[SPREAD] == ("submitted", 5, 5, 0, 0)


def test_nothing_that_was_given_or_decided_is_lost(world):
    before = rows(world)
    move(world, published(whole_change(world)))
    after = rows(world)
    for table in ("proofs", "pieces", "verdicts", "files", "rounds"):
        assert after[table] == before[table], table
    assert [r["id"] for r in after["slots"]] == [r["id"] for r in before["slots"]]


def test_publish_move_and_undo_is_before(world):
    before = rows(world)
    made = move(world, published(whole_change(world)))
    assert rows(world) != before
    moved = dict(Slot.objects.values_list("pk", "version"))
    undo_move(actor=world["manager"], number=world.number, n=made.n)
    assert as_before(rows(world)) == as_before(before)
    back = dict(Slot.objects.values_list("pk", "version"))
    was = {row["id"]: row["version"] for row in before["slots"]}
    assert {pk for pk in back if back[pk] > moved[pk]} == {pk for pk in moved if moved[pk] > was[pk]}
    assert world.events()[-2:] == ["reviews.move.made", "reviews.move.undone"]
    undo_move(actor=world["manager"], number=world.number, n=made.n)
    assert world.events().count("reviews.move.undone") == 1


def test_moving_twice_is_moving_once(world):
    revision = published(whole_change(world))
    first = move(world, revision)
    kept = rows(world)
    assert move(world, revision) == first
    assert rows(world) == kept
    assert world.events().count("reviews.move.made") == 1
    assert len(world.told("reviews.file_moved")) == len(set(world.told("reviews.file_moved")))


def test_a_file_moved_back_can_be_moved_again(world):
    revision = published(whole_change(world))
    made = move(world, revision)
    moved = rows(world)
    undo_move(actor=world["manager"], number=world.number, n=made.n)
    again = move(world, revision)
    assert again.n == 2
    of = [
        {k: v for k, v in r.items() if "version" not in k}
        for found in (moved, rows(world))
        for r in found["slots"]
    ]
    assert of[: len(of) // 2] == of[len(of) // 2 :]


@pytest.mark.parametrize("act", ["deposit", "recall", "open", "judge"])
def test_undoing_is_refused_once_somebody_acted(world, act):
    made = move(world, published(whole_change(world)))
    if act == "deposit":
        deposit_link(
            actor=world["employee"],
            number=world.number,
            item_key="gestion-plus",
            url="https://preuves.example/1",
        )
    elif act == "recall":
        recall_chapter(actor=world["agent"], number=world.number, chapter=SPREAD)
    elif act == "open":
        from jalon.reviews.actions.examination import open_chapter

        open_chapter(actor=world["verifier"], number=world.number, chapter=SPREAD)
    else:
        world.play.judge(SPREAD)
    with pytest.raises(TransitionRefused) as refused:
        undo_move(actor=world["manager"], number=world.number, n=made.n)
    assert "a agi sur ce dossier" in refused.value.message
    assert Application.objects.get().revision_id == made.to_revision_id


def test_who_may(world):
    revision = published(whole_change(world))
    for who in ("verifier", "referent", "other_verifier"):
        with pytest.raises(NotAllowed):
            move(world, revision, who)
        with pytest.raises(NotAllowed):
            order_moves(actor=world[who], programme_code=SMALL_CODE, revision_number=revision.number)
    for who in ("agent", "delegate", "employee"):
        with pytest.raises(NotAllowed):
            move(world, revision, who)
    for who in ("rival", "stranger", "elsewhere", "administrator"):
        with pytest.raises(NotVisible):
            move(world, revision, who)
    assert move(world, revision)
    for who in ("verifier", "agent"):
        with pytest.raises(NotAllowed):
            undo_move(actor=world[who], number=world.number, n=1)
    with pytest.raises(NotVisible):
        undo_move(actor=world["manager"], number=world.number, n=9)


@pytest.mark.parametrize(
    ("rule", "conforming", "submitted"),
    [
        (Rule.KEEP, SlotState.CONFORMING, SlotState.SUBMITTED),
        (Rule.REQUALIFY, SlotState.TO_REQUALIFY, SlotState.SUBMITTED),
        (Rule.NEW_PROOF, SlotState.TO_REQUALIFY, SlotState.TO_REQUALIFY),
    ],
)
def test_the_manager_decides_for_each_requirement(world, rule, conforming, submitted):
    edited(lambda e: e.reword(G[0]).reword("ins-va1.60.01.01"))
    choose_rules(
        actor=world["manager"], programme_code=SMALL_CODE, rules={"ins-va1.01": rule, "ins-va1.60": rule}
    )
    impact = next(iter(impact_of(programme(), draft_target(draft()))))
    revision = published(lambda e: e)
    move(world, revision)
    found = states(world)
    assert (found[G[0]], found["ins-va1.60.01.01"]) == (conforming, submitted)
    told = {"redo": rule == Rule.NEW_PROOF, "requalify": rule == Rule.REQUALIFY}
    assert {name: G[0] in getattr(impact.effects, name) for name in told} == told


def test_an_editorial_change_keeps_verdicts(world):
    before = states(world)
    made = move(world, published(lambda e: e.retitle("ins-va1.01")))
    assert states(world) == before
    assert move_notice(world.application, made.n).nothing_to_do
