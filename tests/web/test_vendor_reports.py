"""Importing a report from Gazelle into a proof: listed, chosen or pasted; frozen, shown to both sides."""

import logging
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from jalon.applications.queries import definition_for
from jalon.core.errors import InvalidInput, NotVisible, TransitionRefused
from jalon.evidence.actions.deposits import deposit_link
from jalon.evidence.actions.reports import import_report
from jalon.evidence.models import ExternalRecord, ProofItem
from jalon.evidence.queries import slot_history, slot_views
from jalon.evidence.queries.judged import judged_items
from jalon.evidence.queries.platforms import owner_of, report_kind
from jalon.evidence.rules import kinds_of
from jalon.evidence.states import ReportVerdict, SlotState
from jalon.journal.models import Entry
from jalon.vendors.actions import save_platform_access
from jalon.vendors.models import PlatformAccess
from jalon.web.vendor.chapter import reports as page_of_reports
from tests.scenarios.cast import open_application_of_everybody
from tests.stand_ins.gazelle import HOST, KEY, ROOT, gazelle, held, served_gazelle
from tests.web.vendors import query_count, text_of

__all__ = ["gazelle", "served_gazelle"]  # fixtures
PASSED, FAILED = (
    f"https://{HOST}/evs/report.seam?oid={ROOT}.101",
    f"https://{HOST}/evs/report.seam?oid={ROOT}.102",
)


@pytest.fixture
def world(db, gazelle, settings):
    """An application with a proof that Gazelle gives, and the company's access there."""
    cache.clear()
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"fetch_stand_ins": gazelle.setting})
    company = open_application_of_everybody(chapters=5).eligible()
    save_platform_access(actor=company["agent"], platform="gazelle", organisation="CLAIRVUE", key=KEY)
    return company


def place(world):
    """The chapter and slot whose proof is a Gazelle report."""
    definition = definition_for(world.application)
    for chapter in world.play.chapters():
        for view in slot_views(world.application, chapter):
            if report_kind(kinds_of(definition, view.expected)):
                return chapter, view
    raise LookupError


def take(world, url=PASSED, who="agent"):
    return import_report(actor=world[who], number=world.number, item_key=place(world)[1].key, url=url)


def address(world):
    chapter, view = place(world)
    return f"/candidatures/{world.number}/chapitres/{chapter}/rapports/{view.key}"


def client_of(world, who="agent"):
    client = Client()
    client.force_login(world.users[who])
    return client


def pieces(world):
    return [item.record.verdict for item in place(world)[1].items if item.record]


# --- the action


def test_a_report_is_frozen_with_what_it_says_and_its_digest(world):
    assert take(world) == ReportVerdict.PASSED
    record = ExternalRecord.objects.get()
    assert (record.connector, record.format, record.verdict, record.said) == (
        "gazelle",
        "evs",
        "passed",
        "PASSED",
    )
    assert (record.ref, record.url, record.organisation) == (f"{ROOT}.101", PASSED, "CLAIRVUE")
    assert (record.product, record.tally["total"], record.tally["warnings"]) == ("Clairvue RIS", 42, 3)
    assert (record.document.name, record.document.media_type) == (
        f"gazelle-{ROOT}.101.xml",
        "application/xml",
    )
    assert len(record.document.sha256) == 64
    assert (place(world)[1].state, pieces(world)) == (SlotState.DEPOSITED, ["passed"])


def test_the_same_report_is_there_once_and_a_changed_one_is_another_record(world, gazelle):
    take(world)
    take(world)
    assert (ExternalRecord.objects.count(), pieces(world)) == (1, ["passed"])
    gazelle.state.hold(
        [{"keyword": "CLAIRVUE", "key": KEY, "reports": [held(101, result="FAILED", errors=1)]}]
    )
    assert take(world) == ReportVerdict.FAILED
    assert (ExternalRecord.objects.count(), pieces(world)) == (2, ["failed"])


