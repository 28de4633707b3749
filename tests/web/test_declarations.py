"""Profiles and an earlier référencement declared otherwise after proofs were given, through the pages (R5)."""

import re

import pytest

from jalon.applications.models import Answer
from jalon.applications.queries.answers import answers_of
from jalon.applications.queries.facts import frozen_facts, pending_claims
from jalon.applications.states import ApplicationState, Turn
from jalon.awards.actions.conventions import draw_convention
from jalon.demo.play import Play
from jalon.evidence.actions.deposits import confirm_proof
from jalon.evidence.queries import slot_views
from jalon.evidence.states import SlotState
from jalon.reviews.actions.declarations import declare_again
from jalon.reviews.models import Move
from jalon.vendors.actions import grant_access
from tests.kept import kept
from tests.scenarios.cast import Company, open_application_of_everybody
from tests.scenarios.people import product
from tests.scenarios.revisions import published
from tests.scenarios.small import SMALL_CODE
from tests.web.agency import browser, page, query_count, text_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database("what a page says is the same on either; the walk of rights opens each on both"),
]

INS, OPTIONAL = "gestion-ins", "ins-va1.15"
OF_PROFILE = ["ins-va1.15.01.01", "ins-va1.15.01.02"]
WITH_PROFILE = {"profiles": ["general", "ciba"]}
CLAIMED = {"vague_1": "yes", "wiin_id": "WIIN-0001"}


@pytest.fixture
@kept
def opened(db) -> Company:
    """Filled and submitted; one requirement is asked of a profile that the file has not chosen."""
    company = open_application_of_everybody()

    def of_a_profile(edit) -> None:
        edit.requirement(OPTIONAL)["profile"] = "ciba"

    published(of_a_profile)
    company.play = Play.begin(company.play.cast, SMALL_CODE, product(company.users["agent"], version="5.0"))
    grant_access(
        actor=company.play.vendor,
        product_id=company.play.application.version.product_id,
        user_id=company.users["employee"].pk,
    )
    company.play.fill().submit()
    return company


@pytest.fixture
@kept
def company(opened) -> Company:
    """Eligible, its first chapter accepted."""
    opened.play.find_eligible()
    opened.give(INS)
    opened.play.submit_chapters([INS]).judge(INS).close(INS)
    return opened


def address(company: Company, tail: str = "/declaration") -> str:
    return f"/candidatures/{company.number}{tail}"


def answers(company: Company) -> dict[str, object]:
    """The form as the page shows it."""
    known = answers_of(company.play.application)
    versions = dict(
        Answer.objects.filter(application=company.play.application).values_list("field", "version")
    )
    asked = ("profiles", "vague_1", "wiin_id")
    sent = {key: known.get(key, "") or "" for key in asked}
    return {**sent, **{f"_v.{key}": str(versions.get(key, 0)) for key in asked}}


def send(company: Company, who: str = "agent", action: str = "show", **typed: object):
    return browser(company, who).post(address(company), {**answers(company), "action": action, **typed})


def declare(company: Company, who: str = "agent", **typed: object):
    """Look at what it implies, then confirm what is on that page."""
    ahead = send(company, who, **typed)
    seen = re.search(r'name="seen" value="([^"]+)"', ahead.content.decode())
    assert seen, text_of(ahead)
    return send(company, who, "confirm", seen=seen[1], **typed)


def decide(company: Company, act: str, who: str = "verifier", *, confirmed: bool = True, **typed: str):
    data = {"act": act, "claim": "vague-1", "evidence": "WIIN-0001", **typed}
    return browser(company, who).post(
        page(company, "/declaration"), {**data, **({"confirmed": "yes"} if confirmed else {})}
    )


def told(company: Company) -> str:
    return text_of(browser(company, "agent").get(address(company)))


# --- The vendor ---------------------------------------------------------------------------------------------


def test_the_questions_are_there_with_todays_answers(company):
    shown = browser(company, "agent").get(address(company)).content.decode()
    assert re.findall(r'name="profiles" value="([^"]+)" checked', shown) == ["general"]
    assert 'name="vague_1" value="no" checked' in shown
    assert "contact_email" not in shown


