"""The path from product to validated proofs, through the verbs alone."""

import pytest

from jalon.accounts.states import StaffRoleName
from jalon.applications.states import ApplicationState, ChapterState
from jalon.demo.play import Cast, Play
from jalon.jobs.queue import run_due
from jalon.journal.models import Entry
from tests.scenarios.people import person, product, staff
from tests.scenarios.programme import RIS, open_programme

pytestmark = pytest.mark.django_db


@pytest.fixture
def play() -> Play:
    open_programme()
    vendor = person("nadia")
    verifier = staff("thomas", StaffRoleName.VERIFIER, programme=RIS)
    return Play.begin(Cast(vendor, verifier), RIS, product(vendor))


def test_a_file_goes_from_its_opening_to_validated_proofs(play):
    assert play.application.state == ApplicationState.TO_COMPLETE
    play.fill().submit()
    assert play.application.state == ApplicationState.SUBMITTED
    play.find_eligible()
    assert play.application.state == ApplicationState.ELIGIBLE
    first = play.chapters(ChapterState.TO_COMPLETE)[0]
    play.deposit(first).submit_chapters([first])
    slot = next(iter(play.application.slots.filter(part__key=f"chapter:{first}")))
    play.judge(first, to_modify={slot.item_key: "Montrez l’écran entier."}).close(first, send_back=True)
    assert play.chapters(ChapterState.TO_MODIFY) == [first]
    play.deposit(first).submit_chapters([first]).judge(first).close(first)
    play.prove()
    application = play.application
    assert application.state == ApplicationState.PROOFS_VALIDATED
    assert application.conform == application.expected > 50
    run_due()
    events = list(Entry.objects.filter(chain=f"application:{play.number}").values_list("event", flat=True))
    assert events.count("reviews.chapter.returned") == 1
