"""Opening, drafts, prerequisites, dates and assignments: effect, refusal, journal line."""

from datetime import date, timedelta

import pytest

from jalon.accounts.actions import declare_conflict, grant_staff_role, lift_conflict
from jalon.accounts.models import Company
from jalon.accounts.standing import SYSTEM
from jalon.accounts.states import StaffRoleName
from jalon.applications.actions.answers import (
    AnswerConflict,
    add_answer_document,
    prefill,
    remove_answer_document,
    save_answer,
    save_answers,
)
from jalon.applications.actions.opening import charter_text, open_application
from jalon.applications.actions.tracking import (
    assign,
    deposit_prerequisite,
    extend_gate,
    pass_gates,
    record_prerequisite,
    unassign,
)
from jalon.applications.models import (
    AnswerDocument,
    Application,
    Assignment,
    CharterAcceptance,
    Milestone,
    Part,
)
from jalon.applications.queries import definition_for, instructors
from jalon.applications.queries.answers import answers_of
from jalon.applications.queries.dates import calendar, gate_progress, gate_views
from jalon.applications.states import ApplicationState, StepState, Turn
from jalon.core import clock
from jalon.core.canonical import sha256_hex
from jalon.core.errors import InvalidInput, NotAllowed, NotVisible, TransitionRefused
from jalon.core.typography import french_spaces
from jalon.demo.samples import sample_pdf
from jalon.notices.models import Mail, Notice
from jalon.notices.queries import notice_line
from jalon.programmes.actions.gates import set_gate
from jalon.programmes.models import GateKind
from jalon.vendors.actions import create_product, grant_access
from jalon.vendors.models import Version
from tests.scenarios.people import product
from tests.scenarios.small import SMALL_CODE
from tests.sentences import as_written

# --- Opening ------------------------------------------------------------------------------------------------


def open_one(world, who="agent", version=None, *, ticked=True, digest=None, programme=SMALL_CODE):
    text = charter_text(definition_for(world.application).charter, "fr")
    return open_application(
        actor=world[who], programme_code=programme, version_id=version or world.application.version_id,
        charter_accepted=ticked, charter_sha256=digest or sha256_hex(text), language="fr",
    )  # fmt: skip


def another_version(world, who="agent"):
    return create_product(actor=world[who], data=product(world.users[who], name="Autre RIS")).pk


def test_opening_keeps_what_was_accepted_by_whom(world):
    application = world.application
    charter = CharterAcceptance.objects.get()
    assert (application.state, application.turn) == (ApplicationState.TO_COMPLETE, Turn.VENDOR)
    assert (len(application.number), application.number.isupper()) == (10, True)
    assert (charter.accepted_by, charter.accepted_role) == (world.users["agent"], "agent")
    assert charter.sha256 == sha256_hex(charter.text)
    assert dict(Part.objects.values_list("key", "state"))["step:administrative"] == StepState.TO_COMPLETE
    assert set(Part.objects.exclude(position=0).values_list("state", flat=True)) == {StepState.LOCKED}
    assert world.events() == ["applications.application.opened"]


@pytest.mark.parametrize("who", ["agent", "delegate", "employee"])
def test_a_second_try_leads_to_the_first(world, who):
    assert open_one(world, who) == world.application
    assert Application.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "error"),
    [("employee", NotAllowed), ("stranger", NotVisible), ("rival", NotVisible), ("verifier", NotVisible)],
)
def test_who_does_not_open(world, who, error):
    version = another_version(world)
    if who == "employee":
        made = Version.objects.get(pk=version).product_id
        grant_access(actor=world["agent"], product_id=made, user_id=world.users[who].pk)
    with pytest.raises(error):
        open_one(world, who, version)
    assert Application.objects.count() == 1


def test_the_charter_is_ticked_and_the_one_that_was_read(world):
    version = another_version(world)
    with pytest.raises(InvalidInput) as refused:
        open_one(world, version=version, ticked=False)
    assert list(refused.value.errors) == ["charter"]
    with pytest.raises(TransitionRefused, match="La charte a changé"):
        open_one(world, version=version, digest="0" * 64)
    with pytest.raises(NotVisible):
        open_one(world, version=version, programme="no-such-programme")
    assert open_one(world, "delegate", version).created_by == world.users["delegate"]


# --- Drafts -------------------------------------------------------------------------------------------------


