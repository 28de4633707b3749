"""Every address names who may open it."""

from collections.abc import Iterator

import pytest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, get_resolver

from jalon.accounts.standing import NOBODY, Standing
from jalon.accounts.states import CompanyRole, StaffRoleName
from jalon.web.access import public, signed_in, staff_only, vendor_only

VENDOR = Standing(user_id=1, company_id=1, company_role=CompanyRole.EMPLOYEE)
VERIFIER = Standing(user_id=2, staff_roles=frozenset({(StaffRoleName.VERIFIER, "")}))
NO_COMPANY = Standing(user_id=3)


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for found in resolver.url_patterns:
        route = prefix + str(found.pattern)
        if isinstance(found, URLResolver):
            yield from patterns(found, route)
        else:
            yield route, found


def test_every_view_carries_a_mark():
    unmarked = [route for route, found in patterns(get_resolver()) if not hasattr(found.callback, "access")]
    assert unmarked == []


def test_every_address_has_a_name():
    assert [route for route, found in patterns(get_resolver()) if not found.name] == []


def answer(view, standing: Standing, method: str = "GET") -> HttpResponse:
    request = HttpRequest()
    request.method = method
    request.path = "/ici"
    request.META["QUERY_STRING"] = "a=1"
    request.standing = standing
    return view(request)


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


@pytest.mark.parametrize(
    ("mark", "allowed"),
    [
        (public, {"nobody", "vendor", "verifier", "no company"}),
        (signed_in, {"vendor", "verifier", "no company"}),
        (vendor_only, {"vendor"}),
        (staff_only(), {"verifier"}),
        (staff_only(StaffRoleName.VERIFIER, StaffRoleName.REFERENT), {"verifier"}),
        (staff_only(StaffRoleName.COLLEGE), set()),
    ],
)
def test_a_mark_lets_in_its_side_only(mark, allowed):
    people = {"nobody": NOBODY, "vendor": VENDOR, "verifier": VERIFIER, "no company": NO_COMPANY}
    entered = set()
    for name, standing in people.items():
        try:
            if answer(mark(page), standing).status_code == 200:
                entered.add(name)
        except Http404:
            continue
    assert entered == allowed


def test_nobody_is_sent_to_sign_in_and_back():
    response = answer(vendor_only(page), NOBODY)
    assert (response.status_code, response["Location"]) == (302, "/connexion?next=/ici%3Fa%3D1")


def test_a_post_does_not_come_back_as_a_get():
    assert answer(vendor_only(page), NOBODY, "POST")["Location"] == "/connexion?next=/"


@pytest.mark.parametrize(("standing", "status"), [(NOBODY, 401), (VERIFIER, 404), (VENDOR, 200)])
def test_scripts_get_json(standing, status):
    response = answer(vendor_only(json=True)(page), standing)
    assert (response.status_code, isinstance(response, JsonResponse)) == (status, status != 200)
