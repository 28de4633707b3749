"""What the page of the journal says of the payload of an entry."""

from jalon.web.agency.journal_facts import payload_words


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
