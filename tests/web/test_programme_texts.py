"""Texts of the draft edited in place: written, refused beside the field, kept through a conflict; and the preview."""

import pytest

from jalon.accounts.states import StaffRoleName
from jalon.programmes.definition.award_words import AwardWords
from jalon.programmes.definition.folder import plain
from jalon.programmes.queries import draft_definition
from tests.scenarios.people import staff
from tests.scenarios.revisions import draft
from tests.scenarios.small import SMALL_CODE, open_small_programme
from tests.web.programmes import FIRST, HOME, changed_draft, definition_now, texts_form
from tests.web.vendors import signed_in, text_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database("what a page says is the same on either; the walk of rights opens each on both"),
]

KEY = "ins-va1.01"


def found(key: str = KEY):
    return {r.key: r for c in definition_now().chapters for r in c.requirements}[key]


def at(*tail: str) -> str:
    chapter = next(c.key for c in definition_now().chapters if any(r.key == KEY for r in c.requirements))
    return "|".join(("chapters", chapter, "requirements", KEY, *tail))


def proof_at(*tail: str) -> str:
    scenario = next(s.key for s in found().scenarios if any(p.key == FIRST for p in s.proofs))
    return at("scenarios", scenario, "proofs", FIRST, *tail)


@pytest.fixture
def leila(db):
    """The browser of a programme manager. No file is needed."""
    open_small_programme()
    return signed_in(staff("leila", StaffRoleName.MANAGER, programme=SMALL_CODE, given_name="Leïla"))


def read(leila, tail: str) -> dict[str, list[str]]:
    return texts_form(leila.get(HOME + tail))


def send(leila, tail: str, seen: dict[str, list[str]] | None = None, **typed):
    """The form as it was read (now), with these fields changed."""
    return leila.post(HOME + tail, {**(read(leila, tail) if seen is None else seen), **typed})


def test_texts_of_a_requirement_are_written_and_nothing_else(leila):
    was = definition_now()
    answer = send(
        leila,
        f"/exigences/{KEY}",
        **{at("title", "fr"): "Titre revu", proof_at("text", "fr"): "Une vidéo."},
    )
    assert answer.status_code == 303
    proof = next(p for s in found().scenarios for p in s.proofs if p.key == FIRST)
    assert (found().title.fr, proof.text.fr) == ("Titre revu", "Une vidéo.")
    assert definition_now().chapters[1:] == was.chapters[1:]
    assert found("ins-va1.02") in was.chapters[0].requirements


def test_line_ends_of_a_browser_are_no_change(leila):
    seen = draft()
    text = found().statement.fr.replace("\n", "\r\n")
    send(leila, f"/exigences/{KEY}", **{at("statement", "fr"): text})
    assert draft().version == seen.version


