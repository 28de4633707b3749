"""Convention, opinion, withdrawal, award: effects, refusals, one effect for two tries, and every order."""

import json
from datetime import date

import pytest

from jalon.accounts.models import ConflictOfInterest, User
from jalon.accounts.standing import NOBODY, standing_of
from jalon.applications.models import Application, MilestoneState, Part
from jalon.applications.states import ApplicationState, ChapterState, StepState, Turn
from jalon.awards.actions.conventions import void_and_redraw
from jalon.awards.actions.decisions import reconcile, record_opinion, withdraw_application
from jalon.awards.actions.signing import sign_as_agency, sign_as_vendor
from jalon.awards.models import Award, AwardDocument, AwardNumber, Convention, Opinion, SigningInvitation
from jalon.awards.paper import Representative
from jalon.awards.queries.conditions import missing_for
from jalon.awards.queries.links import LinkState, signing_page
from jalon.awards.queries.step4 import document_of, dossier
from jalon.awards.rules import Code
from jalon.awards.states import ConventionState, OpinionOutcome
from jalon.core import clock
from jalon.core.errors import Conflict, InvalidInput, NotAllowed, NotVisible, TransitionRefused
from jalon.jobs.models import Job
from jalon.journal.models import Entry
from jalon.notices.models import Mail, Notice
from tests.awards.conftest import SESSION
from tests.undone import Undone

SUCCESSOR = Representative("Paul Durand", "Directeur général", "paul@noel.example")


def events() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("event", flat=True))


def ring(world) -> None:
    reconcile(application_id=world.application.pk)


# --- Convention ---------------------------------------------------------------------------------------------


def test_the_convention_is_drawn_once_all_proofs_are_validated(world):
    ring(world)
    ring(world)
    convention = Convention.objects.get()
    assert (world.state, world.turn, world.step4()) == (
        ApplicationState.CONVENTION_SIGNING,
        Turn.VENDOR,
        StepState.TO_COMPLETE,
    )
    snapshot = json.loads(convention.snapshot)
    assert snapshot["representative"] == {
        "name": "Éloïse Noël",
        "function": "Présidente",
        "email": "eloise@noel.example",
    }
    assert (snapshot["product"], snapshot["version"], snapshot["nil"]) == ("Radiolis", "4.2", "NIL-0001")
    assert snapshot["profiles"] == ["Général"]
    assert [c["proofs"] for c in snapshot["chapters"]] == [1, 1]
    assert events() == ["awards.convention.drawn"]
    invited = Mail.objects.get(kind="awards.signature_invitation")
    assert invited.recipient == "eloise@noel.example"
    assert json.loads(invited.params) == {"invitation": world.invitation.pk}
    assert set(Notice.objects.filter(kind="awards.convention_drawn").values_list("user_id", flat=True)) == {
        world.leader.user_id,
        world.employee.user_id,
    }


@pytest.mark.parametrize("state", [s for s in ApplicationState if s != ApplicationState.PROOFS_VALIDATED])
def test_no_convention_in_any_other_state(world, state):
    Application.objects.update(state=state)
    ring(world)
    assert Convention.objects.count() == 0
    assert events() == []


def test_a_convention_that_stands_is_taken_up_after_proofs_were_reopened(world):
    ring(world)
    world.sign()
    Application.objects.update(state=ApplicationState.PROOFS_VALIDATED)
    ring(world)
    assert Convention.objects.count() == 1
    assert (world.state, world.turn) == (ApplicationState.CONVENTION_SIGNING, Turn.COLLEGE)


def test_a_file_that_changed_while_the_pdf_was_made_is_drawn_again(world, monkeypatch):
    from jalon.awards.actions import conventions

    make_pdf = conventions.make_pdf

    def slowly(*args, **kwargs):
        Application.objects.update(nil="NIL-0002")
        return make_pdf(*args, **kwargs)

    monkeypatch.setattr(conventions, "make_pdf", slowly)
    with pytest.raises(Conflict):
        ring(world)
    assert (Convention.objects.count(), world.state) == (0, ApplicationState.PROOFS_VALIDATED)
    ring(world)
    assert json.loads(Convention.objects.get().snapshot)["nil"] == "NIL-0002"


