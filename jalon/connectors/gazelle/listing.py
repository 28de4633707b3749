"""The reports of an organisation, the latest first.

No public document says how EVSClient lists validations, nor where a Gazelle publishes its Datahouse: the addresses and
names below are our assumption, spoken by the stand-in as well, and in this file alone.
"""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from jalon.connectors.gazelle.links import ITEMS, item_link, validation_link
from jalon.connectors.reports.report import Verdict, instant_of, plain, verdict_of
from jalon.connectors.web_fetch import Failure, FetchError, Limits, Network, fetch

VALIDATIONS = "/evs/rest/validations"
PAGE = 100
MOST = 500  # the latest ones; older reports are reached by their link
LISTING = Limits(seconds=5, max_bytes=4 * 1024 * 1024, redirects=1)
_REF = re.compile(r"[A-Za-z0-9.-]{1,128}")
_RANGE = re.compile(r"\w+\s+(?:(\d+)-(\d+)|\*)/(\d+)")


class Api(StrEnum):
    EVS = "evs"
    DATAHOUSE = "datahouse"


@dataclass(frozen=True)
class Source:
    """One Gazelle as one company uses it. `key` is a secret: it is sent to `host` alone and shown nowhere."""

    api: Api
    host: str
    organisation: str
    key: str = field(default="", repr=False)

    @property
    def authorization(self) -> str:
        return f"GazelleAPIKey {self.key}" if self.key else ""


@dataclass(frozen=True)
class ListedReport:
    """What a list tells of a report; only the report itself, once taken, proves something."""

    ref: str
    url: str
    test: str
    validator: str
    verdict: Verdict
    made_at: datetime | None
    product: str


def list_reports(
    source: Source, *, test: str = "", since: date | None = None, network: Network | None = None
) -> list[ListedReport]:
    """At most the 500 latest reports of the organisation. FetchError when they cannot be had in time."""
    begun, found, offset = time.monotonic(), [], 0
    while offset < MOST:
        left = LISTING.seconds - (time.monotonic() - begun)
        rows, total = _page(source, test, since, offset, replace(LISTING, seconds=max(left, 0.01)), network)
        found += [line for row in rows if (line := _LINES[source.api](source, row)) is not None]
        offset += len(rows)
        if not rows or offset >= total:
            break
    return sorted(found, key=lambda r: r.made_at.timestamp() if r.made_at else 0.0, reverse=True)


def _page(
    source: Source, test: str, since: date | None, offset: int, limits: Limits, network: Network | None
) -> tuple[list[Mapping[str, Any]], int]:
    """One page and how many there are in all."""
    path, query = _PATHS[source.api], _QUERIES[source.api](source, test, since, offset)
    answer = fetch(
        f"https://{source.host}{path}?{urlencode(query)}",
        hosts=[source.host],
        media_types=["application/json"],
        authorization=source.authorization,
        limits=limits,
        network=network,
    )
    try:
        rows = json.loads(answer.body or b"[]")
    except (ValueError, RecursionError):
        raise FetchError(Failure.BROKEN_ANSWER, source.host) from None
    if not isinstance(rows, list):
        raise FetchError(Failure.BROKEN_ANSWER, source.host)
    told = _RANGE.fullmatch(answer.headers.get("content-range", "").strip())
    total = int(told[3]) if told else offset + len(rows)
    return [row for row in rows[:PAGE] if isinstance(row, dict)], min(total, MOST)


def _evs_query(source: Source, test: str, since: date | None, offset: int) -> dict[str, str | int]:
    asked: dict[str, str | int] = {"organization": source.organisation, "limit": PAGE, "offset": offset}
    return asked | ({"validator": test} if test else {}) | ({"from": since.isoformat()} if since else {})


def _datahouse_query(source: Source, test: str, since: date | None, offset: int) -> dict[str, str | int]:
    asked: dict[str, str | int] = {
        "organization": source.organisation,
        "type": "TEST_REPORT",
        "_sort": "date",
        "_sort_order": "desc",
        "_limit": PAGE,
        "_offset": offset,
    }
    return asked | ({"test": test} if test else {}) | ({"date_from": since.isoformat()} if since else {})


def _evs_line(source: Source, row: Mapping[str, Any]) -> ListedReport | None:
    oid = str(row.get("oid", ""))
    if not _REF.fullmatch(oid):
        return None
    key = str(row.get("privacyKey") or "")
    link = validation_link(f"https://{source.host}", source.host, oid, key if _REF.fullmatch(key) else "")
    return ListedReport(
        ref=oid,
        url=link.url,
        test=_word(row, "testName", "validator"),
        validator=_word(row, "validationServiceName", "validator"),
        verdict=verdict_of(_word(row, "status", "result")),
        made_at=instant_of(row.get("date")),
        product=_word(row, "systemKeyword", "system"),
    )


def _datahouse_line(source: Source, row: Mapping[str, Any]) -> ListedReport | None:
    ref = str(row.get("id", ""))
    if not _REF.fullmatch(ref):
        return None
    content = _content(row.get("content"))
    runs = content.get("testRunReports")
    first = runs[0].get("test") if isinstance(runs, list) and runs and isinstance(runs[0], dict) else None
    test = first if isinstance(first, dict) else {}
    return ListedReport(
        ref=ref,
        url=item_link(f"https://{source.host}", source.host, ref).url,
        test=_word(test, "name", "id") or _word(content, "testSuiteName"),
        validator=_word(content, "testSuiteName"),
        verdict=verdict_of(_word(content, "result", "overallResult")),
        made_at=instant_of(content.get("dateTime") or row.get("date")),
        product=_reference(row, "system"),
    )


def _content(value: Any) -> Mapping[str, Any]:
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _reference(row: Mapping[str, Any], name: str) -> str:
    references = row.get("references")
    rows = references if isinstance(references, list) else []
    return next((_word(r, "value") for r in rows if isinstance(r, dict) and r.get("name") == name), "")


def _word(row: Mapping[str, Any], *names: str) -> str:
    """The first of these that holds words, on one line, cut short, without what hides or turns other text."""
    return next((plain(row[name]) for name in names if row.get(name)), "")


_PATHS = {Api.EVS: VALIDATIONS, Api.DATAHOUSE: ITEMS}
_QUERIES = {Api.EVS: _evs_query, Api.DATAHOUSE: _datahouse_query}
_LINES = {Api.EVS: _evs_line, Api.DATAHOUSE: _datahouse_line}
