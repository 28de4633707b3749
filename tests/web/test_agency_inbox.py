"""The inbox: each role finds its own work, the oldest first; and the list of files."""

from datetime import timedelta

import pytest
from django.utils import timezone

from jalon.accounts.standing import SYSTEM
from jalon.applications.actions.tracking import pass_gates
from jalon.applications.models import Application
from jalon.core import clock
from jalon.demo.play import Play
from jalon.desk.queries.files import FileFilter, file_list
from jalon.desk.queries.inbox import TaskKind, inbox
from jalon.messaging.actions import post_message
from tests.scenarios.people import product
from tests.scenarios.small import SMALL_CODE
from tests.web.agency import browser, company, eligible, hand_in, page, query_count, submitted, text_of

__all__ = ["company", "eligible", "submitted"]  # fixtures
pytestmark = pytest.mark.django_db

ROLES = ("verifier", "referent", "manager", "college", "signatory", "administrator")


def kinds(company, who: str) -> set[str]:
    work = inbox(company[who])
    return {task.kind.value for tasks in work.tasks.values() for task in tasks}


def table(company) -> dict[str, set[str]]:
    return {who: found for who in ROLES if (found := kinds(company, who))}


def another(company, name: str) -> Play:
    return Play.begin(company.play.cast, SMALL_CODE, product(company.users["agent"], name)).fill().submit()


def test_a_submitted_file_awaits_the_verifier_and_a_referent(submitted):
    assert table(submitted) == {"verifier": {"file"}, "manager": {"referent"}}


def test_a_submitted_chapter_awaits_the_verifier(eligible):
    hand_in(eligible)
    assert table(eligible) == {"verifier": {"chapter"}, "manager": {"referent"}}


def test_a_message_awaits_the_referent(eligible):
    post_message(actor=eligible["agent"], number=eligible.number, body="Bonjour")
    assert kinds(eligible, "referent") == {"message"}


def test_college_and_signatory_have_their_turn(eligible):
    eligible.play.prove().meet_prerequisites().draw()
    assert kinds(eligible, "college") == {"opinion"}
    assert kinds(eligible, "signatory") == set()
    eligible.play.give_opinion(eligible.users["college"]).sign()
    assert kinds(eligible, "college") == set()
    assert kinds(eligible, "signatory") == {"signature"}
    eligible.play.countersign(eligible.users["signatory"]).draw()
    assert table(eligible) == {}


def test_the_oldest_comes_first_and_is_one_click_away(submitted):
    later = another(submitted, "Zeta")
    shown = text_of(browser(submitted, "verifier").get("/instruction"))
    assert shown.index(submitted.number) < shown.rindex(later.number)
    assert "2 dossiers</strong> vous attendent" in shown
    assert f'href="{page(submitted, "/dossier")}">Ouvrir le dossier le plus ancien' in shown


def test_a_row_leads_to_the_work(eligible):
    chapter = hand_in(eligible)
    shown = text_of(browser(eligible, "verifier").get("/instruction"))
    assert page(eligible, f"/chapitres/{chapter}") in shown
    assert "1 chapitre à examiner" in shown


def test_what_is_new_is_said_until_it_is_marked_as_seen(submitted):
    client = browser(submitted, "verifier")
    assert "1 nouveauté" in text_of(client.get("/instruction"))
    assert client.post("/instruction/vu").status_code == 303
    assert "nouveauté" not in text_of(client.get("/instruction")).replace("Les nouveautés sont marquées", "")


def test_without_work_the_page_says_so(company):
    assert "Plus rien à traiter" in text_of(browser(company, "verifier").get("/instruction"))


@pytest.mark.parametrize("address", ["/instruction", "/instruction/candidatures", "/instruction/college"])
@pytest.mark.any_database("as many statements on either")
def test_three_files_take_as_many_queries_as_one(eligible, address):
    who = "manager" if address.endswith("college") else "verifier"
    eligible.play.prove() if who == "manager" else hand_in(eligible)
    client = browser(eligible, who)
    client.get(address)
    one = query_count(lambda: client.get(address))
    for name in ("Deux", "Trois"):
        play = another(eligible, name).find_eligible()
        if who == "manager":
            play.prove()
        else:
            play.deposit(play.chapters()[0]).submit_chapters(play.chapters()[:1])
    assert query_count(lambda: client.get(address)) == one


