"""The form steps (G09, G10), with and without script; two people on one form (situation 1)."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jalon.applications.models import Answer, AnswerDocument
from jalon.applications.queries.answers import answers_of
from jalon.demo.samples import sample_pdf
from jalon.reviews.actions.files import return_file
from tests.web.vendors import (
    attach,
    hugo,
    ines,
    nadia,
    play,
    query_count,
    rival,
    signed_in,
    text_of,
    verifier,
)

__all__ = ["hugo", "ines", "nadia", "play", "rival", "verifier"]  # fixtures
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database("what a field refuses is decided before any query"),
]


def step(play, key: str = "administrative") -> str:
    return f"/candidatures/{play.number}/etapes/{key}"


def save(client: Client, play, field: str, value, version: int = 0, key: str = "administrative"):
    sent = {"field": field, "value": value, "version": str(version)}
    return client.post(f"{step(play, key)}/reponse", sent)


INPUT = re.compile(r"<(input|select|textarea)\b([^>]*)>(?:([^<]*)</textarea>)?")


def page_data(response) -> dict[str, list[str]]:
    """What a browser without script would send back from a page, unchanged."""
    html = response.content.decode()
    form = html[html.index("data-autosave") : html.index("</form>", html.index("data-autosave"))]
    form = re.sub(r"<template>.*?</template>", "", form, flags=re.DOTALL)
    data: dict[str, list[str]] = {}
    for kind, attributes, inside in INPUT.findall(form):
        name = re.search(r'\bname="([^"]*)"', attributes)
        if not name or 'type="file"' in attributes or " disabled" in attributes:
            continue
        if ("radio" in attributes or "checkbox" in attributes) and " checked" not in attributes:
            continue
        value = re.search(r'\bvalue="([^"]*)"', attributes)
        data.setdefault(name[1], []).append(inside if kind == "textarea" else value[1] if value else "")
    for name in re.findall(r'<select[^>]*name="([^"]*)"', form):
        chosen = re.search(rf'name="{re.escape(name)}".*?</select>', form, flags=re.DOTALL)
        picked = re.search(r'<option value="([^"]*)" selected', chosen[0]) if chosen else None
        data[name] = [picked[1] if picked else ""]
    return data


# --- As one types -------------------------------------------------------------------------------------------


def test_an_answer_is_kept_with_its_version_and_progress(play, nadia):
    client = signed_in(nadia)
    first = save(client, play, "legal_family_name", "  Moreau ")
    assert first.status_code == 200
    assert (first.json()["version"], first.json()["error"]) == (1, "")
    assert re.fullmatch(r"\d\d:\d\d", first.json()["saved_at"])
    second = save(client, play, "legal_family_name", "Moreau-Petit", 1)
    assert second.json()["version"] == 2
    assert second.json()["progress"] == first.json()["progress"] > 0
    assert answers_of(play.application)["legal_family_name"] == "Moreau-Petit"


def test_a_wrong_answer_is_kept_and_called_wrong(play, nadia):
    told = save(signed_in(nadia), play, "company_siren", "123").json()
    assert told["error"] == "Ce SIREN compte 3 chiffres, il en faut 9."
    assert answers_of(play.application)["company_siren"] == "123"


def test_two_people_on_one_answer_see_both_values(play, nadia, hugo):
    save(signed_in(nadia), play, "legal_family_name", "Moreau")
    save(signed_in(nadia), play, "legal_family_name", "Moreau-Petit", 1)
    clash = save(signed_in(hugo), play, "legal_family_name", "Durand", 1)
    other = clash.json()["conflict"]
    assert clash.status_code == 409
    assert (other["value"], other["label"], other["by"], other["version"]) == (
        "Moreau-Petit", "Moreau-Petit", "Nadia Belkacem", 2,
    )  # fmt: skip
    assert answers_of(play.application)["legal_family_name"] == "Moreau-Petit"
    assert save(signed_in(hugo), play, "legal_family_name", "Durand", 2).json()["version"] == 3


def test_the_same_value_from_two_people_is_no_conflict(play, nadia, hugo):
    save(signed_in(nadia), play, "legal_family_name", "Moreau")
    assert save(signed_in(hugo), play, "legal_family_name", "Moreau").json()["version"] == 1


def test_a_repeated_answer_comes_as_one_list(play, nadia):
    play.fill()
    blocks = json.dumps([{"member_name": "Alpha", "member_country": "DE"}, {"member_name": ""}])
    told = save(signed_in(nadia), play, "grouping_members", blocks, key="eligibility")
    assert told.status_code == 200
    kept = answers_of(play.application)["grouping_members"]
    assert [(b["member_name"], b["member_country"]) for b in kept] == [("Alpha", "DE")]


@pytest.mark.parametrize("sent", ["", "[", "{}", '"x"', "[1, 2]", "null"])
def test_a_broken_list_breaks_nothing(play, nadia, sent):
    play.fill()
    assert save(signed_in(nadia), play, "grouping_members", sent, key="eligibility").status_code == 200


def test_unknown_questions_steps_and_shown_ones_are_refused(play, nadia):
    client = signed_in(nadia)
    assert save(client, play, "inconnue", "x").status_code == 422
    assert save(client, play, "product_name", "x").status_code == 422
    assert save(client, play, "legal_family_name", "x", key="inconnue").status_code == 404
    assert client.get(step(play, "proofs")).status_code == 404
    assert client.get(f"{step(play)}/reponse").status_code == 405


def test_a_salarie_fills_the_form_but_not_what_commits_the_company(play, ines):
    attach(play, ines)
    client = signed_in(ines)
    assert save(client, play, "legal_family_name", "Moreau").status_code == 200
    refused = save(client, play, "vague_1", "yes")
    assert refused.status_code == 403
    assert "mandataire" in refused.json()["error"]
    shown = text_of(client.get(step(play)))
    assert "Réservé à un mandataire ou à un responsable" in shown
    assert 'name="vague_1"' not in shown
    assert 'name="legal_family_name"' in shown


def test_a_salarie_who_posts_it_all_the_same_changes_nothing(play, ines, nadia):
    save(signed_in(nadia), play, "vague_1", "no")
    attach(play, ines)
    sent = signed_in(ines).post(
        step(play), {"vague_1": "yes", "legal_family_name": "Moreau", "action": "next"}
    )
    assert sent.status_code == 422
    answers = answers_of(play.application)
    assert (answers["vague_1"], answers["legal_family_name"]) == ("no", "Moreau")


def test_once_handed_in_the_form_is_closed(play, nadia):
    play.fill().submit()
    client = signed_in(nadia)
    assert save(client, play, "legal_family_name", "Autre").status_code == 403
    page = client.get(step(play))
    assert "ces réponses ne se modifient plus" in text_of(page)
    assert b"data-autosave" not in page.content
    posted = client.post(step(play), {"legal_family_name": "Autre", "action": "next"})
    assert posted.status_code == 409
    assert answers_of(play.application)["legal_family_name"] != "Autre"


# --- Without script -----------------------------------------------------------------------------------------


def test_the_step_after_opens_once_this_one_is_complete(play, nadia):
    client = signed_in(nadia)
    assert "n’est pas encore ouverte" in text_of(client.get(step(play, "eligibility")))
    play.answer({"vague_1": "no"}).fill()
    data = {**page_data(client.get(step(play))), "action": ["next"]}
    done = client.post(step(play), data)
    assert (done.status_code, done["Location"]) == (303, step(play, "eligibility"))
    data = {**page_data(client.get(step(play, "eligibility"))), "action": ["next"]}
    done = client.post(step(play, "eligibility"), data)
    assert (done.status_code, done["Location"]) == (303, f"/candidatures/{play.number}/recapitulatif")


def test_posting_a_page_back_unchanged_changes_nothing(play, nadia):
    play.fill({"company_address": "1 rue A\n44000 Nantes"})
    before = list(Answer.objects.order_by("field").values_list("field", "value", "version"))
    client = signed_in(nadia)
    for key in ("administrative", "eligibility"):
        client.post(step(play, key), page_data(client.get(step(play, key))))
    assert list(Answer.objects.order_by("field").values_list("field", "value", "version")) == before


def test_suivant_names_every_fault_and_keeps_what_was_typed(play, nadia):
    typed = {"legal_family_name": "Moreau", "legal_email": "pas une adresse", "company_country": "FR",
             "company_siren": "732829321", "company_siret": "123", "action": "next"}  # fmt: skip
    response = signed_in(nadia).post(step(play), typed)
    shown = text_of(response)
    assert response.status_code == 422
    for sentence in (
        "Cette adresse électronique est incomplète.",
        "Ce SIREN n’existe pas : sa clé de contrôle est fausse.",
        "Ce SIRET compte 3 chiffres, il en faut 14.",
    ):
        assert shown.count(sentence) == 2
    assert 'href="#f-legal_email"' in shown
    assert "data-focus" in shown
    assert "Contact, Nom : Cette réponse est obligatoire." in shown
    assert 'value="pas une adresse"' in shown
    assert answers_of(play.application)["legal_family_name"] == "Moreau"


@pytest.mark.parametrize(
    ("key", "field", "value", "sentence"),
    [
        ("administrative", "company_country", "France", "Choisissez un pays dans la liste."),
        ("administrative", "legal_telephone", "12", "Ce numéro n’est pas complet"),
        ("administrative", "legal_civility", "duc", "n’est plus proposée"),
        ("administrative", "company_name", "x" * 256, "256 caractères, c’est trop : 255 au plus."),
        ("eligibility", "nru_lps", "abc", "Un NRU compte de 8 à 32"),
        ("eligibility", "nie", "a b", "Un NIE ne contient que"),
        ("eligibility", "has_distributors", "peut-être", "n’est plus proposée"),
    ],
)
def test_each_kind_of_fault_has_its_sentence(play, nadia, key, field, value, sentence):
    play.fill()
    client = signed_in(nadia)
    page = page_data(client.get(step(play, key)))
    response = client.post(step(play, key), {**page, field: [value], "action": ["next"]})
    assert response.status_code == 422
    assert sentence in text_of(response)


def test_a_company_abroad_gives_its_vat_number(play, nadia):
    play.answer({"company_country": "DE", "company_vat": "DE12"})
    response = signed_in(nadia).get(f"{step(play)}?verifier=1")
    shown = text_of(response)
    assert "Ce numéro n’a pas la forme d’un numéro de TVA du pays DE." in shown
    siren = re.search(r'data-question="company_siren"[^>]*>', response.content.decode())
    vat = re.search(r'data-question="company_vat"[^>]*>', response.content.decode())
    assert siren
    assert siren[0].endswith(" hidden>")
    assert vat
    assert "hidden" not in vat[0]


def test_a_question_called_for_by_an_answer_is_shown_before_going_on(play, nadia):
    play.fill()
    client = signed_in(nadia)
    page = page_data(client.get(step(play, "eligibility")))
    shown = [k for k in page["_shown"][0].split(",") if k != "nru_lps"]
    answer = client.post(step(play, "eligibility"), {**page, "_shown": [",".join(shown)], "action": ["next"]})
    assert (answer.status_code, answer["Location"]) == (303, f"{step(play, 'eligibility')}?nouvelles=1")
    assert "De nouvelles questions apparaissent" in text_of(client.get(answer["Location"]))


def test_blocks_are_added_and_removed_with_buttons(play, nadia):
    play.fill()
    client, here = signed_in(nadia), step(play, "eligibility")
    page = page_data(client.get(here))
    groupings = "in_grouping"
    first = {**page, groupings: ["yes"], "grouping_members.0.member_name": ["Alpha"]}
    added = client.post(here, {**first, "action": ["add:grouping_members"]})
    assert added["Location"] == f"{here}?ajout=grouping_members#r-grouping_members"
    page = page_data(client.get(f"{here}?ajout=grouping_members"))
    assert page["grouping_members.0.member_name"] == ["Alpha"]
    second = {**page, "grouping_members.1.member_name": ["Bêta"]}
    client.post(here, {**second, "action": ["add:grouping_members"]})
    page = page_data(client.get(here))
    client.post(here, {**page, "action": ["remove:grouping_members:0"]})
    assert [b["member_name"] for b in answers_of(play.application)["grouping_members"]] == ["Bêta"]
    refused = client.post(here, {**page_data(client.get(here)), "action": ["next"]})
    assert "Membre du groupement 1, Pays : Cette réponse est obligatoire." in text_of(refused)


def test_a_whole_page_posted_late_shows_both_values(play, nadia, hugo):
    save(signed_in(nadia), play, "legal_family_name", "Moreau")
    client = signed_in(hugo)
    page = page_data(client.get(step(play)))
    save(signed_in(nadia), play, "legal_family_name", "Moreau-Petit", 1)
    mine = {**page, "legal_family_name": ["Durand"], "legal_given_name": ["Claire"], "action": ["next"]}
    clash = client.post(step(play), mine)
    shown = text_of(clash)
    assert clash.status_code == 409
    assert "Moreau-Petit" in shown
    assert "Durand" in shown
    assert "Garder la mienne" in shown
    assert answers_of(play.application)["legal_given_name"] == "Claire"  # the rest is kept
    again = page_data(clash)
    kept = client.post(step(play), {**again, "action": ["keep:legal_family_name:2"]})
    assert kept.status_code == 303
    assert answers_of(play.application)["legal_family_name"] == "Durand"


def test_one_may_take_the_other_s_value(play, nadia, hugo):
    save(signed_in(nadia), play, "legal_family_name", "Moreau")
    client = signed_in(hugo)
    page = page_data(client.get(step(play)))
    save(signed_in(nadia), play, "legal_family_name", "Moreau-Petit", 1)
    clash = client.post(step(play), {**page, "legal_family_name": ["Durand"]})
    assert clash.status_code == 409
    client.post(step(play), {**page_data(clash), "action": ["take:legal_family_name"]})
    assert answers_of(play.application)["legal_family_name"] == "Moreau-Petit"


def test_prefill_fills_what_is_empty_and_keeps_the_rest(play, nadia):
    client = signed_in(nadia)
    data = {"contact_family_name": "Autre", "action": "prefill:contact:me"}
    filled = client.post(step(play), data)
    assert filled["Location"] == f"{step(play)}#s-contact"
    answers = answers_of(play.application)
    assert (answers["contact_family_name"], answers["contact_given_name"]) == ("Autre", "Nadia")


# --- Files --------------------------------------------------------------------------------------------------


def pdf(name: str = "kit.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, sample_pdf(name), content_type="application/pdf")


def test_a_file_is_given_listed_and_removed(play, nadia):
    play.answer({"vague_1": "no"}).fill()
    client, here = signed_in(nadia), step(play, "eligibility")
    before = AnswerDocument.objects.filter(field="scope_documents", removed_at=None).count()
    sent = client.post(here, {"scope_documents": pdf(), **page_data(client.get(here))})
    assert sent["Location"] == f"{here}?depot=scope_documents#f-scope_documents"
    given = AnswerDocument.objects.filter(field="scope_documents", removed_at=None).last()
    assert given.document.name == "kit.pdf"
    assert f"/candidatures/{play.number}/pieces/{given.document_id}" in text_of(client.get(here))
    client.post(f"{here}?retirer=scope_documents:{given.document_id}", page_data(client.get(here)))
    assert AnswerDocument.objects.filter(field="scope_documents", removed_at=None).count() == before


def test_a_wrong_file_is_refused_beside_its_question(play, nadia):
    play.fill()
    client, here = signed_in(nadia), step(play, "eligibility")
    wrong = SimpleUploadedFile("virus.exe", b"MZ" + b"0" * 50)
    alone = client.post(here, {"scope_documents": wrong, **page_data(client.get(here))})
    page = client.get(alone["Location"].partition("#")[0])
    assert "virus.exe" in text_of(page)
    wrong = SimpleUploadedFile("virus.exe", b"MZ" + b"0" * 50)
    together = client.post(
        here, {"scope_documents": wrong, **page_data(client.get(here)), "action": ["next"]}
    )
    assert together.status_code == 422
    assert "virus.exe" in text_of(together)


def test_the_kit_is_downloaded_from_the_pinned_revision(play, nadia):
    client = signed_in(nadia)
    got = client.get(f"/candidatures/{play.number}/fichiers/kit-eligibilite.pdf")
    assert got.content.startswith(b"%PDF-")
    assert "attachment" in got["Content-Disposition"]
    assert client.get(f"/candidatures/{play.number}/fichiers/autre.pdf").status_code == 404


# --- Consequences and requests ------------------------------------------------------------------------------


def test_the_count_of_proofs_follows_the_profiles_and_the_claim(play, nadia):
    play.answer({"vague_1": "yes", "wiin_id": "W-1"}).fill()
    client = signed_in(nadia)
    alone = client.get(f"{step(play, 'eligibility')}/portee").json()["html"]
    assert "selon 1 profil" in alone
    assert "n’est pas confirmé" in alone
    more = client.get(f"{step(play, 'eligibility')}/portee?profil=ciba&profil=inconnu").json()["html"]
    assert "selon 2 profils" in more
    assert "data-scope" in client.get(step(play, "eligibility")).content.decode()


def test_requests_of_the_agency_stand_beside_their_questions(play, nadia):
    play.fill().submit()
    return_file(
        actor=play.verifier,
        number=play.number,
        round_n=play._deciding_round(),
        remarks={"nie": "Ce NIE est celui d’une autre entreprise."},
    )
    client, here = signed_in(nadia), step(play, "eligibility")
    shown = text_of(client.get(here))
    assert "Ce NIE est celui d’une autre entreprise." in shown
    assert "Thomas Anquetil" in shown
    assert "Réponse inchangée depuis l’examen." in shown
    play.answer({"nie": "NIE-9"})
    assert "Vous avez modifié cette réponse." in text_of(client.get(here))


def test_a_form_page_takes_as_many_queries_with_three_files_as_with_one(play, nadia):
    play.fill()
    client, here = signed_in(nadia), step(play, "eligibility")
    client.get(here)
    one = query_count(lambda: client.get(here))
    for name in ("a.pdf", "b.pdf"):
        client.post(here, {"scope_documents": pdf(name), **page_data(client.get(here))})
    assert query_count(lambda: client.get(here)) == one


def test_the_form_answers_in_english_too(play, nadia):
    client = signed_in(nadia)
    client.cookies["django_language"] = "en"
    page = client.get(step(play)).content.decode()
    assert "Legal representative" in page
    assert '<html lang="en"' in page
