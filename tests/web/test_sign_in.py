"""Signing in for real: Jalon's client and a served provider, over HTTP on loopback (PRODUCT.md, G02)."""

import json
from urllib.parse import urlencode, urlsplit

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse

from jalon.accounts.actions import create_staff
from jalon.accounts.models import Company, Membership, User
from jalon.accounts.standing import SYSTEM
from jalon.accounts.states import CompanyRole, StaffRoleName
from jalon.jobs.models import Job
from jalon.journal.models import Entry
from tests.sentences import as_written
from tests.stand_ins.isc import (
    CLIENT_SECRET,
    KUBUS,
    PASSEREL,
    Browser,
    Isc,
    isc,
    person,
    query,
    served,
    started,
)

__all__ = ["isc", "served"]  # fixtures
pytestmark = [pytest.mark.django_db, pytest.mark.any_database("pages over acts that are tested on either")]
STAFF_PASSWORD = "correct-horse-battery"


def configure(settings, issuer: str, **changes: object) -> None:
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(
        update={"oidc_issuer": issuer, "oidc_client_secret": CLIENT_SECRET} | changes
    )


@pytest.fixture
def connected(settings, isc: Isc) -> Isc:
    """Jalon is set to that provider."""
    configure(settings, isc.url)
    return isc


def come_back(client: Client, url: str):
    """The browser returns to the platform with the provider's answer: the one GET that may write."""
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}" == "http://127.0.0.1:8000"
    return client.generic("GET", f"{parts.path}?{parts.query}")


def sign_in(client: Client, username: str = "ines.moreau", start: str = "/connexion/isc"):
    leaving = client.get(start)
    assert leaving.status_code == 302, leaving.content.decode()
    return come_back(client, Browser().authorize(leaving.headers["Location"], username))


def is_signed_in(client: Client) -> bool:
    return SESSION_KEY in client.session


def test_connexion_asks_with_state_nonce_and_pkce(client, connected):
    asked = client.get("/connexion/isc").headers["Location"]
    assert asked.startswith(f"{connected.url}/oidc/authorize?")
    params = query(asked)
    assert {
        name: params[name] for name in ("response_type", "client_id", "redirect_uri", "code_challenge_method")
    } == {
        "response_type": "code",
        "client_id": "jalon",
        "redirect_uri": "http://127.0.0.1:8000/connexion/isc/retour",
        "code_challenge_method": "S256",
    }
    assert all(len(params[name]) >= 20 for name in ("state", "nonce", "code_challenge"))


def test_first_sign_in_makes_person_company_and_role(client, connected):
    answer = sign_in(client)
    assert answer.status_code == 302
    assert is_signed_in(client)
    user = User.objects.get()
    assert (user.issuer, user.subject) == (connected.url, connected.subjects["ines.moreau"])
    assert (user.civility, user.given_name, user.family_name) == ("Mme", "Ines", "Moreau")
    assert (user.email, user.telephone) == ("ines.moreau@passerel.invalid", "+33472000000")
    company = Company.objects.get()
    assert (company.country, company.register_number, company.siret) == (
        "FR",
        PASSEREL["siren"],
        PASSEREL["siret"],
    )
    assert json.loads(company.legal_representative)["family_name"] == "Moreau"
    assert list(Membership.objects.values_list("role", "until")) == [(CompanyRole.AGENT, None)]
    events = list(Entry.objects.order_by("pk").values_list("chain", "event", "actor_ref"))
    assert events == [
        (f"company:{company.pk}", "accounts.membership.opened", user.ref),
        (f"person:{user.ref}", "accounts.person.enrolled", user.ref),
    ]


def test_second_sign_in_renews_data_and_keeps_the_account(client, connected):
    sign_in(client)
    connected.seed(person(email="nouvelle@passerel.invalid", function="Présidente"))
    sign_in(Client())
    user = User.objects.get()
    assert (user.email, user.function) == ("nouvelle@passerel.invalid", "Présidente")