def test_what_it_implies_is_shown_before_anything_is_written(company):
    before = answers(company)
    shown = text_of(send(company, **WITH_PROFILE))
    assert "Rien n’est encore enregistré." in shown
    codes = [v.code for v in slot_views(company.play.application, INS)]
    assert f"<code>{codes[0]}</code>" in shown  # verdicts kept
    assert "À déposer" in shown
    assert (answers(company), Move.objects.count()) == (before, 0)


def test_a_declaration_is_confirmed_and_stands_in_the_history(company):
    sent = declare(company, **WITH_PROFILE)
    assert (sent.status_code, sent["Location"]) == (303, address(company))
    client = browser(company, "agent")
    shown = text_of(client.get(address(company)))
    assert "Déclaration modifiée" in shown
    assert f'href="{address(company, "/changements/1")}"' in shown
    told_of = client.get(address(company, "/changements/1"))
    assert f'href="{address(company)}"' in text_of(told_of)
    employee = text_of(browser(company, "employee").get(address(company, "/changements/1")))
    assert f'href="{address(company)}"' not in employee
    assert frozen_facts(company.play.application).profiles == {"general", "ciba"}
    states = {
        v.key: v.state for c in company.play.chapters() for v in slot_views(company.play.application, c)
    }
    assert {states[key] for key in OF_PROFILE} == {SlotState.TO_DEPOSIT}


def test_a_second_click_declares_once(company):
    declare(company, **WITH_PROFILE)
    assert send(company, action="confirm", **WITH_PROFILE).status_code == 303
    assert Move.objects.count() == 1


def test_a_file_that_went_on_shows_its_consequences_anew(company):
    seen = re.search(r'name="seen" value="([^"]+)"', send(company, **WITH_PROFILE).content.decode())[1]
    give_another_verdict(company)
    sent = send(company, action="confirm", seen=seen, **WITH_PROFILE)
    assert (sent.status_code, Move.objects.count()) == (409, 0)
    assert "Votre dossier a changé entre-temps" in text_of(sent)
    assert 'name="profiles" value="ciba"' in sent.content.decode()


def give_another_verdict(company: Company) -> None:
    chapter = company.play.chapters()[1]
    company.give(chapter)
    company.play.submit_chapters([chapter]).judge(chapter).close(chapter)


def test_mistakes_stand_beside_their_fields_and_what_was_typed_stays(company):
    sent = send(company, profiles=["general", "ciba"], vague_1="yes", wiin_id="")
    shown = text_of(sent)
    assert sent.status_code == 422
    assert 'href="#f-wiin_id"' in shown
    assert 'name="profiles" value="ciba" checked' in shown
    assert Move.objects.count() == 0


def test_the_same_answers_are_no_declaration(company):
    sent = send(company)
    assert (sent.status_code, Move.objects.count()) == (422, 0)
    assert "Rien n’est changé" in text_of(sent)


def test_two_people_declare_at_once(company):
    old = answers(company)
    declare(company, "delegate", **WITH_PROFILE)
    sent = browser(company, "agent").post(
        address(company), {**old, "profiles": ["general"], "action": "show"}
    )
    shown = text_of(sent)
    assert sent.status_code == 409
    assert "Garder la mienne" in shown
    keep = re.search(r'value="(keep:profiles:\d+)"', shown)[1]
    mine = browser(company, "agent").post(address(company), {**old, "profiles": ["general"], "action": keep})
    assert "Rien n’est encore enregistré." in text_of(mine)
    theirs = browser(company, "agent").post(
        address(company), {**old, "profiles": ["general"], "action": "take:profiles"}
    )
    assert 'name="profiles" value="ciba" checked' in text_of(theirs)


def test_going_back_to_the_answers_keeps_them(company):
    shown = text_of(send(company, action="edit", **WITH_PROFILE))
    assert 'name="profiles" value="ciba" checked' in shown


def test_the_dashboard_and_the_form_lead_there(company):
    client = browser(company, "agent")
    link = f'href="{address(company)}"'
    assert link in text_of(client.get(address(company, "")))
    steps = re.findall(
        rf'href="({address(company, "/etapes/")}[^"#]+)"', text_of(client.get(address(company, "")))
    )
    assert (
        sum(link in text_of(client.get(step)) for step in dict.fromkeys(steps)) == 2
    )  # each asks for one of them