def test_what_was_submitted_keeps_its_report(world, gazelle):
    take(world)
    chapter, view = place(world)
    world.give(chapter).play.submit_chapters([chapter])
    world.play.judge(chapter, to_modify={view.key: "Relancez le test."}).close(chapter, send_back=True)
    gazelle.state.hold([{"keyword": "CLAIRVUE", "key": KEY, "reports": [held(101, warnings=0)]}])
    take(world)
    _chapter, view = place(world)
    (past,) = slot_history([view.slot.pk])[view.slot.pk]
    assert (len(past.items), past.items[0].record.tally["warnings"]) == (1, 3)
    assert ([i.record.tally["warnings"] for i in view.items], view.state) == ([0], SlotState.DEPOSITED)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://interop.esante.gouv.fr/evs/report.seam?oid=1.2.3", HOST),
        ("https://evil.example/evs/report.seam?oid=1.2.3", f"mener à : {HOST}"),
        (f"https://{HOST}/", "pas le lien permanent"),
        (f"https://{HOST}/evs/report.seam?oid=9.9.9", "encore en cours, ou inconnu"),
        (f"https://{HOST}/evs/report.seam?oid={ROOT}.105", "encore en cours, ou inconnu"),
        (f"https://{HOST}/evs/report.seam?oid={ROOT}.200", "endommagé"),
        (f"https://{HOST}/evs/report.seam?oid={ROOT}.201", "trop grande"),
        (f"https://{HOST}/evs/report.seam?oid={ROOT}.202", "entités XML"),
        (f"https://{HOST}/evs/report.seam?oid={ROOT}.203", "renvoie vers https://169.254.169.254"),
        (f"https://{HOST}/evs/report.seam?oid={ROOT}.901", "refuse l’accès"),
        ("", "https://"),
    ],
)
def test_what_cannot_be_taken_changes_nothing_and_says_why(world, url, says):
    with pytest.raises(InvalidInput) as refused:
        take(world, url)
    assert says in str(refused.value).replace("\u202f", " ").replace("\u00a0", " ")
    assert (ExternalRecord.objects.count(), ProofItem.objects.count()) == (0, 0)


def test_only_the_companys_own_people_and_only_where_a_report_is_asked(world, gazelle):
    gazelle.state.asked.clear()
    with pytest.raises(NotVisible):
        take(world, who="rival")
    chapter = world.play.chapters()[0]
    other = slot_views(world.application, chapter)[0].key
    with pytest.raises(NotVisible):
        import_report(actor=world["agent"], number=world.number, item_key=other, url=PASSED)
    assert gazelle.state.asked == []


def test_a_locked_proof_stays_as_it_is(world):
    take(world)
    chapter, _view = place(world)
    world.give(chapter).play.submit_chapters([chapter])
    with pytest.raises(TransitionRefused):
        take(world, FAILED)
    assert pieces(world) == ["passed"]


# --- the pages


def test_the_list_is_searched_chosen_from_and_shown_to_both_sides(world):
    client, url = client_of(world), address(world)
    shown = text_of(client.get(f"{url}?filtre=1"))
    assert ("13 rapports de CLAIRVUE" in shown or "12 rapports de CLAIRVUE" in shown, "Échoué" in shown) == (
        True,
        True,
    )
    found = text_of(client.get(f"{url}?filtre=1&mot=iti-30"))
    assert ("1 rapport de CLAIRVUE" in found, "ITI-31" in found) == (True, False)
    answer = client.post(url, {"url": PASSED})
    assert answer.status_code == 303
    assert [
        text_of(client.get(f"{url}?filtre=1")).count("Déjà dans cette preuve"),
        shown.count("Déjà dans"),
    ] == [1, 0]
    chapter = text_of(client.get(answer["Location"].partition("#")[0]))
    digest = ExternalRecord.objects.get().document.sha256
    assert ("Réussi" in chapter, "Copie figée par" in chapter, digest[:12] in chapter) == (True, True, True)
    key, _view = place(world)
    world.give(key).play.submit_chapters([key])
    review = text_of(
        client_of(world, "verifier").get(
            f"/instruction/{world.number}/chapitres/{key}?vue=tout&preuve={_view.key}"
        )
    )
    assert ("Réussi" in review, digest[:8] in review) == (True, True)
    copy = ExternalRecord.objects.get().document_id
    for who, base in (("agent", "candidatures"), ("verifier", "instruction")):
        read = text_of(client_of(world, who).get(f"/{base}/{world.number}/pieces/{copy}"))
        assert "validationReport" in read


