"""Proofs after a move: requalified, given anew, judged anew, to the end of the file (R2)."""

from typing import Any

import pytest

from jalon.applications.models import Round
from jalon.applications.states import ApplicationState
from jalon.core.errors import TransitionRefused
from jalon.evidence.actions.deposits import (
    comment_proof,
    confirm_proof,
    deposit_file,
    deposit_link,
    remove_item,
    request_not_applicable,
)
from jalon.evidence.models import Proof, ProofItem, Slot
from jalon.evidence.queries import slot_views
from jalon.evidence.states import SlotState
from jalon.programmes.actions.publishing import choose_rules
from jalon.programmes.definition.schema import Requirement
from jalon.programmes.queries import compiled_draft
from jalon.programmes.states import Rule
from jalon.reviews.actions.examination import judge_proof, return_chapter, validate_chapter
from jalon.reviews.actions.moves import undo_move
from jalon.reviews.models import Outcome
from jalon.reviews.queries import latest_verdicts
from jalon.reviews.queries.move_notices import move_notice
from tests.reviews.moving import INS, SPREAD, G, chapters, keys, move, states, third, whole_change, world
from tests.scenarios.cast import Company
from tests.scenarios.revisions import draft, edited, published
from tests.scenarios.small import SMALL_CODE

__all__ = ["world"]  # fixture


def to_requalify(world: Company, rule: Rule) -> None:
    edited(lambda e: e.reword(G[0]))
    choose_rules(actor=world["manager"], programme_code=SMALL_CODE, rules={"ins-va1.01": rule})
    move(world, published(lambda e: e))


def test_what_is_to_be_requalified_may_be_confirmed_as_it_is(world):
    to_requalify(world, Rule.REQUALIFY)
    before = Proof.objects.get(slot__item_key=G[0], superseded_at=None)
    confirm_proof(actor=world["employee"], number=world.number, item_key=G[0])
    confirm_proof(actor=world["employee"], number=world.number, item_key=G[0])
    after = Proof.objects.get(slot__item_key=G[0], superseded_at=None)
    assert (after.n, [i.url for i in after.items.all()]) == (
        before.n + 1,
        [i.url for i in before.items.all()],
    )
    assert states(world)[G[0]] == SlotState.DEPOSITED


def judged_not_applicable(world: Company) -> str:
    """A key of the third chapter, asked to be held not applicable."""
    key = keys(world, third(world))[1]
    request_not_applicable(actor=world["agent"], number=world.number, item_key=key, reason="Pas d’INS.")
    return key


def test_only_a_really_new_piece_meets_the_wish_for_a_new_proof(world):
    """Accepted, drafted, to modify, already to be requalified, held not applicable: none is confirmed as it is."""
    drafted, excused = keys(world, third(world))[0], judged_not_applicable(world)
    edited(lambda e: e.reword(G[2]))
    choose_rules(actor=world["manager"], programme_code=SMALL_CODE, rules={"ins-va1.01": Rule.REQUALIFY})
    move(world, published(lambda e: e))
    assert states(world)[G[2]] == SlotState.TO_REQUALIFY
    wanted = [G[0], G[1], G[2], drafted, excused]
    edited(lambda e: [e.reword(key, "Encore un autre texte.") for key in wanted])
    of = {requirement_of(key).key: Rule.NEW_PROOF for key in wanted}
    choose_rules(actor=world["manager"], programme_code=SMALL_CODE, rules=of)
    made = move(world, published(lambda e: e))
    assert [i.key for i in move_notice(world.application, made.n).implies["redo"]] == wanted
    before, place = states(world), {"actor": world["agent"], "number": world.number}
    assert {key: before[key] for key in wanted} == dict.fromkeys(wanted, SlotState.TO_REQUALIFY) | {
        G[1]: SlotState.TO_MODIFY
    }
    for key in wanted:
        with pytest.raises(TransitionRefused):
            confirm_proof(**place, item_key=key)
        comment_proof(**place, item_key=key, comment="Voyez la même pièce.")
        for piece in ProofItem.objects.filter(proof__slot__item_key=key, proof__superseded_at=None):
            remove_item(**place, item_key=key, item_id=piece.pk)
            given_again(place, piece)
    request_not_applicable(**place, item_key=excused, reason="Pas d’INS.")
    assert states(world) == before
    for view in slot_views(world.application, third(world)) + slot_views(world.application, INS):
        if view.key in wanted[1:]:
            world.play.deposit_slot(view, 7)
    request_not_applicable(**place, item_key=G[0], reason="Sans objet depuis ce texte.")
    after = states(world)
    assert {after[key] for key in wanted[1:]} == {SlotState.DEPOSITED}
    assert after[G[0]] == SlotState.NA_REQUESTED
    request_not_applicable(**place, item_key=G[0], reason="")
    assert states(world)[G[0]] == SlotState.TO_MODIFY


