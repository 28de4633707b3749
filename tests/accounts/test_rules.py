"""What claims mean: tables."""

import pytest

from jalon.accounts.rules import CompanyClaim, UnusableClaims, read_identity, reopens
from jalon.accounts.states import CompanyRole

AGENT, DELEGATE, EMPLOYEE = CompanyRole.AGENT, CompanyRole.DELEGATE, CompanyRole.EMPLOYEE
COMPANY = {
    "name": "Passerel",
    "country": "FR",
    "siren": "732 829 320",
    "siret": "73282932000074",
    "address": "Lyon",
}
CLAIMS = {
    "given_name": "Inès",
    "family_name": "Moreau",
    "email": "ines@passerel.invalid",
    "isc_role": "mandataire",
    "company": COMPANY,
}


def companies(**changes: object) -> tuple[CompanyClaim, ...]:
    return read_identity("https://isc", "s1", CLAIMS | changes).companies


@pytest.mark.parametrize(
    ("value", "role"),
    [
        ("mandataire", AGENT),
        ("responsable", DELEGATE),
        ("salarie", EMPLOYEE),
        (["salarie", "responsable"], DELEGATE),
        (["unknown", "salarie"], EMPLOYEE),
    ],
)
def test_role_values(value, role):
    assert [c.role for c in companies(isc_role=value)] == [role]


@pytest.mark.parametrize("value", ["chef", ["chef"], 7])
def test_unknown_role_is_refused_rather_than_guessed(value):
    with pytest.raises(UnusableClaims) as refused:
        companies(isc_role=value)
    assert refused.value.names == ("role",)


@pytest.mark.parametrize(
    "changes", [{"isc_role": None}, {"isc_role": ""}, {"company": None}, {"isc_role": []}]
)
def test_empty_role_or_company_says_that_there_is_none(changes):
    assert companies(**changes) == ()


@pytest.mark.parametrize("name", ["isc_role", "company"])
def test_missing_role_or_company_is_a_slip_of_the_provider(name):
    with pytest.raises(UnusableClaims):
        read_identity("https://isc", "s1", {k: v for k, v in CLAIMS.items() if k != name})


@pytest.mark.parametrize(
    ("company", "number"),
    [
        (COMPANY, ("FR", "732829320")),
        ({"name": "P", "siret": "732 829 320 00074"}, ("FR", "732829320")),
        ({"name": "K", "country": "be", "vat": "BE 0403.170.701"}, ("BE", "BE0403170701")),
        ({"name": "K", "country": "GR", "vat": "EL123456789"}, ("GR", "EL123456789")),
    ],
)
def test_register_numbers(company, number):
    found = companies(company=company)
    assert [(c.country, c.register_number) for c in found] == [number]


@pytest.mark.parametrize(
    ("company", "names"),
    [
        ({"name": "P", "siren": "1234"}, ("company.number",)),
        ({"name": "K", "country": "BE", "siren": "732829320"}, ("company.number",)),
        ({"siren": "732829320"}, ("company.name",)),
        ({}, ()),
        ("Passerel", ("company.name", "company.number")),
    ],
)
def test_companies_that_cannot_be_known(company, names):
    if not names:
        assert companies(company=company) == ()
        return
    with pytest.raises(UnusableClaims) as refused:
        companies(company=company)
    assert refused.value.names == names


def test_other_companies_come_after_the_own_one():
    other = {"name": "Kubus", "country": "BE", "vat": "BE0403170701", "role": "salarie"}
    assert [(c.name, c.role) for c in companies(companies=[other, COMPANY | {"role": "salarie"}])] == [
        ("Passerel", AGENT),
        ("Kubus", EMPLOYEE),
    ]


def test_address_may_be_the_claim_of_openid():
    address = {"street_address": "1 rue des Lilas", "postal_code": "69003", "locality": "Lyon"}
    assert companies(company=COMPANY | {"address": address})[0].address == "1 rue des Lilas, 69003, Lyon"


def test_names_and_paths_are_configurable():
    claims = {
        "n": {"first": "Jan", "last": "Peeters"},
        "https://idp/mail": "j@k.invalid",
        "r": "OWNER",
        "org": COMPANY,
    }
    names = {
        "given_name": "n.first",
        "family_name": "n.last",
        "email": "https://idp/mail",
        "role": "r",
        "company": "org",
    }
    identity = read_identity("https://idp", "s", claims, names=names, roles={"OWNER": "agent"})
    assert (identity.given_name, identity.family_name, identity.email) == ("Jan", "Peeters", "j@k.invalid")
    assert identity.companies[0].role is AGENT


def test_text_is_made_fit_for_columns():
    identity = read_identity(
        "https://isc", "s", CLAIMS | {"given_name": " I\0nès  " + "x" * 300, "phone_number": ["1"]}
    )
    assert (identity.given_name[:6], len(identity.given_name), identity.telephone) == ("Inès x", 150, "")


@pytest.mark.parametrize(
    ("ended_by_company", "role", "has_agent", "expected"),
    [
        (False, EMPLOYEE, True, True),
        (False, AGENT, True, True),
        (True, EMPLOYEE, True, False),
        (True, EMPLOYEE, False, False),
        (True, DELEGATE, False, False),
        (True, AGENT, True, False),
        (True, AGENT, False, True),
    ],
)
def test_what_reopens_a_membership(ended_by_company, role, has_agent, expected):
    assert reopens(ended_by_company=ended_by_company, role=role, company_has_agent=has_agent) is expected