def test_before_eligibility_the_page_says_why_not(opened):
    shown = told(opened)
    assert "une fois le dossier éligible" in shown
    assert 'name="profiles"' not in shown
    assert send(opened, **WITH_PROFILE).status_code == 409


def test_once_the_convention_is_drawn_the_page_says_why_not_and_keeps_what_was_typed(company):
    company.play.prove()
    draw_convention(application_id=company.play.application.pk)
    sent = send(company, **WITH_PROFILE)
    assert sent.status_code == 409
    assert "La convention est établie" in text_of(sent)
    assert 'name="profiles" value="ciba" checked' in text_of(sent)


def test_an_employee_reads_and_declares_nothing(company):
    shown = text_of(browser(company, "employee").get(address(company)))
    assert "revient à un mandataire ou à un responsable" in shown
    assert 'name="profiles"' not in shown
    assert send(company, "employee", **WITH_PROFILE).status_code == 403


def test_a_slot_to_requalify_is_confirmed_or_replaced_on_its_chapter(company):
    declare(company, **WITH_PROFILE)
    chapter = next(c for c in company.play.chapters() if has(company, c, OF_PROFILE))
    company.give(chapter)
    company.play.submit_chapters([chapter]).judge(chapter).close(chapter)
    declare(company, profiles=["general"])
    declare(company, **WITH_PROFILE)
    code = next(v for v in slot_views(company.play.application, chapter) if v.key == OF_PROFILE[0])
    where = address(company, f"/chapitres/{chapter}?exigence={code.requirement.requirement.code}")
    assert f'name="confirm" value="{OF_PROFILE[0]}"' in text_of(browser(company, "agent").get(where))
    for key in OF_PROFILE:
        confirm_proof(actor=company["agent"], number=company.number, item_key=key)
    states = {v.key: v.state for v in slot_views(company.play.application, chapter)}
    assert {states[key] for key in OF_PROFILE} == {SlotState.DEPOSITED}


def has(company: Company, chapter: str, keys: list[str]) -> bool:
    return keys[0] in {v.key for v in slot_views(company.play.application, chapter)}


# --- The agency ---------------------------------------------------------------------------------------------


def test_a_claim_waits_in_the_inbox_and_on_the_file(company):
    declare(company, **CLAIMED)
    client = browser(company, "verifier")
    inbox = text_of(client.get("/instruction?vue=claim"))
    assert "Déclaration à vérifier" in inbox
    assert f'href="{page(company, "/declaration")}"' in inbox
    shown = text_of(client.get(page(company)))
    assert shown.count(f'href="{page(company, "/declaration")}"') == 2
    assert company.play.application.turn == Turn.BOTH
    assert "Déclaration à vérifier" not in text_of(browser(company, "referent").get("/instruction"))


def test_confirming_is_shown_first_and_takes_effect_at_once(company):
    declare(company, **CLAIMED)
    assert "À vérifier par l’agence" in told(company)
    shown = text_of(browser(company, "verifier").get(page(company, "/declaration")))
    assert "WIIN-0001" in shown
    assert "Plus demandée, conservée au dossier" in shown
    asked = text_of(decide(company, "accept", confirmed=False))
    assert "Confirmer cette déclaration ?" in asked
    assert pending_claims(company.play.application) == {"vague-1"}
    assert decide(company, "accept").status_code == 303
    assert frozen_facts(company.play.application).claims == {"vague-1"}
    assert "Confirmée" in told(company)
    assert f'href="{address(company, "/changements/2")}"' in told(company)


def test_what_leaves_nothing_open_waits_for_a_verifier_to_validate_the_step(company):
    declare(company, **CLAIMED)
    decide(company, "accept")
    client, step = browser(company, "verifier"), page(company, "/preuves")
    for shown in (client.get("/instruction?vue=proofs"), client.get(page(company))):
        assert f'href="{step}"' in text_of(shown)
    assert "l’agence valide l’étape" in text_of(
        browser(company, "agent").get(f"/candidatures/{company.number}")
    )
    assert step not in text_of(browser(company, "referent").get(page(company)))
    asked = text_of(client.get(step))
    assert "Déclaration modifiée, le" in asked
    marks = re.search(r'name="marks" value="(\d+)"', asked)
    assert marks
    unseen = client.post(step, {"confirmed": "yes", "marks": "0"}, follow=True)
    assert "a changé depuis que la page est ouverte" in text_of(unseen)
    done = client.post(step, {"confirmed": "yes", "marks": marks[1]}, follow=True)
    assert "L’étape des preuves est validée" in text_of(done)
    assert company.play.application.state == ApplicationState.PROOFS_VALIDATED
    assert client.get(step).status_code == 302