def given_again(place: dict[str, Any], piece: ProofItem) -> None:
    key = piece.proof.slot.item_key
    if piece.document_id:
        deposit_file(**place, item_key=key, document_id=piece.document_id)
    else:
        deposit_link(**place, item_key=key, url=piece.url)


def requirement_of(key: str) -> Requirement:
    return compiled_draft(draft()).items[key].requirement


def test_words_alone_confirm_nothing_and_a_reason_is_confirmed_whole(world):
    world.give(third(world))
    excused = judged_not_applicable(world)
    world.play.submit_chapters([third(world)]).judge(third(world)).close(third(world))
    edited(lambda e: e.reword(excused))
    rule = {requirement_of(excused).key: Rule.REQUALIFY}
    choose_rules(actor=world["manager"], programme_code=SMALL_CODE, rules=rule)
    move(world, published(lambda e: e))
    place = {"actor": world["agent"], "number": world.number, "item_key": excused}
    comment_proof(**place, comment="Toujours vrai.")
    assert states(world)[excused] == SlotState.TO_REQUALIFY
    confirm_proof(**place)
    assert states(world)[excused] == SlotState.NA_REQUESTED
    assert Proof.objects.get(slot__item_key=excused, superseded_at=None).na_reason == "Pas d’INS."


def test_what_was_only_drafted_is_not_judged_where_it_comes(world):
    """A request moved into a chapter under examination was never handed in there."""
    excused = judged_not_applicable(world)
    move(world, published(lambda e: e.move(_requirement_key(excused), SPREAD)))
    assert states(world)[excused] == SlotState.NA_REQUESTED
    world.play.judge(SPREAD)
    with pytest.raises(TransitionRefused, match="n’a pas été soumise"):
        judge_proof(
            actor=world["verifier"], number=world.number, chapter=SPREAD, item_key=excused,
            slot_version=Slot.objects.get(item_key=excused).version, outcome=Outcome.CONFORMING,
        )  # fmt: skip
    return_chapter(actor=world["verifier"], number=world.number, chapter=SPREAD, round_n=1)
    assert "demandée depuis la remise" in world.messages()[-1]


def _requirement_key(key: str) -> str:
    return requirement_of(key).key


def test_the_last_piece_of_a_proof_to_requalify_may_be_taken_out(world):
    to_requalify(world, Rule.REQUALIFY)
    piece = ProofItem.objects.get(proof__slot__item_key=G[0], proof__superseded_at=None)
    remove_item(actor=world["agent"], number=world.number, item_key=G[0], item_id=piece.pk)
    assert states(world)[G[0]] == SlotState.TO_REQUALIFY


def test_the_file_goes_on_to_the_end(world):
    move(world, published(whole_change(world)))
    confirm_proof(actor=world["agent"], number=world.number, item_key=G[0])
    world.give(INS).play.submit_chapters([INS]).judge(INS).close(INS)
    world.play.judge(SPREAD).close(SPREAD)
    world.proven(third(world))
    assert world.application.state == ApplicationState.PROOFS_VALIDATED
    assert chapters(world)[SPREAD] == ("validated", 5, 5, 5, 0)


@pytest.mark.parametrize(("rule", "left"), [(Rule.REQUALIFY, 1), (Rule.KEEP, 0)])
def test_what_was_judged_on_the_old_text_is_judged_anew_unless_the_rule_keeps_it(world, rule, left):
    world.play.judge(SPREAD)
    edited(lambda e: e.reword("ins-va1.60.01.01"))
    choose_rules(actor=world["manager"], programme_code=SMALL_CODE, rules={"ins-va1.60": rule})
    made = move(world, published(lambda e: e))
    assert made
    handed_in = Round.objects.get(part__key=f"chapter:{SPREAD}")
    waiting = [
        v for v in slot_views(world.application, SPREAD) if v.proof.pk not in latest_verdicts(handed_in)
    ]
    assert len(waiting) == left
    if left:
        with pytest.raises(TransitionRefused, match="Reste 1 preuve à juger"):
            validate_chapter(actor=world["verifier"], number=world.number, chapter=SPREAD, round_n=1)
        undo_move(actor=world["manager"], number=world.number, n=made.n)
    validate_chapter(actor=world["verifier"], number=world.number, chapter=SPREAD, round_n=1)
