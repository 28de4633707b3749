"""Profiles and the earlier référencement declared otherwise after proofs were given (R5)."""

from datetime import timedelta

import pytest

from jalon.applications.actions.answers import AnswerConflict
from jalon.applications.models import Answer, Application, Part
from jalon.applications.queries.answers import answers_of
from jalon.applications.queries.facts import frozen_facts, pending_claims
from jalon.applications.states import ApplicationState, PartKind, Turn
from jalon.awards.actions.decisions import reconcile, record_opinion
from jalon.awards.queries.conditions import missing_for
from jalon.awards.rules import Code
from jalon.awards.states import OpinionOutcome
from jalon.core import clock
from jalon.core.errors import Conflict, InvalidInput, NotAllowed, NotVisible, TransitionRefused
from jalon.demo.play import Play
from jalon.evidence.actions.deposits import request_not_applicable
from jalon.evidence.models import Proof, ProofItem, Slot
from jalon.evidence.queries import slot_views
from jalon.evidence.states import SlotState
from jalon.reviews.actions.declarations import decide_declared_claim, declare_again
from jalon.reviews.actions.moves import move_file, undo_move
from jalon.reviews.actions.proofs import validate_proofs
from jalon.reviews.models import Move, Verdict
from jalon.reviews.queries.declarations import declaration_ahead
from jalon.reviews.queries.move_notices import move_notice
from jalon.reviews.queries.proofs import move_marks, proofs_to_validate
from jalon.vendors.actions import grant_access
from tests.kept import kept
from tests.scenarios.cast import Company, open_application_of_everybody
from tests.scenarios.people import product
from tests.scenarios.revisions import Edit, published
from tests.scenarios.small import SMALL_CODE

INS, SPREAD, OPTIONAL = "gestion-ins", "propagation-ins", "ins-va1.15"
OF_PROFILE = ["ins-va1.15.01.01", "ins-va1.15.01.02"]


@pytest.fixture
@kept
def world(db) -> Company:
    """One requirement is asked of a profile that the file has not chosen; one chapter proven, one begun."""
    company = open_application_of_everybody()

    def of_a_profile(edit) -> None:
        edit.requirement(OPTIONAL)["profile"] = "ciba"

    published(of_a_profile)
    play = Play.begin(company.play.cast, SMALL_CODE, product(company.users["agent"], version="5.0"))
    company.play = play
    grant_access(
        actor=play.vendor,
        product_id=play.application.version.product_id,
        user_id=company.users["employee"].pk,
    )
    company.eligible().give(INS)
    key = slot_views(play.application, INS)[0].key
    request_not_applicable(actor=company["agent"], number=play.number, item_key=key, reason="Pas d’INS.")
    play.submit_chapters([INS]).judge(INS).close(INS)
    play.deposit(SPREAD, limit=1)
    return company


def declare(world: Company, who: str = "agent", **values: object) -> Move | None:
    seen = dict(Answer.objects.filter(application=world.application).values_list("field", "version"))
    return declare_again(
        actor=world[who],
        number=world.number,
        values={field: (value, seen.get(field, 0)) for field, value in values.items()},
    )


def with_profile(world: Company) -> Move | None:
    return declare(world, profiles=["general", "ciba"])


def claimed(world: Company) -> None:
    declare(world, vague_1="yes", wiin_id="WIIN-0001")


def decide(
    world: Company, *, confirmed: bool, who: str = "verifier", evidence: str = "", reason: str = "Inconnu."
) -> Move | None:
    return decide_declared_claim(
        actor=world[who],
        number=world.number,
        key="vague-1",
        confirmed=confirmed,
        evidence=evidence or str(answers_of(world.application)["wiin_id"]),
        reason=reason,
    )


def states(world: Company) -> dict[str, SlotState]:
    return {v.key: v.state for c in world.play.chapters() for v in slot_views(world.application, c)}


def given(world: Company) -> list[object]:
    of = {"slot__application": world.application}
    return [
        list(Proof.objects.filter(**of).order_by("pk").values()),
        list(ProofItem.objects.filter(proof__slot__application=world.application).order_by("pk").values()),
        list(Verdict.objects.order_by("pk").values()),
    ]


