"""The workspace: proofs judged one by one, a colleague's verdict respected, the chapter closed."""

from functools import partial

import pytest

from jalon.applications.queries import latest_round, parts_of
from jalon.evidence.states import SlotState
from jalon.reviews.actions.moves import move_file
from jalon.reviews.models import Verdict
from tests.kept import kept
from tests.scenarios.revisions import published
from tests.web.agency import (
    browser,
    company,
    eligible,
    hand_in,
    hidden,
    page,
    query_count,
    slots,
    submitted,
    text_of,
)

__all__ = ["company", "eligible", "submitted"]  # fixtures
pytestmark = pytest.mark.django_db


@pytest.fixture
@kept
def chapter(eligible) -> str:
    return hand_in(eligible)


def address(company, chapter: str, tail: str = "") -> str:
    return page(company, f"/chapitres/{chapter}{tail}")


def judge(company, chapter: str, view, outcome: str, who: str = "verifier", **typed: str):
    data = {
        "preuve": view.key,
        "version": view.version,
        "seen": "0",
        "outcome": outcome,
        "vue": "a-voir",
        **typed,
    }
    return browser(company, who).post(address(company, chapter, "/verdict"), data)


def part(company, chapter: str):
    return parts_of(company.play.application)[f"chapter:{chapter}"]


def close(company, chapter: str, act: str, *, confirmed: bool = True):
    data = {"act": act, "round": part(company, chapter).round}
    if confirmed:
        data["confirmed"] = "yes"
    return browser(company, "verifier").post(address(company, chapter, "/cloture"), data)


def test_reading_does_not_open_the_chapter_and_beginning_does(eligible, chapter):
    client = browser(eligible, "verifier")
    assert "Commencer l’examen" in text_of(client.get(address(eligible, chapter)))
    assert latest_round(part(eligible, chapter)).opened_at is None
    assert client.post(address(eligible, chapter, "/examen")).status_code == 303
    assert latest_round(part(eligible, chapter)).opened_by == eligible.users["verifier"]
    shown = text_of(client.get(address(eligible, chapter)))
    assert 'value="conforming"' in shown


def test_a_verdict_leads_to_the_next_slot(eligible, chapter):
    first, second, *_others = slots(eligible, chapter)
    answer = judge(eligible, chapter, first, "conforming")
    assert answer.status_code == 303
    assert f"preuve={second.key}" in answer["Location"]
    assert Verdict.objects.get().outcome == "conforming"


def test_to_modify_wants_words_and_keeps_what_was_chosen(eligible, chapter):
    first = slots(eligible, chapter)[0]
    answer = judge(eligible, chapter, first, "to_modify", text="  ")
    assert answer.status_code == 422
    assert "Dites ce qui manque et ce qui suffirait" in text_of(answer)
    assert Verdict.objects.count() == 0
    assert judge(eligible, chapter, first, "to_modify", text="Montrez l’écran entier.").status_code == 303


def test_a_verdict_is_taken_back(eligible, chapter):
    first = slots(eligible, chapter)[0]
    judge(eligible, chapter, first, "conforming")
    client = browser(eligible, "verifier")
    shown = client.get(address(eligible, chapter) + f"?vue=tout&preuve={first.key}")
    seen = hidden(shown, "seen")
    assert int(seen) == Verdict.objects.get().pk
    assert judge(eligible, chapter, first, "withdrawn", seen=seen).status_code == 303
    assert "Reste" in text_of(client.get(address(eligible, chapter)))


def test_two_verifiers_on_one_proof_the_second_is_told_who_and_when(eligible, chapter):
    first = slots(eligible, chapter)[0]
    judge(eligible, chapter, first, "conforming")
    answer = judge(eligible, chapter, first, "to_modify", who="other_verifier", text="Non")
    assert answer.status_code == 409
    shown = text_of(answer)
    assert "Thomas Anquetil a décidé « Conforme » le " in shown
    assert [v.outcome for v in Verdict.objects.all()] == ["conforming"]


def test_the_button_that_closes_waits_and_says_why(eligible, chapter):
    client = browser(eligible, "verifier")
    n = len(slots(eligible, chapter))
    shown = text_of(client.get(address(eligible, chapter)))
    assert f"Reste {n} preuve" in shown
    answer = close(eligible, chapter, "validate")
    assert (answer.status_code, part(eligible, chapter).state) == (422, "submitted")


def test_a_chapter_is_validated_after_its_consequence_was_read(eligible, chapter):
    eligible.play.judge(chapter)
    asked = close(eligible, chapter, "validate", confirmed=False)
    assert "se verrouillent" in text_of(asked)
    assert part(eligible, chapter).state == "submitted"
    assert close(eligible, chapter, "validate").status_code == 303
    assert part(eligible, chapter).state == "validated"
    shown = text_of(browser(eligible, "verifier").get(address(eligible, chapter)))
    assert "Le chapitre est validé." in shown or "Déjà conforme" in shown


def returned(company, chapter: str):
    """The first slot is sent back; the chapter with it."""
    first = slots(company, chapter)[0]
    company.play.judge(chapter, to_modify={first.key: "Montrez l’écran entier."})
    assert close(company, chapter, "return").status_code == 303
    return first