def test_an_empty_text_is_refused_beside_its_field_and_the_rest_stays_typed(leila):
    answer = send(
        leila, f"/exigences/{KEY}", **{at("title", "fr"): "", at("statement", "fr"): "Un énoncé gardé."}
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


def test_kinds_are_chosen_and_no_longer_a_guess(leila):
    kinds = [k.key for k in definition_now().kinds][:2]
    name = proof_at("kinds")
    send(leila, f"/exigences/{KEY}", **{name: kinds})
    proof = next(p for s in found().scenarios for p in s.proofs if p.key == FIRST)
    assert (list(proof.kinds), proof.kind_guessed) == (kinds, False)


def test_no_kind_left_is_refused(leila):
    name = proof_at("kinds")
    answer = send(leila, f"/exigences/{KEY}", **{name: []})
    assert (answer.status_code, "Il faut au moins 1 élément." in text_of(answer)) == (422, True)
    assert name not in texts_form(answer)  # nothing came back ticked


def test_a_proof_is_added_to_a_requirement_that_has_none(leila):
    def without(edit):
        edit.requirement("ins-va1.02").pop("scenarios")

    changed_draft(without)
    kind = definition_now().kinds[0].key
    answer = send(
        leila,
        "/exigences/ins-va1.02",
        act="add",
        version=str(draft().version),
        text="Une capture.",
        kinds=[kind],
    )
    assert answer.status_code == 303
    (scenario,) = found("ins-va1.02").scenarios
    assert [(p.text.fr, p.kinds) for p in scenario.proofs] == [("Une capture.", (kind,))]
    refused = send(leila, "/exigences/ins-va1.02", act="add", version=str(draft().version), text="Une autre.")
    assert (refused.status_code, "Une autre." in text_of(refused)) == (422, True)


def test_a_text_as_long_as_a_cell_is_written_whole(leila):
    text = "a" * 32_767
    assert send(leila, f"/exigences/{KEY}", **{at("comment", "fr"): text}).status_code == 303
    assert found().comment.fr == text


def test_a_longer_text_is_refused_beside_its_field_and_stays_typed(leila):
    was = draft().sha256
    text = "a" * 32_767 + "la fin"
    answer = send(leila, f"/exigences/{KEY}", **{at("comment", "fr"): text})
    shown = text_of(answer)
    assert (answer.status_code, text in shown) == (422, True)
    assert "32773 caractères, c’est trop : 32767 au plus." in shown
    assert f'<a href="#f-{at("comment", "fr").replace(".", "-")}">' in shown
    assert draft().sha256 == was


def test_a_longer_text_that_stands_does_not_hold_up_the_others(leila):
    text = "a" * 40_000
    changed_draft(lambda edit: edit.requirement(KEY).update(comment={"fr": text}))
    typed = {at("comment", "fr"): text, at("title", "fr"): "Titre revu"}
    assert send(leila, f"/exigences/{KEY}", **typed).status_code == 303
    assert (found().title.fr, found().comment.fr) == ("Titre revu", text)


def test_the_text_of_a_new_proof_is_never_cut(leila):
    kind = definition_now().kinds[0].key
    text = "a" * 32_767
    refused = send(
        leila, f"/exigences/{KEY}", act="add", version=str(draft().version), text=f"{text}fin", kinds=[kind]
    )
    assert (refused.status_code, f"{text}fin" in text_of(refused)) == (422, True)
    assert "32770 caractères, c’est trop : 32767 au plus." in text_of(refused)
    assert (
        send(
            leila, f"/exigences/{KEY}", act="add", version=str(draft().version), text=text, kinds=[kind]
        ).status_code
        == 303
    )
    assert text in [p.text.fr for s in found().scenarios for p in s.proofs]


MINE, THEIRS = "Le mien", "Celui de l’autre"


def test_a_conflict_is_only_what_both_changed_and_a_second_click_overwrites_nothing_else(leila):
    """A colleague wrote two fields meanwhile; one of them is changed here too, and a third one is."""
    tail = f"/exigences/{KEY}"
    title, comment, statement = (at(name, "fr") for name in ("title", "comment", "statement"))
    seen = read(leila, tail)
    send(leila, tail, **{title: THEIRS, comment: "Un commentaire de l’autre"})
    theirs = draft().sha256

    answer = send(leila, tail, seen, **{title: MINE, statement: "<p>Mon énoncé.</p>"})
    again, shown = texts_form(answer), text_of(answer)
    assert (answer.status_code, draft().sha256) == (409, theirs)
    assert shown.count("Ce texte a changé dans le brouillon") == 2  # the summary, and the field
    assert ["Dans le brouillon" in shown, "Celui" in shown, "Leïla Anquetil" in shown] == [True] * 3
    assert (again[title], again[statement]) == ([MINE], ["<p>Mon énoncé.</p>"])
    assert again[comment] == ["Un commentaire de l’autre"]

    assert send(leila, tail, again).status_code == 303
    now = found()
    assert (now.title.fr, now.comment.fr) == (MINE, "Un commentaire de l’autre")
    assert now.statement.fr == "<p>Mon énoncé.</p>"


def test_after_a_conflict_the_other_text_may_be_taken(leila):
    tail, title = f"/exigences/{KEY}", at("title", "fr")
    seen = read(leila, tail)
    send(leila, tail, **{title: THEIRS})
    again = texts_form(send(leila, tail, seen, **{title: MINE}))
    answer = send(leila, tail, again, **{f"{title}|taken": "1"})
    assert (answer.status_code, found().title.fr) == (303, THEIRS)


def test_other_fields_changed_meanwhile_are_no_conflict_and_stay(leila):
    tail, title, comment = f"/exigences/{KEY}", at("title", "fr"), at("comment", "fr")
    seen = read(leila, tail)
    send(leila, tail, **{title: THEIRS})
    assert send(leila, tail, seen, **{comment: MINE}).status_code == 303
    assert (found().title.fr, found().comment.fr) == (THEIRS, MINE)
    version = draft().version  # sent twice: one effect
    assert send(leila, tail, seen, **{comment: MINE}).status_code == 303
    assert draft().version == version


def test_kinds_that_both_changed_are_a_conflict_too(leila):
    tail, name = f"/exigences/{KEY}", proof_at("kinds")
    kinds = [k.key for k in definition_now().kinds]
    seen = read(leila, tail)
    send(leila, tail, **{name: kinds[:2]})
    again = texts_form(answer := send(leila, tail, seen, **{name: kinds[1:3]}))
    assert (answer.status_code, again[name]) == (409, kinds[1:3])
    send(leila, tail, again)
    assert next(p.kinds for s in found().scenarios for p in s.proofs if p.key == FIRST) == tuple(kinds[1:3])


def test_a_text_whose_place_is_gone_is_shown_again(leila):
    tail, text = f"/exigences/{KEY}", proof_at("text", "fr")
    seen = read(leila, tail)
    changed_draft(lambda edit: edit.drop(FIRST))
    answer = send(leila, tail, seen, **{text: "Un long texte"})
    assert (answer.status_code, "Un long texte" in text_of(answer)) == (409, True)
    assert send(leila, tail, texts_form(answer)).status_code == 303

    def without(edit):
        for chapter in edit.raw["chapters"]:
            chapter["requirements"] = [r for r in chapter["requirements"] if r["key"] != KEY]

    title = at("title", "fr")
    seen = read(leila, tail)
    changed_draft(without)
    answer = send(leila, tail, seen, **{title: "Un long titre"})
    assert (answer.status_code, "Un long titre" in text_of(answer)) == (409, True)
    assert [leila.get(HOME + tail).status_code, send(leila, tail, seen).status_code] == [404, 404]
    kinds = next(name for name in seen if name.endswith("|kinds"))
    other = next(k for k in definition_now().kinds if k.key not in seen[kinds])
    answer = send(leila, tail, seen, **{kinds: [other.key]})
    assert (answer.status_code, other.label.fr in text_of(answer)) == (409, True)
    answer = leila.post(HOME + tail, {"act": "add", "version": "1", "text": "Une preuve longuement pesée"})
    assert (answer.status_code, "Une preuve longuement pesée" in text_of(answer)) == (409, True)


def test_texts_of_a_theme_that_is_gone_are_shown_again(leila):
    seen = read(leila, "/textes/motifs")
    name = next(name for name in seen if name.endswith("|label|fr"))
    changed_draft(lambda edit: edit.raw.pop("return_reasons"))
    answer = send(leila, "/textes/motifs", seen, **{name: "Un motif longuement pesé"})
    assert (answer.status_code, "Un motif longuement pesé" in text_of(answer)) == (409, True)
    assert [
        leila.get(f"{HOME}/textes/motifs").status_code,
        send(leila, "/textes/motifs", seen).status_code,
    ] == [404] * 2


@pytest.mark.parametrize(
    ("group", "name"),
    [
        ("profils", "profiles|{d.profiles[0].key}|label|fr"),
        ("motifs", "return_reasons|{d.return_reasons[0].key}|label|fr"),
        ("declarations", "claims|{d.claims[0].key}|verify|fr"),
    ],
)
def test_words_around_the_list_are_written(leila, group, name):
    path = name.format(d=definition_now())
    assert send(leila, f"/textes/{group}", **{path: "Un autre mot"}).status_code == 303
    assert "Un autre mot" in text_of(leila.get(f"{HOME}/textes/{group}"))


def test_what_the_public_page_the_reasons_and_the_convention_say_is_written_and_previewed(leila):
    perimeter = definition_now().perimeters[0].key
    for group, name in (
        ("presentation", "presentation|lead|fr"),
        ("presentation", "presentation|sections|1|paragraphs|1|fr"),
        ("perimetres", f"perimeters|{perimeter}|reason_applies|fr"),
        ("convention", "convention|articles|1|paragraphs|1|fr"),
        ("convention", "convention|agency_name|fr"),
    ):
        assert send(leila, f"/textes/{group}", **{name: f"Mots de {name}"}).status_code == 303
        assert f"Mots de {name}" in text_of(leila.get(f"{HOME}/apercu?voir={group}"))


def test_a_word_that_nothing_fills_in_is_refused_beside_its_article(leila):
    name = "convention|articles|1|paragraphs|1|fr"
    answer = send(leila, "/textes/convention", **{name: "Le produit {produit}."})
    shown = text_of(answer)
    assert (answer.status_code, f'<a href="#f-{name}">' in shown) == (422, True)
    assert texts_form(answer)[name] == ["Le produit {produit}."]


def test_a_hint_comes_and_goes(leila):
    key = definition_now().profiles[0].key
    send(leila, "/textes/profils", **{f"profiles|{key}|hint|fr": "Pour tous."})
    assert definition_now().profiles[0].hint.fr == "Pour tous."
    send(leila, "/textes/profils", **{f"profiles|{key}|hint|fr": "", f"profiles|{key}|hint|en": ""})
    assert definition_now().profiles[0].hint is None


def test_a_form_writes_only_what_its_page_shows(leila):
    was = draft().sha256
    send(leila, "/textes/profils", **{"charter|title|fr": "Autre charte", "code": "autre"})
    assert draft().sha256 == was


def test_the_preview_shows_the_draft_and_sends_nothing(leila):
    send(leila, f"/exigences/{KEY}", **{at("title", "fr"): "Titre à venir"})
    shown = text_of(leila.get(f"{HOME}/apercu?voir=chapitres&chapitre=gestion-ins"))
    assert ["Titre à venir" in shown, "Aperçu : rien ne s’envoie d’ici" in shown] == [True, True]
    assert "<form" not in shown.partition('class="j-previewed"')[2]
    assert draft_definition(draft()).steps[0].title.fr in text_of(leila.get(f"{HOME}/apercu"))


def test_the_words_of_the_decision_are_edited_though_the_list_leaves_them_as_usual(leila):
    seen = read(leila, "/textes/decision")
    offered = {name.split("|")[1] for name in seen if name.startswith("award|")}
    assert offered == set(AwardWords.model_fields)
    assert seen["award|state|fr"] == ["Référencée"]
    assert send(leila, "/textes/decision", seen, **{"award|state|fr": "Homologuée"}).status_code == 303
    assert plain(definition_now())["award"] == {"state": {"fr": "Homologuée", "en": "Listed"}}


def test_words_of_the_decision_cite_only_what_can_be_filled_in(leila):
    answer = send(leila, "/textes/decision", **{"award|solution|fr": "{product} et {licence}"})
    assert (answer.status_code, "award" in plain(definition_now())) == (422, False)