def test_another_profile_asks_for_its_proofs_and_keeps_the_rest(world):
    before, kept = states(world), given(world)
    made = with_profile(world)
    added = dict.fromkeys(OF_PROFILE, SlotState.TO_DEPOSIT)
    accepted_for_other_facts = next(k for k, s in before.items() if s == SlotState.NA_ACCEPTED)
    assert states(world) == {**before, accepted_for_other_facts: SlotState.TO_REQUALIFY, **added}
    assert given(world) == kept
    assert frozen_facts(world.application).profiles == {"general", "ciba"}
    said = move_notice(world.application, made.n)
    assert [i.key for i in said.implies["add"]] == OF_PROFILE
    assert [i.key for i in said.implies["requalify"]] == [accepted_for_other_facts]
    assert world.events()[-1] == "reviews.move.declared"


def test_a_profile_given_up_and_taken_again_finds_its_proofs(world):
    with_profile(world)
    world.give(SPREAD).play.submit_chapters([SPREAD]).judge(SPREAD).close(SPREAD)
    kept = given(world)
    declare(world, profiles=["general"])
    assert not set(OF_PROFILE) & set(states(world))
    assert Slot.objects.filter(application=world.application, asked=False).count() == 2
    assert given(world) == kept
    with_profile(world)
    assert {states(world)[key] for key in OF_PROFILE} == {SlotState.TO_REQUALIFY}
    assert given(world) == kept


def test_what_is_claimed_takes_effect_when_an_agent_confirms_it(world):
    before = states(world)
    claimed(world)
    assert (pending_claims(world.application), frozen_facts(world.application).claims) == (
        {"vague-1"},
        frozenset(),
    )
    assert set(states(world)) == set(before)
    kept = given(world)
    assert decide(world, confirmed=True)
    assert frozen_facts(world.application).claims == {"vague-1"}
    assert states(world) == {}
    assert given(world) == kept
    waits = (world.application.state, world.application.turn)
    assert waits == (ApplicationState.ELIGIBLE, Turn.AGENCY)  # nobody has validated the step
    assert decide(world, confirmed=True) is None
    validate_proofs(actor=world["verifier"], number=world.number, marks=move_marks(world.application))
    assert world.application.state == ApplicationState.PROOFS_VALIDATED


def test_the_step_is_not_validated_while_a_declaration_waits(world):
    claimed(world)
    decide(world, confirmed=True)
    assert proofs_to_validate(Application.objects.all()).keys() == {world.application.pk}
    declare(world, profiles=["general", "ciba"])  # still nothing asked: the claim covers it
    marks = move_marks(world.application)
    with pytest.raises(Conflict):
        validate_proofs(actor=world["verifier"], number=world.number, marks=marks - 1)
    validate_proofs(actor=world["verifier"], number=world.number, marks=marks)
    declare(world, wiin_id="WIIN-0002")
    assert world.application.state == ApplicationState.ELIGIBLE
    with pytest.raises(TransitionRefused):
        validate_proofs(actor=world["verifier"], number=world.number, marks=move_marks(world.application))


def test_what_is_claimed_no_more_is_over_at_once(world):
    claimed(world)
    decide(world, confirmed=True)
    declare(world, vague_1="no")
    assert frozen_facts(world.application).claims == frozenset()
    assert world.application.state == ApplicationState.ELIGIBLE
    accepted = [s for s in states(world).values() if s == SlotState.TO_REQUALIFY]
    assert len(accepted) == 8  # what had been accepted, before anybody claimed anything


def test_another_number_is_confirmed_anew(world):
    claimed(world)
    decide(world, confirmed=True)
    declare(world, wiin_id="WIIN-0002")
    assert (pending_claims(world.application), frozen_facts(world.application).claims) == (
        {"vague-1"},
        frozenset(),
    )


def test_what_is_not_confirmed_changes_nothing_and_may_be_claimed_again(world):
    claimed(world)
    before = states(world)
    assert decide(world, confirmed=False) is None
    assert decide(world, confirmed=False) is None
    assert (states(world), pending_claims(world.application)) == (before, frozenset())
    assert world.events().count("reviews.claim.rejected") == 1
    declare(world, wiin_id="WIIN-0003")
    assert pending_claims(world.application) == {"vague-1"}