def test_what_this_proof_asks_for_comes_first(world):
    client, url = client_of(world), address(world)
    shown = text_of(client.get(url))
    assert ("Rapports attendus par cette preuve" in shown, "ITI-30" in shown) == (True, False)


def test_a_list_is_read_once_and_again_when_asked_later(world, gazelle, monkeypatch):
    client, url = client_of(world), address(world)
    gazelle.state.asked.clear()
    client.get(url)
    client.get(f"{url}?filtre=1&page=1")
    client.get(f"{url}?relire=1")
    assert len(gazelle.state.asked) == 1
    monkeypatch.setattr(page_of_reports, "PACE", timedelta())
    client.get(f"{url}?relire=1")
    assert len(gazelle.state.asked) == 2


def test_a_platform_that_is_down_is_told_and_a_link_can_still_be_pasted(world, gazelle):
    gazelle.fail("down")
    shown = text_of(client_of(world).get(address(world)))
    assert ("reçoit trop de demandes" in shown, "Coller un lien permanent" in shown) == (True, True)
    gazelle.fail("")
    assert "reçoit trop de demandes" not in text_of(client_of(world).get(address(world)))


def test_a_refused_import_keeps_what_was_typed(world):
    missing = f"https://{HOST}/evs/report.seam?oid=9.9.9"
    answer = client_of(world).post(address(world), {"url": missing, "pasted": "1"})
    shown = text_of(answer)
    assert (answer.status_code, "oid=9.9.9" in shown, "encore en cours, ou inconnu" in shown) == (
        422,
        True,
        True,
    )
    assert client_of(world).post(address(world), {}).status_code == 422


def test_several_are_taken_at_once_and_those_after_a_failure_stay_chosen(world):
    missing = f"https://{HOST}/evs/report.seam?oid={ROOT}.105"
    client, url = client_of(world), f"{address(world)}?filtre=1"
    answer = client.post(url, {"url": [PASSED, missing, FAILED]})
    checked = [
        address
        for address in (PASSED, missing, FAILED)
        if f'value="{address}" checked' in answer.content.decode()
    ]
    assert (answer.status_code, pieces(world), checked) == (422, ["passed"], [missing, FAILED])
    assert client.post(url, {"url": [PASSED, FAILED]}).status_code == 303
    assert pieces(world) == ["passed", "failed"]


def test_without_an_access_the_page_says_who_may_give_one(world):
    PlatformAccess.objects.all().delete()
    assert "Donner l’accès" in text_of(client_of(world).get(address(world)))
    employee = text_of(client_of(world, "employee").get(address(world)))
    assert ("Donner l’accès" in employee, "Un mandataire ou un responsable" in employee) == (False, True)
    assert client_of(world, "employee").post(address(world), {"url": PASSED}).status_code == 303


def test_the_key_is_in_no_page_log_or_journal(world, gazelle, caplog):
    caplog.set_level(logging.DEBUG)
    client, url = client_of(world), address(world)
    pages = text_of(client.get(url))
    for mode in ("unauthorized", "down", "redirect_elsewhere", "bad_xml"):
        gazelle.fail(mode)
        pages += text_of(client.get(f"{url}?relire=1")) + text_of(client.post(url, {"url": PASSED}))
    gazelle.fail("")
    take(world)
    assert gazelle.state.asked[-1][1] == "CLAIRVUE"
    journal = "".join(Entry.objects.values_list("payload", flat=True))
    assert (KEY in pages, KEY in caplog.text, KEY in journal) == (False, False, False)


def test_a_chapter_asks_as_many_questions_for_three_reports_as_for_one(world):
    client = client_of(world)
    chapter, view = place(world)
    url = f"/candidatures/{world.number}/chapitres/{chapter}?exigence={view.requirement.requirement.code}"
    take(world)
    one = query_count(lambda: client.get(url))
    take(world, FAILED)
    take(world, f"https://{HOST}/evs/report.seam?oid={ROOT}.103")
    assert query_count(lambda: client.get(url)) == one


# --- what the machine says of it


