"""Who sees which page of the agency, whom it refuses, and that reading writes nothing."""

import pytest

from jalon.accounts.actions import declare_conflict
from jalon.accounts.standing import standing_of
from jalon.accounts.states import StaffRoleName
from jalon.web.context import staff_links
from tests.web.agency import browser, company, eligible, hand_in, page, submitted, text_of

__all__ = ["company", "eligible", "submitted"]  # fixtures
pytestmark = pytest.mark.django_db

EVERY_FILE_PAGE = ("", "/dossier", "/prerequis", "/dates", "/messages", "/convention", "/historique")
WORKING = ("verifier", "referent", "manager")


SIDE = ("college", "signatory", "administrator", "elsewhere", "unassigned", "agent", "rival")


def test_who_instructs_opens_every_page_of_a_submitted_file_and_nobody_else(submitted):
    answers = {
        (who, tail): browser(submitted, who).get(page(submitted, tail)).status_code
        for who in (*WORKING, *SIDE)
        for tail in EVERY_FILE_PAGE
    }
    assert answers == {(who, tail): 200 if who in WORKING else 404 for who, tail in answers}


def test_only_a_manager_opens_the_assignments(submitted):
    answers = {
        who: browser(submitted, who).get(page(submitted, "/affectation")).status_code
        for who in (*WORKING, *SIDE)
    }
    assert {who for who, status in answers.items() if status == 200} == {"manager"}
    assert set(answers.values()) == {200, 404}


def test_a_file_never_submitted_is_nobody_s_at_the_agency(company):
    for who in WORKING:
        assert browser(company, who).get(page(company)).status_code == 404


def test_somebody_in_conflict_sees_neither_the_file_nor_its_line(submitted):
    thomas = submitted.users["verifier"]
    declare_conflict(
        actor=standing_of(thomas),
        user_id=thomas.pk,
        company_id=submitted.application.company_id,
        reason="Ancien salarié",
    )
    client = browser(submitted, "verifier")
    assert client.get(page(submitted)).status_code == 404
    assert submitted.number not in text_of(client.get("/instruction"))
    assert submitted.number not in text_of(client.get("/instruction/candidatures"))
    assert client.get(f"/instruction/recherche?q={submitted.number}")["Location"].startswith(
        "/instruction/candidatures"
    )


def test_who_decides_sees_a_file_once_its_proofs_are_validated(eligible):
    eligible.play.prove()
    assert [browser(eligible, who).get(page(eligible)).status_code for who in ("college", "signatory")] == [
        200,
        200,
    ]


STAFF = {role.value for role in StaffRoleName}
LISTS = {
    "/instruction": STAFF,
    "/instruction/candidatures": STAFF,
    "/instruction/programmes": STAFF,
    "/instruction/college": {"manager", "college", "signatory"},
    "/instruction/signatures": {"manager", "signatory"},
    "/instruction/journal": {"manager", "administrator"},
}


def test_each_role_has_its_lists_and_the_bar_leads_nowhere_else(submitted):
    clients = {who: browser(submitted, who) for who in (*sorted(STAFF), "agent")}
    opened = {
        address: {who for who, client in clients.items() if client.get(address).status_code == 200}
        for address in LISTS
    }
    assert opened == LISTS
    dead = [
        (who, link.url)
        for who in sorted(STAFF)
        for link in staff_links(submitted[who])
        if clients[who].get(link.url).status_code != 200
    ]
    assert dead == []


FORBIDDEN = [
    ("referent", "/dossier/decision", {"decision": "validate", "confirmed": "yes", "round": "1"}),
    (
        "manager",
        "/dossier/decision",
        {"decision": "refuse", "confirmed": "yes", "round": "1", "reasons": "Non"},
    ),
    ("verifier", "/dates", {"kind": "first_proofs", "wall_time": "2030-01-01T12:00", "reason": "Panne"}),
    ("verifier", "/affectation", {"role": "verifier", "user": "1"}),
    ("verifier", "/affectation/fin", {"role": "verifier", "user": "1"}),
    (
        "verifier",
        "/convention/avis",
        {"session_on": "2026-01-01", "outcome": "favourable", "confirmed": "yes"},
    ),
    ("manager", "/convention/signature", {"confirmed": "yes", "checked": "yes"}),
]


def test_a_verb_that_the_role_does_not_have_is_refused(submitted):
    before = submitted.events()
    answers = [
        browser(submitted, who).post(page(submitted, tail), data).status_code for who, tail, data in FORBIDDEN
    ]
    assert answers == [403] * len(FORBIDDEN)
    assert submitted.events() == before


def test_a_verdict_of_a_referent_is_refused(eligible):
    chapter = hand_in(eligible)
    answer = browser(eligible, "referent").post(
        page(eligible, f"/chapitres/{chapter}/examen"), {"preuve": "x"}
    )
    assert answer.status_code == 403


def test_the_administrator_is_told_that_no_file_is_his_or_hers(submitted):
    shown = text_of(browser(submitted, "administrator").get("/instruction"))
    assert "Aucun dossier dans votre rôle" in shown


def test_a_chapter_never_submitted_is_not_there(eligible):
    chapter = eligible.play.chapters()[0]
    eligible.play.deposit(chapter)
    assert browser(eligible, "verifier").get(page(eligible, f"/chapitres/{chapter}")).status_code == 404
