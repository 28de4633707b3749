"""The administrative file: submitted, validated, sent back, refused, reopened (G10 to G12, situations 1 and 7)."""

import json
from datetime import timedelta

import pytest

from jalon.applications.actions.answers import save_answer
from jalon.applications.actions.opening import charter_text, open_application
from jalon.applications.models import Part, Round
from jalon.applications.queries import definition_for
from jalon.applications.queries.answers import answer_marks, answers_of
from jalon.applications.queries.dates import calendar
from jalon.applications.queries.facts import confirmed_claims, frozen_facts
from jalon.applications.states import ApplicationState, RoundOutcome, StepState, Turn
from jalon.core import clock
from jalon.core.canonical import sha256_hex
from jalon.core.errors import Conflict, InvalidInput, NotAllowed, NotVisible, TransitionRefused
from jalon.journal.models import Entry
from jalon.notices.models import Mail
from jalon.reviews.actions.files import (
    RecapOutdated,
    refuse_file,
    reopen_file,
    return_file,
    submit_application,
    validate_file,
)
from jalon.reviews.queries import open_remarks

EVERYBODY = ["agent", "delegate", "employee"]
REASON = "Le périmètre déclaré n’est pas celui d’un RIS."


@pytest.fixture
def submitted(world):
    return world.submitted()


def submit(world, who="agent", seen=None, received_at=None):
    return submit_application(
        actor=world[who], number=world.number, received_at=received_at or clock.now(),
        seen=answer_marks(world.application) if seen is None else seen,
    )  # fmt: skip


def answer(world, field, value, who="agent"):
    base = int(answer_marks(world.application).get(field, 0))
    return save_answer(actor=world[who], number=world.number, field=field, value=value, base_version=base)


def validate(world, who="verifier", round_n=1, claims=None):
    validate_file(actor=world[who], number=world.number, round_n=round_n, claims=claims or {})


def send_back(world, who="verifier", round_n=1, remarks=None):
    wanted = {"nie": "Recopiez le NIE."} if remarks is None else remarks
    return_file(actor=world[who], number=world.number, round_n=round_n, remarks=wanted)


def refuse(world, who="verifier", round_n=1, reasons=REASON):
    refuse_file(actor=world[who], number=world.number, round_n=round_n, reasons=reasons)


def reopen(world, who="verifier", reason="Erreur de lecture."):
    return reopen_file(actor=world[who], number=world.number, reason=reason)


def forms():
    return set(
        Part.objects.filter(key__in=["step:administrative", "step:eligibility"]).values_list(
            "state", flat=True
        )
    )


# --- Submission ---------------------------------------------------------------------------------------------


def test_an_incomplete_file_is_not_submitted(world):
    with pytest.raises(InvalidInput) as refused:
        submit(world)
    assert {"legal_family_name", "vague_1", "scope_documents"} < set(refused.value.errors)
    assert world.application.state == ApplicationState.TO_COMPLETE


def test_submission_freezes_the_file_and_passes_the_turn(submitted):
    application, handed_in = submitted.application, Round.objects.get()
    assert (application.state, application.turn) == (ApplicationState.SUBMITTED, Turn.AGENCY)
    assert application.first_submitted_at == handed_in.submitted_at
    assert json.loads(handed_in.snapshot)["answers"] == answers_of(application)
    assert forms() == {StepState.SUBMITTED}
    assert submitted.events().count("reviews.file.submitted") == 1
    assert submitted.told("reviews.file_submitted") == ["other_verifier", "verifier"]
    assert submitted.mailed("reviews.file_submitted") == []
    assert submit(submitted, seen={}) == handed_in  # the same click, received twice
    assert submitted.events().count("reviews.file.submitted") == 1


def test_the_nil_is_written_back_to_the_product_and_frozen(submitted):
    nil = answers_of(submitted.application)["nil"]
    assert nil
    assert (submitted.application.nil, submitted.application.version.nil) == (nil, nil)


