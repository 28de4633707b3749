"""The way from a link to an answer: each address on it is checked, and only so many are followed."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from jalon.connectors.web_fetch.addresses import HTTPS, Network, network_of_settings
from jalon.connectors.web_fetch.failures import Failure, FetchError
from jalon.connectors.web_fetch.wire import Answer, Deadline, Limits, Target, get

MAX_URL = 2000
REDIRECTS = (301, 302, 303, 307, 308)
_UNSAFE = re.compile(r"[\s\\\x00-\x1f\x7f]")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?\.?")
_IN_PATH = "/%:@!$&'()*+,;=~?-._"  # stay as they are in a path with its query; the rest is percent-encoded


@dataclass(frozen=True)
class Fetched:
    """`url`: where the answer came from, after redirects. `headers` by lower-case name."""

    url: str
    status: int
    media_type: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class LinkAnswer:
    """Whether a link leads to something; `problem` says why not."""

    problem: FetchError | None

    @property
    def answers(self) -> bool:
        return self.problem is None


def fetch(
    url: str,
    *,
    hosts: Collection[str] = (),
    media_types: Collection[str] = (),
    authorization: str = "",
    limits: Limits | None = None,
    network: Network | None = None,
) -> Fetched:
    """What an https link leads to. FetchError says why not.

    `hosts`: the only ones allowed, also for redirects (none: any public one). `media_types`: the only ones wanted
    (none: any). `authorization` goes to the link's own host and port, never along a redirect to another.
    Call it outside any transaction.
    """
    return _follow(
        url,
        hosts,
        media_types,
        authorization,
        limits or Limits(),
        network or network_of_settings(),
        body=True,
    )


def link_answers(
    url: str, *, hosts: Collection[str] = (), limits: Limits | None = None, network: Network | None = None
) -> LinkAnswer:
    """Whether there is something behind a link; its content is not read."""
    chosen = limits or Limits(seconds=6)
    try:
        _follow(url, hosts, (), "", chosen, network or network_of_settings(), body=False)
    except FetchError as problem:
        return LinkAnswer(problem)
    return LinkAnswer(None)


def _follow(
    url: str,
    hosts: Collection[str],
    media_types: Collection[str],
    authorization: str,
    limits: Limits,
    network: Network,
    *,
    body: bool,
) -> Fetched:
    deadline = Deadline(limits.seconds)
    first = target_of(url, network)
    _check_host(first.host, hosts)
    here, address = first, url
    for _hop in range(limits.redirects + 1):
        headers = _headers(media_types, authorization if _same_origin(here, first) else "")
        answer = get(network, here, headers, limits, deadline, body=body)
        if answer.status not in REDIRECTS or "location" not in answer.headers:
            return _used(answer, here, address, media_types)
        address, here = _next(address, answer.headers["location"], here.host, hosts, network)
    raise FetchError(Failure.TOO_MANY_REDIRECTS, first.host)


def target_of(url: str, network: Network) -> Target:
    """Where an entire https address leads. FetchError: it is none, or a reader might take it for another."""
    refused = FetchError(Failure.BAD_ADDRESS, "")
    if _UNSAFE.search(url) or len(url) > MAX_URL:
        raise refused
    try:
        parts = urlsplit(url)
        port = parts.port or HTTPS
        host = (parts.hostname or "").encode("idna").decode("ascii").rstrip(".")
    except (ValueError, UnicodeError):
        raise refused from None
    if (
        parts.scheme != "https"
        or "@" in parts.netloc
        or port not in network.ports
        or not _HOST.fullmatch(host)
    ):
        raise refused
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(host.casefold(), port, quote(path, safe=_IN_PATH))


def _check_host(host: str, hosts: Collection[str]) -> None:
    if hosts and host not in {allowed.casefold() for allowed in hosts}:
        raise FetchError(Failure.HOST_NOT_ALLOWED, host, accepted=", ".join(hosts))


def _next(
    address: str, location: str, host: str, hosts: Collection[str], network: Network
) -> tuple[str, Target]:
    """The next address of a redirect, held to the same rules as the first."""
    try:
        following = urljoin(address, location)
    except ValueError:
        raise FetchError(Failure.REDIRECTED_ELSEWHERE, host, target="?") from None
    try:
        target = target_of(following, network)
        _check_host(target.host, hosts)
    except FetchError:
        elsewhere = _shown_origin(following)
        raise FetchError(Failure.REDIRECTED_ELSEWHERE, host, target=elsewhere) from None
    return following, target


def _shown_origin(url: str) -> str:
    """Scheme and host of whatever a server wrote, short and without anything odd, for a sentence."""
    try:
        parts = urlsplit(url)
        shown = f"{parts.scheme}://{parts.hostname or ''}"
    except ValueError:
        return "?"
    return re.sub(r"[^\w.:/-]", "?", shown)[:100]


def _same_origin(one: Target, other: Target) -> bool:
    return (one.host, one.port) == (other.host, other.port)


def _headers(media_types: Collection[str], authorization: str) -> dict[str, str]:
    headers = {"User-Agent": "Jalon", "Accept-Encoding": "gzip", "Connection": "close"}
    headers["Accept"] = ", ".join(media_types) or "*/*"
    if authorization:
        headers["Authorization"] = authorization
    return headers


def _used(answer: Answer, target: Target, address: str, media_types: Collection[str]) -> Fetched:
    if answer.status not in (200, 204, 206):
        raise _status_failure(answer.status, target.host)
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_types and media_type not in media_types:
        found = re.sub(r"[^\w/+.-]", "?", media_type)[:80] or "?"
        raise FetchError(Failure.WRONG_TYPE, target.host, found=found)
    return Fetched(address, answer.status, media_type, answer.headers, answer.body)


def _status_failure(status: int, host: str) -> FetchError:
    known = {
        401: Failure.NO_ACCESS,
        403: Failure.NO_ACCESS,
        404: Failure.NOT_FOUND,
        410: Failure.NOT_FOUND,
        429: Failure.BUSY,
        503: Failure.BUSY,
    }
    failure = known.get(status, Failure.SERVER_FAILED if status >= 500 else Failure.OTHER_ANSWER)
    return FetchError(failure, host, status=status)
