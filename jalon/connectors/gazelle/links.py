"""Permanent links: what a person copies from Gazelle's pages, and where the report itself lies. Pure."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, quote, urlsplit

_OID = re.compile(r"(?=.{5,128}\Z)[0-9]+(\.[0-9]+){2,40}")
_NUMBER = re.compile(r"[0-9]{1,12}")
_ITEM = re.compile(r"[A-Za-z0-9-]{1,64}")
_KEY = re.compile(r"[A-Za-z0-9._~-]{1,200}")

_EVS_PAGE = re.compile(r"(?P<base>(/\w[\w.-]*)+)/report\.seam")
_EVS_REST = re.compile(r"(?P<base>(/\w[\w.-]*)+)/rest/validations/(?P<oid>[0-9.]+)(/report)?")
_INSTANCE = re.compile(r"(/\w[\w.-]*)*/testing/test/test/TestInstance\.seam")
_PORTAL = re.compile(
    r"(/\w[\w.-]*)?/(test-execution|validation-portal|simulation-portal)/reports/(?P<item>[\w-]+)"
)

ITEMS = "/datahouse/items"


@dataclass(frozen=True)
class ReportLink:
    """`url`: the link as it is kept; `address`: where the report is fetched. `ref` names it in its Gazelle."""

    kind: Literal["validation", "instance", "item"]
    url: str
    host: str
    ref: str
    address: str


def report_link(url: str) -> ReportLink | None:
    """The report that a link names; None when it has none of the shapes of a permanent link."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
        query = {name: values[0] for name, values in parse_qs(parts.query, max_num_fields=20).items()}
    except ValueError:
        return None
    if parts.scheme != "https" or not host or "@" in parts.netloc:
        return None
    origin = f"https://{parts.netloc}"
    return (
        _validation(origin, host, parts.path, query)
        or _instance(origin, host, parts.path, query)
        or _item(origin, host, parts.path, query)
    )


def validation_link(origin: str, host: str, oid: str, key: str = "", base: str = "/evs") -> ReportLink:
    """A report of EVSClient. `key`: what opens it to whoever has the link."""
    shown = f"&privacyKey={quote(key)}" if key else ""
    asked = f"?privacyKey={quote(key)}" if key else ""
    return ReportLink(
        "validation",
        f"{origin}{base}/report.seam?oid={oid}{shown}",
        host,
        oid,
        f"{origin}{base}/rest/validations/{oid}/report{asked}",
    )


def item_link(
    origin: str, host: str, item: str, key: str = "", page: str = "/test-execution/reports"
) -> ReportLink:
    """A report of the Datahouse."""
    asked = f"?readAccessKey={quote(key)}" if key else ""
    return ReportLink("item", f"{origin}{page}/{item}{asked}", host, item, f"{origin}{ITEMS}/{item}{asked}")


def _validation(origin: str, host: str, path: str, query: dict[str, str]) -> ReportLink | None:
    page, rest = _EVS_PAGE.fullmatch(path), _EVS_REST.fullmatch(path)
    found = page or rest
    oid = query.get("oid", "") if page else rest["oid"] if rest else ""
    if found is None or not _OID.fullmatch(oid):
        return None
    return validation_link(origin, host, oid, _key(query.get("privacyKey", "")), found["base"])


def _instance(origin: str, host: str, path: str, query: dict[str, str]) -> ReportLink | None:
    number = query.get("id", "")
    if not _INSTANCE.fullmatch(path) or not _NUMBER.fullmatch(number):
        return None
    url = f"{origin}{path}?id={number}"
    return ReportLink("instance", url, host, number, url)


def _item(origin: str, host: str, path: str, query: dict[str, str]) -> ReportLink | None:
    found = _PORTAL.fullmatch(path)
    if found is None or not _ITEM.fullmatch(found["item"]):
        return None
    page = path.rpartition("/")[0]
    return item_link(origin, host, found["item"], _key(query.get("readAccessKey", "")), page)


def _key(text: str) -> str:
    return text if _KEY.fullmatch(text) else ""