def save(world, field, value, base=0, who="agent"):
    return save_answer(actor=world[who], number=world.number, field=field, value=value, base_version=base)


def test_answers_have_versions(world):
    assert save(world, "legal_function", " Présidente ", who="employee") == 1
    assert save(world, "legal_function", "Présidente", base=0) == 1  # the same value again: no conflict
    assert save(world, "legal_function", "Gérante", base=1) == 2
    assert answers_of(world.application)["legal_function"] == "Gérante"
    assert world.events() == ["applications.application.opened"]  # drafts are not journalled


def test_a_conflict_carries_both_values_and_their_author(world):
    save(world, "legal_function", "Présidente")
    save(world, "legal_function", "Gérante", base=1, who="employee")
    with pytest.raises(AnswerConflict) as refused:
        save(world, "legal_function", "Directrice", base=1)
    conflict = refused.value
    assert (conflict.value, conflict.version, conflict.by) == ("Gérante", 2, "Nadia Petit")
    assert answers_of(world.application)["legal_function"] == "Gérante"
    assert save(world, "legal_function", "Directrice", base=2) == 3


def test_a_page_keeps_all_but_its_conflicts(world):
    save(world, "legal_function", "Présidente")
    save(world, "legal_function", "Gérante", base=1, who="employee")
    values = {
        "legal_function": ("Directrice", 1),
        "legal_family_name": ("Moreau", 0),
        "contact_function": ("", 0),
    }
    conflicts = save_answers(actor=world["agent"], number=world.number, values=values)
    assert {field: c.value for field, c in conflicts.items()} == {"legal_function": "Gérante"}
    answers = answers_of(world.application)
    assert (answers["legal_family_name"], answers["legal_function"]) == ("Moreau", "Gérante")
    assert "contact_function" not in answers


@pytest.mark.parametrize("field", ["profiles", "vague_1", "wiin_id"])
def test_profiles_and_earlier_awards_are_declared_by_leaders(world, field):
    with pytest.raises(NotAllowed):
        save(world, field, "yes", who="employee")
    with pytest.raises(NotAllowed):
        save_answers(actor=world["employee"], number=world.number, values={field: ("yes", 0)})
    assert save(world, field, "yes", who="delegate") == 1


@pytest.mark.parametrize("field", ["no-such-field", "product_name", "scope_documents"])
def test_fields_without_an_answer_of_their_own(world, field):
    with pytest.raises(InvalidInput) as refused:
        save(world, field, "x")
    assert list(refused.value.errors) == [field]


@pytest.mark.parametrize(
    ("who", "error"), [("stranger", NotVisible), ("rival", NotVisible), ("verifier", NotVisible)]
)
def test_who_does_not_fill(world, who, error):
    with pytest.raises(error):
        save(world, "legal_function", "x", who=who)


def test_the_agency_reads_and_does_not_fill(world):
    world.submitted()
    with pytest.raises(NotAllowed):
        save(world, "legal_function", "x", who="verifier")
    with pytest.raises(TransitionRefused, match=french_spaces("Le dossier est au statut « Soumise »")):
        save(world, "legal_function", "x")


def test_the_second_step_opens_with_the_first_complete_and_stays_open(world):
    step = Part.objects.get(key="step:eligibility")
    assert step.state == StepState.LOCKED
    world.play.fill()
    step.refresh_from_db()
    assert step.state == StepState.TO_COMPLETE
    base = Application.objects.get().answers.get(field="legal_function").version
    save(world, "legal_function", "", base=base)
    step.refresh_from_db()
    assert step.state == StepState.TO_COMPLETE


def test_prefill_fills_what_is_empty(world):
    save(world, "legal_function", "Gérante")
    filled = prefill(actor=world["employee"], number=world.number, section="legal-representative",
                     source="legal_representative")  # fmt: skip
    answers = answers_of(world.application)
    assert "legal_function" not in filled
    assert (answers["legal_function"], answers["legal_family_name"]) == ("Gérante", "Moreau")
    prefill(actor=world["employee"], number=world.number, section="contact", source="me")
    assert answers_of(world.application)["contact_family_name"] == "Petit"
    assert prefill(actor=world["agent"], number=world.number, section="no-such-section", source="me") == []