def test_another_representative_voids_convention_and_link(world):
    world.draw()
    old_token, old = world.token, world.convention
    new = void_and_redraw(
        actor=world.leader, number=world.number, reason="Nomination", representative=SUCCESSOR
    )
    again = void_and_redraw(
        actor=world.leader, number=world.number, reason="Nomination", representative=SUCCESSOR
    )
    assert again == new
    old.refresh_from_db()
    assert (old.state, old.void_reason, new.n) == (ConventionState.VOID, "Nomination", 2)
    assert signing_page(old_token).state is LinkState.VOIDED
    assert world.invitation.signer_email == "paul@noel.example"
    assert SigningInvitation.objects.count() == 2
    assert events() == ["awards.convention.drawn", "awards.convention.redrawn"]
    assert "Nomination" not in Entry.objects.get(event="awards.convention.redrawn").payload


def test_a_signature_given_in_office_stands(world):
    world.draw()
    world.sign()
    with pytest.raises(TransitionRefused):
        void_and_redraw(actor=world.leader, number=world.number, reason="x", representative=SUCCESSOR)
    assert world.convention.n == 1


@pytest.mark.parametrize("who", ["employee", "verifier", "college", "signatory"])
def test_others_do_not_change_the_signer(world, who):
    world.draw()
    with pytest.raises(NotAllowed):
        void_and_redraw(actor=getattr(world, who), number=world.number, reason="x", representative=SUCCESSOR)


def test_a_redraw_says_what_is_missing(world):
    world.draw()
    with pytest.raises(InvalidInput) as refusal:
        void_and_redraw(
            actor=world.leader, number=world.number, reason=" ", representative=Representative("", "", "x")
        )
    assert list(refusal.value.errors) == ["name", "function", "email", "reason"]


def test_a_link_voided_while_somebody_signs_signs_nothing(world, monkeypatch):
    from jalon.awards.actions import signing

    world.draw()
    world.open()
    code, token = world.ask_code(), world.token
    sign_pdf = signing.sign_pdf

    def meanwhile(*args, **kwargs):
        void_and_redraw(actor=world.leader, number=world.number, reason="x", representative=SUCCESSOR)
        return sign_pdf(*args, **kwargs)

    monkeypatch.setattr(signing, "sign_pdf", meanwhile)
    with pytest.raises(TransitionRefused):
        sign_as_vendor(actor=NOBODY, token=token, code=code, ip="")
    assert world.convention.signatures.count() == 0


# --- Opinion ------------------------------------------------------------------------------------------------


def test_a_favourable_opinion_before_any_signature(world):
    opinion = world.favour()
    assert world.favour() == opinion
    assert events() == ["awards.opinion.recorded"]
    assert world.state == ApplicationState.PROOFS_VALIDATED


def test_a_second_opinion_is_refused(world):
    world.favour()
    with pytest.raises(TransitionRefused):
        record_opinion(
            actor=world.college,
            number=world.number,
            session_on=SESSION,
            outcome=OpinionOutcome.UNFAVOURABLE,
            reasons="x",
        )
    assert Opinion.objects.get().outcome == OpinionOutcome.FAVOURABLE


@pytest.mark.parametrize("signed", [False, True])
def test_an_unfavourable_opinion_ends_the_application(world, signed):
    world.draw()
    token = world.token
    if signed:
        world.sign()
    record_opinion(
        actor=world.college,
        number=world.number,
        session_on=SESSION,
        outcome=OpinionOutcome.UNFAVOURABLE,
        reasons="Preuves insuffisantes",
        remedies="Recours gracieux",
    )
    assert (world.state, world.turn) == (ApplicationState.REFUSED, Turn.NOBODY)
    assert Convention.objects.get().state == ConventionState.VOID
    assert signing_page(token).state is (LinkState.USED if signed else LinkState.VOIDED)
    entry = Entry.objects.get(event="awards.opinion.recorded")
    assert "insuffisantes" not in entry.payload
    ring(world)
    assert Award.objects.count() == 0


def test_an_unfavourable_opinion_has_reasons_and_a_session_was_held(world):
    with pytest.raises(InvalidInput) as refusal:
        record_opinion(
            actor=world.college,
            number=world.number,
            session_on=date(2026, 11, 23),
            outcome=OpinionOutcome.UNFAVOURABLE,
            reasons=" ",
        )
    assert list(refusal.value.errors) == ["session_on", "reasons"]


@pytest.mark.parametrize("who", ["leader", "employee", "manager", "verifier", "signatory"])
def test_only_the_college_gives_an_opinion(world, who):
    with pytest.raises(NotAllowed):
        record_opinion(
            actor=getattr(world, who),
            number=world.number,
            session_on=SESSION,
            outcome=OpinionOutcome.FAVOURABLE,
        )