def test_what_is_not_confirmed_has_a_reason_and_the_vendor_is_told(world):
    claimed(world)
    with pytest.raises(InvalidInput) as refused:
        decide(world, confirmed=False, reason="  ")
    assert list(refused.value.errors) == ["reason"]
    assert pending_claims(world.application) == {"vague-1"}
    decide(world, confirmed=False)
    assert world.told("reviews.claim_rejected") == ["agent", "delegate", "employee"]


def test_an_answer_that_was_not_read_is_not_decided_on(world):
    claimed(world)
    declare(world, wiin_id="WIIN-0002")
    for confirmed in (True, False):
        with pytest.raises(Conflict):
            decide(world, confirmed=confirmed, evidence="WIIN-0001")
    assert pending_claims(world.application) == {"vague-1"}


def test_a_claim_that_waits_is_the_agencys_turn_and_holds_the_award(world):
    assert world.application.turn == Turn.VENDOR
    claimed(world)
    assert world.application.turn == Turn.BOTH
    assert Code.CLAIM_CONFIRMED in {m.code for m in missing_for(world.application)}
    decide(world, confirmed=False)
    assert world.application.turn == Turn.VENDOR
    assert Code.CLAIM_CONFIRMED not in {m.code for m in missing_for(world.application)}


def test_a_confirmed_claim_under_another_number_holds_the_award_again(world):
    claimed(world)
    decide(world, confirmed=True)
    assert Code.CLAIM_CONFIRMED not in {m.code for m in missing_for(world.application)}
    declare(world, wiin_id="WIIN-0002")
    assert Code.CLAIM_CONFIRMED in {m.code for m in missing_for(world.application)}


def test_what_was_shown_ahead_is_what_happens(world):
    values = {"profiles": ["general", "ciba"]}
    ahead = declaration_ahead(world.application, values)
    made = move_notice(world.application, declare(world, **values).n)
    shown = {name: [i.key for i in items] for name, items in made.implies.items()}
    assert shown == {name: list(getattr(ahead.effects, name)) for name in shown}
    claim = declaration_ahead(world.application, {"vague_1": "yes", "wiin_id": "WIIN-0001"}).awaited[0]
    claimed(world)
    made = move_notice(world.application, decide(world, confirmed=True).n)
    shown = {name: [i.key for i in items] for name, items in made.implies.items()}
    assert shown == {name: list(getattr(claim.effects, name)) for name in shown}


def test_the_same_declaration_again_changes_nothing(world):
    made = with_profile(world)
    assert made
    events = world.events()
    assert with_profile(world) is None
    assert world.events() == events


def test_two_people_declare_at_once(world):
    with_profile(world)
    with pytest.raises(AnswerConflict):
        declare_again(actor=world["delegate"], number=world.number, values={"profiles": (["general"], 0)})


@pytest.mark.parametrize(
    "values", [{"contact_email": "x@y.fr"}, {"vague_1": "yes", "wiin_id": ""}, {"vague_1": ""}]
)
def test_only_whole_answers_about_what_may_change(world, values):
    before = list(Answer.objects.order_by("pk").values())
    with pytest.raises(InvalidInput):
        declare(world, **values)
    assert list(Answer.objects.order_by("pk").values()) == before


def test_who_may(world):
    for who in ("employee", "verifier", "manager"):
        with pytest.raises(NotAllowed):
            declare(world, who, profiles=["general", "ciba"])
    for who in ("rival", "stranger", "elsewhere"):
        with pytest.raises(NotVisible):
            declare(world, who, profiles=["general", "ciba"])
    assert declare(world, "delegate", profiles=["general", "ciba"])
    claimed(world)
    for who in ("agent", "referent", "manager"):
        with pytest.raises(NotAllowed):
            decide(world, confirmed=True, who=who)


def test_verifiers_and_the_vendor_are_told_once(world):
    with_profile(world)
    assert world.told("reviews.declaration_changed") == ["other_verifier", "verifier"]
    assert world.told("reviews.file_moved") == ["agent", "delegate", "employee"]