def test_files_as_answers(world):
    document = world.file()
    give = {"actor": world["employee"], "number": world.number, "field": "scope_documents"}
    for _again in range(2):
        add_answer_document(**give, document_id=document.pk)
    assert answers_of(world.application)["scope_documents"] == [document.pk]
    with pytest.raises(NotVisible):
        add_answer_document(**give, document_id=world.file("rival").pk)
    with pytest.raises(InvalidInput):
        add_answer_document(**{**give, "field": "nie"}, document_id=document.pk)
    remove_answer_document(**give, document_id=document.pk)
    remove_answer_document(**give, document_id=document.pk)
    assert "scope_documents" not in answers_of(world.application)
    assert AnswerDocument.objects.get().removed_by == world.users["employee"]


# --- Prerequisites ------------------------------------------------------------------------------------------

KEY, DAY = "edc-psc-lps", date(2026, 3, 2)


def deposit(world, document, who="employee", key=KEY):
    deposit_prerequisite(actor=world[who], number=world.number, key=key, document_id=document.pk)


def note_down(world, obtained=True, on=DAY, who="referent", **more):
    record_prerequisite(actor=world[who], number=world.number, key=more.pop("key", KEY), obtained=obtained,
                        obtained_on=on, **more)  # fmt: skip


def facts():
    return list(Milestone.objects.order_by("pk").values_list("state", "note"))


def test_a_prerequisite_is_given_recorded_and_then_fixed(world):
    world.eligible()
    document = world.file()
    for _again in range(2):
        deposit(world, document)
    for _again in range(2):
        note_down(world)
    assert facts() == [("deposited", ""), ("confirmed", "")]
    assert Milestone.objects.latest("pk").document == document
    assert [e for e in world.events() if "prerequisite" in e] == [
        "applications.prerequisite.deposited", "applications.prerequisite.confirmed",
    ]  # fmt: skip
    with pytest.raises(TransitionRefused, match="L’agence a déjà enregistré ce prérequis"):
        deposit(world, world.file())


def test_a_rejected_document_may_be_followed_by_another_or_by_itself(world):
    world.eligible()
    document = world.file()
    deposit(world, document)
    with pytest.raises(InvalidInput):
        note_down(world, obtained=False)
    for _again in range(2):
        note_down(world, obtained=False, note="Illisible.")
    note_down(world, obtained=False, note="Illisible, et périmé.")  # other words are another fact
    deposit(world, document)
    deposit(world, world.file())
    assert facts() == [
        ("deposited", ""), ("rejected", "Illisible."), ("rejected", "Illisible, et périmé."),
        ("deposited", ""), ("deposited", ""),
    ]  # fmt: skip


def test_what_is_wrong_with_a_prerequisite(world):
    world.eligible()
    with pytest.raises(NotVisible):
        deposit(world, world.file("rival"))
    with pytest.raises(InvalidInput):
        deposit(world, world.file(), key="no-such-prerequisite")
    for wrong in ({"on": None}, {"on": date(2999, 1, 1)}, {}):
        with pytest.raises(InvalidInput):
            note_down(world, **wrong)
    with pytest.raises(NotVisible):
        note_down(world, document_id=world.file("rival").pk)
    assert facts() == []


@pytest.mark.parametrize(
    ("who", "error"), [("agent", NotAllowed), ("college", NotVisible), ("rival", NotVisible)]
)
def test_who_does_not_record_a_prerequisite(world, who, error):
    world.eligible()
    with pytest.raises(error):
        note_down(world, who=who, document_id=world.file().pk)


# --- Dates --------------------------------------------------------------------------------------------------


def due(world, kind=GateKind.FIRST_ADMINISTRATIVE):
    return next(v for v in gate_views(world.application) if v.kind == kind)


def extend(world, days, who="manager", reason="Panne du portail.", kind=GateKind.FIRST_ADMINISTRATIVE):
    day = clock.paris_date(clock.now()) + timedelta(days=days)
    extend_gate(actor=world[who], number=world.number, kind=kind, wall_time=f"{day.isoformat()}T12:00",
                zone="Europe/Paris", reason=reason)  # fmt: skip


def pass_now(world):
    return pass_gates(actor=SYSTEM, application_id=world.application.pk)


def standings(world):
    return [gate.state for gate in gate_progress([world.application])[world.application.pk]]


