"""Drafts that two people write, rules chosen before publishing, revisions announced and replaced."""

import json
from datetime import date
from typing import Any

import pytest

from jalon.accounts.models import User
from jalon.accounts.standing import NOBODY, SYSTEM, Standing, standing_of
from jalon.accounts.states import StaffRoleName
from jalon.core.errors import Conflict, InvalidInput, NotAllowed, NotVisible, TransitionRefused
from jalon.journal.models import Entry
from jalon.programmes.actions.drafts import discard_draft, edit_draft
from jalon.programmes.actions.loading import load_draft, load_track
from jalon.programmes.actions.publishing import choose_rules, prepared, publish, publish_prepared
from jalon.programmes.definition.compiled import content_of, digest_of
from jalon.programmes.definition.schema import Definition, TrackDefinition
from jalon.programmes.models import Draft, Programme, Revision, RevisionPlan, RuleChoice
from jalon.programmes.queries import (
    announced_revisions,
    chosen_rules,
    compiled,
    current_revision,
    draft_effects,
    draft_effects_from,
    effects_between,
    item_changes,
    publication_mark,
    revision_lines,
)
from jalon.programmes.rules import ItemChanges, joined_effects, planned_effects
from jalon.programmes.states import RevisionState, Rule
from tests.programmes.builders import TRACK, made, small, small_raw, text
from tests.scenarios.people import staff

pytestmark = pytest.mark.django_db

VERIFIER = Standing(user_ref="verifier", staff_roles=frozenset({(StaffRoleName.VERIFIER, "demo")}))
OTHER = Standing(user_ref="other", staff_roles=frozenset({(StaffRoleName.MANAGER, "other")}))
FIRST, SECOND, THIRD = date(2026, 3, 1), date(2026, 6, 1), date(2026, 9, 1)


@pytest.fixture(autouse=True)
def before_all_of_them(freeze):
    """A revision is not published for a day that is over."""
    freeze("2026-02-01T12:00")


@pytest.fixture
def manager() -> Standing:
    return standing_of(staff("manager", StaffRoleName.MANAGER, programme="demo"))


@pytest.fixture
def loaded() -> Programme:
    load_track(actor=SYSTEM, track=TrackDefinition.model_validate(TRACK))
    load_draft(actor=SYSTEM, definition=small())
    return Programme.objects.get()


def publish_now(effective_on: date = FIRST, **more: Any) -> Revision:
    return publish(actor=SYSTEM, programme_code="demo", reason="Ouverture", effective_on=effective_on, **more)


def mark() -> str:
    """Of what the page of the publication shows now."""
    latest = Revision.objects.latest("number")
    return publication_mark(Draft.objects.get(), latest, chosen_rules(latest.programme, latest))


def worded(**texts: str) -> Definition:
    """The small list with other words: expected proof → text."""
    raw = small_raw()
    for chapter in raw["chapters"]:
        for requirement in chapter["requirements"]:
            for scenario in requirement["scenarios"]:
                for proof in scenario["proofs"]:
                    proof["text"] = text(texts.get(proof["key"], "Preuve"))
    return made(raw)


def retitled() -> Definition:
    raw = small_raw()
    raw["chapters"][0]["requirements"][0]["title"] = text("Un autre titre")
    return made(raw)


def edit(actor: Standing, definition: Definition, seen: int) -> Draft:
    return edit_draft(actor=actor, programme_code="demo", seen_version=seen, definition=definition)


# --- The draft ------------------------------------------------------------------------------------------------


def test_an_edit_is_kept_with_its_author(loaded, manager):
    written = edit(manager, retitled(), 1)
    assert (written.version, written.edited_by_id, written.sha256) == (
        2,
        manager.user_id,
        digest_of(retitled()),
    )
    assert Entry.objects.filter(event="programmes.draft.edited").count() == 1