def test_an_outdated_recap_names_what_changed(world):
    world.play.fill()
    seen = answer_marks(world.application)
    answer(world, "nie", "NIE-2", who="employee")
    with pytest.raises(RecapOutdated) as refused:
        submit(world, seen=seen)
    assert refused.value.fields == {"nie"}
    assert world.application.state == ApplicationState.TO_COMPLETE
    submit(world)


@pytest.mark.parametrize(("late", "counts"), [(timedelta(), True), (timedelta(seconds=1), False)])
def test_the_instant_of_reception_counts_at_the_gate(world, late, counts):
    world.play.fill()
    due = calendar(world.application).first_administrative
    if counts:
        assert submit(world, received_at=due + late).submitted_at == due + late
    else:
        with pytest.raises(TransitionRefused, match="La date limite est passée"):
            submit(world, received_at=due + late)


# --- Decisions ----------------------------------------------------------------------------------------------


def test_an_eligible_file_opens_the_proofs(submitted):
    validate(submitted)
    validate(submitted)
    application = submitted.application
    assert (application.state, application.turn, application.expected) == (
        ApplicationState.ELIGIBLE,
        Turn.VENDOR,
        14,
    )
    assert forms() == {StepState.VALIDATED}
    assert Part.objects.get(key="step:proofs").state == StepState.TO_COMPLETE
    assert Round.objects.get().outcome == RoundOutcome.VALIDATED
    assert submitted.messages() == ["Votre dossier est éligible. Le dépôt des preuves est ouvert."]
    assert submitted.events().count("reviews.file.validated") == 1
    assert submitted.told("reviews.file_eligible") == submitted.mailed("reviews.file_eligible") == EVERYBODY


@pytest.mark.parametrize(("confirmed", "slots"), [(True, 0), (False, 14)])
def test_a_declared_claim_is_decided_and_changes_what_applies(world, confirmed, slots):
    world.play.fill({"vague_1": "yes", "wiin_id": "RIS-2021-0042"}).submit()
    with pytest.raises(InvalidInput) as refused:
        validate(world)
    assert list(refused.value.errors) == ["vague-1"]
    validate(world, claims={"vague-1": confirmed})
    assert confirmed_claims(world.application) == frozen_facts(world.application).claims
    assert bool(confirmed_claims(world.application)) is confirmed
    assert world.application.expected == slots
    # With nothing to prove, a verifier goes on: nothing validates the step by itself.
    turn = Turn.VENDOR if slots else Turn.AGENCY
    assert (world.application.state, world.application.turn) == (ApplicationState.ELIGIBLE, turn)


def test_changes_are_asked_for_field_by_field(submitted):
    send_back(submitted)
    send_back(submitted)
    application = submitted.application
    assert (application.state, application.turn) == (ApplicationState.TO_MODIFY, Turn.VENDOR)
    assert Part.objects.get(key="step:eligibility").state == StepState.TO_MODIFY
    assert Part.objects.get(key="step:administrative").state == StepState.SUBMITTED
    assert {field: [r.text for r in remarks] for field, remarks in open_remarks(application).items()} == {
        "nie": ["Recopiez le NIE."]
    }
    [message] = submitted.messages()
    assert message.endswith(" : Recopiez le NIE.")
    assert submitted.events().count("reviews.file.returned") == 1
    assert submitted.told("reviews.file_returned") == submitted.mailed("reviews.file_returned") == EVERYBODY
    assert not [m for m in Mail.objects.all() if "NIE" in m.params]
    assert "Recopiez" not in "".join(Entry.objects.values_list("payload", flat=True))
    answer(submitted, "nie", "NIE-2")
    assert submit(submitted).n == 2
    assert submitted.application.first_submitted_at == Round.objects.get(n=1).submitted_at


@pytest.mark.parametrize("remarks", [{}, {"nie": " \x00"}, {"no-such-field": "Pourquoi ?"}])
def test_a_return_asks_for_something_that_exists(submitted, remarks):
    with pytest.raises(InvalidInput):
        send_back(submitted, remarks=remarks)
    assert submitted.application.state == ApplicationState.SUBMITTED