def says(world, who="agent"):
    """Each finding of the pieces: check and level."""
    _chapter, view = place(world)
    found = judged_items(
        definition_for(world.application),
        view.expected,
        view.proof,
        view.items,
        "fr",
        owner_of(world.application),
    )
    return [(f.check, str(f.level)) for item in view.items for f in found[item.pk].findings]


def answer_with(gazelle, keyword="CLAIRVUE", **changes):
    gazelle.state.organisations.clear()
    gazelle.state.hold([{"keyword": keyword, "key": KEY, "reports": [held(101, **changes)]}])


@pytest.mark.parametrize(
    ("changes", "findings"),
    [
        ({}, []),
        ({"product": "Un autre RIS"}, [("report_product", "warning")]),
        ({"product": " clairvue  ris "}, []),
        ({"keyword": "RIVALIX"}, [("report_organisation", "blocking")]),
        ({"result": "FAILED"}, [("report_passed", "blocking")]),
        ({"result": "DONE_UNDEFINED"}, [("report_passed", "blocking")]),
    ],
)
def test_a_report_is_judged_by_what_it_says(world, gazelle, changes, findings):
    answer_with(gazelle, **changes)
    take(world)
    assert says(world) == findings
    if "blocking" in [level for _check, level in findings]:
        chapter, _view = place(world)
        with pytest.raises(TransitionRefused):
            world.give(chapter).play.submit_chapters([chapter])


def test_whose_a_report_is_cannot_be_told_before_the_keyword_is_known(world):
    """It may be another's: both sides are told; once the company says how it is known there, it is judged."""
    PlatformAccess.objects.all().delete()
    take(world)
    assert says(world) == [("report_owner_known", "warning")]
    save_platform_access(actor=world["agent"], platform="gazelle", organisation="AUTRE")
    assert says(world) == [("report_organisation", "blocking")]


# --- the field for links


def type_link(world, url):
    """ "Ajouter un lien" in the chapter's form, as the page sends it."""
    chapter, view = place(world)
    return client_of(world).post(
        f"/candidatures/{world.number}/chapitres/{chapter}/preuves",
        {f"link:{view.key}": url, "exigence": view.requirement.requirement.code},
    )


def test_a_link_typed_beside_the_other_proofs_takes_the_report_over(world, gazelle):
    answer = type_link(world, f" {FAILED} ")
    shown = text_of(client_of(world).get(answer["Location"].partition("#")[0]))
    assert (answer.status_code, pieces(world)) == (303, ["failed"])
    assert "Échoué" in shown


@pytest.mark.parametrize(
    ("url", "mode", "says"),
    [
        (f"https://{HOST}/", "", "pas le lien permanent"),
        (PASSED, "down", "reçoit trop de demandes"),
        ("https://interop.esante.gouv.fr/evs/report.seam?oid=1.2.3", "", HOST),
    ],
)
def test_a_typed_link_that_gives_no_report_gives_nothing(world, gazelle, url, mode, says):
    gazelle.fail(mode)
    answer = type_link(world, url)
    shown = text_of(answer)
    kept = f'value="{url}"' in answer.content.decode()
    assert (answer.status_code, says in shown, kept) == (422, True, True)
    assert (ExternalRecord.objects.count(), ProofItem.objects.count()) == (0, 0)


def test_one_request_fetches_for_so_long_and_keeps_the_rest_for_the_next(world, monkeypatch):
    monkeypatch.setattr(page_of_reports, "FETCHING", -1.0)  # over, when the next link's turn comes
    chosen = client_of(world).post(f"{address(world)}?filtre=1", {"url": [PASSED, FAILED]})
    for answer, kept in ((type_link(world, PASSED), 1), (chosen, 2)):
        page = answer.content.decode()
        assert (answer.status_code, "répond lentement" in text_of(answer), pieces(world)) == (422, True, [])
        assert sum(f'value="{url}"' in page for url in (PASSED, FAILED)) == kept


def test_a_bare_link_never_stands_for_a_report(world):
    with pytest.raises(InvalidInput) as refused:
        deposit_link(actor=world["agent"], number=world.number, item_key=place(world)[1].key, url=PASSED)
    assert "importez le rapport" in str(refused.value)
    assert ProofItem.objects.count() == 0
