"""Whoever records a new event or key names it for the page of the journal (web/agency/events.py, journal_facts.py)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import jalon
from jalon.web.agency.events import event_words
from jalon.web.agency.journal_facts import NAMES

RECORDERS = {"record", "journal", "journal_entry"}
FRAME = {"chain", "event", "actor_ref"}


def records() -> Iterator[ast.Call]:
    """Every call by which an action records something."""
    folder = Path(jalon.__file__).parent
    for source in (*folder.glob("*/actions*/**/*.py"), *folder.glob("*/actions.py")):
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RECORDERS:
                yield node


def recorded_keys() -> set[str]:
    """The names that actions give to what they record."""
    return {k.arg for call in records() for k in call.keywords if k.arg} - FRAME


def recorded_events() -> set[str]:
    """The events that stand in a call as they are; one that is put together from parts is not found."""
    given = [k.value for call in records() for k in call.keywords if k.arg == "event"]
    said = [node.value for value in given for node in ast.walk(value) if isinstance(node, ast.Constant)]
    return {text for text in said if isinstance(text, str) and re.fullmatch(r"\w+\.\w+\.\w+", text)}


def test_every_key_has_a_name():
    assert recorded_keys() - set(NAMES) == set()


def test_every_event_has_words():
    assert len(recorded_events()) > 30
    assert {event for event in recorded_events() if event_words(event)[0] == event} == set()