def test_a_file_that_missed_a_gate_is_late_and_an_extension_brings_it_back(world, freeze):
    world.eligible()
    assert pass_now(world) is False
    freeze(due(world, GateKind.FIRST_PROOFS).due_at)
    assert pass_now(world) is False  # the very instant still counts
    freeze(clock.now() + timedelta(seconds=1))
    assert (pass_now(world), pass_now(world)) == (True, False)
    assert (world.application.state, world.application.turn) == (ApplicationState.LATE, Turn.NOBODY)
    assert standings(world) == ["held", "missed", "later"]  # none is next: no date opens the file again
    for _again in range(2):
        extend(world, 5, kind=GateKind.FIRST_PROOFS)
    assert standings(world) == ["held", "next", "later"]
    assert (world.application.state, world.application.turn) == (ApplicationState.ELIGIBLE, Turn.VENDOR)
    assert [e for e in world.events() if "gate" in e] == [
        "applications.gate.applied",
        "applications.gate.extended",
    ]


def test_an_extension_of_the_programme_holds_over_an_older_one_of_a_file(world):
    world.submitted()
    extend(world, 40)
    assert due(world).extended is True
    later = clock.paris_date(clock.now()) + timedelta(days=50)
    set_gate(actor=SYSTEM, programme_code=SMALL_CODE, kind=GateKind.FIRST_ADMINISTRATIVE,
             wall_time=f"{later.isoformat()}T12:00", zone="Europe/Paris", reason="Pour tous")  # fmt: skip
    assert clock.paris_date(calendar(world.application).first_administrative) == later


def test_what_is_wrong_with_an_extension(world):
    world.submitted()
    for wrong in ({"days": 20}, {"days": 40, "reason": " \x00"}):
        with pytest.raises(InvalidInput):
            extend(world, **wrong)
    with pytest.raises(InvalidInput):
        extend_gate(actor=world["manager"], number=world.number, kind=GateKind.FIRST_PROOFS, wall_time="demain",
                    zone="Europe/Paris", reason="a")  # fmt: skip
    for who, error in (("agent", NotAllowed), ("verifier", NotAllowed), ("rival", NotVisible)):
        with pytest.raises(error):
            extend(world, 40, who=who)
    with pytest.raises(NotAllowed):
        pass_gates(actor=world["manager"], application_id=world.application.pk)


# --- People of the agency -----------------------------------------------------------------------------------


def give_to(world, name, role=StaffRoleName.VERIFIER, who="manager"):
    assign(actor=world[who], number=world.number, user_id=world.users[name].pk, role=role)


def test_an_assignment_opens_the_file_and_its_end_closes_it(world):
    world.submitted()
    assert Application.objects.visible_to(world["unassigned"]).count() == 0
    for _again in range(2):
        give_to(world, "unassigned")
    assert Application.objects.visible_to(world["unassigned"]).count() == 1
    for _again in range(2):
        unassign(actor=world["manager"], number=world.number, user_id=world.users["unassigned"].pk,
                 role=StaffRoleName.VERIFIER)  # fmt: skip
    assert Application.objects.visible_to(world["unassigned"]).count() == 0
    assert [e for e in world.events() if "assignment" in e] == [
        "applications.assignment.made", "applications.assignment.ended",
    ]  # fmt: skip


def test_naming_a_referent_relieves_the_one_before(world):
    world.submitted()
    referent = StaffRoleName.REFERENT
    grant_staff_role(
        actor=SYSTEM, user_id=world.users["unassigned"].pk, role=referent, programme_code=SMALL_CODE
    )
    give_to(world, "referent", referent)
    give_to(world, "unassigned", referent)
    assert world.application.referent == world.users["unassigned"]
    assert Assignment.objects.filter(until=None).get().user == world.users["unassigned"]
    give_to(world, "referent", referent)
    assert world.application.referent == world.users["referent"]
    assert world.events().count("applications.assignment.made") == 3


def test_who_is_not_given_a_file(world):
    world.submitted()
    with pytest.raises(InvalidInput, match="n’a pas ce rôle"):
        give_to(world, "college")
    company = Company.objects.get(pk=world.application.company_id)
    declare_conflict(
        actor=SYSTEM, user_id=world.users["unassigned"].pk, company_id=company.pk, reason="Ancien salarié"
    )
    with pytest.raises(InvalidInput, match="a un lien avec l’entreprise candidate"):
        give_to(world, "unassigned")
    for who, error in (("verifier", NotAllowed), ("agent", NotAllowed), ("elsewhere", NotVisible)):
        with pytest.raises(error):
            give_to(world, "other_verifier", who=who)


