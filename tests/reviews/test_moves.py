"""A file goes to another revision: what it asks of each proof, what is kept, and the way back (R2)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from jalon.applications.actions.tracking import missed_gate
from jalon.applications.models import Application, Part, Round
from jalon.applications.states import ApplicationState, PartKind, Turn
from jalon.awards.actions.decisions import reconcile
from jalon.core import clock
from jalon.core.errors import Conflict, NotAllowed, NotVisible, TransitionRefused
from jalon.documents.models import Document
from jalon.evidence.actions import (
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
from jalon.programmes.models import Revision
from jalon.programmes.queries import compiled_draft
from jalon.programmes.states import Rule
from jalon.reviews.actions.chapters import recall_chapter
from jalon.reviews.actions.examination import judge_proof, return_chapter, validate_chapter
from jalon.reviews.actions.moves import move_file, undo_move
from jalon.reviews.actions.orders import order_moves
from jalon.reviews.actions.proofs import validate_proofs
from jalon.reviews.models import Move, Outcome, Verdict
from jalon.reviews.queries import latest_verdicts
from jalon.reviews.queries.impact import draft_target, impact_of
from jalon.reviews.queries.move_notices import move_notice
from jalon.reviews.queries.proofs import move_marks
from tests.kept import kept
from tests.scenarios.cast import Company, open_application_of_everybody
from tests.scenarios.revisions import Edit, draft, edited, programme, published
from tests.scenarios.small import SMALL_CODE
from tests.sentences import as_written

INS, SPREAD = "gestion-ins", "propagation-ins"
G = [f"ins-va1.01.0{n}.01" for n in (1, 2, 3)] + [f"ins-va1.02.0{n}.01" for n in (1, 2, 3, 4, 5)]


@pytest.fixture
@kept
def world(db) -> Company:
    """Three chapters: one sent back (a proof to modify, the others conforming), one submitted, one begun."""
    company = open_application_of_everybody(chapters=3)
    company.eligible()
    company.give(INS).play.submit_chapters([INS]).judge(INS, to_modify={G[1]: "Montrez l’écran."})
    company.play.close(INS, send_back=True)
    company.give(SPREAD).play.submit_chapters([SPREAD])
    company.play.deposit(third(company), limit=1)
    return company


def third(world: Company) -> str:
    return world.play.chapters()[2]


def keys(world: Company, chapter: str) -> list[str]:
    return [view.key for view in slot_views(world.application, chapter)]


def states(world: Company) -> dict[str, SlotState]:
    """Every slot that is asked for, by key."""
    return {v.key: v.state for c in world.play.chapters() for v in slot_views(world.application, c)}


def chapters(world: Company) -> dict[str, tuple[str, int, int, int, int]]:
    rows = Part.objects.filter(application=world.application, kind=PartKind.CHAPTER)
    found = rows.values_list("key", "state", "expected", "given", "conform", "to_modify")
    return {key.removeprefix("chapter:"): (state, *counts) for key, state, *counts in found}


def move(world: Company, revision: Revision, who: str = "manager") -> Move | None:
    return move_file(actor=world[who], number=world.number, revision_number=revision.number)


def rows(world: Company) -> dict[str, list[Any]]:
    """Every row of the file that people see or that decides something, whole."""
    of = world.application
    return {
        "file": list(Application.objects.filter(pk=of.pk).values()),
        "parts": list(Part.objects.filter(application=of).order_by("pk").values()),
        "rounds": list(Round.objects.filter(part__application=of).order_by("pk").values()),
        "slots": list(Slot.objects.filter(application=of).order_by("pk").values()),
        "proofs": list(Proof.objects.filter(slot__application=of).order_by("pk").values()),
        "pieces": list(ProofItem.objects.filter(proof__slot__application=of).order_by("pk").values()),
        "verdicts": list(Verdict.objects.order_by("pk").values()),
        "files": list(Document.objects.order_by("pk").values()),
    }  # fmt: skip


def as_before(found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Without the versions of slots: they only grow, whatever is undone."""
    return {**found, "slots": [{k: v for k, v in row.items() if k != "version"} for row in found["slots"]]}


def whole_change(world: Company) -> Callable[[Edit], object]:
    """Something for each of the five states: text, proof added and dropped, requirement moved."""
    third_keys = keys(world, third(world))

    def change(edit: Edit) -> None:
        edit.reword(G[0]).reword(G[1]).drop(G[7]).add(G[3], "gestion-plus")
        edit.reword("ins-va1.60.01.01").drop("ins-va1.15.01.02")
        edit.reword(third_keys[0]).add(third_keys[0], "autre-plus")
        edit.retitle("ins-va1.02")

    return change


# --- One file -------------------------------------------------------------------------------------------------


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


# --- Rules of a manager -----------------------------------------------------------------------------------------


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


# --- To requalify, to give anew -------------------------------------------------------------------------------


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
    of = {_definition_of(key).key: Rule.NEW_PROOF for key in wanted}
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


def _definition_of(key: str) -> Requirement:
    return compiled_draft(draft()).items[key].requirement


def test_words_alone_confirm_nothing_and_a_reason_is_confirmed_whole(world):
    world.give(third(world))
    excused = judged_not_applicable(world)
    world.play.submit_chapters([third(world)]).judge(third(world)).close(third(world))
    edited(lambda e: e.reword(excused))
    rule = {_definition_of(excused).key: Rule.REQUALIFY}
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
    return _definition_of(key).key


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


# --- Chapters -------------------------------------------------------------------------------------------------


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


def test_a_chapter_left_with_accepted_proofs_alone_was_handed_in_with_them(world, freeze):
    """It would be late else, though nothing of it is awaited."""
    begun = third(world)
    own = keys(world, begun)

    def change(edit: Edit) -> None:
        edit.move("ins-va1.02", begun)
        for key in own:
            edit.drop(key)

    move(world, published(change))
    assert chapters(world)[begun] == ("validated", 5, 5, 5, 0)
    assert Part.objects.get(key=f"chapter:{begun}").first_submitted_at
    freeze(clock.now() + timedelta(days=70))
    assert not missed_gate(world.application)


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


# --- A verdict not yet in effect ------------------------------------------------------------------------------


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
