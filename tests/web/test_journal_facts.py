"""What the page of the journal says of the payload of an entry."""

import ast
from pathlib import Path

import jalon
from jalon.web.agency.journal_facts import NAMES, payload_words

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


def test_values_are_written_for_people():
    told = payload_words({
        "round": 2, "former": "to_complete", "roles": ["verifier", "college"], "all_chapters": False,
        "received_at": "2026-11-23T06:18:08.865653+00:00", "session_on": "2026-11-23",
        "wall_time": "2027-01-07T12:00", "sha256": "0e42adc775fa" + "0" * 52, "order": None, "claims": [],
    })  # fmt: skip
    assert told == (
        "dépôt n° 2, avant À compléter, rôles Vérificateur, Membre du collège, tous les chapitres validés non, "
        "reçu le 23/11/2026 à 07:18, séance du 23/11/2026, date décidée 07/01/2027 12:00, empreinte 0e42adc775fa…"
    )