def test_a_declaration_is_corrected_by_another_one(world):
    made = with_profile(world)
    with pytest.raises(TransitionRefused):
        undo_move(actor=world["manager"], number=world.number, n=made.n)


def test_not_before_the_file_is_eligible_nor_after_the_convention(world):
    Application.objects.filter(number=world.number).update(state=ApplicationState.SUBMITTED)
    with pytest.raises(TransitionRefused):
        with_profile(world)
    Application.objects.filter(number=world.number).update(state=ApplicationState.ELIGIBLE)
    Part.objects.filter(application=world.application, kind=PartKind.CONVENTION).update(state="to_complete")
    with pytest.raises(TransitionRefused):
        with_profile(world)


def test_no_new_chapter_after_the_date(world, freeze):
    def chapter_of_a_profile(edit) -> None:
        edit.move(OPTIONAL, "option")

    revision = published(chapter_of_a_profile)
    move_file(actor=world["manager"], number=world.number, revision_number=revision.number)
    freeze(clock.now() + timedelta(days=70))
    with pytest.raises(TransitionRefused, match="après la date limite"):
        with_profile(world)


def test_no_proof_opens_again_after_the_end_of_exchanges(world, freeze):
    """What was accepted as not applicable would have to be looked at again."""
    freeze(clock.now() + timedelta(days=100))
    with pytest.raises(TransitionRefused, match="après la fin des échanges"):
        with_profile(world)


# --- A chosen profile that is no more ---------------------------------------------------------------------------


def without_profile(edit: Edit) -> None:
    """The revision has one profile less, and asks nothing of it."""
    edit.raw["profiles"] = [p for p in edit.raw["profiles"] if p["key"] != "ciba"]
    del edit.raw["one_of"]  # one of its options is for that profile
    for chapter in edit.raw["chapters"]:
        chapter["requirements"] = [r for r in chapter["requirements"] if r.get("profile") != "ciba"]


def proven_with_profile(world: Company) -> None:
    """The first chapter is proven for that profile too."""
    with_profile(world)
    world.give(INS).play.submit_chapters([INS]).judge(INS).close(INS)


def test_the_step_waits_until_the_vendor_chose_anew(world):
    proven_with_profile(world)
    published(lambda e: (without_profile(e), e.remove_chapter(SPREAD)))
    move_file(actor=world["manager"], number=world.number, revision_number=3)
    assert (world.application.state, world.application.turn) == (ApplicationState.ELIGIBLE, Turn.VENDOR)
    files = Application.objects.filter(pk=world.application.pk)
    assert proofs_to_validate(files) == {}
    with pytest.raises(TransitionRefused, match="choisit d’abord ses profils"):
        validated(world)
    declare(world, profiles=["general"])
    assert (world.application.turn, set(proofs_to_validate(files))) == (Turn.AGENCY, {world.application.pk})
    validated(world)
    reconcile(application_id=world.application.pk)
    assert world.application.state == ApplicationState.CONVENTION_SIGNING


def validated(world: Company) -> None:
    validate_proofs(actor=world["verifier"], number=world.number, marks=move_marks(world.application))


@pytest.mark.parametrize("last_act", ["move", "verdict"])
def test_no_convention_and_no_opinion_leave_a_chosen_profile_out(world, last_act):
    proven_with_profile(world)
    world.give(SPREAD).play.submit_chapters([SPREAD]).judge(SPREAD)
    if last_act == "move":
        world.play.close(SPREAD)
    published(without_profile)
    move_file(actor=world["manager"], number=world.number, revision_number=3)
    if last_act == "verdict":
        world.play.close(SPREAD)
    reconcile(application_id=world.application.pk)
    waits = (ApplicationState.PROOFS_VALIDATED, Turn.VENDOR)
    assert (world.application.state, world.application.turn) == waits
    with pytest.raises(TransitionRefused, match="n’existe plus"):
        record_opinion(
            actor=world["college"],
            number=world.number,
            session_on=clock.paris_date(clock.now()),
            outcome=OpinionOutcome.FAVOURABLE,
        )
    declare(world, profiles=["general"])
    assert world.application.turn == Turn.AGENCY
    reconcile(application_id=world.application.pk)
    assert world.application.state == ApplicationState.CONVENTION_SIGNING
