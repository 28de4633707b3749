"""A request as data: an address, its parameters, and which of them are ids that somebody else may not use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from jalon.accounts.models import User
from tests.rights.world import World

ABSENT_NUMBER = "QQQQQQQQQQ"
ABSENT_ID = 8_888_888
WHOLE_PAGE = "whole-page"  # a header: draw the page of a refusal


@dataclass(frozen=True)
class Id:
    """The real one, and one of the same shape that belongs to nothing."""

    real: Any
    absent: Any = ABSENT_ID


@dataclass(frozen=True)
class Upload:
    name: str
    data: bytes

    def again(self) -> SimpleUploadedFile:
        return SimpleUploadedFile(self.name, self.data)


@dataclass(frozen=True)
class Case:
    """One use of an address. `post`: what its form sends; None: it takes no form. `writes`: the form leaves a trace."""

    args: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    post: Mapping[str, Any] | None = None
    by: str = "agent"
    writes: bool = True
    open_to: frozenset[str] | None = None  # None: as the row says
    before: Callable[[World], Any] | None = None  # what must have happened for the form to do anything


def real(value: Any) -> Any:
    return value.real if isinstance(value, Id) else value.again() if isinstance(value, Upload) else value


def absent(value: Any) -> Any:
    return value.absent if isinstance(value, Id) else real(value)


def has_ids(case: Case) -> bool:
    return any(isinstance(v, Id) for part in (case.args, case.query, case.post or {}) for v in part.values())


def address(name: str, case: Case, choose: Callable[[Any], Any] = real) -> str:
    url = reverse(name, kwargs={key: choose(value) for key, value in case.args.items()})
    query = {key: choose(value) for key, value in case.query.items()}
    return f"{url}?{urlencode(query)}" if query else url


def ask(
    world: World,
    who: str,
    method: str,
    name: str,
    case: Case,
    choose: Callable[[Any], Any] = real,
    **headers: str,
) -> Any:
    """The answer that a person gets who still has the session of before."""
    client, url = world.client(who), address(name, case, choose)
    form = {key: choose(value) for key, value in (case.post or {}).items()}
    headers = {"tus-resumable": "1.0.0", **headers}  # every client of an upload says so
    if method == "POST as JSON":
        plain = {key: value for key, value in form.items() if not hasattr(value, "read")}
        headers = {"accept": "application/json", "x-requested-with": "fetch", **headers}
        response = client.post(url, plain, content_type="application/json", headers=headers)
    elif method == "POST":
        response = client.post(url, form, headers=headers)
    else:
        response = getattr(client, method.lower())(url, headers=headers)
    assert response.status_code < 500, (
        f"{method} {url} by {who}: {response.status_code}\n{getattr(response, 'exc_info', '')}"
    )
    return response


def person(world: World, who: str) -> User:
    return world.people[who]