def test_same_name_and_mail_at_the_provider_is_another_person(client, connected):
    sign_in(client)
    connected.seed(
        person("ines.bis", given_name="Ines", family_name="Moreau", email="ines.moreau@passerel.invalid")
    )
    sign_in(Client(), "ines.bis")
    assert User.objects.count() == 2


def test_company_abroad_is_known_by_its_vat_number(client, connected):
    connected.seed(person("jan.peeters", role="responsable", company=KUBUS))
    sign_in(client, "jan.peeters")
    company = Company.objects.get()
    assert (company.country, company.register_number) == ("BE", "BE0403170701")


def test_role_null_ends_the_membership_and_tells_the_packages_above(client, connected):
    connected.seed(person("leo.first", role="salarie"))
    sign_in(client, "leo.first")
    connected.seed(person("leo.first", role=None))
    answer = sign_in(Client(), "leo.first")
    assert answer.headers["Location"] == reverse("account")
    membership = Membership.objects.get()
    assert membership.until is not None
    job = Job.objects.get(name="vendors.member_left")
    assert json.loads(job.payload) == {"company_id": membership.company_id, "user_id": membership.user_id}


def test_session_key_changes_and_next_is_followed(client, connected):
    client.get("/connexion/isc?next=/compte")
    before = client.session.session_key
    answer = sign_in(client, start="/connexion/isc?next=/compte")
    assert answer.headers["Location"] == "/compte"
    assert client.session.session_key != before


@pytest.mark.parametrize("target", ["https://evil.invalid/", "//evil.invalid/", "javascript:alert(1)"])
def test_next_outside_is_forgotten(client, connected, target):
    answer = sign_in(client, start=f"/connexion/isc?{urlencode({'next': target})}")
    assert answer.headers["Location"].startswith("/")
    assert "evil" not in answer.headers["Location"]


@pytest.mark.parametrize(
    "mode",
    ["bad_nonce", "wrong_signature", "wrong_audience", "wrong_issuer", "expired_token", "other_subject"],
)
def test_token_that_proves_nothing_is_refused(client, connected, mode):
    connected.fail(mode)
    answer = sign_in(client)
    assert answer.status_code == 400
    assert "n’a pas pu être vérifiée" in answer.content.decode()
    assert not is_signed_in(client)
    assert User.objects.count() == 0


def test_clock_may_differ_a_little(client, connected, settings):
    from jalon.connectors.identity.provider import ProviderConfig

    assert ProviderConfig("i", "c", "s").leeway == 120
    assert ProviderConfig("i", "c", "s").timeout == 5.0


def test_tampered_verifier_is_refused_by_the_provider(client, connected):
    leaving = client.get("/connexion/isc").headers["Location"]
    back = Browser().authorize(leaving)
    session = client.session
    session["pending_sign_ins"][query(back)["state"]]["code_verifier"] = "w" * 64
    session.save()
    answer = come_back(client, back)
    assert answer.status_code == 502
    assert "a répondu par une erreur" in answer.content.decode()
    assert not is_signed_in(client)


def test_answer_of_another_browser_is_refused(client, connected):
    back = Browser().authorize(client.get("/connexion/isc").headers["Location"])
    victim = Client()
    answer = come_back(victim, back)
    assert answer.status_code == 400
    assert "aucune connexion en cours dans ce navigateur" in answer.content.decode()
    assert not is_signed_in(victim)


def test_answer_serves_once(client, connected):
    back = Browser().authorize(client.get("/connexion/isc").headers["Location"])
    assert come_back(client, back).status_code == 302
    assert come_back(client, back).status_code == 400


def test_answer_of_another_issuer_is_refused(client, connected):
    back = Browser().authorize(client.get("/connexion/isc").headers["Location"])
    mixed_up = back.replace(urlencode({"iss": connected.url}), urlencode({"iss": "https://evil.invalid"}))
    assert mixed_up != back
    assert come_back(client, mixed_up).status_code == 400
    assert not is_signed_in(client)


