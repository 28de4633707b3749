"""A company's access to a test platform: kept sealed, given back to nobody, told to the journal without its value."""

import json
import logging

import pytest
from cryptography.fernet import Fernet
from django.test import Client

from jalon.accounts.standing import SYSTEM
from jalon.core.errors import InvalidInput, NotAllowed, NotVisible
from jalon.core.sealing import Unsealable, seal, unseal
from jalon.journal.models import Entry
from jalon.vendors.actions import remove_platform_key, save_platform_access, seal_platform_keys_anew
from jalon.vendors.models import PlatformAccess
from jalon.vendors.queries import platform_credentials

KEY = "cle-qui-ne-se-montre-pas-9f8e"
OTHER = "une-autre-cle-bien-cachee-77"
PAGE = "/compte/societe/plateformes/gazelle"


def save(world, who="agent", organisation="ACME", key=KEY, platform="gazelle"):
    save_platform_access(actor=world[who], platform=platform, organisation=organisation, key=key)


def lines(world):
    chain = f"company:{world['agent'].company_id}"
    found = Entry.objects.filter(chain=chain, event__startswith="vendors.platform").order_by("seq")
    return [(entry.event, json.loads(entry.payload)) for entry in found]


def credentials(world):
    return platform_credentials(world["agent"].company_id, "gazelle")


def test_keyword_and_key_are_kept_sealed_and_journalled_without_their_value(world):
    save(world)
    access = PlatformAccess.objects.get()
    assert (credentials(world).organisation, credentials(world).key) == ("ACME", KEY)
    assert KEY not in access.sealed_key
    assert KEY not in repr(credentials(world))
    assert lines(world) == [("vendors.platform.saved", {"platform": "gazelle", "keyword": True, "key": True})]


def test_the_key_is_replaced_kept_or_removed(world):
    save(world)
    save(world, "delegate", "ACME_2", "")
    assert (credentials(world).organisation, credentials(world).key) == ("ACME_2", KEY)
    save(world, "delegate", "ACME_2", OTHER)
    assert (credentials(world).key, PlatformAccess.objects.get().key_set_by_id) == (
        OTHER,
        world["delegate"].user_id,
    )
    remove_platform_key(actor=world["agent"], platform="gazelle")
    remove_platform_key(actor=world["agent"], platform="gazelle")
    save(world, "agent", "ACME_2", "")
    assert (credentials(world).organisation, credentials(world).key) == ("ACME_2", "")
    said = [
        (event.rpartition(".")[2], payload.get("keyword"), payload.get("key"))
        for event, payload in lines(world)
    ]
    assert said == [
        ("saved", True, True),
        ("saved", True, False),
        ("saved", False, True),
        ("key_removed", None, None),
    ]


@pytest.mark.parametrize("who", ["employee", "verifier"])
def test_only_a_mandataire_or_a_responsable_may(world, who):
    with pytest.raises(NotAllowed):
        save(world, who)
    with pytest.raises(NotAllowed):
        remove_platform_key(actor=world[who], platform="gazelle")
    assert not PlatformAccess.objects.exists()


@pytest.mark.parametrize(
    ("organisation", "key", "field"),
    [
        ("", KEY, "organisation"), ("deux mots", KEY, "organisation"), ("A" * 81, KEY, "organisation"),
        ("ACME", "court", "key"), ("ACME", "avec espace dedans", "key"), ("ACME", "saut\r\nX-Evil: 1", "key"),
        ("ACME", "accentuée-é-é-é", "key"),
    ],
)  # fmt: skip
def test_what_cannot_travel_in_a_header_is_refused(world, organisation, key, field):
    with pytest.raises(InvalidInput) as refused:
        save(world, organisation=organisation, key=key)
    assert list(refused.value.errors) == [field]
    assert key not in str(refused.value)


def test_another_platform_is_none(world):
    with pytest.raises(NotVisible):
        save(world, platform="autre")


def test_sealing_keys_change_without_losing_anything(world, settings):
    save(world)
    old, new = settings.SEALING_KEYS[0], Fernet.generate_key().decode()
    settings.SEALING_KEYS = [new, old]
    assert seal_platform_keys_anew(actor=SYSTEM) == {"sealed": 1, "lost": 0}
    settings.SEALING_KEYS = [new]
    assert credentials(world).key == KEY
    settings.SEALING_KEYS = [old]
    assert credentials(world).key == ""
    assert seal_platform_keys_anew(actor=SYSTEM) == {"sealed": 0, "lost": 1}
    with pytest.raises(NotAllowed):
        seal_platform_keys_anew(actor=world["agent"])


def test_a_seal_opens_with_its_key_only(settings):
    sealed = seal(KEY)
    settings.SEALING_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(Unsealable):
        unseal(sealed)


# --- the page


def client_of(world, who):
    client = Client()
    client.force_login(world.users[who])
    return client


def test_the_page_takes_the_key_and_never_shows_it(world, caplog):
    caplog.set_level(logging.DEBUG)
    client = client_of(world, "agent")
    assert client.post(PAGE, {"organisation": "ACME", "key": KEY}).status_code == 302
    shown = client.get(PAGE).content.decode() + client.get("/compte/societe").content.decode()
    assert ("ACME" in shown, "Clé enregistrée" in shown, KEY in shown) == (True, True, False)
    refused = client.post(PAGE, {"organisation": "deux mots", "key": OTHER})
    assert (refused.status_code, OTHER in refused.content.decode()) == (422, False)
    assert client.post(PAGE, {"remove": "1"}).status_code == 302
    assert credentials(world).key == ""
    assert KEY not in caplog.text
    assert KEY not in json.dumps([e.payload for e in Entry.objects.all()])


def test_an_employee_sees_that_there_is_an_access_and_nothing_to_change(world):
    save(world)
    client = client_of(world, "employee")
    company = client.get("/compte/societe").content.decode()
    assert ("clé enregistrée" in company, PAGE in company) == (True, False)
    assert (client.get(PAGE).status_code, client.post(PAGE, {"remove": "1"}).status_code) == (403, 403)
