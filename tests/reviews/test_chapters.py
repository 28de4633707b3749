"""Chapters between vendor and agency: each verb's effect, refusals, journal line and notices (G14 to G16)."""

import json
from datetime import timedelta

import pytest
from django.utils import translation

from jalon.applications.models import Part, Round
from jalon.applications.queries.dates import administrative_holds, calendar
from jalon.applications.rules.gates import proofs_due
from jalon.applications.states import ApplicationState, ChapterState, RoundOutcome, StepState, Turn
from jalon.awards.actions.decisions import withdraw_application
from jalon.core import clock
from jalon.core.errors import Conflict, InvalidInput, NotAllowed, NotVisible, TransitionRefused
from jalon.core.typography import french_spaces
from jalon.evidence.actions.deposits import request_not_applicable
from jalon.evidence.models import Proof, Slot
from jalon.evidence.queries import chapter_of, slot_views
from jalon.evidence.states import SlotState
from jalon.journal.models import Entry
from jalon.notices.models import Mail, Notice
from jalon.notices.queries import notice_line
from jalon.reviews.actions.chapters import recall_chapter, submit_chapter
from jalon.reviews.actions.examination import judge_proof, open_chapter, return_chapter, validate_chapter
from jalon.reviews.models import Outcome, Verdict
from tests.kept import kept
from tests.sentences import as_written

CHAPTER = "gestion-ins"
ONE, TWO = "ins-va1.01.01.01", "ins-va1.01.02.01"
REASON = "Montrez l’écran entier."
EVERYBODY = ["agent", "delegate", "employee"]


@pytest.fixture
@kept
def ready(world):
    return world.eligible().give(CHAPTER)


@pytest.fixture
@kept
def submitted(ready):
    ready.play.submit_chapters([CHAPTER])
    return ready


def part():
    return Part.objects.get(key=f"chapter:{CHAPTER}")


def submit(world, who="employee", round_n=0, received_at=None):
    return submit_chapter(
        actor=world[who], number=world.number, chapter=CHAPTER, round_n=round_n,
        received_at=received_at or clock.now(),
    )  # fmt: skip


def recall(world, who="employee"):
    recall_chapter(actor=world[who], number=world.number, chapter=CHAPTER)


def judge(world, key=ONE, outcome=Outcome.CONFORMING, who="verifier", version=None, **more):
    slot = Slot.objects.filter(item_key=key).first()
    return judge_proof(
        actor=world[who], number=world.number, chapter=CHAPTER, item_key=key, outcome=outcome,
        slot_version=version if version is not None else slot.version if slot else 0, **more,
    )  # fmt: skip


def validate(world, who="verifier", round_n=1):
    validate_chapter(actor=world[who], number=world.number, chapter=CHAPTER, round_n=round_n)


def send_back(world, who="verifier", round_n=1):
    return_chapter(actor=world[who], number=world.number, chapter=CHAPTER, round_n=round_n)


# --- Submission ---------------------------------------------------------------------------------------------


def test_a_chapter_is_submitted_with_what_each_slot_holds(ready):
    handed_in = submit(ready)
    assert (part().state, part().round, handed_in.n) == (ChapterState.SUBMITTED, 1, 1)
    assert set(Slot.objects.values_list("state", flat=True)) == {SlotState.SUBMITTED}
    manifest = json.loads(handed_in.snapshot)
    assert manifest == dict(Proof.objects.values_list("slot__item_key", "pk"))
    assert Proof.objects.filter(submitted_at=None).count() == 0
    assert ready.application.turn == Turn.BOTH  # another chapter is still in the vendor's hands
    assert ready.events()[-1] == "reviews.chapter.submitted"
    assert ready.told("reviews.chapter_submitted") == ["other_verifier", "verifier"]
    assert ready.mailed("reviews.chapter_submitted") == []


def test_a_second_click_gives_the_first_submission(ready):
    assert submit(ready) == submit(ready)
    assert ready.events().count("reviews.chapter.submitted") == 1
    assert Round.objects.filter(part=part()).count() == 1


