"""What tests of the agency's pages share: one file with everybody, in each stage, and browsers signed in."""

import re

import pytest
from django.test import Client

from jalon.applications.queries import parts_of
from jalon.applications.states import PartKind
from jalon.evidence.queries import slot_views
from tests.kept import kept
from tests.scenarios.cast import Company, open_application_of_everybody
from tests.web.vendors import query_count, signed_in, text_of

__all__ = ["Client", "company", "eligible", "query_count", "submitted", "text_of"]


@pytest.fixture
def company(db) -> Company:
    return open_application_of_everybody()


@pytest.fixture
@kept
def submitted(company) -> Company:
    company.play.fill().submit()
    return company


@pytest.fixture
@kept
def eligible(submitted) -> Company:
    submitted.play.find_eligible()
    return submitted


def browser(company: Company, name: str) -> Client:
    return signed_in(company.users[name])


def page(company: Company, tail: str = "") -> str:
    return f"/instruction/{company.number}{tail}"


def hand_in(company: Company) -> str:
    """The first chapter, full and submitted; its key."""
    chapter = company.play.chapters()[0]
    company.play.deposit(chapter).submit_chapters([chapter])
    return chapter


def deciding_round(company: Company) -> int:
    return list(parts_of(company.play.application, PartKind.FORM).values())[-1].round


def slots(company: Company, chapter: str):
    return slot_views(company.play.application, chapter)


def hidden(response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    assert found, name
    return found[1]
