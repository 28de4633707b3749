"""The stand-in keeps to the protocol: what it accepts, what it refuses, what it shows."""

from urllib.parse import urlencode

import pytest
import requests
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from tests.stand_ins.isc import (
    CLIENT_SECRET,
    KUBUS,
    PASSEREL,
    PASSWORD,
    Browser,
    Isc,
    isc,
    person,
    query,
    served,
)

__all__ = ["isc", "served"]  # fixtures
CALLBACK = "http://127.0.0.1:8000/connexion/isc/retour"
VERIFIER = "v" * 64


def authorize_url(isc: Isc, **changes: str) -> str:
    params = {
        "response_type": "code",
        "client_id": "jalon",
        "redirect_uri": CALLBACK,
        "scope": "openid profile email phone isc",
        "state": "state-1",
        "nonce": "nonce-1",
        "code_challenge": create_s256_code_challenge(VERIFIER),
        "code_challenge_method": "S256",
    } | changes
    return f"{isc.url}/oidc/authorize?{urlencode({k: v for k, v in params.items() if v})}"


def redeem(isc: Isc, issued: str, **changes: str) -> requests.Response:
    body = {
        "grant_type": "authorization_code",
        "code": issued,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    } | changes
    body = {name: value for name, value in body.items() if value}
    return requests.post(f"{isc.url}/oidc/token", data=body, auth=("jalon", CLIENT_SECRET), timeout=10)


def test_discovery_names_the_endpoints_and_pkce(isc):
    metadata = requests.get(f"{isc.url}/.well-known/openid-configuration", timeout=10).json()
    assert metadata["issuer"] == isc.url
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert metadata["end_session_endpoint"] == f"{isc.url}/oidc/logout"
    keys = requests.get(metadata["jwks_uri"], timeout=10).json()["keys"]
    assert [sorted(key) for key in keys] == [["alg", "e", "kid", "kty", "n", "use"]]


def test_code_gives_tokens_and_userinfo(isc):
    back = Browser().authorize(authorize_url(isc))
    assert back.startswith(CALLBACK)
    assert query(back)["state"] == "state-1"
    assert query(back)["iss"] == isc.url
    token = redeem(isc, query(back)["code"]).json()
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    claims = requests.get(f"{isc.url}/oidc/userinfo", headers=bearer, timeout=10).json()
    assert claims == {
        "sub": isc.subjects["ines.moreau"],
        "given_name": "Ines",
        "family_name": "Moreau",
        "civility": "Mme",
        "name": "Ines Moreau",
        "preferred_username": "ines.moreau",
        "email": "ines.moreau@passerel.invalid",
        "email_verified": True,
        "phone_number": "+33472000000",
        "isc_role": "mandataire",
        "isc_function": "Directrice générale",
        "company": PASSEREL | {"vat": ""},
        "companies": [],
        "legal_representative": {
            "civility": "Mme",
            "given_name": "Ines",
            "family_name": "Moreau",
            "function": "Directrice générale",
            "email": "ines.moreau@passerel.invalid",
            "phone": "+33472000000",
        },
    }


def test_consent_is_asked_once_for_a_client(isc):
    isc.seed(person("leo.first"))
    browser = Browser()
    page = browser.sign_in(authorize_url(isc), "leo.first")
    assert (
        "Acceptez le partage des informations du compte iSC avec la plateforme Jalon pour y accéder."
        in page.text
    )
    assert "code" in query(browser.submit(page, decision="accept").headers["Location"])
    again = browser.get(authorize_url(isc, nonce="nonce-2"), allow_redirects=False, timeout=10)
    assert "code" in query(again.headers["Location"])


def test_refused_consent_goes_back_as_access_denied(isc):
    isc.seed(person("zoe.second"))
    back = query(Browser().authorize(authorize_url(isc), "zoe.second", decision="refuse"))
    assert (back["error"], back["state"]) == ("access_denied", "state-1")


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": "", "code_challenge_method": ""},
        {"code_challenge_method": "plain"},
        {"response_type": "token"},
        {"scope": "openid everything"},
    ],
    ids=["no PKCE", "plain PKCE", "implicit flow", "unknown scope"],
)
def test_authorization_requests_that_are_sent_back_as_errors(isc, changes):
    answer = requests.get(authorize_url(isc, **changes), allow_redirects=False, timeout=10)
    assert answer.headers["Location"].startswith(CALLBACK)
    assert "error" in query(answer.headers["Location"])


