"""Every address, every method, every person: who is not named in the table gets what a thing that is not there gets."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.rights.asking import WHOLE_PAGE, Case, absent, address, ask, has_ids
from tests.rights.table import (
    DECISION,
    EVERYBODY,
    INSTRUCTION,
    OUR_COMPANY,
    SIGNED_IN,
    TABLE,
    Row,
)
from tests.rights.world import OURS, World

METHODS = ("GET", "HEAD", "POST", "POST as JSON")
ROWS = sorted(TABLE)
STRANGERS = SIGNED_IN - OUR_COMPANY - INSTRUCTION - DECISION - {"former"}
# Who tries what. Each refusal is tried in full by one person of each kind; the others knock once an address.
IN_FULL = frozenset(
    {"nobody", "rival", "unattached", "unassigned", "conflicted", "agent", "verifier", "college"}
)
KNOCK = EVERYBODY - IN_FULL - {"rival attached", "former", "referent", "signatory", "assigned"}
AS_SCRIPT = frozenset({"nobody", "rival"})
READ_IT_ALL = frozenset({"rival", "unassigned"})  # of a company, of the agency: they read the page as drawn


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for found in resolver.url_patterns:
        if isinstance(found, URLResolver):
            yield from patterns(found)
        else:
            yield found


def views() -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for pattern in patterns(get_resolver()):
        found.setdefault(str(pattern.name), []).append(pattern.callback)
    return found


# --- The walk -----------------------------------------------------------------------------------------------


def test_every_address_has_a_row():
    assert sorted(set(views()) - set(TABLE)) == [], "say in tests/rights/table.py who may open it"


def test_every_row_has_an_address():
    assert sorted(set(TABLE) - set(views())) == []


def test_public_pages_are_public_by_name():
    marked = sorted(name for name, found in views().items() if any(v.access == "public" for v in found))
    assert marked == sorted(name for name, row in TABLE.items() if row.public)


def test_no_two_addresses_share_a_name():
    assert [name for name, found in views().items() if len(found) > 1] == []


# --- What people see ----------------------------------------------------------------------------------------


def open_to(row: Row, case: Case) -> frozenset[str]:
    return row.open_to if case.open_to is None else case.open_to


def without_ids(response: Any, url: str) -> tuple[Any, ...]:
    """What an answer tells: status, headers and words, without the address asked for and the form's own key."""
    body = b"" if response.streaming else response.content
    words = body.decode()
    for shown in (url, url.replace("&", "&amp;"), url.split("?", maxsplit=1)[0]):
        words = words.replace(shown, "ADDRESS")
    words = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", words)
    told = {k: v for k, v in response.headers.items() if k not in ("Location", "Content-Length")}
    where = response.headers.get("Location", "").split("?next=")[0]
    return response.status_code, where, sorted(told.items()), words


def is_refusal(response: Any, who: str, row: Row, method: str) -> bool:
    """Sign-in for nobody, else 404. An address may also say that it never takes this method, to anybody."""
    if who == "nobody":
        to_sign_in = response.status_code == 302 and response["Location"].startswith("/connexion?next=/")
        return response.status_code == 401 if row.json else to_sign_in
    if response.status_code == 404:
        return not row.json or response["Content-Type"] == "application/json"
    return response.status_code == 405 and method not in response["Allow"]


def methods(who: str, *, first: bool) -> tuple[str, ...]:
    if who in KNOCK:
        return ("GET",)
    return METHODS if first and who in AS_SCRIPT else ("GET", "POST")


