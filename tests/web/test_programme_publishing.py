"""Publishing with its reason and day, files moved and moved back, and what their vendors read."""

from datetime import timedelta

import pytest

from jalon.accounts.models import StaffRole
from jalon.accounts.standing import SYSTEM
from jalon.accounts.states import StaffRoleName
from jalon.applications.models import Application
from jalon.core import clock
from jalon.demo.play import Play
from jalon.evidence.models import Proof, Slot
from jalon.evidence.states import SlotState
from jalon.jobs.queue import run_due
from jalon.notices.models import Notice
from jalon.programmes.actions.loading import load_draft
from jalon.programmes.actions.publishing import choose_rules, publish
from jalon.programmes.models import Revision
from jalon.programmes.queries import chosen_rules, draft_definition, publication_mark
from jalon.reviews.actions.moves import move_file
from tests.scenarios.people import product
from tests.scenarios.revisions import draft, programme, published
from tests.scenarios.small import SMALL_CODE
from tests.web.agency import browser, hidden, query_count, text_of
from tests.web.programmes import FIRST, HOME, INS, LAST, change, changed_draft, company, manager

__all__ = ["company"]  # fixture
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database("what a page says is the same on either; the walk of rights opens each on both"),
]


def send(company, day=None, *, confirmed: bool = True, **other):
    typed = {
        "seen": mark(), "reason": "Nouvelle liste du 12 octobre",
        "effective_on": (day or clock.paris_date(clock.now())).isoformat(), **other,
    }  # fmt: skip
    return manager(company).post(f"{HOME}/publier", typed | ({"confirmed": "yes"} if confirmed else {}))


def mark() -> str:
    """Of what the page shows now."""
    latest = programme().revisions.latest("number")
    return publication_mark(draft(), latest, chosen_rules(programme(), latest))


def moved(company) -> Revision:
    revision = published(change)
    move_file(actor=company["manager"], number=company.number, revision_number=revision.number)
    return revision


def act(company, **sent):
    return manager(company).post(f"{HOME}/revisions/2/dossiers", sent)


# --- Publishing ------------------------------------------------------------------------------------------------


def test_publishing_is_confirmed_then_done(company):
    changed_draft()
    asked = send(company, confirmed=False)
    assert (asked.status_code, Revision.objects.count()) == (200, 1)
    assert "1 dossier est en cours" in text_of(asked)
    done = send(company)
    assert (done.status_code, done["Location"]) == (303, f"{HOME}/revisions/2")
    revision = Revision.objects.get(number=2)
    assert (revision.reason, revision.published_by) == (
        "Nouvelle liste du 12 octobre",
        company.users["manager"],
    )
    shown = text_of(manager(company).get(done["Location"]))
    assert [word in shown for word in (revision.sha256, "En vigueur", "À requalifier")] == [True] * 3
    assert Application.objects.get().revision.number == 1


@pytest.mark.parametrize(("name", "value"), [("reason", "  "), ("effective_on", "demain")])
def test_what_is_missing_is_asked_for_and_the_rest_stays_typed(company, name, value):
    changed_draft()
    kept = {"reason": "Une raison gardée", name: value}
    answer = send(company, confirmed=False, **kept)
    assert (answer.status_code, Revision.objects.count()) == (422, 1)
    if name != "reason":
        assert "Une raison gardée" in text_of(answer)


def test_a_draft_that_changed_since_its_impact_was_shown_is_not_published(company):
    changed_draft()
    seen = mark()
    assert hidden(manager(company).get(f"{HOME}/publier"), "seen") == seen
    key = draft_definition(draft()).chapters[0].requirements[0].key
    choose_rules(actor=company["manager"], programme_code=SMALL_CODE, rules={key: "new_proof"})
    for confirmed in (False, True):  # a choice is told before the question, and after it
        answer = send(company, seen=seen, confirmed=confirmed)
        assert (answer.status_code, Revision.objects.count()) == (409, 1)
        shown = text_of(answer)
        assert "Ce qui serait publié n’est plus ce qui vous a été montré" in shown
        assert "Nouvelle liste du 12 octobre" in shown
    seen = hidden(answer, "seen")
    changed_draft(lambda e: e.retitle("ins-va1.02"))
    assert send(company, seen=seen).status_code == 409
    assert send(company).status_code == 303


def test_another_reason_for_what_is_published_is_not_dropped_silently(company):
    changed_draft()
    seen = mark()
    assert [send(company, seen=seen).status_code for _again in range(2)] == [303, 303]  # a repetition
    tomorrow = clock.paris_date(clock.now()) + timedelta(days=1)
    for confirmed in (False, True):
        for other in ({"reason": "Une autre raison"}, {"effective_on": tomorrow.isoformat()}):
            answer = send(company, seen=seen, confirmed=confirmed, **other)
            shown = text_of(answer)
            assert (answer.status_code, "Ce contenu est déjà la révision n° 2" in shown) == (409, True)
            assert company.users["manager"].full_name in shown
    assert Revision.objects.count() == 2


