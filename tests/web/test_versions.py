"""A new technical version of the software, declared and answered through the pages (situation 4)."""

import re

import pytest

from jalon.applications.models import VersionDecision, VersionDeclaration
from jalon.applications.queries.versions import pending_version, version_declarations
from jalon.awards.actions.conventions import draw_convention
from jalon.evidence.queries import accepted_keys, named_proofs
from jalon.journal.models import Entry
from jalon.reviews.actions.versions import declare_version, refuse_version
from tests.web.agency import browser, company, eligible, hand_in, page, query_count, submitted, text_of

__all__ = ["company", "eligible", "submitted"]  # fixtures
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database("what a page says is the same on either; the walk of rights opens each on both"),
]

WORDS = "Correction de l’affichage du trait d’identité."


@pytest.fixture
def examined(eligible):
    """With its first chapter accepted."""
    chapter = hand_in(eligible)
    eligible.play.judge(chapter).close(chapter)
    return eligible


def vendor_page(company, tail: str = "/version") -> str:
    return f"/candidatures/{company.number}{tail}"


def declare(company, label: str = "4.2.1", who: str = "agent", changes: str = WORDS):
    return browser(company, who).post(vendor_page(company), {"label": label, "changes": changes})


def answer(company, act: str, who: str = "verifier", *, confirmed: bool = True, n: int = 1, **typed):
    data = {"act": act, "n": str(n), **typed} | ({"confirmed": "yes"} if confirmed else {})
    return browser(company, who).post(page(company, "/version"), data)


def label_of(company) -> str:
    return company.play.application.version_label


# --- The vendor ---------------------------------------------------------------------------------------------


def test_a_version_is_declared_and_the_page_says_that_it_waits(eligible):
    sent = declare(eligible)
    assert (sent.status_code, sent["Location"]) == (303, vendor_page(eligible))
    shown = text_of(browser(eligible, "agent").get(vendor_page(eligible)))
    assert "La version 4.2.1 attend la réponse de l’agence." in shown
    assert WORDS in shown
    assert 'name="changes"' not in shown
    assert pending_version(eligible.play.application).label == "4.2.1"


def test_the_dashboard_has_the_version_and_leads_to_the_declaration(eligible):
    client = browser(eligible, "agent")
    before = text_of(client.get(vendor_page(eligible, "")))
    assert "La candidature porte sur la version <b>4.2</b>." in before
    assert f'href="{vendor_page(eligible)}"' in before
    declare(eligible)
    assert "Attend la réponse de l’agence" in text_of(client.get(vendor_page(eligible, "")))


def test_mistakes_stand_beside_their_fields_and_what_was_typed_stays(eligible):
    sent = declare(eligible, "4.2", changes="  ")
    assert sent.status_code == 422
    shown = text_of(sent)
    assert "La candidature porte déjà sur cette version." in shown
    assert "Dites ce qui change" in shown
    assert 'value="4.2"' in shown
    assert 'href="#f-label"' in shown
    assert VersionDeclaration.objects.count() == 0


def test_a_second_declaration_is_refused_with_what_was_typed(eligible):
    declare(eligible)
    sent = declare(eligible, "4.2.2", changes="Autre correctif.")
    assert sent.status_code == 409
    shown = text_of(sent)
    assert "La version 4.2.1 attend déjà la réponse de l’agence." in shown
    assert "Autre correctif." in shown


@pytest.mark.parametrize("who", ["agent", "delegate", "employee"])
def test_everybody_with_access_declares(eligible, who):
    assert declare(eligible, who=who).status_code == 303


def test_before_eligibility_the_page_says_why_nothing_is_declared(submitted):
    shown = text_of(browser(submitted, "agent").get(vendor_page(submitted)))
    assert "Une version technique se déclare une fois le dossier éligible" in shown
    assert 'name="changes"' not in shown
    assert declare(submitted).status_code == 409


def test_once_the_convention_is_drawn_the_page_says_why_not(eligible):
    eligible.play.prove()
    draw_convention(application_id=eligible.play.application.pk)
    assert "La convention est établie" in text_of(browser(eligible, "agent").get(vendor_page(eligible)))


# --- The agency ---------------------------------------------------------------------------------------------


def test_the_file_shows_what_changed_and_leads_to_the_answer(examined):
    declare(examined)
    shown = text_of(browser(examined, "verifier").get(page(examined)))
    assert WORDS in shown
    assert "version technique déclarée" in shown
    assert shown.count(f'href="{page(examined, "/version")}"') == 2
    assert "Version technique déclarée" in shown  # in the history


def test_who_does_not_decide_reads_without_a_form(examined):
    declare(examined)
    for who in ("referent", "manager"):
        shown = text_of(browser(examined, who).get(page(examined, "/version")))
        assert WORDS in shown
        assert 'name="act"' not in shown
        assert answer(examined, "accept", who).status_code == 403


def test_a_whole_chapter_is_asked_for_anew_without_javascript(examined):
    declare(examined)
    chapter = examined.play.chapters()[0]
    redo = sorted(accepted_keys(examined.play.application))
    asked = answer(examined, "accept", confirmed=False, chapter=[chapter])
    shown = text_of(asked)
    assert f"{len(redo)} preuves sont à refaire" in shown
    assert sorted(re.findall(r'name="redo" value="([^"]+)"', shown)) == redo
    assert 'name="chapter"' not in shown  # a chapter that grows meanwhile is not asked for unseen
    assert label_of(examined) == "4.2"
    assert answer(examined, "accept", redo=redo).status_code == 303
    assert label_of(examined) == "4.2.1"
    [line] = version_declarations(examined.play.application)
    assert list(line.to_redo) == redo


