"""A programme of another field runs from product to award by data alone: other steps, questions, profiles, claim."""

import json

import pytest

from jalon.accounts.states import StaffRoleName
from jalon.applications.queries import parts_of
from jalon.applications.queries.dates import gate_views
from jalon.applications.states import ApplicationState
from jalon.awards.models import Award, Convention
from jalon.awards.queries.conditions import missing_for
from jalon.core.errors import InvalidInput
from jalon.demo.play import Play
from jalon.evidence.queries import slot_views
from tests.scenarios.library import LIBRARY, begin_library_file
from tests.scenarios.people import staff

pytestmark = pytest.mark.django_db

ADULTS = {"publics": ["adultes"], "origine": "repris", "usages": ["noyau"]}
# Answers, whether the claim is confirmed → the codes of the proofs expected.
EXPECTED = {
    "adults, catalogue taken over": (ADULTS, True, ["NOT.1.01.01", "NOT.2.01.01", "NOT.2.01.02", "PRE.1.01.01"]),
    "children": (
        ADULTS | {"publics": ["adultes", "enfants"]},
        True,
        ["NOT.1.01.01", "NOT.2.01.01", "NOT.2.01.02", "PRE.1.01.01", "PRE.2.01.01"],
    ),
    "new catalogue, confirmed": (
        ADULTS | {"origine": "neuf", "depot": "D-12"},
        True,
        ["NOT.1.01.01", "PRE.1.01.01"],
    ),
    "new catalogue, not confirmed": (
        ADULTS | {"origine": "neuf", "depot": "D-12"},
        False,
        ["NOT.1.01.01", "NOT.2.01.01", "NOT.2.01.02", "PRE.1.01.01"],
    ),
    "digital books": (
        ADULTS | {"usages": ["noyau", "numerique"]},
        True,
        ["NOT.1.01.01", "NOT.2.01.01", "NOT.2.01.02", "PRE.1.01.01", "NUM.1.01.01"],
    ),
}  # fmt: skip


@pytest.fixture
def play() -> Play:
    return begin_library_file()


def codes(play: Play) -> list[str]:
    return [v.expected.code for c in play.chapters() for v in slot_views(play.application, c)]


def test_its_steps_are_its_own(play):
    assert [part.key for part in parts_of(play.application).values()] == [
        "step:demande",
        "step:pieces",
        "step:accord",
    ]
    assert gate_views(play.application) == []


@pytest.mark.parametrize("case", EXPECTED)
def test_what_applies_follows_its_own_answers_and_claim(play, case):
    answers, confirm, expected = EXPECTED[case]
    play.fill(answers).submit().find_eligible(confirm=confirm)
    assert codes(play) == expected


def test_a_question_that_asks_for_one_more_holds_the_file_back(play):
    play.fill(ADULTS).answer({"publics": []})
    with pytest.raises(InvalidInput) as refused:
        play.submit()
    assert set(refused.value.errors) == {"publics"}


def test_from_product_to_award(play):
    answers = ADULTS | {
        "publics": ["enfants", "scolaires"],
        "usages": ["noyau", "numerique"],
        "reseaux": [{"reseau_nom": "Écoles de Nantes"}],
        "signe_prenom": "Ada",
        "signe_nom": "Gernsback",
        "signe_titre": "Gérante",
        "signe_courriel": "ada@rayonnages.example",
    }
    play.fill(answers).submit().find_eligible()
    first = play.chapters()[0]
    play.deposit(first).submit_chapters([first])
    slot = slot_views(play.application, first)[0]
    play.judge(first, to_modify={slot.key: "Le lot est incomplet."}).close(first, send_back=True)
    play.deposit(first).submit_chapters([first]).judge(first).close(first)
    play.prove().meet_prerequisites()
    assert play.application.state == ApplicationState.PROOFS_VALIDATED
    play.draw()
    printed = json.loads(Convention.objects.get().snapshot)
    assert printed["title"] == "Accord sur Rayonnages"
    assert printed["representative"] == {
        "name": "Ada Gernsback",
        "function": "Gérante",
        "email": "ada@rayonnages.example",
    }
    assert printed["profiles"] == ["Noyau", "Prêt de livres numériques"]
    play.give_opinion(staff("bernard", StaffRoleName.COLLEGE, programme=LIBRARY)).sign()
    play.countersign(staff("sophie", StaffRoleName.SIGNATORY, programme=LIBRARY)).draw()
    assert play.application.state == ApplicationState.LISTED
    assert missing_for(play.application) == []
    assert Award.objects.get().number.startswith("SIGB-CONFORME-")
