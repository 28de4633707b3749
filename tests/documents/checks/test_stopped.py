"""A reader that is stopped from outside says nothing of the file; one that comes to its own end does."""

import signal
from pathlib import Path

import pytest

from jalon.core.readers.asking import NotRead
from jalon.documents.checks import reading
from tests.core.readers import strange

pytestmark = pytest.mark.processes


@pytest.fixture
def ends_by(monkeypatch):
    def becomes(number: signal.Signals) -> None:
        ask = reading.ask

        def strangely(file, _module, _words, limits, **_named):
            return ask(file, strange.__name__, {"does": "end_by", "number": number}, limits)

        monkeypatch.setattr(reading, "ask", strangely)

    return becomes


def test_stopped_from_outside_it_is_tried_again(ends_by):
    ends_by(signal.SIGTERM)
    with pytest.raises(NotRead):
        reading.read(Path("/dev/null"), "pdf", deep=False)


def test_at_its_own_end_the_file_is_too_complex(ends_by):
    ends_by(signal.SIGSEGV)
    (trouble,) = reading.read(Path("/dev/null"), "pdf", deep=False).troubles
    assert trouble.case == "too_complex"