@pytest.mark.parametrize("who", ["college", "signatory"])
def test_somebody_with_a_conflict_does_not_see_the_file(world, who):
    world.draw()
    user = User.objects.get(pk=getattr(world, who).user_id)
    ConflictOfInterest.objects.create(
        user=user, company=world.application.company, reason="Ancien salarié", since=clock.now()
    )
    actor = standing_of(user)
    for attempt in (
        lambda: record_opinion(
            actor=actor, number=world.number, session_on=SESSION, outcome=OpinionOutcome.FAVOURABLE
        ),
        lambda: sign_as_agency(actor=actor, number=world.number),
        lambda: dossier(actor, world.number),
    ):
        with pytest.raises(NotVisible):
            attempt()


# --- Withdrawal ---------------------------------------------------------------------------------------------


BEFORE_AWARD = [
    ApplicationState.TO_COMPLETE, ApplicationState.SUBMITTED, ApplicationState.TO_MODIFY, ApplicationState.ELIGIBLE,
    ApplicationState.PROOFS_VALIDATED, ApplicationState.CONVENTION_SIGNING, ApplicationState.LATE,
]  # fmt: skip


@pytest.mark.parametrize("state", BEFORE_AWARD)
def test_withdrawal_is_final_whatever_the_state_before_the_award(world, state):
    Application.objects.update(state=state)
    withdraw_application(actor=world.leader, number=world.number)
    withdraw_application(actor=world.leader, number=world.number)
    assert (world.state, world.turn) == (ApplicationState.WITHDRAWN, Turn.NOBODY)
    assert events() == ["awards.application.withdrawn"]


@pytest.mark.parametrize("state", [ApplicationState.LISTED, ApplicationState.REFUSED])
def test_what_is_decided_is_not_withdrawn(world, state):
    Application.objects.update(state=state)
    with pytest.raises(TransitionRefused):
        withdraw_application(actor=world.leader, number=world.number)


def test_withdrawal_cancels_open_signatures(world):
    world.draw()
    world.open()
    code, token = world.ask_code(), world.token
    withdraw_application(actor=world.leader, number=world.number)
    assert signing_page(token).state is LinkState.VOIDED
    with pytest.raises(TransitionRefused):
        sign_as_vendor(actor=NOBODY, token=token, code=code, ip="")
    ring(world)
    assert Convention.objects.get().state == ConventionState.VOID


def test_an_employee_does_not_withdraw(world):
    with pytest.raises(NotAllowed):
        withdraw_application(actor=world.employee, number=world.number)


# --- Award --------------------------------------------------------------------------------------------------


def vendor_signs(world):
    world.sign()


def agency_signs(world):
    world.countersign()


def college_favours(world):
    world.favour()


def prerequisites_come(world):
    world.prerequisite("a")
    world.prerequisite("b")


def chapter_is_validated(world):
    Part.objects.filter(key="chapter:c2").update(state=ChapterState.VALIDATED)


STEPS = (vendor_signs, agency_signs, college_favours, prerequisites_come, chapter_is_validated)
BEFORE_THE_AGENCY = {vendor_signs, college_favours}


@pytest.mark.any_database("in which order people act, is not the database's business")
def test_the_award_is_pronounced_by_whatever_comes_last(world):
    """In every order that can happen: the agency signs after opinion and vendor, all else comes when it comes."""
    ring(world)
    Part.objects.filter(key="chapter:c2").update(state=ChapterState.TO_MODIFY)
    orders = list(_go_on(world, ()))
    assert (len(orders), len(set(orders))) == (40, 40)


def _go_on(world, done):
    """Orders that begin with `done` are played together; each branch is undone."""
    if len(done) == len(STEPS):
        _is_pronounced(world, done)
        yield done
        return
    assert Award.objects.count() == 0, done
    for step in STEPS:
        if step in done or (step is agency_signs and not set(done) >= BEFORE_THE_AGENCY):
            continue
        with Undone():
            step(world)
            ring(world)
            yield from _go_on(world, (*done, step))


def _is_pronounced(world, order):
    award = Award.objects.get()
    assert (award.number, award.entry_into_force_on) == ("DEMO-2026-0001", date(2026, 11, 22)), order
    assert (world.state, world.turn, world.step4()) == (
        ApplicationState.LISTED,
        Turn.NOBODY,
        StepState.VALIDATED,
    ), order
    assert missing_for(world.application) == [], order


