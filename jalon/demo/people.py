"""Who can sign in to the demo, and as what. People of companies sign in at the iSC stand-in, staff in Jalon."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jalon.accounts.actions import create_staff, sign_in
from jalon.accounts.models import User
from jalon.accounts.rules import CompanyClaim, Identity
from jalon.accounts.standing import NOBODY, SYSTEM
from jalon.accounts.states import CompanyRole, StaffRoleName
from jalon.core.text import fold

PASSWORD = "jalon-demo-2026"  # noqa: S105  (shown on the screen; the demo answers on loopback only)
ISC_ROLES = {
    CompanyRole.AGENT: "mandataire",
    CompanyRole.DELEGATE: "responsable",
    CompanyRole.EMPLOYEE: "salarie",
}


@dataclass(frozen=True)
class DemoCompany:
    name: str
    siren: str = ""
    siret: str = ""
    vat: str = ""
    country: str = "FR"
    address: str = ""

    @property
    def register_number(self) -> str:
        return self.siren or self.vat


@dataclass(frozen=True)
class DemoVendor:
    username: str
    civility: str
    given_name: str
    family_name: str
    function: str
    role: CompanyRole
    company: DemoCompany

    @property
    def email(self) -> str:
        domain = fold(self.company.name.split()[0])
        return f"{self.username}@{domain}.example"


@dataclass(frozen=True)
class DemoStaff:
    login: str
    given_name: str
    family_name: str
    roles: tuple[StaffRoleName, ...]


CLAIRVUE = DemoCompany("Clairvue", "732829320", "73282932000074", address="12 quai de la Fosse\n44000 Nantes")
ALIENOR = DemoCompany(
    "Aliénor Santé", "552081317", "55208131766522", address="3 cours de l’Intendance\n33000 Bordeaux"
)
RADIANT = DemoCompany("Radiant Systeme", vat="DE129273398", country="DE", address="Torstraße 5\n10119 Berlin")

VENDORS = (
    DemoVendor(
        "nadia.belkacem", "Mme", "Nadia", "Belkacem", "Directrice générale", CompanyRole.AGENT, CLAIRVUE
    ),
    DemoVendor(
        "hugo.lemestre", "M.", "Hugo", "Lemestre", "Directeur produit", CompanyRole.DELEGATE, CLAIRVUE
    ),
    DemoVendor(
        "ines.carvalho", "Mme", "Inès", "Carvalho", "Ingénieure qualité", CompanyRole.EMPLOYEE, CLAIRVUE
    ),
    DemoVendor("paul.dubreuil", "M.", "Paul", "Dubreuil", "Président", CompanyRole.AGENT, ALIENOR),
    DemoVendor("greta.vogel", "Mme", "Greta", "Vogel", "Geschäftsführerin", CompanyRole.AGENT, RADIANT),
)
R = StaffRoleName
STAFF = (
    DemoStaff("thomas.anquetil", "Thomas", "Anquetil", (R.VERIFIER,)),
    DemoStaff("camille.vasseur", "Camille", "Vasseur", (R.REFERENT, R.VERIFIER)),
    DemoStaff("leila.haddad", "Leïla", "Haddad", (R.MANAGER,)),
    DemoStaff("bernard.roy", "Bernard", "Roy", (R.COLLEGE,)),
    DemoStaff("sophie.lambert", "Sophie", "Lambert", (R.SIGNATORY,)),
    DemoStaff("admin", "Anne", "Martin", (R.ADMINISTRATOR,)),
)


def isc_accounts() -> list[dict[str, Any]]:
    """The accounts of the stand-in: its seed file."""
    return [
        {
            "username": v.username,
            "password": PASSWORD,
            "subject": v.username,
            "civility": v.civility,
            "given_name": v.given_name,
            "family_name": v.family_name,
            "email": v.email,
            "phone_number": "+33240000000",
            "function": v.function,
            "role": ISC_ROLES[v.role],
            "company": {
                "name": v.company.name,
                "country": v.company.country,
                "siren": v.company.siren,
                "siret": v.company.siret,
                "vat": v.company.vat,
                "address": v.company.address,
            },
        }
        for v in VENDORS
    ]


def enrol_vendors(issuer: str) -> dict[str, User]:
    """Each person of a company as after a first sign-in, by user name."""
    return {v.username: sign_in(actor=NOBODY, identity=_identity(v, issuer)) for v in VENDORS}


def _identity(vendor: DemoVendor, issuer: str) -> Identity:
    company = vendor.company
    agent = next(v for v in VENDORS if v.company == company and v.role == CompanyRole.AGENT)
    return Identity(
        issuer=issuer,
        subject=vendor.username,
        given_name=vendor.given_name,
        family_name=vendor.family_name,
        email=vendor.email,
        civility=vendor.civility,
        telephone="+33240000000",
        function=vendor.function,
        companies=(
            CompanyClaim(
                company.country, company.register_number, company.name, vendor.role,
                siret=company.siret, address=company.address,
            ),
        ),
        legal_representative=(
            ("civility", agent.civility),
            ("given_name", agent.given_name),
            ("family_name", agent.family_name),
            ("function", agent.function),
            ("email", agent.email),
            ("telephone", "+33240000000"),
        ),
    )  # fmt: skip


def engage_staff(programme_codes: Sequence[str]) -> dict[str, User]:
    """The agency's people, each with the role for every programme, by login."""
    return {
        s.login: create_staff(
            actor=SYSTEM,
            login=f"{s.login}@agence.example",
            given_name=s.given_name,
            family_name=s.family_name,
            password=PASSWORD,
            roles=[
                (role, code)
                for role in s.roles
                for code in ([""] if role == R.ADMINISTRATOR else programme_codes)
            ],
            email=f"{s.login}@agence.example",
        )
        for s in STAFF
    }
