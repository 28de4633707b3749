"""What tests of vendor pages share: a file of Clairvue, its people, a rival, and browsers signed in as them."""

from collections.abc import Callable
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jalon.accounts.models import User
from jalon.accounts.standing import standing_of
from jalon.accounts.states import CompanyRole, StaffRoleName
from jalon.demo.play import Cast, Play
from jalon.vendors.actions import grant_access
from tests.kept import kept
from tests.scenarios.people import RIVAL, person, product, staff
from tests.scenarios.small import SMALL_CODE, open_small_programme

BACKEND = "jalon.accounts.backends.StaffBackend"
CODE = SMALL_CODE


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def text_of(response) -> str:
    """The page as a reader gets it: entities resolved, white space folded."""
    return " ".join(unescape(response.content.decode()).split())


def query_count(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        act()
    return len(seen)


@pytest.fixture
@kept
def nadia(db) -> User:
    """A mandataire; the programme is open."""
    open_small_programme()
    return person("nadia")


@pytest.fixture
@kept
def verifier(nadia) -> User:
    return staff("thomas", StaffRoleName.VERIFIER, programme=CODE)


@pytest.fixture
@kept
def play(nadia, verifier) -> Play:
    return Play.begin(Cast(nadia, verifier), CODE, product(nadia))


@pytest.fixture
@kept
def ines(nadia) -> User:
    """A salariée of the same company, attached to nothing yet."""
    return person("ines", CompanyRole.EMPLOYEE, given_name="Inès", family_name="Carvalho")


@pytest.fixture
@kept
def hugo(nadia) -> User:
    return person("hugo", CompanyRole.DELEGATE, given_name="Hugo", family_name="Lemestre")


@pytest.fixture
@kept
def rival(nadia) -> User:
    return person("rival", CompanyRole.AGENT, RIVAL, given_name="Paul", family_name="Rival")


def attach(play: Play, user: User) -> None:
    product_id = play.application.version.product_id
    grant_access(actor=standing_of(play.cast.vendor), product_id=product_id, user_id=user.pk)