def test_an_incomplete_chapter_is_not_submitted(world):
    world.eligible()
    with pytest.raises(TransitionRefused, match=r"Reste 8 preuves à déposer\."):
        submit(world)


def test_a_page_from_before_the_last_hand_over_is_refused(submitted):
    submitted.play.judge(CHAPTER, to_modify={ONE: REASON}).close(CHAPTER, send_back=True)
    with pytest.raises(Conflict, match="Ce chapitre a changé"):
        submit(submitted, round_n=0)


@pytest.mark.parametrize(("late", "counts"), [(timedelta(), True), (timedelta(seconds=1), False)])
def test_the_instant_of_reception_counts_at_the_gate(ready, late, counts):
    application = ready.application
    due = proofs_due(calendar(application), administrative_holds(application), clock.now())
    if counts:
        assert submit(ready, received_at=due + late).submitted_at == due + late
    else:
        with pytest.raises(TransitionRefused, match="La date limite est passée"):
            submit(ready, received_at=due + late)


def test_resubmission_waits_until_every_proof_sent_back_was_changed(submitted):
    submitted.play.judge(CHAPTER, to_modify={ONE: REASON, TWO: REASON}).close(CHAPTER, send_back=True)
    for left in ("Reste 2 preuves à modifier.", "Reste 1 preuve à modifier."):
        with pytest.raises(TransitionRefused) as refused:
            submit(submitted, round_n=1)
        assert refused.value.message == left
        view = next(v for v in slot_views(submitted.application, CHAPTER) if v.state == SlotState.TO_MODIFY)
        submitted.play.deposit_slot(view, 77)
    submit(submitted, round_n=1)
    assert part().state == ChapterState.RESUBMITTED
    waiting = Slot.objects.filter(state=SlotState.SUBMITTED).values_list("item_key", flat=True)
    assert sorted(waiting) == sorted([ONE, TWO])


# --- Recall -------------------------------------------------------------------------------------------------


def test_a_chapter_is_recalled_until_somebody_opens_it(submitted):
    recall(submitted)
    recall(submitted)
    assert (part().state, Round.objects.get(part=part()).outcome) == (
        ChapterState.READY,
        RoundOutcome.RECALLED,
    )
    assert set(Slot.objects.values_list("state", flat=True)) == {SlotState.DEPOSITED}
    assert submitted.events().count("reviews.chapter.recalled") == 1
    submit(submitted, round_n=1)
    open_chapter(actor=submitted["verifier"], number=submitted.number, chapter=CHAPTER)
    with pytest.raises(TransitionRefused, match="Un vérificateur a ouvert ce chapitre"):
        recall(submitted)


def test_a_resubmission_recalled_is_to_modify_again(submitted):
    submitted.play.judge(CHAPTER, to_modify={ONE: REASON}).close(CHAPTER, send_back=True)
    submitted.give(CHAPTER).play.submit_chapters([CHAPTER])
    recall(submitted)
    assert part().state == ChapterState.TO_MODIFY
    submit(submitted, round_n=2)
    assert part().state == ChapterState.RESUBMITTED


def test_there_is_nothing_to_recall_before_a_submission(ready):
    with pytest.raises(TransitionRefused, match="il n’y a rien à rappeler"):
        recall(ready)


# --- Verdicts -----------------------------------------------------------------------------------------------


def test_a_verdict_is_a_fact_and_takes_effect_at_the_end(submitted):
    verdict = judge(submitted, outcome=Outcome.TO_MODIFY, text=REASON, reason_code="unreadable")
    assert (verdict.text, verdict.reason_code, verdict.round.n) == (REASON, "unreadable", 1)
    assert Slot.objects.get(item_key=ONE).state == SlotState.SUBMITTED
    assert Round.objects.get(part=part()).opened_by == submitted.users["verifier"]
    assert submitted.events()[-1] == "reviews.verdict.given"
    assert REASON not in Entry.objects.latest("pk").payload