def test_a_refusal_has_reasons_and_ends_the_application(submitted):
    with pytest.raises(InvalidInput):
        refuse(submitted, reasons=" ")
    refuse(submitted)
    refuse(submitted)
    assert (submitted.application.state, submitted.application.turn) == (
        ApplicationState.REFUSED,
        Turn.NOBODY,
    )
    assert forms() == {StepState.REFUSED}
    assert submitted.messages() == [f"Votre candidature n’est pas éligible :\n{REASON}"]
    assert submitted.events().count("reviews.file.refused") == 1
    assert submitted.told("reviews.file_refused") == submitted.mailed("reviews.file_refused") == EVERYBODY


def test_a_refused_file_is_reopened_with_a_reason(submitted):
    with pytest.raises(TransitionRefused, match="Seul un dossier refusé à l’éligibilité peut être rouvert"):
        reopen(submitted)
    refuse(submitted)
    with pytest.raises(InvalidInput):
        reopen(submitted, reason=" ")
    assert reopen(submitted) == reopen(submitted)
    assert (submitted.application.state, submitted.application.turn) == (
        ApplicationState.SUBMITTED,
        Turn.AGENCY,
    )
    assert [r.outcome for r in Round.objects.order_by("n")] == ["refused", "pending"]  # both stay on record
    assert submitted.events().count("reviews.file.reopened") == 1
    assert submitted.told("reviews.file_reopened") == submitted.mailed("reviews.file_reopened") == EVERYBODY
    validate(submitted, round_n=2)
    assert submitted.application.state == ApplicationState.ELIGIBLE


def test_a_refused_file_is_not_reopened_beside_its_successor(submitted):
    refuse(submitted)
    old = submitted.application
    text = charter_text(definition_for(old).charter, "fr")
    again = open_application(
        actor=submitted["agent"], programme_code=old.programme.code, version_id=old.version_id,
        charter_accepted=True, charter_sha256=sha256_hex(text), language="fr",
    )  # fmt: skip
    assert again.pk != old.pk
    with pytest.raises(TransitionRefused, match="Une autre candidature de ce produit est en cours"):
        reopen(submitted)


def test_one_decision_holds_whoever_comes_second(submitted):
    validate(submitted)
    for other in (
        lambda: validate(submitted, who="other_verifier"),
        lambda: refuse(submitted),  # the same person, but another decision
        lambda: send_back(submitted),
    ):
        with pytest.raises(Conflict, match="Thomas Anquetil a déjà décidé sur ce dossier"):
            other()


def test_a_decision_on_an_older_round_is_refused(submitted):
    send_back(submitted)
    answer(submitted, "nie", "NIE-2")
    submit(submitted)
    with pytest.raises(Conflict, match="Le dossier a été soumis à nouveau"):
        refuse(submitted, round_n=1)


# --- Who ----------------------------------------------------------------------------------------------------

UNSEEN = dict.fromkeys(
    ["stranger", "rival", "elsewhere", "unassigned", "college", "signatory", "administrator"], NotVisible
)
COMPANY, OTHER_STAFF = (
    dict.fromkeys(EVERYBODY, NotAllowed),
    dict.fromkeys(["manager", "referent"], NotAllowed),
)


def refusals(world, act):
    found = {}
    for who in world.users:
        try:
            act(world, who=who)
        except (NotAllowed, NotVisible) as error:
            found[who] = type(error)
        except (TransitionRefused, Conflict, InvalidInput):
            continue
    return found


def test_leaders_submit(submitted):
    verifiers = dict.fromkeys(["verifier", "other_verifier"], NotAllowed)
    assert refusals(submitted, submit) == {**UNSEEN, **OTHER_STAFF, **verifiers, "employee": NotAllowed}


@pytest.mark.parametrize("act", [validate, send_back, refuse, reopen])
def test_verifiers_of_the_programme_decide(submitted, act):
    assert refusals(submitted, act) == {**UNSEEN, **OTHER_STAFF, **COMPANY}


def test_the_agency_does_not_see_a_file_that_was_never_submitted(world):
    with pytest.raises(NotVisible):
        validate(world)