def test_a_day_that_is_over_is_refused_beside_its_field_before_the_question(company):
    changed_draft()
    yesterday = clock.paris_date(clock.now()) - timedelta(days=1)
    answer = send(company, yesterday, confirmed=False)
    assert (answer.status_code, "Cette date est passée" in text_of(answer)) == (422, True)


def test_a_day_to_come_announces_the_revision_and_files_wait(company):
    changed_draft()
    day = clock.paris_date(clock.now()) + timedelta(days=10)
    send(company, day)
    shown = text_of(manager(company).get(f"{HOME}/revisions/2"))
    assert f"elle vaut à partir du {day:%d/%m/%Y}" in shown
    act(company, act="some", number=company.number)
    act(company, act="all", confirmed="yes")
    run_due()
    assert Application.objects.get().revision.number == 1


# --- Moving ----------------------------------------------------------------------------------------------------


def test_one_file_is_moved_and_moved_back(company):
    published(change)
    assert act(company, act="some", number=company.number).status_code == 303
    assert Application.objects.get().revision.number == 2
    asked = act(company, act="undo", number=company.number, n="1")
    assert (asked.status_code, Application.objects.get().revision.number) == (200, 2)
    act(company, act="undo", number=company.number, n="1", confirmed="yes")
    assert Application.objects.get().revision.number == 1


def test_all_files_are_moved_by_the_worker_and_the_page_follows(company):
    published(change)
    act(company, act="all", confirmed="yes")
    waiting = manager(company).get(f"{HOME}/revisions/2/dossiers")
    assert (waiting["Refresh"], "0 dossiers passés sur 1" in text_of(waiting)) == ("3", True)
    assert "Refresh" not in manager(company).get(f"{HOME}/revisions/2/dossiers?fixe=1")
    run_due()
    done = manager(company).get(f"{HOME}/revisions/2/dossiers")
    assert ("Refresh" in done, "1 dossiers passés sur 1" in text_of(done)) == (False, True)
    assert Application.objects.get().revision.number == 2


def test_the_page_that_follows_an_order_reads_the_same_for_one_file_and_for_three(company):
    published(change)
    act(company, act="all", confirmed="yes")
    client, address = manager(company), f"{HOME}/revisions/2/dossiers"
    client.get(address)
    one = query_count(lambda: client.get(address))
    for label in ("5.0", "6.0"):
        play = Play.begin(company.play.cast, SMALL_CODE, product(company.users["agent"], version=label))
        play.fill().submit()
    Application.objects.update(revision=Revision.objects.get(number=1))
    shown = client.get(address)
    assert (shown["Refresh"], text_of(shown).count("En attente de passage")) == ("3", 3)
    assert query_count(lambda: client.get(address)) == one


def test_why_a_file_cannot_be_moved_back(company):
    moved(company)
    company.give(INS)
    sent = manager(company)
    answer = sent.post(
        f"{HOME}/revisions/2/dossiers",
        {"act": "undo", "number": company.number, "n": "1", "confirmed": "yes"},
    )
    assert "a agi sur ce dossier" in text_of(sent.get(answer["Location"]))
    assert Application.objects.get().revision.number == 2


def test_nothing_ticked_nothing_moved(company):
    published(change)
    sent = manager(company)
    answer = sent.post(f"{HOME}/revisions/2/dossiers", {"act": "some"})
    assert "Cochez au moins un dossier." in text_of(sent.get(answer["Location"]))
    assert Application.objects.get().revision.number == 1


def elsewhere(company) -> str:
    """Another programme of the same manager, with one revision: the address of its files."""
    other = draft_definition(draft()).model_copy(update={"code": "ailleurs"})
    load_draft(actor=SYSTEM, definition=other)
    publish(
        actor=SYSTEM,
        programme_code="ailleurs",
        reason="Ouverture",
        effective_on=clock.paris_date(clock.now()),
    )
    StaffRole.objects.create(
        user=company.users["manager"],
        role=StaffRoleName.MANAGER,
        programme_code="ailleurs",
        since=clock.now(),
    )
    return "/instruction/programmes/ailleurs/revisions/1/dossiers"


def test_a_page_moves_files_of_its_own_programme_only(company):
    page = elsewhere(company)
    moved(company)
    sent = manager(company)
    assert sent.get(page).status_code == 200
    for typed in ({"act": "some"}, {"act": "undo", "n": "1", "confirmed": "yes"}, {"act": "undo", "n": "1"}):
        assert sent.post(page, {**typed, "number": company.number}).status_code == 404
    assert Application.objects.get().revision.number == 2


def test_a_number_that_is_not_listed_moves_nothing(company):
    published(change)
    assert act(company, act="some", number=[company.number, "RIS-00000"]).status_code == 404
    assert Application.objects.get().revision.number == 1