def test_declined_consent_is_said_plainly(client, connected):
    connected.seed(person("zoe.second"))
    leaving = client.get("/connexion/isc").headers["Location"]
    answer = come_back(client, Browser().authorize(leaving, "zoe.second", decision="refuse"))
    assert answer.status_code == 403
    assert "Vous avez refusé de partager" in answer.content.decode()


def test_missing_claims_change_no_right(client, connected):
    sign_in(client)
    connected.fail("missing_claims")
    other = Client()
    answer = sign_in(other)
    assert answer.status_code == 502
    assert "votre rôle dans la société, votre société" in answer.content.decode()
    assert not is_signed_in(other)
    assert Membership.objects.filter(until=None).count() == 1


def test_provider_down_is_named_with_what_to_do(client, settings, tmp_path):
    with started(tmp_path / "down") as gone:
        configure(settings, gone.url)
        gone.fail("down")
        answer = client.get("/connexion/isc")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    text = answer.content.decode()
    assert "Le service Industriels Santé Connect (iSC) ne répond pas" in text
    assert "Nous ne savons pas depuis quand." in text
    assert gone.url not in text  # the address is the administrator’s affair, and stands in the log
    assert client.get("/connexion/isc").status_code == 503  # now nothing listens at all


def test_provider_that_falls_silent_midway_says_when_it_last_answered(client, connected, settings):
    from jalon.connectors.identity.provider import ProviderConfig, provider_for

    leaving = client.get("/connexion/isc").headers["Location"]
    back = Browser().authorize(leaving)
    env = settings.ENVIRONMENT
    provider = provider_for(
        ProviderConfig(env.oidc_issuer, env.oidc_client_id, env.oidc_client_secret, env.oidc_scopes)
    )
    provider._party.client_kwargs["default_timeout"] = 0.3  # the real limit is 5 s: too long for a test
    connected.fail("slow", seconds=1)
    answer = come_back(client, back)
    provider._party.client_kwargs["default_timeout"] = 5.0
    assert answer.status_code == 503
    assert "Il nous a répondu pour la dernière fois le" in answer.content.decode()
    assert not is_signed_in(client)


def test_no_provider_set_is_said(client, settings):
    configure(settings, "")
    answer = client.get("/connexion/isc")
    assert answer.status_code == 503
    assert "n’est pas encore réglée" in answer.content.decode()


def test_metadata_of_another_issuer_is_refused(client, connected, settings):
    configure(settings, connected.url.replace("127.0.0.1", "localhost"))
    assert client.get("/connexion/isc").status_code == 502


@pytest.mark.parametrize("method", ["get", "post"])
def test_tile_of_the_services_page_signs_in(client, connected, method):
    data = {"iss": connected.url, "target_link_uri": "http://127.0.0.1:8000/compte"}
    leaving = getattr(client, method)("/connexion/isc/initier", data)
    answer = come_back(client, Browser().authorize(leaving.headers["Location"]))
    assert answer.headers["Location"] == "http://127.0.0.1:8000/compte"
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"iss": "https://evil.invalid"}, "un service que la plateforme ne connaît pas"),
        ({}, "un service que la plateforme ne connaît pas"),
        ({"iss": "", "target_link_uri": "https://evil.invalid/"}, "mène hors de la plateforme"),
    ],
)
def test_tile_of_somebody_else_is_refused(client, connected, data, message):
    if data.get("iss") == "":
        data = data | {"iss": connected.url}
    answer = client.get("/connexion/isc/initier", data)
    assert answer.status_code == 400
    assert message in answer.content.decode()


def test_sign_out_ends_both_sessions(client, connected):
    browser = Browser()
    back = browser.authorize(client.get("/connexion/isc").headers["Location"])
    come_back(client, back)
    assert client.get("/deconnexion").status_code == 200
    assert is_signed_in(client)  # GET changes nothing
    answer = client.post("/deconnexion")
    assert not is_signed_in(client)
    url = answer.headers["Refresh"].removeprefix("0; url=")
    assert url.startswith(f"{connected.url}/oidc/logout?")
    returned = browser.get(url, allow_redirects=False, timeout=10)
    assert returned.headers["Location"] == "http://127.0.0.1:8000/deconnexion?state=fin"
    assert "connexion" in browser.get(f"{connected.url}/compte", timeout=10).url
    assert "Vous êtes déconnecté" in client.get("/deconnexion?state=fin").content.decode()