def test_the_same_verdict_twice_is_one(submitted):
    assert judge(submitted) == judge(submitted)
    assert submitted.events().count("reviews.verdict.given") == 1


def test_a_verdict_is_taken_back_until_the_chapter_is_closed(submitted):
    with pytest.raises(TransitionRefused, match="Aucune décision n’est à reprendre"):
        judge(submitted, outcome=Outcome.WITHDRAWN)
    submitted.play.judge(CHAPTER)
    judge(submitted, outcome=Outcome.WITHDRAWN)
    with pytest.raises(TransitionRefused, match=r"Reste 1 preuve à juger\."):
        validate(submitted)
    judge(submitted)
    validate(submitted)
    with pytest.raises(TransitionRefused, match="Ce chapitre n’est pas en examen"):
        judge(submitted, outcome=Outcome.WITHDRAWN)
    outcomes = (
        Verdict.objects.filter(proof__slot__item_key=ONE).order_by("pk").values_list("outcome", flat=True)
    )
    assert list(outcomes) == ["conforming", "withdrawn", "conforming"]


@pytest.mark.parametrize(
    "given",
    [{"text": " \x00"}, {"text": REASON, "reason_code": "no-such-reason"}],
    ids=["no reason", "unknown code"],
)
def test_a_reason_is_given_and_known(submitted, given):
    with pytest.raises(InvalidInput) as refused:
        judge(submitted, outcome=Outcome.TO_MODIFY, **given)
    assert list(refused.value.errors) == [ONE]
    assert Verdict.objects.count() == 0


def test_a_slot_that_changed_meanwhile_is_not_judged(submitted):
    seen = Slot.objects.get(item_key=ONE).version
    recall(submitted)
    submit(submitted, round_n=1)
    with pytest.raises(Conflict, match="Cette preuve a changé"):
        judge(submitted, version=seen)
    with pytest.raises(NotVisible):
        judge(submitted, key="no-such-proof")


def test_two_verifiers_on_one_proof_the_second_learns_who_decided(submitted):
    first = judge(submitted, seen_verdict=0)
    with pytest.raises(Conflict, match=french_spaces("Thomas Anquetil a décidé « Conforme »")):
        judge(submitted, outcome=Outcome.TO_MODIFY, text=REASON, who="other_verifier", seen_verdict=0)
    assert Verdict.objects.count() == 1
    judge(submitted, outcome=Outcome.TO_MODIFY, text=REASON, who="other_verifier", seen_verdict=first.pk)
    assert Verdict.objects.count() == 2


# --- The end of an examination ------------------------------------------------------------------------------


def test_a_chapter_is_validated_when_every_proof_conforms(submitted):
    submitted.play.judge(CHAPTER)
    validate(submitted)
    validate(submitted)
    assert (part().state, part().conform) == (ChapterState.VALIDATED, 8)
    assert set(Slot.objects.values_list("state", flat=True)) == {SlotState.CONFORMING}
    assert submitted.application.state == ApplicationState.ELIGIBLE
    assert submitted.events().count("reviews.chapter.validated") == 1
    assert submitted.told("reviews.chapter_validated") == EVERYBODY
    assert submitted.mailed("reviews.chapter_validated") == []
    with pytest.raises(Conflict):
        validate(submitted, who="other_verifier")
    with pytest.raises(Conflict):
        send_back(submitted)  # the same person, but another decision


def test_a_chapter_is_sent_back_with_a_message_and_a_mail_without_its_text(submitted):
    submitted.play.judge(CHAPTER, to_modify={ONE: REASON})
    with pytest.raises(TransitionRefused, match="Des preuves sont à modifier"):
        validate(submitted)
    send_back(submitted)
    send_back(submitted)
    assert (part().state, part().conform, part().to_modify) == (ChapterState.TO_MODIFY, 7, 1)
    assert Slot.objects.get(item_key=ONE).state == SlotState.TO_MODIFY
    message = submitted.messages()[-1]
    assert message.endswith(f" : {REASON}")
    assert message.count("•") == 1
    assert submitted.messages().count(message) == 1
    assert submitted.events().count("reviews.chapter.returned") == 1
    assert (
        submitted.told("reviews.chapter_returned")
        == submitted.mailed("reviews.chapter_returned")
        == EVERYBODY
    )
    assert not [m for m in Mail.objects.all() if REASON in m.params]
    assert submitted.application.turn == Turn.VENDOR