def many(company, count: int) -> None:
    """Rows as the actions leave them, without playing each: this is about reading them."""
    model = company.application
    version = model.version
    for n in range(count):
        version.pk, version.label = None, f"v{n}"
        version.save()
        Application.objects.create(
            number=f"Q{n:09d}", programme=model.programme, revision=model.revision, company=model.company,
            version=version, product_name=f"Produit {n:03d}", version_label=f"v{n}", company_name=model.company_name,
            title_norm=f"produit {n:03d} v{n}", state=model.state, state_since=timezone.now(), turn=model.turn,
            turn_since=timezone.now(), first_submitted_at=timezone.now(), created_by=model.created_by,
            created_at=timezone.now(), changed_at=timezone.now(), facts=model.facts,
        )  # fmt: skip


def test_two_hundred_and_fifty_files_come_in_pages(submitted):
    many(submitted, 250)
    client = browser(submitted, "manager")
    first = text_of(client.get("/instruction/candidatures?tri=product"))
    assert "251 candidatures" in first
    assert "1 à 50 sur 251" in first
    last = text_of(client.get("/instruction/candidatures?tri=product&page=6"))
    assert "251 à 251 sur 251" in last
    assert "1 à 50 sur 251" in text_of(client.get("/instruction"))


WORDS = {"clairvue": 1, "CLAIRVUE 4.2": 1, "Clairvué": 1, "autre": 0, "4.2 imagerie": 1}


def test_the_search_knows_neither_case_nor_accents(submitted):
    found = {words: file_list(submitted["verifier"], FileFilter(text=words)).files.count() for words in WORDS}
    assert found == WORDS


def test_the_list_is_filtered_by_state_with_counts(submitted):
    another(submitted, "Beta").find_eligible()
    listed = file_list(submitted["verifier"], FileFilter(state="eligible"))
    assert (listed.by_state, listed.files.count()) == ({"submitted": 1, "eligible": 1}, 1)


def test_a_file_that_is_late_is_found_under_nobody_s_turn(eligible, freeze):
    freeze(clock.now() + timedelta(days=400))
    assert pass_gates(actor=SYSTEM, application_id=eligible.play.application.pk)
    client = browser(eligible, "verifier")
    shown = text_of(client.get("/instruction/candidatures?tour=nobody"))
    assert '<option value="nobody" selected>À personne</option>' in shown
    assert (eligible.number in shown, "Hors délai" in shown, "Terminé" in shown) == (True, True, False)
    overview = text_of(client.get(page(eligible)))
    assert ("À personne" in overview, "Terminé" in overview) == (True, False)


def test_sorted_columns_say_so(submitted):
    shown = text_of(browser(submitted, "verifier").get("/instruction/candidatures?tri=-product"))
    assert 'aria-sort="descending"' in shown
    assert shown.count('aria-sort="none"') == 4


def test_a_number_typed_in_the_bar_leads_to_the_file(submitted):
    answer = browser(submitted, "verifier").get(f"/instruction/recherche?q={submitted.number.lower()}")
    assert answer["Location"] == page(submitted)


def test_nonsense_in_the_address_is_no_error(submitted):
    client = browser(submitted, "verifier")
    for query in ("?page=x", "?vue=rien", "?tri=zzz&statut=zzz&tour=zzz&page=999"):
        assert client.get(f"/instruction{query}").status_code == 200
        assert client.get(f"/instruction/candidatures{query}").status_code == 200


def test_every_kind_of_task_has_a_page(eligible):
    assert {kind.value for kind in TaskKind} == {
        "file", "chapter", "proofs", "version", "claim", "prerequisite", "seal", "message", "referent",
        "opinion", "signature",
    }  # fmt: skip


def test_staff_read_everywhere_that_nothing_looks_for_viruses(company, settings):
    said = "Aucun antivirus n’est configuré"
    client = browser(company, "verifier")
    assert said in text_of(client.get("/instruction"))
    assert said not in text_of(browser(company, "agent").get("/tableau-de-bord"))
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"clamd": "127.0.0.1:3310"})
    assert said not in text_of(client.get("/instruction"))