def test_sign_out_with_the_provider_down_still_ends_ours(client, connected):
    from jalon.connectors.identity import provider

    sign_in(client)
    connected.fail("down")
    provider._providers.clear()  # as after a restart: metadata must be read again
    answer = client.post("/deconnexion")
    assert (answer.status_code, "Refresh" in answer.headers) == (200, False)
    assert not is_signed_in(client)


def test_access_ends_at_the_next_request_after_the_company_said_so(client, connected):
    connected.seed(person("leo.first", role="salarie"))
    employee, agent = client, Client()
    sign_in(employee, "leo.first")
    sign_in(agent)
    membership = Membership.objects.get(role=CompanyRole.EMPLOYEE)
    assert employee.get("/compte/societe").status_code == 200
    assert employee.post(f"/compte/societe/membres/{membership.pk}/fin").status_code == 403
    assert agent.get(f"/compte/societe/membres/{membership.pk}/fin").status_code == 200
    assert agent.post(f"/compte/societe/membres/{membership.pk}/fin").status_code == 302
    assert employee.get("/compte/societe").status_code == 404
    sign_in(Client(), "leo.first")  # the provider still says "salarié": not enough
    assert not Membership.objects.filter(user=membership.user, until=None).exists()
    assert agent.post(f"/compte/societe/membres/{membership.pk}/retour").status_code == 302
    assert employee.get("/compte/societe").status_code == 200


def test_members_of_a_rival_company_do_not_exist(client, connected):
    connected.seed(person("jan.peeters", company=KUBUS))
    sign_in(Client())
    sign_in(client, "jan.peeters")
    rival = Membership.objects.get(company__country="FR")
    assert client.get(f"/compte/societe/membres/{rival.pk}/fin").status_code == 404
    assert client.post(f"/compte/societe/membres/{rival.pk}/fin").status_code == 404
    assert client.post(f"/compte/societe/membres/{rival.pk}/retour").status_code == 404
    assert client.post("/compte/societe/choisir", {"company": rival.company_id}).status_code == 404


def test_consultant_changes_company(client, connected):
    connected.seed(person("ada.consult", role="salarie", companies=[KUBUS | {"role": "responsable"}]))
    sign_in(client, "ada.consult")
    page = client.get("/compte").content.decode()
    assert "Agir pour Kubus BV" in page
    kubus = Company.objects.get(country="BE")
    assert client.post("/compte/societe/choisir", {"company": kubus.pk}).status_code == 302
    assert "Kubus BV" in client.get("/compte/societe").content.decode()


DIALECT = {
    "rename": {
        "isc_role": "urn:org:role",
        "company": "organization",
        "companies": "organizations",
        "given_name": "first",
        "family_name": "last",
        "phone_number": "mobile",
    },
    "company": {"name": "legal_name", "siren": "registration", "country": "jurisdiction"},
    "roles": {"mandataire": "OWNER", "responsable": "MANAGER", "salarie": "MEMBER"},
    "signed_userinfo": True,
    "auth_methods": ["client_secret_post"],
}


def test_another_provider_needs_only_configuration(client, settings, tmp_path):
    """Other names, other role values, signed userinfo, secret in the body."""
    claims = {
        "role": "urn:org:role",
        "company": "organization",
        "companies": "organizations",
        "given_name": "first",
        "family_name": "last",
        "telephone": "mobile",
        "company.name": "legal_name",
        "company.siren": "registration",
        "company.country": "jurisdiction",
    }
    roles = {"OWNER": "agent", "MANAGER": "delegate", "MEMBER": "employee"}
    with started(tmp_path / "other", dialect=DIALECT) as other:
        other.seed(person())
        configure(settings, other.url, oidc_claims=json.dumps(claims), oidc_roles=json.dumps(roles))
        sign_in(client)
    user, membership = User.objects.get(), Membership.objects.get()
    assert (user.given_name, user.telephone) == ("Ines", "+33472000000")
    assert (membership.role, membership.company.name) == (CompanyRole.AGENT, "Passerel Santé")