@pytest.mark.parametrize("changes", [{"client_id": "other"}, {"redirect_uri": "https://evil.invalid/"}])
def test_authorization_requests_that_stay_at_the_provider(isc, changes):
    answer = requests.get(authorize_url(isc, **changes), allow_redirects=False, timeout=10)
    assert (answer.status_code, answer.headers.get("Location")) == (400, None)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "w" * 64}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:8000/ailleurs"}, "invalid_grant"),
        ({"code": "guessed"}, "invalid_grant"),
    ],
    ids=["wrong verifier", "no verifier", "other redirect", "unknown code"],
)
def test_token_requests_that_are_refused(isc, changes, error):
    code = query(Browser().authorize(authorize_url(isc)))["code"]
    answer = redeem(isc, code, **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_a_code_serves_once(isc):
    code = query(Browser().authorize(authorize_url(isc)))["code"]
    assert redeem(isc, code).status_code == 200
    assert redeem(isc, code).json()["error"] == "invalid_grant"


def test_wrong_client_secret_is_refused(isc):
    code = query(Browser().authorize(authorize_url(isc)))["code"]
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    answer = requests.post(f"{isc.url}/oidc/token", data=body, auth=("jalon", "wrong"), timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_userinfo_wants_a_token(isc):
    assert requests.get(f"{isc.url}/oidc/userinfo", timeout=10).status_code == 401


ENROLMENT = {
    "civility": "M.",
    "family_name": "Peeters",
    "given_name": "Jan",
    "function": "Responsable qualité",
    "email": "jan@kubus.invalid",
    "phone_number": "+3220000000",
    "country": "BE",
    "vat": "BE 0403.170.701",
    "company_name": KUBUS["name"],
    "address": KUBUS["address"],
    "username": "jan.peeters",
    "password": PASSWORD,
}


def test_enrolment_of_somebody_abroad_then_account_page_with_the_tile(isc):
    browser = Browser()
    form = browser.get(f"{isc.url}/inscription/responsable", timeout=10)
    verification = browser.follow(browser.submit(form, **ENROLMENT))
    assert "Simuler une vérification réussie" in verification.text
    account = browser.follow(browser.submit(verification))
    assert "Voir vos informations" in account.text
    assert "Voir plus" in account.text
    target = urlencode({"iss": isc.url, "target_link_uri": "http://127.0.0.1:8000/"}).replace("&", "&amp;")
    assert f'href="http://127.0.0.1:8000/connexion/isc/initier?{target}"' in account.text
    assert "BE0403170701" in browser.get(f"{isc.url}/compte/informations", timeout=10).text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"country": "FR", "siren": "732829321"}, "Ce numéro n’est pas un SIREN"),
        (
            {"country": "FR", "siren": "732829320", "siret": "73282932000075"},
            "Écrivez les 14 chiffres du SIRET",
        ),
        ({"vat": "0403"}, "Écrivez le numéro avec les lettres du pays"),
        ({"username": "ines.moreau"}, "Cet identifiant est déjà pris"),
        ({"password": "court"}, "Il faut 12 caractères au moins."),
    ],
)
def test_enrolment_says_what_is_wrong(isc, changes, message):
    browser = Browser()
    form = browser.get(f"{isc.url}/inscription/mandataire", timeout=10)
    answer = browser.submit(form, **(ENROLMENT | {"username": "autre.nom"} | changes))
    assert answer.status_code == 400
    assert message in answer.text


def test_nobody_signs_in_before_the_check(isc):
    isc.seed(person("max.pending", verified=False))
    page = Browser().sign_in(f"{isc.url}/connexion", "max.pending")
    assert "Simuler une vérification réussie" in page.text


def test_wrong_password_is_refused(isc):
    page = Browser().sign_in(f"{isc.url}/connexion", "ines.moreau", "autre-mot-de-passe")
    assert (page.status_code, "Identifiant ou mot de passe inconnu" in page.text) == (400, True)


def test_sandbox_endpoints_take_json_only(isc):
    answer = requests.post(f"{isc.url}/_sandbox/fault", data={"mode": "down"}, timeout=10)
    assert answer.status_code == 415
    assert requests.post(f"{isc.url}/_sandbox/fault", json={"mode": "?"}, timeout=10).status_code == 400
