"""Whoever records a new key names it for the page of the journal (web/agency/journal_facts.py)."""

import ast
from pathlib import Path

import jalon
from jalon.web.agency.journal_facts import NAMES

RECORDERS = {"record", "journal", "journal_entry"}
FRAME = {"chain", "event", "actor_ref"}


def recorded_keys() -> set[str]:
    """The names that actions give to what they record."""
    found = set()
    for source in Path(jalon.__file__).parent.glob("*/actions*/**/*.py"):
        found |= keys_in(source)
    for source in Path(jalon.__file__).parent.glob("*/actions.py"):
        found |= keys_in(source)
    return found


def keys_in(source: Path) -> set[str]:
    calls = [node for node in ast.walk(ast.parse(source.read_text("utf-8"))) if isinstance(node, ast.Call)]
    recorded = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in RECORDERS]
    return {k.arg for call in recorded for k in call.keywords if k.arg} - FRAME


def test_every_key_has_a_name():
    assert recorded_keys() - set(NAMES) == set()