def test_a_page_moves_back_what_came_to_its_own_revision(company):
    moved(company)
    typed = {"act": "undo", "number": company.number, "n": "1", "confirmed": "yes"}
    assert manager(company).post(f"{HOME}/revisions/1/dossiers", typed).status_code == 404
    assert act(company, **{**typed, "n": "7"}).status_code == 404
    assert Application.objects.get().revision.number == 2


# --- The vendor -------------------------------------------------------------------------------------------------


def notice(company, who: str = "agent", n: int = 1):
    return browser(company, who).get(f"/candidatures/{company.number}/changements/{n}")


def test_the_notice_leads_to_a_page_in_the_form_that_vendors_know(company):
    moved(company)
    told = Notice.objects.filter(kind="reviews.file_moved", user=company.users["agent"]).get()
    client = browser(company, "agent")
    assert client.get("/notifications").status_code == 200
    shown = text_of(notice(company))
    headings = (
        "1. Quel est le changement principal ?", "2. Concrètement, qu’est-ce que ça implique ?",
        "3. Quand appliquer ce changement ?", "4. Quelles obligations pour l’éditeur ?",
        "Annexe – Nouvelles versions : exigences, scénarios et preuves",
    )  # fmt: skip
    assert [heading in shown for heading in headings] == [True] * 5
    assert [
        word in shown for word in ("PREUVE-PLUS", "INS/va1.01.01.01", "INS/va1.02.05.01", "<ins>", "<del>")
    ] == [True] * 5
    assert told.application_number == company.number


def test_dashboards_lead_to_what_a_change_asks_for_until_it_is_given(company):
    client, address = browser(company, "agent"), f"/candidatures/{company.number}"
    notice, moves = f'href="{address}/changements/1"', f'href="{address}/changements"'
    pages = ("/tableau-de-bord", address)
    assert [notice in text_of(client.get(page)) for page in pages] == [False, False]
    assert moves not in text_of(client.get(address))
    moved(company)
    assert [notice in text_of(client.get(page)) for page in pages] == [True, True]
    assert "2 preuves demandées par un changement" in text_of(client.get("/tableau-de-bord"))
    company.give(INS)
    assert [notice in text_of(client.get(page)) for page in pages] == [False, False]
    assert moves in text_of(client.get(address))


def test_it_is_there_for_the_file_s_people_only(company):
    moved(company)
    assert {who: notice(company, who).status_code for who in ("agent", "delegate", "employee")} == {
        "agent": 200, "delegate": 200, "employee": 200,
    }  # fmt: skip
    assert {notice(company, who).status_code for who in ("rival", "stranger")} == {404}
    assert notice(company, n=2).status_code == 404


def test_a_move_taken_back_says_so(company):
    moved(company)
    act(company, act="undo", number=company.number, n="1", confirmed="yes")
    assert "L’agence a annulé ce changement" in text_of(notice(company))
    assert "annulé depuis" in text_of(
        browser(company, "agent").get(f"/candidatures/{company.number}/changements")
    )


def chapter(company, code: str) -> str:
    return text_of(
        browser(company, "agent").get(f"/candidatures/{company.number}/chapitres/{INS}?exigence={code}")
    )


def test_slots_say_what_changed_for_them(company):
    moved(company)
    shown = chapter(company, "INS/va1.01")
    assert [
        words in shown
        for words in ("Nouvelle preuve", "À requalifier", "Confirmer cette preuve telle quelle")
    ] == [True] * 3
    assert ["N’est plus demandée" in shown, "1 pièce conservée" in shown] == [True, True]


def test_a_proof_that_still_holds_is_confirmed_in_one_click(company):
    moved(company)
    before = Proof.objects.get(slot__item_key=FIRST, superseded_at=None)
    answer = browser(company, "agent").post(
        f"/candidatures/{company.number}/chapitres/{INS}/preuves",
        {"confirm": FIRST, "exigence": "INS/va1.01"},
    )
    assert answer.status_code == 303
    assert Slot.objects.get(item_key=FIRST).state == SlotState.DEPOSITED
    after = Proof.objects.get(slot__item_key=FIRST, superseded_at=None)
    assert [i.url for i in after.items.all()] == [i.url for i in before.items.all()]
    assert Slot.objects.get(item_key=LAST).state == SlotState.CONFORMING  # kept, though no longer asked


def test_the_files_page_asks_no_more_with_more_files(company):
    from tests.scenarios.people import product

    moved(company)
    client = manager(company)
    address = f"{HOME}/revisions/2/dossiers"
    client.get(address)
    one = query_count(lambda: client.get(address))
    for n in range(3):
        play = type(company.play).begin(
            company.play.cast,
            company.application.programme.code,
            product(company.users["agent"], f"Autre {n}"),
        )
        play.fill().submit()
    client.get(address)
    assert query_count(lambda: client.get(address)) <= one + 1
