"""What a provider's claims mean here: pure functions on plain data.

No public document says how iSC names its claims; the defaults are those of our stand-in
(sandbox/isc/README.md), and every name and role value can be mapped by configuration.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jalon.accounts.states import CompanyRole

# Jalon's name → where to find it in the claims: an exact name, or a path with dots.
DEFAULT_CLAIMS: Mapping[str, str] = {
    "email": "email",
    "civility": "civility",
    "given_name": "given_name",
    "family_name": "family_name",
    "telephone": "phone_number",
    "function": "isc_function",
    "role": "isc_role",
    "company": "company",
    "companies": "companies",
    "legal_representative": "legal_representative",
    # Inside a company:
    "company.role": "role",
    "company.name": "name",
    "company.country": "country",
    "company.siren": "siren",
    "company.siret": "siret",
    "company.vat": "vat",
    "company.address": "address",
    # Inside the legal representative:
    "legal_representative.civility": "civility",
    "legal_representative.given_name": "given_name",
    "legal_representative.family_name": "family_name",
    "legal_representative.function": "function",
    "legal_representative.email": "email",
    "legal_representative.telephone": "phone",
}
DEFAULT_ROLES: Mapping[str, str] = {"mandataire": "agent", "responsable": "delegate", "salarie": "employee"}
_RANK = {CompanyRole.AGENT: 0, CompanyRole.DELEGATE: 1, CompanyRole.EMPLOYEE: 2}
_ABSENT = object()


class UnusableClaims(Exception):
    """The provider proved who it is but left out, or garbled, what Jalon needs. `names` are Jalon's names."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        super().__init__(", ".join(self.names))


@dataclass(frozen=True)
class CompanyClaim:
    country: str  # ISO 3166 alpha-2
    register_number: str  # SIREN in France, EU VAT number elsewhere
    name: str
    role: CompanyRole
    siret: str = ""
    address: str = ""


@dataclass(frozen=True)
class Identity:
    """A person as the provider describes him or her. What is not in `companies` has ended."""

    issuer: str
    subject: str
    given_name: str
    family_name: str
    email: str = ""
    civility: str = ""
    telephone: str = ""
    function: str = ""
    companies: tuple[CompanyClaim, ...] = ()
    legal_representative: tuple[tuple[str, str], ...] = ()


def read_identity(
    issuer: str,
    subject: str,
    claims: Mapping[str, Any],
    names: Mapping[str, str] | None = None,
    roles: Mapping[str, str] | None = None,
) -> Identity:
    """The identity in these claims. `names` and `roles` overlay the defaults.

    A role or company that is missing altogether raises `UnusableClaims`: a provider's slip must not throw
    anybody out. One that is there and empty (null, "") says that the person belongs to no company (any more).
    """
    reader = _Reader({**DEFAULT_CLAIMS, **(names or {})}, roles or DEFAULT_ROLES)
    missing = [name for name in ("given_name", "family_name", "email") if not reader.text(claims, name)]
    missing += [name for name in ("role", "company") if reader.find(claims, name) is _ABSENT]
    if missing:
        raise UnusableClaims(missing)
    return Identity(
        issuer=issuer,
        subject=subject,
        given_name=reader.text(claims, "given_name", 150),
        family_name=reader.text(claims, "family_name", 150),
        email=reader.text(claims, "email", 254),
        civility=reader.text(claims, "civility", 10),
        telephone=reader.text(claims, "telephone", 30),
        function=reader.text(claims, "function", 150),
        companies=reader.companies(claims),
        legal_representative=reader.legal_representative(claims),
    )


def reopens(*, ended_by_company: bool, role: CompanyRole, company_has_agent: bool) -> bool:
    """Whether the provider's claim alone opens a membership that has ended.

    What the company closed stays closed until it takes the person back, except for a mandataire (verified by
    the provider) of a company that has none any more: otherwise nobody could (situations 2 and 3).
    """
    return not ended_by_company or (role is CompanyRole.AGENT and not company_has_agent)


