"""Makes an empty Jalon ready for a test: tables, a programme with dates to come, people of the agency.

    python -m tests.browser.prepare DEFINITIONS CODE

Run as a process of its own, on the JALON_HOME of the site: by the product's own actions, like an operator.
"""

import os
import sys
from datetime import date, timedelta
from pathlib import Path

STAFF = {
    "thomas.anquetil": ("Thomas", "Anquetil", "verifier"),
    "camille.vasseur": ("Camille", "Vasseur", "referent"),
    "leila.haddad": ("Leïla", "Haddad", "manager"),
    "bernard.roy": ("Bernard", "Roy", "college"),
    "sophie.lambert": ("Sophie", "Lambert", "signatory"),
}
PASSWORD = "une phrase de passe pour essai"


def main(definitions: Path, code: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    from jalon.cli.database import set_up

    django.setup()
    set_up(verbosity=0)
    from jalon.accounts.actions import create_staff
    from jalon.accounts.standing import SYSTEM
    from jalon.accounts.states import StaffRoleName
    from jalon.core import clock
    from jalon.programmes.actions.gates import set_gate
    from jalon.programmes.actions.loading import load_definitions
    from jalon.programmes.actions.publishing import publish
    from jalon.programmes.models import GateKind

    load_definitions(actor=SYSTEM, folder=definitions)
    publish(actor=SYSTEM, programme_code=code, reason="Ouverture", effective_on=date(2025, 4, 30))
    for days, kind in zip((40, 120, 200), GateKind, strict=True):
        day = clock.paris_date(clock.now()) + timedelta(days=days)
        set_gate(
            actor=SYSTEM,
            programme_code=code,
            kind=kind,
            wall_time=f"{day.isoformat()}T12:00",
            zone="Europe/Paris",
            reason="Calendrier",
        )
    for login, (given_name, family_name, role) in STAFF.items():
        create_staff(
            actor=SYSTEM,
            login=f"{login}@agence.example",
            given_name=given_name,
            family_name=family_name,
            password=PASSWORD,
            roles=[(StaffRoleName(role), code)],
            email=f"{login}@agence.example",
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