def test_not_confirming_wants_a_reason_and_the_vendor_reads_it(company):
    declare(company, **CLAIMED)
    without = decide(company, "refuse", reason=" ")
    assert (without.status_code, "Un refus est motivé" in text_of(without)) == (422, True)
    assert "Un autre produit." in text_of(
        decide(company, "refuse", confirmed=False, reason="Un autre produit.")
    )
    assert decide(company, "refuse", reason="Un autre produit.").status_code == 303
    client = browser(company, "agent")
    assert "Un autre produit." in text_of(client.get(address(company, "/messages")))
    assert "L’agence ne confirme pas votre déclaration" in text_of(client.get("/notifications"))
    assert "Non confirmée" in told(company)
    assert company.play.application.turn == Turn.VENDOR


def test_another_number_given_meanwhile_is_not_confirmed_unseen(company):
    declare(company, **CLAIMED)
    declare(company, wiin_id="WIIN-0002", vague_1="yes")
    late = decide(company, "accept")
    assert late.status_code == 409
    assert "WIIN-0002" in text_of(late)
    assert pending_claims(company.play.application) == {"vague-1"}


def test_who_does_not_decide_reads_without_a_form(company):
    declare(company, **CLAIMED)
    for who in ("referent", "manager"):
        shown = text_of(browser(company, who).get(page(company, "/declaration")))
        assert "WIIN-0001" in shown
        assert 'name="act"' not in shown
        assert decide(company, "accept", who).status_code == 403


def test_the_convention_waits_for_the_answer(company):
    company.play.prove()
    declare(company, **CLAIMED)
    assert draw_convention(application_id=company.play.application.pk) is None
    decide(company, "refuse", reason="Inconnu.")
    assert draw_convention(application_id=company.play.application.pk) is not None


def test_the_history_tells_the_declaration_and_the_decision(company):
    declare(company, **WITH_PROFILE)
    declare(company, **CLAIMED)
    decide(company, "refuse", reason="Inconnu.")
    shown = text_of(browser(company, "verifier").get(page(company, "/historique")))
    assert "Déclaration modifiée" in shown
    assert "2 preuves à déposer" in shown
    assert "Déclaration de l’éditeur non confirmée" in shown


# --- Everybody ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["rival", "stranger"])
def test_for_other_companies_it_is_not_there(company, who):
    client = browser(company, who)
    assert client.get(address(company)).status_code == 404
    assert client.post(address(company), {**answers(company), **WITH_PROFILE}).status_code == 404
    assert client.get(page(company, "/declaration")).status_code == 404


@pytest.mark.parametrize("who", ["elsewhere", "college"])
def test_for_staff_without_the_file_it_is_not_there(company, who):
    declare(company, **CLAIMED)
    assert browser(company, who).get(page(company, "/declaration")).status_code == 404
    assert decide(company, "accept", who).status_code == 404


def test_the_pages_take_as_many_queries_for_six_declarations_as_for_two(company):
    asked = [("agent", address(company)), ("agent", address(company, "")),
             ("verifier", page(company, "/declaration")), ("verifier", page(company))]  # fmt: skip
    counts = []
    for n in range(6):
        values = {"profiles": ["general", "ciba"] if n % 2 == 0 else ["general"]}
        seen = dict(
            Answer.objects.filter(application=company.play.application).values_list("field", "version")
        )
        typed = {key: (value, seen.get(key, 0)) for key, value in values.items()}
        declare_again(actor=company["agent"], number=company.number, values=typed)
        if n in (1, 5):
            clients = [(browser(company, who), where) for who, where in asked]
            for client, where in clients:
                client.get(where)  # what is kept per process is read once
            counts.append([query_count(lambda c=c, w=w: c.get(w)) for c, w in clients])
    assert counts[0] == counts[1]
