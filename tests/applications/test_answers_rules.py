"""Forms on plain data: what is asked, what is kept, what is wrong, how far one is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jalon.applications.rules.answers import (
    asked,
    chosen_profiles,
    declared_claims,
    facts,
    field_error,
    form_steps,
    is_empty,
    normalise,
    progress,
    repeat_asked,
    repeat_errors,
    step_errors,
)
from jalon.programmes.definition.schema import FormField, Option, Repeat, Text
from tests.programmes.builders import made, question, small_raw
from tests.sentences import as_written

CHOOSE = "Choisissez une réponse."
DUE = "Cette réponse est obligatoire."


def definition():
    raw = small_raw()
    fields = raw["steps"][0]["sections"][0]["fields"]
    for question_ in fields:
        question_["required"] = question_["key"] in (
            "given-name",
            "listed",
            "listed-id",
            "chosen-profiles",
            "kit",
        )
    repeat = raw["steps"][0]["sections"][1]["repeat"]
    repeat["when"] = {"answer": "listed", "equals": "yes"}
    repeat["fields"] = [question("name", required=True), question("siren", "siren"),
                        question("why", when={"answer": "name", "equals": "other"}, required=True)]  # fmt: skip
    repeat["max"] = 3
    raw["claims"][0]["declared_when"] = {"answer": "listed", "equals": "yes"}
    for question_ in fields:
        if question_["key"] == "listed-id":
            question_["when"] = {"answer": "listed", "equals": "yes"}
    return made(raw)


DEFINITION = definition()
STEP = form_steps(DEFINITION)[0]
WHOLE: dict[str, Any] = {"given-name": "Éloïse", "listed": "no", "chosen-profiles": ["all"], "kit": [1]}
LISTED = {**WHOLE, "listed": "yes", "listed-id": "W-1", "members": [{"name": "A"}]}


def ask(kind: str, **more: Any) -> FormField:
    return FormField(key="q", kind=kind, label=Text(fr="Q"), **more)


OPTIONS = (Option(key="mme", label=Text(fr="Madame")), Option(key="m", label=Text(fr="Monsieur")))


def test_only_what_the_answers_call_for_is_asked():
    section = STEP.sections[0]
    keys = [f.key for f in asked(section, {})]
    assert "listed-id" not in keys
    assert [f.key for f in asked(section, {"listed": "yes"})] == [f.key for f in section.fields]
    assert repeat_asked(STEP.sections[1], {"listed": "no"}) is None
    assert repeat_asked(STEP.sections[1], {"listed": "yes"}) == STEP.sections[1].repeat


@pytest.mark.parametrize(
    ("field", "raw", "kept"),
    [
        (ask("text"), "  Éloïse\x00 \r\n", "Éloïse"),
        (ask("text"), None, ""),
        (ask("text"), 12, "12"),
        (ask("text"), "\ud800a", "a"),  # half a character: JSON can carry it, no database keeps it
        (ask("long_text"), "a\r\nb", "a\nb"),
        (ask("text", upper_case=True), "ab-1", "AB-1"),
        (ask("siren"), "732 829 320", "732829320"),
        (ask("siret"), "732.829.320 00074", "73282932000074"),
        (ask("eu_vat"), "de 129 273 398", "DE129273398"),
        (ask("choice", options=OPTIONS), "madame", "mme"),
        (ask("choice", options=OPTIONS), "m", "m"),
        (ask("choice", options=OPTIONS), "docteur", "docteur"),
        (ask("choices", options=OPTIONS), ["m", "mme", "m"], ["mme", "m"]),
        (ask("choices", options=OPTIONS), "m", ["m"]),
        (ask("choices", options=OPTIONS), ["gone", "m"], ["m", "gone"]),  # kept, and flagged (R5)
        (ask("choices", options=OPTIONS), None, []),
        (ask("choices", options=OPTIONS), [""], []),
        (ask("profiles"), [], ["all"]),  # locked: always there
        (ask("profiles"), ["extra"], ["all", "extra"]),
        (ask("profiles"), ["gone"], ["all", "gone"]),
    ],
)
def test_what_is_kept_of_what_was_typed(field, raw, kept):
    assert normalise(field, raw, DEFINITION) == kept
    assert normalise(field, kept, DEFINITION) == kept


GONE = "La réponse « gone » n’est plus proposée. Choisissez à nouveau."
SHAPE = "Cette valeur n’a pas la forme attendue. Recopiez-la depuis le document d’origine."
DATE = "Cette date n’existe pas. Écrivez-la sous la forme jour, mois, année."


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        (ask("text"), "", ""),
        (ask("text", required=True), "", DUE),
        (ask("yes_no", required=True), "", CHOOSE),
        (ask("choices", required=True), [], CHOOSE),
        (ask("documents", required=True), [], "Aucun fichier. Ajoutez le document demandé."),
        (ask("documents", max_files=2), [1, 2, 3], "2 fichiers au plus : retirez-en."),
        (ask("documents", max_files=1), [1, 2], "1 fichier au plus : retirez-en."),
        (ask("documents", max_files=2), [1, 2], ""),
        (ask("text", max_length=3), "abcd", "4 caractères, c’est trop : 3 au plus."),
        (ask("text", max_length=3), "abc", ""),
        (ask("yes_no"), "yes", ""),
        (ask("yes_no"), "gone", GONE),
        (ask("choice", options=OPTIONS), "gone", GONE),
        (ask("choices", options=OPTIONS), ["m", "gone"], GONE),
        (ask("profiles"), ["all", "gone"], GONE),
        (ask("profiles"), ["all"], ""),
        (
            ask("profiles", at_least=1),
            ["all"],
            "Choisissez au moins 1 réponse.",
        ),  # a locked one does not count
        (ask("profiles", at_least=1), ["all", "extra"], ""),
        (ask("choices", options=OPTIONS, at_least=2), ["m"], "Choisissez au moins 2 réponses."),
        (ask("choices", options=OPTIONS, at_least=2), ["m", "mme"], ""),
        (
            ask("email"),
            "nom@",
            "Cette adresse électronique est incomplète. Elle doit ressembler à nom@domaine.fr.",
        ),
        (ask("country"), "FR", ""),
        (ask("country"), "France", "Choisissez un pays dans la liste."),
        (ask("number"), "12", ""),
        (ask("number"), "١٢", "Indiquez un nombre entier, en chiffres."),
        (ask("number"), "1,5", "Indiquez un nombre entier, en chiffres."),
        (ask("date"), "2026-02-28", ""),
        (ask("date"), "2026-02-30", DATE),
        (ask("date"), "demain", DATE),
        (ask("siren"), "732829320", ""),
        (ask("siret", siren_of="siren"), "73282932000074", ""),
        (ask("text", pattern="[0-9]+"), "12", ""),
        (ask("text", pattern="[0-9]+"), "12a", SHAPE),
        (ask("text", pattern="[0-9]+", pattern_error=Text(fr="Des chiffres.")), "x", "Des chiffres."),
        (ask("text", equal_to="other"), "same", ""),
        (ask("text", equal_to="other"), "not", "Cette valeur doit être la même que « same »."),
        (ask("text", equal_to="other", equal_error=Text(fr="La même.")), "not", "La même."),
        (ask("text", equal_to="absent"), "anything", ""),
    ],
)
def test_what_is_wrong_with_one_answer(field, value, error):
    given = {"siren": "732 829 320", "other": "same"}
    assert as_written(field_error(field, value, given, DEFINITION)) == error


def test_a_siret_of_another_company_is_told():
    field = ask("siret", siren_of="siren")
    assert field_error(field, "73282932000074", {"siren": "552081317"}) == (
        "Les 9 premiers chiffres du SIRET doivent être ceux du SIREN 552081317."
    )


REPEAT = STEP.sections[1].repeat


@pytest.mark.parametrize(
    ("blocks", "errors"),
    [
        (None, {"members": "Ajoutez au moins une ligne, ou répondez « Non »."}),
        ([], {"members": "Ajoutez au moins une ligne, ou répondez « Non »."}),
        ("text", {"members": "Ajoutez au moins une ligne, ou répondez « Non »."}),
        ([{"name": "A"}], {}),
        ([{"name": "A"}, {"siren": "1"}], {
            "members.1.name": DUE, "members.1.siren": "Ce SIREN compte 1 chiffres, il en faut 9.",
        }),
        ([{"name": "other"}], {"members.0.why": DUE}),  # a condition inside looks at its own block
        ([{"name": "A"}] * 3, {}),
        ([{"name": "A"}] * 4, {"members": "3 lignes au plus."}),
    ],
)  # fmt: skip
def test_repeated_blocks(blocks, errors):
    assert isinstance(REPEAT, Repeat)
    assert as_written(repeat_errors(REPEAT, blocks)) == errors


def test_errors_come_in_the_order_of_the_form():
    assert step_errors(STEP, {}, DEFINITION) == {
        "given-name": DUE,
        "listed": CHOOSE,
        "chosen-profiles": CHOOSE,
        "kit": "Aucun fichier. Ajoutez le document demandé.",
    }
    assert list(step_errors(STEP, {"listed": "yes"}, DEFINITION))[1] == "listed-id"


@pytest.mark.parametrize(
    ("answers", "per_cent"),
    [
        ({}, 0),
        ({"given-name": "A"}, 25),
        ({**WHOLE, "kit": []}, 75),
        (WHOLE, 100),
        ({**WHOLE, "email": "wrong"}, 99),  # everything required is there, one thing is to mend
        ({**WHOLE, "listed": "yes"}, 66),  # four of six: two more questions are asked
        (LISTED, 100),
    ],
)
def test_progress(answers, per_cent):
    assert progress(STEP, answers, DEFINITION) == per_cent


VALUES: dict[str, Any] = {
    "given-name": st.sampled_from(["", "A"]),
    "email": st.sampled_from(["", "a@b.fr", "wrong"]),
    "siren": st.sampled_from(["", "732829320", "1"]),
    "listed": st.sampled_from(["", "yes", "no", "gone"]),
    "listed-id": st.sampled_from(["", "W-1"]),
    "chosen-profiles": st.sampled_from([[], ["all"], ["all", "gone"]]),
    "kit": st.sampled_from([[], [1]]),
    "members": st.sampled_from([[], [{"name": "A"}], [{"siren": "1"}], None]),
}


@given(st.fixed_dictionaries({}, optional=VALUES))
def test_a_hundred_per_cent_is_nothing_left_to_mend(answers):
    done = progress(STEP, answers, DEFINITION)
    assert 0 <= done <= 100
    assert (done == 100) is (step_errors(STEP, answers, DEFINITION) == {})


def test_claims_profiles_and_facts():
    assert declared_claims(DEFINITION, WHOLE) == frozenset()
    assert declared_claims(DEFINITION, LISTED) == {"listed"}
    assert chosen_profiles(DEFINITION, {}) == {"all"}
    assert chosen_profiles(DEFINITION, {"chosen-profiles": ["extra", "gone"]}) == {"all", "extra"}
    assert facts(DEFINITION, LISTED).claims == {"listed"}
    assert facts(DEFINITION, LISTED, frozenset()).claims == frozenset()
    assert (
        facts(DEFINITION, WHOLE, frozenset({"listed"})).claims == frozenset()
    )  # confirmed, yet not declared
    assert facts(DEFINITION, LISTED, frozenset({"listed"})).profiles == {"all"}


@pytest.mark.parametrize(
    ("value", "empty"), [(None, True), ("", True), ([], True), ("no", False), ([1], False)]
)
def test_empty_answers(value, empty):
    assert is_empty(value) is empty


@given(
    st.text(),
    st.sampled_from(["text", "email", "telephone", "siren", "siret", "eu_vat", "date", "number", "country"]),
)
def test_any_text_is_kept_and_judged_without_an_exception(raw, kind):
    field = ask(kind)
    assert isinstance(field_error(field, normalise(field, raw), {}), str)
