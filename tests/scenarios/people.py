"""The people of the scenarios, made by the product's own actions."""

from jalon.accounts.actions import create_staff, sign_in
from jalon.accounts.models import User
from jalon.accounts.rules import CompanyClaim, Identity
from jalon.accounts.standing import NOBODY, SYSTEM
from jalon.accounts.states import CompanyRole, StaffRoleName
from jalon.vendors.rules import ProductData

CLAIRVUE = ("732829320", "73282932000074", "Clairvue Imagerie")
RIVAL = ("552081317", "55208131766522", "Rival Santé")
PASSWORD = "un mot de passe assez long"


def person(
    subject: str,
    role: CompanyRole = CompanyRole.AGENT,
    company: tuple[str, str, str] = CLAIRVUE,
    *,
    given_name: str = "Nadia",
    family_name: str = "Belkacem",
) -> User:
    """Somebody of a company, as the provider describes him or her."""
    siren, siret, name = company
    return sign_in(
        actor=NOBODY,
        identity=Identity(
            issuer="https://isc.example",
            subject=subject,
            given_name=given_name,
            family_name=family_name,
            email=f"{subject}@{siren}.example",
            civility="mme",
            telephone="+33240000000",
            function="Directrice produit",
            companies=(
                CompanyClaim("FR", siren, name, role, siret=siret, address="1 rue de la Paix\n44000 Nantes"),
            ),
            legal_representative=(
                ("civility", "mme"),
                ("given_name", "Claire"),
                ("family_name", "Moreau"),
                ("function", "Présidente"),
                ("email", f"claire.moreau@{siren}.example"),
                ("telephone", "+33240000001"),
            ),
        ),
    )


def staff(
    login: str,
    *roles: StaffRoleName,
    programme: str = "",
    given_name: str = "Thomas",
    family_name: str = "Anquetil",
) -> User:
    """Somebody of the agency with these roles, for one programme or by assignment only."""
    return create_staff(
        actor=SYSTEM,
        login=f"{login}@agence.example",
        given_name=given_name,
        family_name=family_name,
        password=PASSWORD,
        roles=[(role, programme) for role in roles],
        email=f"{login}@agence.example",
    )


def product(responsible: User, name: str = "Clairvue RIS", version: str = "4.2") -> ProductData:
    return ProductData(
        name=name,
        version=version,
        nil="",
        responsible_id=responsible.pk,
        description="Système d’information de radiologie.",
        certifications=(),
        interests=("segur",),
    )