# --- the agency's people


@pytest.fixture
def verifier() -> User:
    return create_staff(
        actor=SYSTEM,
        login="Claire.Petit",
        given_name="Claire",
        family_name="Petit",
        email="claire@agence.invalid",
        password=STAFF_PASSWORD,
        roles=[(StaffRoleName.VERIFIER, "")],
    )


def test_staff_sign_in_with_a_local_account(client, verifier):
    before = client.get("/connexion/agence").status_code
    answer = client.post("/connexion/agence", {"login": " claire.PETIT ", "password": STAFF_PASSWORD})
    assert (before, answer.status_code) == (200, 302)
    assert is_signed_in(client)
    assert "Vérificateur" in client.get("/compte").content.decode()


@pytest.mark.parametrize("login", ["claire.petit", "nobody"])
def test_wrong_password_and_unknown_login_look_the_same(client, verifier, login):
    answer = client.post("/connexion/agence", {"login": login, "password": "wrong-wrong-wrong"})
    assert answer.status_code == 400
    assert "Identifiant ou mot de passe inconnu" in answer.content.decode()


def test_too_many_wrong_tries_close_the_door(client, verifier):
    for n in range(8):
        answer = client.post(
            "/connexion/agence", {"login": ["claire.petit", "CLAIRE.petit"][n % 2], "password": "no"}
        )
    assert answer.status_code == 429
    answer = client.post("/connexion/agence", {"login": "claire.petit", "password": STAFF_PASSWORD})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
    assert "Réessayez dans 15 minutes" in as_written(answer.content.decode())
    assert not is_signed_in(client)


def test_person_of_a_company_has_no_local_sign_in(client, connected):
    sign_in(client)
    other = Client()
    answer = other.post("/connexion/agence", {"login": User.objects.get().subject, "password": ""})
    assert answer.status_code == 400


def test_demo_sign_in_on_loopback(client, settings, verifier):
    configure(settings, "", demo=True)
    page = client.get("/connexion", headers={"host": "127.0.0.1:8000"}).content.decode()
    assert "Claire Petit" in page
    answer = client.post("/demo/connexion", {"person": verifier.ref}, headers={"host": "127.0.0.1:8000"})
    assert answer.status_code == 302
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("demo", "extra"),
    [
        (False, {"HTTP_HOST": "127.0.0.1:8000"}),
        (True, {"HTTP_HOST": "testserver"}),
        (True, {"HTTP_HOST": "127.0.0.1:8000", "REMOTE_ADDR": "192.0.2.7"}),
        (True, {"HTTP_HOST": "127.0.0.1:8000", "HTTP_X_FORWARDED_FOR": "192.0.2.7"}),
        (True, {"HTTP_HOST": "127.0.0.1:8000", "HTTP_FORWARDED": "for=192.0.2.7"}),
    ],
    ids=["no demo", "other host", "other peer", "behind a proxy", "behind another proxy"],
)
def test_demo_sign_in_is_refused_elsewhere(client, settings, verifier, demo, extra):
    configure(settings, "", demo=demo)
    answer = client.post("/demo/connexion", {"person": verifier.ref}, **extra)
    assert answer.status_code == 404
    assert not is_signed_in(client)
    assert "Claire Petit" not in client.get("/connexion", **extra).content.decode()


def test_demo_sign_in_is_for_staff_only(client, settings, connected):
    sign_in(Client())
    configure(settings, connected.url, demo=True)
    answer = client.post("/demo/connexion", {"person": User.objects.get().ref}, HTTP_HOST="127.0.0.1:8000")
    assert answer.status_code == 404
    page = client.get("/connexion", HTTP_HOST="127.0.0.1:8000").content.decode()
    assert f"login_hint={connected.subjects['ines.moreau']}" in page