def test_the_same_edit_again_changes_nothing(loaded, manager):
    edit(manager, retitled(), 1)
    before = list(Draft.objects.values())
    assert edit(manager, retitled(), 1).version == 2
    assert list(Draft.objects.values()) == before
    assert Entry.objects.filter(event="programmes.draft.edited").count() == 1


def test_two_people_on_one_draft_the_second_is_told_who_and_nothing_is_lost(loaded, manager):
    edit(manager, retitled(), 1)
    colleague = standing_of(staff("ines", StaffRoleName.MANAGER, programme="demo", given_name="Ines"))
    with pytest.raises(Conflict, match=r"Thomas Anquetil a modifié ce brouillon le .*version 2"):
        edit(colleague, worded(p1="Autre chose"), 1)
    assert Draft.objects.get().content == content_of(retitled())
    assert edit(colleague, worded(p1="Autre chose"), 2).version == 3


def test_a_draft_of_another_programme_is_not_written_here(loaded, manager):
    with pytest.raises(InvalidInput):
        edit(manager, small(code="ailleurs"), 1)


def test_giving_up_a_draft_brings_back_the_latest_revision(loaded, manager):
    with pytest.raises(TransitionRefused):
        discard_draft(actor=manager, programme_code="demo", seen_version=1)
    first = publish_now()
    edit(manager, retitled(), 1)
    with pytest.raises(Conflict):
        discard_draft(actor=manager, programme_code="demo", seen_version=1)
    assert discard_draft(actor=manager, programme_code="demo", seen_version=2).sha256 == first.sha256
    discard_draft(actor=manager, programme_code="demo", seen_version=2)
    assert Entry.objects.filter(event="programmes.draft.discarded").count() == 1


def test_a_draft_changed_since_its_impact_was_shown_is_not_published(loaded, manager):
    publish_now()
    edit(manager, retitled(), 1)
    seen = mark()
    edit(manager, worded(p1="Autre chose"), 2)
    with pytest.raises(Conflict, match="version 3, Thomas Anquetil"):
        publish_now(SECOND, seen=seen)
    assert publish_now(SECOND, seen=mark()).number == 2


def test_a_choice_made_since_the_impact_was_shown_stops_the_publication(loaded, manager):
    publish_now()
    edit(manager, worded(p1="Une autre preuve"), 1)
    seen = mark()
    choose_rules(actor=manager, programme_code="demo", rules={"r1": Rule.NEW_PROOF})
    with pytest.raises(Conflict, match="ce que deviennent les verdicts"):
        publish_now(SECOND, seen=seen)
    assert publish_now(SECOND, seen=mark()).number == 2
    assert publish_now(SECOND, seen=seen).number == 2  # sent again: one effect


@pytest.mark.parametrize("meanwhile", ["draft", "choice", "revision"])
def test_what_changes_between_reading_and_the_lock_stops_the_writing(loaded, manager, meanwhile):
    """Lists are compared before the lock: under it, only what was read is published."""
    publish_now()
    edit(manager, worded(p1="Une autre preuve"), 1)
    made = prepared(actor=manager, programme_code="demo", reason="Motif", effective_on=SECOND)
    if meanwhile == "draft":
        edit(manager, retitled(), 2)
    elif meanwhile == "choice":
        choose_rules(actor=manager, programme_code="demo", rules={"r1": Rule.KEEP})
    else:
        publish_now(SECOND)
    revisions = Revision.objects.count()
    with pytest.raises(Conflict):
        publish_prepared(actor=manager, made=made)
    assert Revision.objects.count() == revisions


def test_only_the_first_revision_may_hold_since_a_day_that_is_over(loaded, manager, freeze):
    freeze("2026-06-01T12:00")
    assert publish_now(FIRST).effective_on == FIRST
    edit(manager, retitled(), 1)
    with pytest.raises(InvalidInput) as refused:
        publish_now(date(2026, 5, 31))
    assert list(refused.value.errors) == ["effective_on"]
    assert publish_now(date(2026, 6, 1)).number == 2