def test_the_filter_keeps_what_was_ticked(examined):
    declare(examined)
    proofs = [
        p
        for p in named_proofs(examined.play.application)
        if p.key in accepted_keys(examined.play.application)
    ]
    shown = text_of(answer(examined, "filter", redo=[proofs[0].key], q=proofs[-1].code, confirmed=False))
    boxes = dict(re.findall(r'name="redo" value="([^"]+)"( checked)?', shown))
    assert boxes == {proofs[0].key: " checked"} | {
        p.key: "" for p in proofs[1:] if proofs[-1].code.casefold() in p.code.casefold()
    }
    assert VersionDecision.objects.count() == 0


def test_without_a_tick_only_the_version_changes(examined):
    declare(examined)
    assert "Aucune preuve n’est à refaire" in text_of(answer(examined, "accept", confirmed=False))
    answer(examined, "accept")
    assert (label_of(examined), accepted_keys(examined.play.application)) != ("4.2", frozenset())
    shown = text_of(browser(examined, "agent").get(vendor_page(examined)))
    assert "Acceptée par Thomas Anquetil" in shown
    assert "à la place de la version 4.2" in shown


def test_a_refusal_wants_a_reason_and_the_vendor_reads_it(examined):
    declare(examined)
    without = answer(examined, "refuse", reason=" ")
    assert (without.status_code, "Un refus est motivé" in text_of(without)) == (422, True)
    assert "Trop de changements." in text_of(
        answer(examined, "refuse", confirmed=False, reason="Trop de changements.")
    )
    assert pending_version(examined.play.application) is not None
    assert answer(examined, "refuse", reason="Trop de changements.").status_code == 303
    shown = text_of(browser(examined, "agent").get(vendor_page(examined)))
    assert "Trop de changements." in shown
    assert 'name="changes"' in shown  # another one can be declared


def test_a_wrong_tick_keeps_the_others_and_the_reason_typed(examined):
    declare(examined)
    kept = min(accepted_keys(examined.play.application))
    sent = answer(examined, "accept", redo=[kept, "no-such-proof"], reason="Peut-être.")
    assert sent.status_code == 422
    shown = text_of(sent)
    assert "Ne cochez que des preuves acceptées" in shown
    assert f'value="{kept}" checked' in shown
    assert "Peut-être." in shown


def test_two_verifiers_answer_once(examined):
    declare(examined)
    answer(examined, "accept")
    late = answer(examined, "refuse", "other_verifier", reason="Non.")
    assert late.status_code == 409
    assert "Thomas Anquetil a déjà décidé de cette version." in text_of(late)


def test_a_version_waits_in_the_inbox_of_who_answers(examined):
    declare(examined)
    shown = text_of(browser(examined, "verifier").get("/instruction?vue=version"))
    assert "Version technique à accepter ou refuser" in shown
    assert f'href="{page(examined, "/version")}"' in shown
    assert "Version technique à accepter" not in text_of(browser(examined, "referent").get("/instruction"))


def test_the_history_tells_declaration_and_answer(examined):
    declare(examined)
    redo = sorted(accepted_keys(examined.play.application))[:2]
    answer(examined, "accept", redo=redo)
    shown = text_of(browser(examined, "verifier").get(page(examined, "/historique")))
    assert "Version technique déclarée" in shown
    assert "Version technique acceptée" in shown
    assert "2 preuves à refaire" in shown
    assert not Entry.objects.filter(payload__contains=WORDS).exists()


def test_notices_and_messages_lead_to_the_version(examined):
    declare(examined)
    told = text_of(browser(examined, "verifier").get("/notifications"))
    assert "Version technique déclarée : preuves à refaire à indiquer" in told
    answer(examined, "accept")
    assert "L’agence accepte votre nouvelle version technique" in text_of(
        browser(examined, "agent").get("/notifications")
    )
    for who, where in (("agent", vendor_page(examined)), ("verifier", page(examined, "/version"))):
        shown = text_of(browser(examined, who).get(where.replace("/version", "/messages")))
        assert f'<a href="{where}">Version du logiciel</a>' in shown


# --- Everybody ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["rival", "stranger"])
def test_for_other_companies_it_is_not_there(examined, who):
    declare(examined)
    client = browser(examined, who)
    assert client.get(vendor_page(examined)).status_code == 404
    assert client.post(vendor_page(examined), {"label": "5", "changes": "x"}).status_code == 404
    assert client.get(page(examined, "/version")).status_code == 404


@pytest.mark.parametrize("who", ["elsewhere", "college"])
def test_for_staff_without_the_file_it_is_not_there(examined, who):
    declare(examined)
    assert browser(examined, who).get(page(examined, "/version")).status_code == 404
    assert answer(examined, "accept", who).status_code == 404


def test_the_pages_take_as_many_queries_for_three_versions_as_for_one(examined):
    place = {"number": examined.number}
    vendor, verifier = examined.play.vendor, examined.play.verifier
    asked = [("agent", vendor_page(examined)), ("agent", vendor_page(examined, "")),
             ("verifier", page(examined, "/version")), ("verifier", page(examined))]  # fmt: skip
    counts = []
    for n in (1, 2, 3):
        declare_version(actor=vendor, label=f"4.2.{n}", changes=WORDS, **place)
        if n != 2:
            clients = [(browser(examined, who), where) for who, where in asked]
            counts.append([query_count(lambda c=c, w=w: c.get(w)) for c, w in clients])
        refuse_version(actor=verifier, n=n, reason="Non.", **place)
    assert counts[0] == counts[1]
