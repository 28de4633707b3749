"""Deciding on the administrative file, prerequisites, dates, people, opinion and signature, through the pages."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from jalon.accounts.states import StaffRoleName
from jalon.applications.models import Assignment, GateOverride, Milestone, VersionDeclaration
from jalon.applications.queries.prerequisites import prerequisite_views
from jalon.awards.queries import award_of, opinion_of
from jalon.core import clock
from jalon.demo.samples import sample_pdf
from jalon.messaging.actions import post_message
from jalon.reviews.models import Remark
from tests.kept import kept
from tests.web.agency import browser, company, deciding_round, eligible, page, query_count, submitted, text_of

__all__ = ["company", "eligible", "submitted"]  # fixtures
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database("what a page says is the same on either; the walk of rights opens each on both"),
]


def decide(company, decision: str, who: str = "verifier", *, confirmed: bool = True, **typed: str):
    data = {"decision": decision, "round": str(deciding_round(company)), **typed}
    if confirmed:
        data["confirmed"] = "yes"
    return browser(company, who).post(page(company, "/dossier/decision"), data)


def claims(company, answer: str = "yes") -> dict[str, str]:
    """Answers to whatever the file declares."""
    shown = browser(company, "verifier").get(page(company, "/dossier")).content.decode()
    keys = {part.split('"')[0] for part in shown.split('name="claim.')[1:]}
    return {f"claim.{key}": answer for key in keys}


def state_of(company) -> str:
    return company.application.state


# --- The administrative file --------------------------------------------------------------------------------


def test_the_file_shows_what_was_handed_in_and_its_documents(submitted):
    shown = text_of(browser(submitted, "verifier").get(page(submitted, "/dossier")))
    assert "Dépôt n° 1, soumis par Nadia Belkacem" in shown
    assert "attestation.pdf" in shown
    for button in ("Déclarer éligible", "Demander des modifications", "Refuser"):
        assert button in shown


def test_who_does_not_decide_reads_without_buttons(submitted):
    shown = text_of(browser(submitted, "referent").get(page(submitted, "/dossier")))
    assert "attestation.pdf" in shown
    assert 'name="decision"' not in shown
    assert "remark." not in shown


def test_a_decision_names_its_consequence_before_it_is_taken(submitted):
    answer = decide(submitted, "validate", confirmed=False, **claims(submitted))
    assert "les chapitres de preuves s’ouvrent" in text_of(answer)
    assert state_of(submitted) == "submitted"


def test_eligible(submitted):
    assert decide(submitted, "validate", **claims(submitted)).status_code == 303
    assert state_of(submitted) == "eligible"


def test_changes_are_asked_for_field_by_field(submitted):
    answer = decide(submitted, "return", **{"remark.legal_family_name": "Le nom manque de précision."})
    assert (answer.status_code, state_of(submitted)) == (303, "to_modify")
    assert list(Remark.objects.values_list("field", "text")) == [
        ("legal_family_name", "Le nom manque de précision.")
    ]


def test_what_was_typed_is_shown_again_with_the_error(submitted):
    answer = decide(submitted, "refuse", **{"remark.legal_family_name": "À revoir"})
    assert answer.status_code == 422
    shown = text_of(answer)
    assert "Un refus est motivé" in shown
    assert "À revoir" in shown
    assert 'href="#f-reasons"' in shown


def test_requests_and_eligibility_exclude_each_other(submitted):
    answer = decide(submitted, "validate", **claims(submitted), **{"remark.legal_family_name": "À revoir"})
    assert (answer.status_code, state_of(submitted)) == (422, "submitted")


def test_a_field_that_the_form_does_not_have_is_refused_in_place(submitted):
    answer = decide(submitted, "return", **{"remark.nothing": "x"})
    assert (answer.status_code, state_of(submitted)) == (422, "submitted")


def test_the_second_hand_in_shows_what_changed_and_what_was_asked(submitted):
    decide(submitted, "return", **{"remark.legal_family_name": "Écrivez le nom entier."})
    submitted.play.answer({"legal_family_name": "Moreau-Lefèvre"}).submit()
    shown = text_of(browser(submitted, "verifier").get(page(submitted, "/dossier")))
    assert "1 réponse a changé depuis le dépôt précédent." in shown
    assert "Moreau-Lefèvre" in shown
    assert "Écrivez le nom entier." in shown
    assert "<del>" in shown


def test_what_the_vendor_prepares_is_not_shown_before_it_is_submitted(submitted):
    decide(submitted, "return", **{"remark.legal_family_name": "Écrivez le nom entier."})
    submitted.play.answer({"legal_family_name": "Brouillon"})
    shown = text_of(browser(submitted, "verifier").get(page(submitted, "/dossier")))
    assert "Brouillon" not in shown


def test_a_refused_file_is_reopened_with_a_reason(submitted):
    assert decide(submitted, "refuse", reasons="Produit hors périmètre.").status_code == 303
    assert state_of(submitted) == "refused"
    client = browser(submitted, "verifier")
    address = page(submitted, "/dossier/reouverture")
    assert client.post(address, {"reason": " "}).status_code == 422
    assert client.post(address, {"reason": "Pièce retrouvée."}).status_code == 303
    assert state_of(submitted) == "submitted"


def test_two_verifiers_decide_once(submitted):
    stale = deciding_round(submitted)
    decide(submitted, "return", **{"remark.legal_family_name": "À revoir"})
    data = {"decision": "refuse", "round": str(stale), "reasons": "Non", "confirmed": "yes"}
    answer = browser(submitted, "other_verifier").post(page(submitted, "/dossier/decision"), data)
    assert answer.status_code == 409
    assert "Thomas Anquetil a déjà décidé sur ce dossier." in text_of(answer)
    assert state_of(submitted) == "to_modify"


# --- Other desks, dates, people -----------------------------------------------------------------------------


def first_prerequisite(company) -> str:
    return prerequisite_views(company.play.application)[0].prerequisite.key


def test_a_prerequisite_is_recorded_with_date_and_document(eligible):
    key = first_prerequisite(eligible)
    client, address = browser(eligible, "referent"), page(eligible, "/prerequis")
    without = client.post(address, {"key": key, "act": "record", "obtained_on": ""})
    assert (without.status_code, "Indiquez la date" in text_of(without)) == (422, True)
    data = {
        "key": key, "act": "record", "obtained_on": clock.paris_date(clock.now()).isoformat(),
        "document": SimpleUploadedFile("habilitation.pdf", sample_pdf("h"), "application/pdf"),
    }  # fmt: skip
    assert client.post(address, data).status_code == 303
    assert list(Milestone.objects.filter(kind="prerequisite").values_list("key", "state")) == [
        (key, "confirmed")
    ]
    assert "Constaté" in text_of(client.get(address))


def test_a_file_that_is_no_document_is_refused_beside_its_field(eligible):
    data = {
        "key": first_prerequisite(eligible), "act": "record", "obtained_on": "2026-01-02",
        "document": SimpleUploadedFile("x.exe", b"MZ", "application/octet-stream"),
    }  # fmt: skip
    answer = browser(eligible, "verifier").post(page(eligible, "/prerequis"), data)
    assert answer.status_code == 422
    assert f'href="#{data["key"]}-document"' in text_of(answer)


def test_a_date_is_extended_for_one_file_with_its_reason(eligible):
    client, address = browser(eligible, "manager"), page(eligible, "/dates")
    day = (clock.now() + timedelta(days=200)).strftime("%Y-%m-%dT12:00")
    assert client.post(address, {"kind": "first_proofs", "wall_time": day, "reason": ""}).status_code == 422
    assert client.post(address, {"kind": "", "wall_time": day, "reason": "Panne"}).status_code == 422
    answer = client.post(
        address, {"kind": "first_proofs", "wall_time": day, "reason": "Panne du bac à sable"}
    )
    assert answer.status_code == 303
    assert GateOverride.objects.count() == 1
    shown = text_of(client.get(address))
    assert "Panne du bac à sable" in shown
    assert "Prolongée" in shown
    assert "Prolonger une date" not in text_of(browser(eligible, "verifier").get(address))


def test_everything_wrong_with_a_date_is_said_at_once(eligible):
    client = browser(eligible, "manager")
    for address in (
        page(eligible, "/dates"),
        f"/instruction/programmes/{eligible.application.programme.code}/dates",
    ):
        shown = text_of(client.post(address, {"kind": "", "wall_time": "", "reason": ""}))
        assert "3 réponses à corriger" in shown
        for field in ("kind", "wall_time", "reason"):
            assert f'href="#f-{field}"' in shown


def test_a_date_of_the_programme_is_set_by_a_manager_only(eligible):
    address = f"/instruction/programmes/{eligible.application.programme.code}/dates"
    data = {"kind": "end_of_exchanges", "wall_time": "2031-06-30T12:00", "reason": "Décision du comité"}
    assert browser(eligible, "verifier").post(address, data).status_code == 403
    manager = browser(eligible, "manager")
    assert manager.post(address, {**data, "wall_time": "demain"}).status_code == 422
    assert manager.post(address, data).status_code == 303
    assert "30/06/2031 12:00" in text_of(manager.get(address))


def test_a_file_is_given_and_taken_back(eligible):
    client, address = browser(eligible, "manager"), page(eligible, "/affectation")
    person = eligible.users["referent"].pk
    assert client.post(address, {"role": "referent", "user": ""}).status_code == 422
    assert client.post(address, {"role": "referent", "user": person}).status_code == 303
    assert eligible.application.referent_id == person
    assert client.post(f"{address}/fin", {"role": "referent", "user": person}).status_code == 303
    assert eligible.application.referent_id is None
    assert Assignment.objects.filter(until=None).count() == 0


def test_an_unassigned_verifier_sees_the_file_once_it_is_given(eligible):
    person = eligible.users["unassigned"]
    assert browser(eligible, "unassigned").get(page(eligible)).status_code == 404
    browser(eligible, "manager").post(
        page(eligible, "/affectation"), {"role": StaffRoleName.VERIFIER, "user": person.pk}
    )
    assert browser(eligible, "unassigned").get(page(eligible)).status_code == 200


# --- Conversation and files ---------------------------------------------------------------------------------


def test_a_message_is_written_and_those_of_the_vendor_are_read(eligible):
    post_message(actor=eligible["agent"], number=eligible.number, body="Une question")
    client, address = browser(eligible, "referent"), page(eligible, "/messages")
    assert "Marquer 1 message comme lu" in text_of(client.get(address))
    assert client.post(address, {"body": " "}).status_code == 422
    assert client.post(address, {"body": "Une réponse", "after": "0"}).status_code == 303
    shown = text_of(client.get(address))
    assert "Une réponse" in shown
    assert "Marquer" not in shown


def test_only_files_of_this_application_open(submitted):
    client = browser(submitted, "verifier")
    shown = client.get(page(submitted, "/dossier")).content.decode()
    link = shown.split(f"{page(submitted)}/pieces/")[1].split('"')[0]
    assert client.get(page(submitted, f"/documents/{link}")).status_code == 200
    assert client.get(page(submitted, f"/documents/{submitted.file('rival').pk}")).status_code == 404
    assert browser(submitted, "college").get(page(submitted, f"/documents/{link}")).status_code == 404


# --- Opinion and signature ----------------------------------------------------------------------------------


@pytest.fixture
@kept
def drawn(eligible):
    eligible.play.prove().meet_prerequisites().draw()
    return eligible


def test_an_opinion_is_confirmed_then_recorded_once(drawn):
    client, address = browser(drawn, "college"), page(drawn, "/convention/avis")
    today = clock.paris_date(clock.now())
    tomorrow = (today + timedelta(days=1)).isoformat()
    data = {"session_on": today.isoformat(), "outcome": "favourable"}
    assert client.post(address, {"session_on": tomorrow, "outcome": "favourable"}).status_code == 422
    assert client.post(address, {**data, "outcome": "unfavourable"}).status_code == 422
    assert "L’avis est définitif" in text_of(client.post(address, data))
    assert opinion_of(drawn.application) is None
    assert client.post(address, {**data, "confirmed": "yes"}).status_code == 303
    opinion = opinion_of(drawn.application)
    assert (opinion.outcome, opinion.session_on) == ("favourable", today)
    assert 'name="outcome"' not in text_of(client.get(page(drawn, "/convention")))


def test_the_college_reads_that_it_is_its_turn_beside_the_signature(drawn):
    address = page(drawn, "/convention")
    assert drawn.application.turn == "vendor"
    assert "À vous" in text_of(browser(drawn, "college").get(address))
    assert "À vous" not in text_of(browser(drawn, "verifier").get(address))
    assert "En signature" in text_of(browser(drawn, "verifier").get(page(drawn)))  # step 4, for both sides


def test_no_opinion_is_asked_for_while_a_declaration_waits(drawn):
    """What the button offers is what the action accepts."""
    VersionDeclaration.objects.create(
        application=drawn.application, n=1, label="9.9", changes="…", by=drawn.users["agent"], at=clock.now()
    )
    client, reason = browser(drawn, "college"), "le collège se prononce après"
    shown = text_of(client.get(page(drawn, "/convention")))
    assert (reason in shown, 'disabled aria-describedby="opinion-reason"' in shown) == (True, True)
    assert "Rendre l’avis" not in text_of(client.get(page(drawn)))
    assert "Aucun dossier n’attend d’avis" in text_of(client.get("/instruction/college"))
    data = {
        "session_on": clock.paris_date(clock.now()).isoformat(), "outcome": "favourable", "confirmed": "yes",
    }  # fmt: skip
    refused = client.post(page(drawn, "/convention/avis"), data)
    assert (refused.status_code, reason in text_of(refused)) == (422, True)


def test_an_unfavourable_opinion_refuses_with_reasons_and_remedies(drawn):
    data = {
        "session_on": clock.paris_date(clock.now()).isoformat(), "outcome": "unfavourable",
        "reasons": "Risque", "remedies": "Corriger", "confirmed": "yes",
    }  # fmt: skip
    assert browser(drawn, "college").post(page(drawn, "/convention/avis"), data).status_code == 303
    assert state_of(drawn) == "refused"
    shown = text_of(browser(drawn, "verifier").get(page(drawn, "/convention")))
    assert ("Risque" in shown, "Corriger" in shown) == (True, True)


def test_the_agency_signs_last_and_says_what(drawn):
    client, address = browser(drawn, "signatory"), page(drawn, "/convention/signature")
    before = text_of(client.get(page(drawn, "/convention")))
    assert "L’agence signe en dernier" in before
    assert client.post(address).status_code == 422
    drawn.play.give_opinion(drawn.users["college"]).sign()
    asked = text_of(client.post(address))
    assert "J’ai lu la convention et je la signe au nom de l’agence." in asked
    assert "checked" not in drawn.events()
    assert (
        client.post(address, {"confirmed": "yes"}).status_code == 200
    )  # the box was not ticked: asked again
    assert client.post(address, {"confirmed": "yes", "checked": "yes"}).status_code == 303
    drawn.play.draw()
    assert award_of(drawn.application) is not None
    assert "Référencement prononcé" in text_of(client.get(page(drawn, "/convention")))


def test_the_college_page_lists_what_awaits_and_what_was_said(drawn):
    client = browser(drawn, "college")
    assert "1 dossier en attente" in text_of(client.get("/instruction/college"))
    drawn.play.give_opinion(drawn.users["college"])
    shown = text_of(client.get("/instruction/college"))
    assert "0 dossiers en attente" in shown or "0 dossier en attente" in shown
    assert "Avis rendus" in shown


def test_the_overview_tells_what_the_award_still_needs(eligible):
    shown = text_of(browser(eligible, "manager").get(page(eligible)))
    assert "Ce qui manque au référencement" in shown
    assert "L’avis du collège reste à rendre." in shown


def test_the_overview_takes_as_many_queries_for_more_acts(eligible):
    client = browser(eligible, "manager")
    client.get(page(eligible))
    one = query_count(lambda: client.get(page(eligible)))
    for chapter in eligible.play.chapters():
        eligible.play.deposit(chapter).submit_chapters([chapter])
    post_message(actor=eligible["agent"], number=eligible.number, body="Bonjour")
    assert query_count(lambda: client.get(page(eligible))) == one


def test_the_journal_says_that_it_is_whole_and_names_people(eligible):
    client = browser(eligible, "administrator")
    shown = text_of(client.get("/instruction/journal?verifier"))
    assert "Le journal est entier" in shown
    assert "Dossier déclaré éligible" in shown
    manager = text_of(browser(eligible, "manager").get("/instruction/journal"))
    assert f"application:{eligible.number}" in manager
    assert "person:" not in manager
