"""Texts of the draft edited in place: written, refused beside the field, kept through a conflict; and the preview."""

import pytest

from jalon.programmes.queries import draft_definition
from tests.scenarios.revisions import draft
from tests.web.agency import text_of
from tests.web.programmes import FIRST, HOME, changed_draft, company, definition_now, manager

__all__ = ["company"]  # fixture
pytestmark = pytest.mark.django_db

KEY = "ins-va1.01"


def found(key: str = KEY):
    return {r.key: r for c in definition_now().chapters for r in c.requirements}[key]


def at(*tail: str) -> str:
    chapter = next(c.key for c in definition_now().chapters if any(r.key == KEY for r in c.requirements))
    return "|".join(("chapters", chapter, "requirements", KEY, *tail))


def proof_at(*tail: str) -> str:
    scenario = next(s.key for s in found().scenarios if any(p.key == FIRST for p in s.proofs))
    return at("scenarios", scenario, "proofs", FIRST, *tail)


def send(company, tail: str, version: int | None = None, **typed):
    sent = {"version": str(draft().version if version is None else version), **typed}
    return manager(company).post(HOME + tail, sent)


def test_texts_of_a_requirement_are_written_and_nothing_else(company):
    was = definition_now()
    answer = send(
        company,
        f"/exigences/{KEY}",
        **{at("title", "fr"): "Titre revu", proof_at("text", "fr"): "Une vidéo."},
    )
    assert answer.status_code == 303
    proof = next(p for s in found().scenarios for p in s.proofs if p.key == FIRST)
    assert (found().title.fr, proof.text.fr) == ("Titre revu", "Une vidéo.")
    assert definition_now().chapters[1:] == was.chapters[1:]
    assert found("ins-va1.02") in was.chapters[0].requirements


def test_line_ends_of_a_browser_are_no_change(company):
    seen = draft()
    text = found().statement.fr.replace("\n", "\r\n")
    send(company, f"/exigences/{KEY}", **{at("statement", "fr"): text})
    assert draft().version == seen.version


def test_an_empty_text_is_refused_beside_its_field_and_the_rest_stays_typed(company):
    answer = send(
        company, f"/exigences/{KEY}", **{at("title", "fr"): "", at("statement", "fr"): "Un énoncé gardé."}
    )
    shown = text_of(answer)
    assert (answer.status_code, "Ce texte est vide." in shown, "Un énoncé gardé." in shown) == (
        422,
        True,
        True,
    )
    named = at("title", "fr").replace(".", "-")
    assert f'<a href="#f-{named}">' in shown
    assert found().title.fr != ""


def test_kinds_are_chosen_and_no_longer_a_guess(company):
    kinds = [k.key for k in definition_now().kinds][:2]
    name = proof_at("kinds")
    send(company, f"/exigences/{KEY}", **{name: kinds, f"{name}|asked": "1"})
    proof = next(p for s in found().scenarios for p in s.proofs if p.key == FIRST)
    assert (list(proof.kinds), proof.kind_guessed) == (kinds, False)


def test_no_kind_left_is_refused(company):
    name = proof_at("kinds")
    answer = send(company, f"/exigences/{KEY}", **{f"{name}|asked": "1"})
    assert (answer.status_code, "Il faut au moins 1 élément." in text_of(answer)) == (422, True)


def test_a_proof_is_added_to_a_requirement_that_has_none(company):
    def without(edit):
        edit.requirement("ins-va1.02").pop("scenarios")

    changed_draft(without)
    kind = definition_now().kinds[0].key
    answer = send(company, "/exigences/ins-va1.02", act="add", text="Une capture.", kinds=[kind])
    assert answer.status_code == 303
    (scenario,) = found("ins-va1.02").scenarios
    assert [(p.text.fr, p.kinds) for p in scenario.proofs] == [("Une capture.", (kind,))]
    refused = send(company, "/exigences/ins-va1.02", act="add", text="Une autre.")
    assert (refused.status_code, "Une autre." in text_of(refused)) == (422, True)


