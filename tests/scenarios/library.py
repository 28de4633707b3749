"""A made-up programme of another field (tests/data/definitions): one form, no prerequisite, no date."""

from datetime import date
from pathlib import Path

from jalon.accounts.models import User
from jalon.accounts.standing import SYSTEM
from jalon.accounts.states import StaffRoleName
from jalon.demo.play import Cast, Play
from jalon.programmes.actions.loading import load_definitions
from jalon.programmes.actions.publishing import publish
from jalon.vendors.rules import ProductData
from tests.kept import kept
from tests.scenarios.people import person, staff

LIBRARY = "sigb-conforme"
FOLDER = Path(__file__).resolve().parents[1] / "data" / "definitions"


def open_library_programme(folder: Path = FOLDER) -> None:
    load_definitions(actor=SYSTEM, folder=folder)
    publish(actor=SYSTEM, programme_code=LIBRARY, reason="Ouverture", effective_on=date(2025, 1, 1))


def library_product(responsible: User) -> ProductData:
    return ProductData(
        name="Rayonnages",
        version="9",
        nil="",
        responsible_id=responsible.pk,
        description="Gestion de bibliothèque.",
        certifications=(),
        interests=("label",),
    )


@kept
def begin_library_file(folder: Path = FOLDER) -> Play:
    """Opened by a mandataire; "thomas" verifies."""
    open_library_programme(folder)
    vendor = person("nadia")
    verifier = staff("thomas", StaffRoleName.VERIFIER, programme=LIBRARY)
    return Play.begin(Cast(vendor, verifier), LIBRARY, library_product(vendor))