@pytest.mark.parametrize("actor", [NOBODY, VERIFIER, OTHER])
def test_who_may_not(loaded, actor):
    publish_now()
    for act in (
        lambda: edit(actor, retitled(), 1),
        lambda: discard_draft(actor=actor, programme_code="demo", seen_version=1),
        lambda: choose_rules(actor=actor, programme_code="demo", rules={"r1": Rule.KEEP}),
        lambda: publish(actor=actor, programme_code="demo", reason="x", effective_on=FIRST),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_programme_that_is_not_there(manager):
    with pytest.raises((NotAllowed, NotVisible)):
        edit_draft(actor=manager, programme_code="nulle-part", seen_version=0, definition=small())


# --- Rules ----------------------------------------------------------------------------------------------------


def test_by_default_a_meaning_is_looked_at_again_and_an_editorial_change_is_not(loaded, manager):
    first = publish_now()
    edit(manager, worded(p4="Une autre preuve"), 1)
    changed = worded(p4="Une autre preuve").model_copy(update={"chapters": (
        retitled().chapters[0], *worded(p4="Une autre preuve").chapters[1:]
    )})  # fmt: skip
    edit(manager, changed, 2)
    assert draft_effects(first, Draft.objects.get()) == {
        "p1": Rule.KEEP, "p2": Rule.KEEP, "p4": Rule.REQUALIFY
    }  # fmt: skip


def test_the_last_choice_holds_and_is_frozen_with_the_revision(loaded, manager):
    first = publish_now()
    edit(manager, worded(p1="Une autre preuve", p4="Encore une autre"), 1)
    choose_rules(actor=manager, programme_code="demo", rules={"r1": Rule.NEW_PROOF, "r3": Rule.KEEP})
    choose_rules(actor=manager, programme_code="demo", rules={"r1": Rule.KEEP, "r3": Rule.KEEP})
    assert [(c.requirement_key, c.rule) for c in RuleChoice.objects.order_by("pk")] == [
        ("r1", "new_proof"), ("r3", "keep"), ("r1", "keep")
    ]  # fmt: skip
    second = publish_now(SECOND)
    plan = RevisionPlan.objects.get()
    assert (plan.revision_id, plan.base_id) == (second.pk, first.pk)
    assert json.loads(plan.effects) == {"p1": "keep", "p4": "keep"}
    assert effects_between(first, second) == {"p1": Rule.KEEP, "p4": Rule.KEEP}


@pytest.mark.parametrize("rules", [{"r2": "keep"}, {"r1": "forget"}, {"none": "keep"}])
def test_only_what_changes_can_be_decided(loaded, manager, rules):
    publish_now()
    edit(manager, worded(p1="Une autre preuve"), 1)
    with pytest.raises(InvalidInput) as refused:
        choose_rules(actor=manager, programme_code="demo", rules=rules)
    assert list(refused.value.errors) == list(rules)


def test_before_the_first_publication_no_verdict_is_at_stake(loaded, manager):
    with pytest.raises(TransitionRefused):
        choose_rules(actor=manager, programme_code="demo", rules={"r1": "keep"})


def test_over_two_revisions_the_strictest_decision_holds(loaded, manager):
    first = publish_now()
    edit(manager, worded(p1="Un", p4="Un"), 1)
    choose_rules(actor=manager, programme_code="demo", rules={"r1": Rule.NEW_PROOF})
    second = publish_now(SECOND)
    edit(manager, worded(p1="Deux", p3="Deux"), 2)
    choose_rules(actor=manager, programme_code="demo", rules={"r1": Rule.KEEP})
    wanted = {"p1": Rule.NEW_PROOF, "p3": Rule.REQUALIFY}  # p4 is what it was
    assert draft_effects_from(first, Draft.objects.get()) == wanted
    third = publish_now(THIRD)
    assert effects_between(first, third) == wanted
    assert effects_between(second, third) == {"p1": Rule.KEEP, "p3": Rule.REQUALIFY, "p4": Rule.REQUALIFY}


def test_a_renumbered_proof_is_followed_by_its_code(loaded, manager):
    raw = small_raw()
    requirement = raw["chapters"][1]["requirements"][0]
    requirement["scenarios"][0]["proofs"][0]["code"] = "R3.01"
    edit(manager, made(raw), 1)
    first = publish_now()
    requirement["scenarios"][0]["proofs"][0]["key"] = "p4-neuf"
    edit(manager, made(raw), 2)
    second = publish_now(SECOND)
    found = item_changes(compiled(first), compiled(second))
    assert (found.renamed, found.added, found.removed) == ({"p4": "p4-neuf"}, (), ())
    assert json.loads(RevisionPlan.objects.get().renamed) == {"p4": "p4-neuf"}


def test_the_rules_themselves():
    changes = ItemChanges(
        changed={"a": Rule.REQUALIFY, "b": Rule.KEEP, "c": Rule.REQUALIFY},
        requirement_of={"a": "r", "b": "r", "c": "s"},
    )
    assert planned_effects(changes, {"r": Rule.NEW_PROOF}) == {
        "a": Rule.NEW_PROOF, "b": Rule.NEW_PROOF, "c": Rule.REQUALIFY
    }  # fmt: skip
    assert (changes.default_rule("r"), changes.default_rule("s")) == (Rule.REQUALIFY, Rule.REQUALIFY)
    assert joined_effects(
        [({"a": Rule.KEEP}, {}), ({"z": Rule.NEW_PROOF}, {"a": "z"})], {"z": Rule.KEEP}
    ) == {"z": Rule.NEW_PROOF}


# --- Announced, in force, replaced ----------------------------------------------------------------------------


def states(programme: Programme, day: date) -> dict[int, str]:
    return {line.revision.number: line.state.value for line in revision_lines(programme, day)}


def test_where_a_revision_stands_follows_from_the_dates(loaded, manager):
    publish_now(FIRST)
    edit(manager, retitled(), 1)
    publish_now(THIRD)
    edit(manager, worded(p1="Autre"), 2)
    publish_now(SECOND)
    # The second will never be in force: the third holds from an earlier day on.
    assert states(loaded, date(2026, 2, 1)) == {1: "announced", 2: "replaced", 3: "announced"}
    assert states(loaded, FIRST) == {1: "in_force", 2: "replaced", 3: "announced"}
    assert states(loaded, SECOND) == {1: "replaced", 2: "replaced", 3: "in_force"}
    assert current_revision(loaded, THIRD).number == 3


def test_announced_revisions_come_in_the_order_of_their_days(loaded, manager, freeze):
    freeze("2026-03-02T12:00")
    publish_now(FIRST)
    edit(manager, retitled(), 1)
    publish_now(SECOND)
    edit(manager, worded(p1="Autre"), 2)
    publish_now(THIRD)
    assert [r.number for r in announced_revisions(loaded)] == [2, 3]
    assert {line.state for line in revision_lines(loaded)} == {
        RevisionState.IN_FORCE,
        RevisionState.ANNOUNCED,
    }


@pytest.mark.any_database("as many statements on either")
def test_the_people_of_a_list_of_revisions_cost_no_further_query(loaded, django_assert_num_queries):
    publish_now()
    with django_assert_num_queries(1):
        assert [line.revision.published_by for line in revision_lines(loaded)] == [None]


def test_nobody_is_named_in_a_draft_of_the_system(loaded):
    assert Draft.objects.get().edited_by is None
    with pytest.raises(Conflict, match="Jalon a modifié"):
        edit(
            standing_of(User.objects.get(pk=staff("m", StaffRoleName.MANAGER, programme="demo").pk)),
            retitled(),
            7,
        )