@pytest.mark.any_database("the same queries as for the rightful, on either, find nothing")
@pytest.mark.parametrize("name", [n for n in ROWS if not TABLE[n].public])
def test_who_is_not_named_finds_nothing(world: World, content, name):
    row, before = TABLE[name], content()
    nothing: dict[tuple[str, str], list[Any]] = {}  # what this person gets for things that are not there
    for n, case in enumerate(row.cases(world)):
        trying = IN_FULL | KNOCK if n == 0 else IN_FULL
        for who in sorted(trying - open_to(row, case)):
            for method in methods(who, first=n == 0):
                headers = {WHOLE_PAGE: "yes"} if who in READ_IT_ALL and method == "GET" else {}
                response = ask(world, who, method, name, case, **headers)
                where = f"{method} {name} by {who}: {response.status_code} {response.headers.get('Location')}"
                if who in row.known_to:
                    assert response.status_code in (403, 404, 405, 422), where
                    continue
                if name != "notification":  # a line of somebody else: back to one's own list
                    assert is_refusal(response, who, row, method.partition(" ")[0]), where
                if has_ids(case) and who in IN_FULL and method in ("GET", "POST"):
                    told, known = (
                        without_ids(response, address(name, case)),
                        nothing.setdefault((who, method), []),
                    )
                    if told not in known:
                        missing = ask(world, who, method, name, case, absent, **headers)
                        known.append(without_ids(missing, address(name, case, absent)))
                    assert told in known, f"{where}: tells that it exists"
    assert content() == before


@pytest.mark.parametrize("name", [n for n in ROWS if TABLE[n].own])
def test_pages_of_ones_own_name_nobody_else(world: World, content, name):
    row = TABLE[name]
    ours = [play.number for play in world.ours.values()] + list(OURS)
    theirs = [play.number for play in world.theirs.values()] + ["Rivalix", "Dubreuil"]
    for case in row.cases(world):
        for who in sorted(row.open_to & (IN_FULL | {"elsewhere", "without company", "administrator"})):
            response = ask(world, who, "GET", name, case)
            assert response.status_code in (200, 302, 405), f"{name} by {who}: {response.status_code}"
            words = response.content.decode()
            if who in STRANGERS - row.reads_all:
                assert [word for word in ours if word in words] == [], f"{name} by {who}"
            if who in OUR_COMPANY:
                assert [word for word in theirs if word in words] == [], f"{name} by {who}"


def test_the_unattached_find_only_their_own_work(world: World):
    hidden = [play.number for stage, play in world.ours.items() if stage != "beside"]
    for name in ROWS:
        if TABLE[name].own and "unattached" in TABLE[name].open_to:
            for case in TABLE[name].cases(world):
                words = ask(world, "unattached", "GET", name, case).content.decode()
                assert [word for word in hidden if word in words] == [], name


# --- The rightful ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [n for n in ROWS if not TABLE[n].public])
def test_who_is_named_finds_it(world: World, name):
    """Else the refusals above would prove nothing."""
    row = TABLE[name]
    for case in row.cases(world):
        for who in sorted(open_to(row, case) & {"agent", "attached", "verifier", "college", case.by}):
            for method in ("GET", "HEAD") if who == case.by else ("GET",):
                status = ask(world, who, method, name, case).status_code
                assert status in (200, 302, 405), f"{method} {name} by {who}: {status}"


FORMS = [n for n in ROWS if not TABLE[n].public]


@pytest.mark.parametrize("name", FORMS)
def test_the_same_form_by_the_rightful_does_something(world: World, content, name):
    """Each form that strangers sent in vain works when the right person sends it."""
    row = TABLE[name]
    for case in row.cases(world):
        if case.post is None:
            continue
        if case.before:
            case.before(world)
        before = content()
        response = ask(world, case.by, "POST", name, case)
        assert response.status_code in (200, 204, 302, 303, 422), f"{name}: {response.status_code}"
        assert (content() != before) == case.writes, name


@pytest.mark.any_database(
    "what stops them is asked before anything is written, by the same queries on either"
)
@pytest.mark.parametrize("name", FORMS)
def test_who_sees_it_but_may_not_act_changes_nothing(world: World, content, name):
    row = TABLE[name]
    for case in row.cases(world):
        before = content()
        for who in sorted(open_to(row, case) - row.may_post):
            for method in ("POST", "POST as JSON"):
                status = ask(world, who, method, name, case).status_code
                assert status in (302, 303, 403, 404, 405, 409, 422), f"{method} {name} by {who}: {status}"
        assert content() == before, name