def test_a_text_as_long_as_a_cell_is_written_whole(company):
    text = "a" * 32_767
    assert send(company, f"/exigences/{KEY}", **{at("comment", "fr"): text}).status_code == 303
    assert found().comment.fr == text


def test_a_longer_text_is_refused_beside_its_field_and_stays_typed(company):
    was = draft().sha256
    text = "a" * 32_767 + "la fin"
    answer = send(company, f"/exigences/{KEY}", **{at("comment", "fr"): text})
    shown = text_of(answer)
    assert (answer.status_code, text in shown) == (422, True)
    assert "32773 caractères, c’est trop : 32767 au plus." in shown
    assert f'<a href="#f-{at("comment", "fr").replace(".", "-")}">' in shown
    assert draft().sha256 == was


def test_a_longer_text_that_stands_does_not_hold_up_the_others(company):
    text = "a" * 40_000
    changed_draft(lambda edit: edit.requirement(KEY).update(comment={"fr": text}))
    typed = {at("comment", "fr"): text, at("title", "fr"): "Titre revu"}
    assert send(company, f"/exigences/{KEY}", **typed).status_code == 303
    assert (found().title.fr, found().comment.fr) == ("Titre revu", text)


def test_the_text_of_a_new_proof_is_never_cut(company):
    kind = definition_now().kinds[0].key
    text = "a" * 32_767
    refused = send(company, f"/exigences/{KEY}", act="add", text=f"{text}fin", kinds=[kind])
    assert (refused.status_code, f"{text}fin" in text_of(refused)) == (422, True)
    assert "32770 caractères, c’est trop : 32767 au plus." in text_of(refused)
    assert send(company, f"/exigences/{KEY}", act="add", text=text, kinds=[kind]).status_code == 303
    assert text in [p.text.fr for s in found().scenarios for p in s.proofs]


def test_somebody_else_wrote_meanwhile_both_texts_are_shown(company):
    seen = draft().version
    send(company, f"/exigences/{KEY}", **{at("title", "fr"): "Celui de l’autre"})
    answer = send(company, f"/exigences/{KEY}", seen, **{at("title", "fr"): "Le mien"})
    shown = text_of(answer)
    assert answer.status_code == 409
    assert ["Le mien" in shown, "Dans le brouillon : Celui de l’autre" in shown] == [True, True]
    assert found().title.fr == "Celui de l’autre"


@pytest.mark.parametrize(
    ("group", "name"),
    [("profils", "profiles|{profile}|label|fr"), ("motifs", "return_reasons|{reason}|label|fr")],
)
def test_words_around_the_list_are_written(company, group, name):
    definition = definition_now()
    path = name.format(profile=definition.profiles[0].key, reason=definition.return_reasons[0].key)
    assert send(company, f"/textes/{group}", **{path: "Un autre mot"}).status_code == 303
    assert "Un autre mot" in text_of(manager(company).get(f"{HOME}/textes/{group}"))


def test_a_hint_comes_and_goes(company):
    key = definition_now().profiles[0].key
    send(company, "/textes/profils", **{f"profiles|{key}|hint|fr": "Pour tous."})
    assert definition_now().profiles[0].hint.fr == "Pour tous."
    send(company, "/textes/profils", **{f"profiles|{key}|hint|fr": "", f"profiles|{key}|hint|en": ""})
    assert definition_now().profiles[0].hint is None


def test_a_form_writes_only_what_its_page_shows(company):
    was = draft().sha256
    send(company, "/textes/profils", **{"charter|title|fr": "Autre charte", "code": "autre"})
    assert draft().sha256 == was


def test_the_preview_shows_the_draft_and_sends_nothing(company):
    send(company, f"/exigences/{KEY}", **{at("title", "fr"): "Titre à venir"})
    shown = text_of(manager(company).get(f"{HOME}/apercu?voir=chapitres&chapitre=gestion-ins"))
    assert ["Titre à venir" in shown, "Aperçu : rien ne s’envoie d’ici" in shown] == [True, True]
    assert "<form" not in shown.partition('class="j-previewed"')[2]
    assert draft_definition(draft()).steps[0].title.fr in text_of(manager(company).get(f"{HOME}/apercu"))