def normal_login(login: str) -> str:
    return login.strip().lower()


@dataclass(frozen=True)
class _Reader:
    names: Mapping[str, str]
    roles: Mapping[str, str]

    def find(self, source: Any, name: str) -> Any:
        """The claim called `name` here: first as an exact key, then as a path with dots."""
        path = self.names[name]
        if not isinstance(source, Mapping):
            return _ABSENT
        if path in source:
            return source[path]
        for part in path.split("."):
            if not isinstance(source, Mapping) or part not in source:
                return _ABSENT
            source = source[part]
        return source

    def text(self, source: Any, name: str, limit: int = 255) -> str:
        value = self.find(source, name)
        if not isinstance(value, str | int) or isinstance(value, bool):
            return ""
        return " ".join(str(value).replace("\0", "").split())[:limit]

    def role(self, value: Any) -> CompanyRole | None:
        """The highest role that is known among one value or several."""
        values = value if isinstance(value, list) else [value]
        known = [CompanyRole(self.roles[v]) for v in values if isinstance(v, str) and v in self.roles]
        return min(known, key=_RANK.__getitem__) if known else None

    def companies(self, claims: Mapping[str, Any]) -> tuple[CompanyClaim, ...]:
        """The company of the account, then the others of a consultant; one role in each."""
        found: dict[tuple[str, str], CompanyClaim] = {}
        role, company = self.find(claims, "role"), self.find(claims, "company")
        if role and company:
            claim = self.company(company, role)
            found[claim.country, claim.register_number] = claim
        others = self.find(claims, "companies")
        for other in others if isinstance(others, list) else []:
            claim = self.company(other, self.find(other, "company.role"))
            found.setdefault((claim.country, claim.register_number), claim)
        return tuple(found.values())

    def company(self, source: Any, role_value: Any) -> CompanyClaim:
        role = self.role(role_value)
        country = (self.text(source, "company.country", 2) or "FR").upper()
        number = self.register_number(source, country)
        name = self.text(source, "company.name")
        problems = [
            n for n, ok in (("role", role), ("company.name", name), ("company.number", number)) if not ok
        ]
        if problems or role is None:
            raise UnusableClaims(problems)
        siret = _digits(self.text(source, "company.siret"))
        return CompanyClaim(
            country=country,
            register_number=number,
            name=name,
            role=role,
            siret=siret if len(siret) == 14 and country == "FR" else "",
            address=self.address(source),
        )

    def register_number(self, source: Any, country: str) -> str:
        """SIREN (or the SIREN in the SIRET) in France, VAT number elsewhere; empty when there is none.

        The provider has verified the number: only its form is checked here.
        """
        if country == "FR":
            siren = _digits(self.text(source, "company.siren") or self.text(source, "company.siret")[:11])[:9]
            return siren if len(siren) == 9 else ""
        vat = re.sub(r"[^0-9A-Z+*]", "", self.text(source, "company.vat").upper())
        return vat if re.fullmatch(r"[A-Z]{2}[0-9A-Z+*]{2,13}", vat) else ""

    def address(self, source: Any) -> str:
        """A line of text, or the parts of OpenID's address claim."""
        value = self.find(source, "company.address")
        if isinstance(value, Mapping):
            parts = ("street_address", "postal_code", "locality", "region", "country")
            value = value.get("formatted") or ", ".join(str(value[p]) for p in parts if value.get(p))
        return str(value).replace("\0", "").strip()[:1000] if isinstance(value, str) else ""

    def legal_representative(self, claims: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        source = self.find(claims, "legal_representative")
        keys = ("civility", "given_name", "family_name", "function", "email", "telephone")
        pairs = [(key, self.text(source, f"legal_representative.{key}", 254)) for key in keys]
        return tuple((key, value) for key, value in pairs if value)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
