"""Whether anything answers where a link leads: asked after the deposit, kept with the piece, never in the way."""

import pytest

from jalon.applications.queries import definition_for
from jalon.core import clock
from jalon.evidence.actions.deposits import comment_proof, deposit_link
from jalon.evidence.actions.links import AGAIN, LOOK_TASK
from jalon.evidence.models import ProofItem
from jalon.evidence.queries import slot_views
from jalon.evidence.queries.judged import judged_items
from jalon.jobs.models import Job, JobState
from jalon.jobs.queue import run_due
from tests.stand_ins.gazelle import ROOT, gazelle, served_gazelle

__all__ = ["gazelle", "served_gazelle"]  # fixtures
CHAPTER, ONE = "gestion-ins", "ins-va1.01.01.01"
FILMS = "films.example"
FILM = f"https://{FILMS}/evs/report.seam?oid={ROOT}.101"  # any page that the stand-in shows to everybody
pytestmark = pytest.mark.any_database("what a job met is written in one column")


@pytest.fixture
def eligible(world, gazelle, settings):
    stand_ins = f"{FILMS}=127.0.0.1:{gazelle.port}"
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"fetch_stand_ins": stand_ins})
    return world.eligible()


def give(world, url=FILM):
    deposit_link(actor=world["agent"], number=world.number, item_key=ONE, url=url)


def told(world):
    view = next(v for v in slot_views(world.application, CHAPTER) if v.key == ONE)
    found = judged_items(definition_for(world.application), view.expected, view.proof, view.items)
    return [(f.check, f.case, str(f.level)) for item in view.items for f in found[item.pk].findings]


def waiting():
    return Job.objects.filter(name=LOOK_TASK, state=JobState.WAITING).count()


def test_a_link_that_answers_says_nothing_and_is_asked_once(eligible, gazelle):
    give(eligible)
    assert (told(eligible), gazelle.state.asked) == ([], [])  # nothing is fetched while the person waits
    run_due(strict=True)
    give(eligible)
    run_due(strict=True)
    assert ([i.answer for i in ProofItem.objects.all()], len(gazelle.state.asked)) == (["answers"], 1)
    assert (told(eligible), waiting()) == ([], 0)


@pytest.mark.parametrize(
    ("url", "mode", "case", "asked_again"),
    [
        (f"https://{FILMS}/rien", "", "not_found", True),
        (FILM, "unauthorized", "no_access", False),
        (FILM, "down", "", True),
        (FILM, "redirect_private", "private", False),
        ("https://10.0.0.1/film", "", "private", False),
    ],
)
def test_a_link_that_leads_to_nothing_is_a_warning(eligible, gazelle, url, mode, case, asked_again):
    gazelle.fail(mode)
    give(eligible, url)
    run_due(strict=True)
    assert told(eligible) == [("link_answers", case, "warning")]
    assert waiting() == int(asked_again)


def test_what_time_may_mend_is_asked_again_for_a_day_and_then_no_more(eligible, gazelle, freeze):
    now = clock.now()
    freeze(now)
    gazelle.fail("down")
    give(eligible)
    run_due(strict=True)
    for wait in AGAIN:
        now += wait
        freeze(now)
        run_due(strict=True)
    assert (len(gazelle.state.asked), waiting()) == (1 + len(AGAIN), 0)


def test_what_is_gone_when_it_is_handed_in_is_told_to_whoever_examines(eligible, gazelle):
    give(eligible)
    run_due(strict=True)
    gazelle.fail("down")
    eligible.give(CHAPTER).play.submit_chapters([CHAPTER])
    asked = len(gazelle.state.asked)
    run_due(strict=True)
    assert (told(eligible), len(gazelle.state.asked) - asked) == ([("link_answers", "", "warning")], 1)


def test_a_later_answer_counts_also_for_a_copy_of_the_piece(eligible, gazelle, freeze):
    gazelle.fail("down")
    give(eligible)
    run_due(strict=True)
    eligible.give(CHAPTER).play.submit_chapters([CHAPTER]).judge(CHAPTER, to_modify={ONE: "Plus long."})
    eligible.play.close(CHAPTER, send_back=True)
    comment_proof(actor=eligible["agent"], number=eligible.number, item_key=ONE, comment="Le même.")
    gazelle.fail("")
    freeze(clock.now() + AGAIN[0])
    run_due(strict=True)
    assert told(eligible) == []
    assert set(ProofItem.objects.filter(url=FILM).values_list("answer", flat=True)) == {"answers"}
