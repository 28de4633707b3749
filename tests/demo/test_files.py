"""The demo's files that go no further, in the programmes that are shipped."""

import pytest

from jalon.accounts.standing import SYSTEM
from jalon.applications.models import Application
from jalon.applications.queries.dates import gate_views
from jalon.applications.states import ApplicationState
from jalon.core import clock
from jalon.demo.files import Files, open_with_dates
from jalon.demo.people import engage_staff, enrol_vendors
from jalon.programmes.actions.loading import load_definitions
from jalon.programmes.models import Programme
from jalon.programmes.queries import latest_gates
from jalon.reviews.tasks import watch_gates
from tests.scenarios.programme import DEFINITIONS, RIS

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database("what is played is tested on both where it belongs"),
]


@pytest.fixture
def stopped() -> dict[str, Application]:
    load_definitions(actor=SYSTEM, folder=DEFINITIONS)
    codes = list(Programme.objects.values_list("code", flat=True))
    for code in codes:
        open_with_dates(code)
    vendors, agency = enrol_vendors("https://isc.example"), engage_staff(codes)
    Files(RIS, vendors, agency, say=lambda _what: None).make_stopped()
    return {file.state: file for file in Application.objects.all()}


def test_one_is_refused_one_withdrawn_and_one_late_and_stays_late(stopped):
    assert set(stopped) == {ApplicationState.REFUSED, ApplicationState.WITHDRAWN, ApplicationState.LATE}
    watch_gates()
    late = Application.objects.get(state=ApplicationState.LATE)
    first, *_others = gate_views(late)
    assert (late.referent is not None, late.given > 0, first.passed) == (True, True, True)


def test_everything_of_the_first_programme_can_still_be_tried(stopped):
    dates = latest_gates(Programme.objects.get(code=RIS)).values()
    assert len(dates) == 3
    assert min(date.due_at for date in dates) > clock.now()