def test_a_chapter_without_anything_to_modify_is_not_sent_back(submitted):
    submitted.play.judge(CHAPTER)
    with pytest.raises(TransitionRefused, match="Toutes les preuves sont conformes"):
        send_back(submitted)


def test_an_accepted_request_is_not_applicable(ready):
    request_not_applicable(actor=ready["agent"], number=ready.number, item_key=ONE, reason="Sans objet.")
    submit(ready)
    ready.play.judge(CHAPTER)
    validate(ready)
    assert Slot.objects.get(item_key=ONE).state == SlotState.NA_ACCEPTED
    assert part().conform == part().expected


def test_the_last_chapter_validates_the_proofs(world):
    world.eligible().proven()
    application = world.application
    steps = dict(Part.objects.values_list("key", "state"))
    assert (application.state, application.turn) == (ApplicationState.PROOFS_VALIDATED, Turn.AGENCY)
    assert steps["step:proofs"] == StepState.VALIDATED
    assert application.conform == application.given == application.expected == 14
    assert world.events().count("reviews.chapter.validated") == 2


def test_a_withdrawn_file_is_examined_no_further(submitted):
    """Final and read only (situation 6): a verifier's open page changes neither state nor turn."""
    withdraw_application(actor=submitted["agent"], number=submitted.number)
    before = submitted.events()
    for act in (judge, validate, send_back, recall,
                lambda w: open_chapter(actor=w["verifier"], number=w.number, chapter=CHAPTER)):  # fmt: skip
        with pytest.raises(TransitionRefused, match=french_spaces("« Retirée »")):
            act(submitted)
    assert (submitted.application.turn, submitted.events()) == (Turn.NOBODY, before)


# --- Who ----------------------------------------------------------------------------------------------------

VENDORS, OTHERS = (
    ["agent", "delegate", "employee"],
    ["stranger", "rival", "elsewhere", "unassigned", "college"],
)
STAFF = ["manager", "referent"]


def refusals(world, act):
    found = {}
    for who in [*VENDORS, *OTHERS, *STAFF, "verifier", "administrator", "signatory"]:
        try:
            act(world, who=who)
        except (NotAllowed, NotVisible) as error:
            found[who] = type(error)
        except (TransitionRefused, Conflict):
            continue
    return found


UNSEEN = dict.fromkeys([*OTHERS, "administrator", "signatory"], NotVisible)


def test_the_company_submits_and_recalls(submitted):
    expected = UNSEEN | dict.fromkeys([*STAFF, "verifier"], NotAllowed)
    assert refusals(submitted, submit) == expected
    assert refusals(submitted, recall) == expected


def test_verifiers_judge_and_close(submitted):
    expected = UNSEEN | dict.fromkeys([*STAFF, *VENDORS], NotAllowed)
    assert refusals(submitted, judge) == expected
    assert refusals(submitted, validate) == expected
    assert refusals(submitted, send_back) == expected


def test_notices_name_the_chapter_in_the_reader_s_language(submitted):
    submitted.play.judge(CHAPTER)
    validate(submitted)
    title = chapter_of(submitted.application, CHAPTER).title

    def latest(who):
        notice = Notice.objects.filter(user=submitted.users[who]).latest("pk")
        return as_written(notice_line(submitted[who], notice.pk).title)

    assert latest("agent") == f"Le chapitre « {title.fr} » est validé"
    assert latest("verifier") == f"Chapitre à examiner : {title.fr}"
    with translation.override("en"):
        assert (title.en or title.fr) in latest("agent")
