"""Accounts of the stand-in: what one holds, how one is seeded, and the claims that it gives."""

import json
import re
import uuid
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password

from sandbox.isc.configuration import Dialect
from sandbox.isc.models import Account

ROLES = {"mandataire": "Mandataire", "responsable": "Responsable", "salarie": "Salarié"}
PERSON = ("civility", "given_name", "family_name", "email", "phone_number", "function")
COMPANY = ("name", "country", "siren", "siret", "vat", "address")


class BadAccount(ValueError):
    """The seed does not describe an account; the message says where."""


def save_account(entry: dict[str, Any]) -> Account:
    """Create or renew the account with this `username`.

    An entry is flat as in README.md: username, password, subject (optional), the person, role, company,
    companies (others, with their roles), legal_representative.
    """
    for needed in ("username", "password", "given_name", "family_name", "email"):
        if not entry.get(needed):
            raise BadAccount(f"{entry.get('username', '?')}: {needed} is missing")
    if entry.get("role") not in (*ROLES, None):
        raise BadAccount(f"{entry['username']}: role is one of {', '.join(ROLES)}, or null")
    data = {key: entry.get(key, "") for key in PERSON} | {
        "role": entry.get("role"),
        "company": _company(entry["company"]) if entry.get("company") else None,
        "companies": [_company(c) | {"role": c["role"]} for c in entry.get("companies", [])],
        "legal_representative": entry.get("legal_representative"),
    }
    known = Account.objects.filter(username=entry["username"]).first()
    subject = entry.get("subject") or (known.subject if known else uuid.uuid4().hex)
    account, _ = Account.objects.update_or_create(
        username=entry["username"],
        defaults={
            "subject": subject,
            "password": make_password(entry["password"]),
            "verified": entry.get("verified", True),
            "data": data,
        },
    )
    return account


def _company(source: dict[str, Any]) -> dict[str, Any]:
    company = {key: str(source.get(key) or "") for key in COMPANY}
    company["country"] = company["country"] or "FR"
    return company


def seed_file(path: Path) -> None:
    for entry in json.loads(path.read_text(encoding="utf-8")):
        save_account(entry)


def legal_representative(account: Account) -> dict[str, str] | None:
    """As given, or the mandataire of the company, who in iSC is its legal representative."""
    if account.data["legal_representative"]:
        return dict(account.data["legal_representative"])
    agent = account if account.data["role"] == "mandataire" else _mandataire(account.data["company"])
    if agent is None:
        return None
    return {
        "civility": agent.data["civility"],
        "given_name": agent.data["given_name"],
        "family_name": agent.data["family_name"],
        "function": agent.data["function"],
        "email": agent.data["email"],
        "phone": agent.data["phone_number"],
    }


def company_key(company: dict[str, Any]) -> tuple[str, str]:
    return company["country"], company["siren"] if company["country"] == "FR" else company["vat"]


def _mandataire(company: dict[str, Any] | None) -> Account | None:
    if not company:
        return None
    others = Account.objects.filter(verified=True, data__role="mandataire").order_by("pk")
    return next((a for a in others if company_key(a.data["company"]) == company_key(company)), None)


def claims(account: Account, scope: str, dialect: Dialect) -> dict[str, Any]:
    """The claims of an account for these scopes, as this provider names them."""
    data, scopes = account.data, scope.split()
    given: dict[str, Any] = {"sub": account.subject}
    if "profile" in scopes:
        given |= {key: data[key] for key in ("given_name", "family_name", "civility")}
        given["name"] = str(account)
        given["preferred_username"] = account.username
    if "email" in scopes:
        given |= {"email": data["email"], "email_verified": True}
    if "phone" in scopes:
        given["phone_number"] = data["phone_number"]
    if "isc" in scopes:
        given |= {
            "isc_role": dialect.roles.get(data["role"], data["role"]),
            "isc_function": data["function"],
            "company": _spoken(data["company"], dialect),
            "companies": [_spoken(c, dialect) for c in data["companies"]],
            "legal_representative": legal_representative(account),
        }
    return {dialect.rename.get(name, name): value for name, value in given.items()}


def _spoken(company: dict[str, Any] | None, dialect: Dialect) -> dict[str, Any] | None:
    if company is None:
        return None
    spoken = dict(company)
    if "role" in spoken:
        spoken["role"] = dialect.roles.get(spoken["role"], spoken["role"])
    return {dialect.company.get(name, name): value for name, value in spoken.items()}


def luhn(digits: str) -> bool:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_siren(text: str) -> bool:
    return bool(re.fullmatch(r"\d{9}", text)) and luhn(text)


def is_siret(text: str, siren: str) -> bool:
    """La Poste (356000000) numbers its offices by the sum of the digits."""
    if not re.fullmatch(r"\d{14}", text) or not text.startswith(siren):
        return False
    return luhn(text) or (siren == "356000000" and sum(map(int, text)) % 5 == 0)