def test_a_chapter_is_sent_back_and_what_the_vendor_prepares_stays_hidden(eligible, chapter):
    first = returned(eligible, chapter)
    assert part(eligible, chapter).state == "to_modify"
    eligible.play.deposit(chapter)
    shown = text_of(browser(eligible, "verifier").get(address(eligible, chapter) + f"?preuve={first.key}"))
    assert "Déposée" not in shown
    assert "Le chapitre est chez l’éditeur" in shown


def test_a_resubmission_shows_before_and_after_with_the_request(eligible, chapter):
    first = returned(eligible, chapter)
    eligible.play.deposit(chapter).submit_chapters([chapter])
    shown = text_of(browser(eligible, "verifier").get(address(eligible, chapter)))
    assert 'aria-current="true">Changé <b>1</b>' in shown
    assert (">Avant</h3>" in shown, ">Après</h3>" in shown) == (True, True)
    assert "« Montrez l’écran entier. »" in shown
    locked = [v for v in slots(eligible, chapter) if v.key != first.key]
    assert {v.state for v in locked} <= {SlotState.CONFORMING}


def test_a_chapter_in_which_more_is_asked_since_goes_back_from_its_page(eligible, chapter):
    first, second, *_others = slots(eligible, chapter)
    eligible.play.judge(chapter)
    published(lambda edit: edit.add(first.key, "plus"))
    move_file(actor=eligible["manager"], number=eligible.number, revision_number=2)
    client = browser(eligible, "verifier")
    button = '<button class="fr-btn fr-btn--sm fr-btn--secondary" name="act" value="return">'
    assert button in text_of(client.get(address(eligible, chapter)))
    asked = text_of(close(eligible, chapter, "return", confirmed=False))
    assert "1 preuve est demandée depuis la remise du chapitre" in asked
    assert ("Demandée depuis la remise du chapitre" in asked, "PLUS" in asked) == (True, True)
    assert "avec vos mots" not in asked
    judge(eligible, chapter, second, "to_modify", text="Montrez l’écran.", seen=str(_verdict(second)))
    both = text_of(close(eligible, chapter, "return", confirmed=False))
    assert ("1 preuve revient à l’éditeur avec vos mots" in both, "Montrez l’écran." in both) == (True, True)
    assert "1 preuve est demandée depuis la remise du chapitre" in both
    assert close(eligible, chapter, "return").status_code == 303
    assert part(eligible, chapter).state == "to_modify"


def test_the_last_chapter_validates_the_step_only_if_the_page_said_so(eligible, chapter):
    eligible.play.judge(chapter)
    asked = close(eligible, chapter, "validate", confirmed=False)
    assert "dernier chapitre" not in text_of(asked)
    seen = {
        "act": "validate",
        "round": hidden(asked, "round"),
        "marks": hidden(asked, "marks"),
        "confirmed": "yes",
    }
    published(lambda edit: edit.remove_chapter(eligible.play.chapters()[1]))
    move_file(actor=eligible["manager"], number=eligible.number, revision_number=2)
    last = text_of(close(eligible, chapter, "validate", confirmed=False))
    assert "C’est le dernier chapitre : la convention s’établit ensuite." in last
    client = browser(eligible, "verifier")
    assert client.post(address(eligible, chapter, "/cloture"), seen).status_code == 303
    application = eligible.play.application
    assert (part(eligible, chapter).state, application.state) == ("validated", "eligible")
    assert "l’étape des preuves est à valider" in text_of(client.get(page(eligible)))


def _verdict(view) -> int:
    return Verdict.objects.get(proof=view.proof).pk


def test_an_examination_closed_by_a_colleague_is_a_conflict_that_names_him(eligible, chapter):
    eligible.play.judge(chapter)
    stale = part(eligible, chapter).round
    close(eligible, chapter, "validate")
    answer = browser(eligible, "other_verifier").post(
        address(eligible, chapter, "/cloture"), {"act": "validate", "round": stale, "confirmed": "yes"}
    )
    assert answer.status_code == 409
    assert "Thomas Anquetil a clos l’examen de ce chapitre le " in text_of(answer)


def test_addresses_that_lead_nowhere(eligible, chapter):
    client = browser(eligible, "verifier")
    found = [
        client.get(address(eligible, "nowhere")).status_code,
        client.get(address(eligible, chapter) + "?preuve=nowhere").status_code,
        client.get(address(eligible, chapter) + "?vue=nowhere").status_code,
        client.post(address(eligible, chapter, "/verdict"), {"outcome": "zzz"}).status_code,
        client.post(address(eligible, chapter, "/cloture"), {"act": "zzz"}).status_code,
    ]
    assert found == [404, 404, 200, 404, 404]


@pytest.mark.any_database("as many statements on either")
def test_the_number_of_queries_does_not_depend_on_the_number_of_slots(eligible):
    chapters = eligible.play.chapters()
    for chapter in chapters:
        eligible.play.deposit(chapter).submit_chapters([chapter])
    client = browser(eligible, "verifier")
    counts = {}
    for chapter in chapters:
        where = address(eligible, chapter)
        client.get(where)
        counts[len(slots(eligible, chapter))] = query_count(partial(client.get, where))
    assert len(set(counts.values())) == 1, counts
