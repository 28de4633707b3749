"""Programmes as the scenarios need them: published, with dates still to come."""

from datetime import date, timedelta
from pathlib import Path

from jalon.accounts.standing import SYSTEM
from jalon.core import clock
from jalon.programmes.actions.gates import set_gate
from jalon.programmes.actions.loading import load_definitions
from jalon.programmes.actions.publishing import publish
from jalon.programmes.models import GateKind, Programme

DEFINITIONS = Path(__file__).resolve().parents[2] / "definitions"
RIS = "ris-vague-2"


def open_programme(code: str = RIS, folder: Path = DEFINITIONS) -> Programme:
    """Load and publish a shipped programme; its gates stand 30, 60 and 90 days ahead, at noon in Paris."""
    load_definitions(actor=SYSTEM, folder=folder)
    publish(actor=SYSTEM, programme_code=code, reason="Ouverture", effective_on=date(2025, 1, 1))
    for days, kind in (
        (30, GateKind.FIRST_ADMINISTRATIVE),
        (60, GateKind.FIRST_PROOFS),
        (90, GateKind.END_OF_EXCHANGES),
    ):
        day = clock.paris_date(clock.now()) + timedelta(days=days)
        set_gate(
            actor=SYSTEM,
            programme_code=code,
            kind=kind,
            wall_time=f"{day.isoformat()}T12:00",
            zone="Europe/Paris",
            reason="Calendrier de la démarche",
        )
    return Programme.objects.get(code=code)
