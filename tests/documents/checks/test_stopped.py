"""A reader that is stopped from outside says nothing of the file; one that comes to its own end does."""

import signal
from pathlib import Path

import pytest

from jalon.documents.checks import reading

# What was started in the background may have been told to ignore an interruption.
_DIES = """import os, signal
number = %d
if number != signal.SIGKILL:
    signal.signal(number, signal.SIG_DFL)
os.kill(os.getpid(), number)
"""


@pytest.fixture
def ends_by(tmp_path, monkeypatch):
    def becomes(number: signal.Signals) -> None:
        script = tmp_path / "reader.py"
        script.write_text(_DIES % int(number))
        monkeypatch.setattr(reading, "READERS", script)

    return becomes


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_stopped_from_outside_it_is_tried_again(ends_by, number):
    ends_by(number)
    with pytest.raises(reading.NotRead):
        reading.read(Path("/dev/null"), "pdf", deep=False)


@pytest.mark.parametrize("number", [signal.SIGXCPU, signal.SIGSEGV])
def test_at_its_own_end_the_file_is_too_complex(ends_by, number):
    ends_by(number)
    (trouble,) = reading.read(Path("/dev/null"), "pdf", deep=False).troubles
    assert trouble.case == "too_complex"