def listed(world):
    ring(world)
    world.prerequisite("a")
    world.prerequisite("b")
    world.favour()
    world.sign()
    world.countersign()
    ring(world)
    return Award.objects.get()


def test_the_award_is_pronounced_once(world):
    award = listed(world)
    ring(world)
    ring(world)
    assert AwardNumber.objects.get().last == 1
    assert AwardDocument.objects.get(award=award).document.name == "certificat-DEMO-2026-0001.pdf"
    assert [e for e in events() if e.startswith(("awards.award", "awards.certificate"))] == [
        "awards.award.pronounced",
        "awards.certificate.issued",
    ]
    assert Notice.objects.filter(kind="awards.application_listed", user_id=world.leader.user_id).count() == 1


def test_entry_into_force_is_the_date_in_paris(world, freeze):
    ring(world)
    world.prerequisite("a")
    world.prerequisite("b")
    world.favour()
    world.sign()
    freeze("2026-12-31T23:30:00+00:00")
    world.countersign()
    ring(world)
    award = Award.objects.get()
    assert (award.entry_into_force_on, award.number) == (date(2027, 1, 1), "DEMO-2027-0001")


def test_the_award_freezes_what_it_says(world):
    frozen = json.loads(listed(world).snapshot)
    Application.objects.update(product_name="Autre")
    assert (frozen["product"], frozen["version"], frozen["nil"]) == ("Radiolis", "4.2", "NIL-0001")
    assert frozen["prerequisites"] == {"a": "2026-10-01", "b": "2026-10-01"}
    assert frozen["convention"]["sha256"] == world.convention.latest.sha256


def test_a_rejected_prerequisite_no_longer_counts(world):
    world.draw()
    world.prerequisite("a")
    world.prerequisite("b")
    world.prerequisite("b", MilestoneState.REJECTED)
    first = missing_for(world.application)[0]
    assert (first.code, first.key) == (Code.PREREQUISITE_MET, "b")


def test_the_turn_follows_what_is_missing(world):
    ring(world)
    turns = [world.turn]
    for step in (vendor_signs, college_favours, agency_signs, prerequisites_come):
        step(world)
        ring(world)
        turns.append(world.turn)
    assert turns == [Turn.VENDOR, Turn.COLLEGE, Turn.SIGNATORY, Turn.VENDOR, Turn.NOBODY]


def test_the_bell_asks_once_for_the_reconciliation(world):
    world.draw()
    world.favour()
    world.sign()
    assert Job.objects.filter(name="awards.reconcile", key=str(world.application.pk)).count() == 1


# --- The page -----------------------------------------------------------------------------------------------


def test_the_dossier_lists_every_paper(world):
    listed(world)
    seen = dossier(world.leader, world.number)
    assert [p.kind for p in seen.papers] == ["convention", "evidence", "evidence", "certificate"]
    assert (seen.is_listed, seen.missing) == (True, ())
    for paper in seen.papers:
        assert document_of(seen.application, paper.document_id).pk == paper.document_id


def test_files_of_others_are_not_of_this_application(world):
    world.draw()
    document = world.convention.latest
    other = Application.objects.get()
    other.pk, other.number, other.state = None, "ABCDEFGHIJ", ApplicationState.REFUSED
    other.save()
    assert document_of(other, document.pk) is None


def test_the_dossier_says_what_is_missing(world):
    world.draw()
    seen = dossier(world.leader, world.number)
    assert [c.code for c in seen.missing] == [
        Code.PREREQUISITE_MET,
        Code.PREREQUISITE_MET,
        Code.OPINION_GIVEN,
        Code.VENDOR_SIGNED,
        Code.AGENCY_SIGNED,
    ]
    assert seen.convention.invitation.email == "eloise@noel.example"
    assert seen.papers[0].name == "convention-SEKWAOLGFJ-1.pdf"


def test_mails_say_that_something_waits_and_nothing_of_what_it_is(world):
    from jalon.notices.base import mail_words

    listed(world)
    for mail in Mail.objects.exclude(kind__in=["awards.signature_invitation", "awards.signing_code"]):
        words = " ".join(mail_words(mail.kind, json.loads(mail.params)))
        assert "Radiolis" not in words
        assert "Noël" not in words
        assert "avorable" not in words
