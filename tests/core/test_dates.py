from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

from django.utils import translation

import jalon
from jalon.core import dates
from jalon.web.components.times import iso

LATE = datetime(2027, 5, 13, 22, 30, tzinfo=UTC)  # already the 14th in Paris


def test_an_instant_is_read_in_paris():
    assert (dates.day(LATE), dates.hour(LATE)) == ("14/05/2027", "00:30")


def test_a_date_stays_the_date_that_it_is():
    assert dates.day(date(2027, 5, 13)) == "13/05/2027"


def test_an_instant_beyond_the_calendar_of_paris_is_its_edge():
    """Certificates "without end" say so with the last second there is."""
    last, first = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))
    assert (dates.day(last), dates.hour(last)) == ("31/12/9999", "23:59")
    assert dates.hour(first) == "00:00"
    assert (iso(last)[:10], iso(first)[:10]) == ("9999-12-31", "0001-01-01")


def test_a_moment_within_a_sentence_speaks_the_language_of_the_reader():
    said = {}
    for language in ("fr", "en"):
        with translation.override(language):
            said[language] = dates.moment(LATE)
    assert said == {"fr": "14/05/2027 à 00:30", "en": "14/05/2027 at 00:30"}


def test_no_other_place_writes_a_date_for_people():
    package = Path(jalon.__file__).parent
    writers = {str(p.relative_to(package)) for p in package.rglob("*.py") if "%d/%m" in p.read_text("utf-8")}
    # The checks of documents run without Django, whose languages the home of dates speaks.
    assert writers == {"core/dates.py", "documents/checks/sentences.py"}