def test_a_conflict_with_another_company_or_one_that_ended_does_not_silence(world):
    verifier = world.users["other_verifier"]
    here = world.application.company_id
    rival = world["rival"].company_id
    declare_conflict(actor=SYSTEM, user_id=verifier.pk, company_id=here, reason="Ancien salarié")
    assert verifier not in instructors(world.application, StaffRoleName.VERIFIER)
    lift_conflict(actor=SYSTEM, user_id=verifier.pk, company_id=here)
    declare_conflict(actor=SYSTEM, user_id=verifier.pk, company_id=rival, reason="Conjoint")
    assert verifier in instructors(world.application, StaffRoleName.VERIFIER)


# --- What people are told -----------------------------------------------------------------------------------

VENDOR = ["agent", "delegate", "employee"]


def test_an_extension_is_told_to_the_vendor(world):
    world.submitted()
    for _again in range(2):
        extend(world, 40)
    assert world.told("applications.gate_extended") == VENDOR
    assert world.mailed("applications.gate_extended") == VENDOR
    day = clock.paris_date(clock.now()) + timedelta(days=40)
    assert notice_line(
        world["agent"], Notice.objects.filter(user=world.users["agent"]).latest("pk").pk
    ).title == (f"Une date limite est prolongée jusqu’au {day:%d/%m/%Y}")


def test_a_file_that_misses_a_gate_is_told_to_both_sides_once(world, freeze):
    world.eligible()
    freeze(due(world, GateKind.FIRST_PROOFS).due_at + timedelta(seconds=1))
    pass_now(world)
    pass_now(world)
    assert world.told("applications.file_late") == world.mailed("applications.file_late") == VENDOR
    assert world.told("applications.file_late_agency") == ["manager", "referent"]
    assert world.mailed("applications.file_late_agency") == []


def test_a_draft_that_misses_its_gate_is_not_told_to_the_agency(world, freeze):
    freeze(due(world, GateKind.FIRST_ADMINISTRATIVE).due_at + timedelta(seconds=1))
    assert pass_now(world) is True
    assert world.told("applications.file_late") == VENDOR
    assert world.told("applications.file_late_agency") == []


def test_a_moved_date_of_the_programme_is_told_when_the_file_goes_on(world, freeze):
    world.eligible()
    freeze(due(world, GateKind.FIRST_PROOFS).due_at + timedelta(seconds=1))
    pass_now(world)
    day = clock.paris_date(clock.now()) + timedelta(days=10)
    set_gate(
        actor=world["manager"], programme_code=world.application.programme.code, kind=GateKind.FIRST_PROOFS,
        wall_time=f"{day.isoformat()}T12:00", zone="Europe/Paris", reason="Panne du portail.",
    )  # fmt: skip
    assert pass_now(world) is True
    assert world.told("applications.file_reopened") == world.mailed("applications.file_reopened") == VENDOR


def test_what_the_agency_says_of_a_prerequisite_is_told_and_only_work_is_mailed(world):
    world.eligible()
    prerequisite = definition_for(world.application).prerequisites[0]
    document = world.play._receive("habilitation.pdf", sample_pdf("h"))
    place = {"actor": world["referent"], "number": world.number, "key": prerequisite.key}
    deposit_prerequisite(
        actor=world["agent"], number=world.number, key=prerequisite.key, document_id=document.pk
    )
    for _again in range(2):
        record_prerequisite(obtained=False, obtained_on=None, note="Document périmé.", **place)
    assert world.told("applications.prerequisite_rejected") == VENDOR
    assert world.mailed("applications.prerequisite_rejected") == VENDOR
    assert not Mail.objects.filter(params__contains="périmé").exists()
    record_prerequisite(obtained=True, obtained_on=clock.paris_date(clock.now()), **place)
    assert world.told("applications.prerequisite_recorded") == VENDOR
    assert world.mailed("applications.prerequisite_recorded") == []
    latest = Notice.objects.filter(user=world.users["agent"]).latest("pk")
    assert as_written(notice_line(world["agent"], latest.pk).title) == as_written(
        f"Prérequis enregistré : {prerequisite.title.fr}"
    )
