"""The wire: who may read what, in which shape, and how the stand-in fails when it is told to."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sandbox.gazelle.reports import HeldReport, Organisation, evs_line, evs_report, item, page

XML, JSON, PAGE = "application/xml", "application/json", "text/html; charset=utf-8"
PRIVATE = "https://169.254.169.254/latest/meta-data/"
ELSEWHERE = "https://ailleurs.example/rapport"
ENTITIES = b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><validationReport result="&a;"/>'
MODES = (
    "", "down", "slow", "unauthorized", "running", "bad_xml", "huge_xml", "entities", "redirect_private",
    "redirect_elsewhere", "page",
)  # fmt: skip


@dataclass
class State:
    organisations: dict[str, Organisation] = field(default_factory=dict)
    mode: str = ""
    seconds: float = 8.0
    asked: list[tuple[str, str]] = field(default_factory=list)  # (path, whose key)

    def hold(self, data: list[dict[str, Any]]) -> None:
        for one in data:
            self.organisations[one["keyword"]] = Organisation.read(one)

    def of_key(self, authorization: str) -> Organisation | None:
        known = {f"GazelleAPIKey {o.key}": o for o in self.organisations.values() if o.key}
        return known.get(authorization)

    def find(self, ref: str) -> tuple[Organisation, HeldReport] | None:
        return next(((o, r) for o in self.organisations.values() for r in o.reports if r.ref == ref), None)


class Gazelle(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], state: State) -> None:
        super().__init__(address, Exchange)
        self.state = state


_ROUTES = (
    (re.compile(r"/evs/rest/validations"), "list_validations"),
    (re.compile(r"/evs/rest/validations/(?P<ref>[\w.-]+)/report"), "report"),
    (re.compile(r"/datahouse/items"), "list_items"),
    (re.compile(r"/datahouse/items/(?P<ref>[\w.-]+)"), "report"),
    (re.compile(r"(/[\w-]+)*/testing/test/test/TestInstance\.seam"), "report"),
    (re.compile(r"/evs/report\.seam"), "shown"),
    (re.compile(r"(/[\w-]+)?/(test-execution|validation-portal)/reports/(?P<ref>[\w.-]+)"), "shown"),
)


class Exchange(BaseHTTPRequestHandler):
    server: Gazelle

    def log_message(self, *_: Any) -> None:
        """Requests are not news."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        state = self.server.state
        if parts.path == "/_sandbox/asked":
            self._json(state.asked)
            return
        self.reader = state.of_key(self.headers.get("Authorization", ""))
        state.asked.append((parts.path, self.reader.keyword if self.reader else ""))
        if state.mode and self._fails(state.mode):
            return
        for pattern, name in _ROUTES:
            if found := pattern.fullmatch(parts.path):
                answer: Callable[[str], None] = getattr(self, f"_{name}")
                answer(found.groupdict().get("ref") or self.query.get("oid") or self.query.get("id", ""))
                return
        self._status(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        state = self.server.state
        data = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))) or b"{}")
        if self.path == "/_sandbox/fault" and data.get("mode", "") in MODES:
            state.mode, state.seconds = data.get("mode", ""), float(data.get("seconds", 8))
            state.asked.clear()
        elif self.path == "/_sandbox/organisations":
            state.hold(data)
        else:
            self._status(HTTPStatus.NOT_FOUND)
            return
        self._json({})

    # --- what is asked

    def _list_validations(self, _ref: str) -> None:
        self._list("limit", "offset", "validator", evs_line, "validation")

    def _list_items(self, _ref: str) -> None:
        self._list("_limit", "_offset", "test", item, "item")

    def _list(
        self,
        limit: str,
        offset: str,
        test: str,
        line: Callable[[Organisation, HeldReport], dict[str, Any]],
        kind: str,
    ) -> None:
        """The reports of one's own organisation: a key reads no other's."""
        owner = self.reader
        if owner is None or owner.keyword != self.query.get("organization"):
            self._status(HTTPStatus.UNAUTHORIZED if owner is None else HTTPStatus.FORBIDDEN)
            return
        wanted, since = self.query.get(test, ""), self.query.get("from") or self.query.get("date_from") or ""
        held = [r for r in owner.reports if r.kind == kind and wanted in r.test and r.date >= since]
        begin, size = int(self.query.get(offset, "0")), min(int(self.query.get(limit, "20")), 100)
        rows = held[begin : begin + size]
        shown = f"items {begin}-{begin + len(rows) - 1}/{len(held)}" if rows else f"items */{len(held)}"
        self._json([line(owner, r) for r in rows], Content_Range=shown)

    def _report(self, ref: str) -> None:
        found = self._readable(ref)
        if found is None or self._fails(found[1].mode):
            return
        owner, report = found
        if report.kind == "validation":
            self._send(HTTPStatus.OK, evs_report(owner, report), XML)
        elif report.kind == "item":
            self._json(item(owner, report))
        else:
            self._send(HTTPStatus.OK, page(owner, report), PAGE)

    def _shown(self, ref: str) -> None:
        found = self._readable(ref)
        if found is not None:
            self._send(HTTPStatus.OK, page(*found), PAGE)

    def _readable(self, ref: str) -> tuple[Organisation, HeldReport] | None:
        """The report, if it is public, one's own, or asked for with its own key; else the refusal is sent."""
        found = self.server.state.find(ref)
        if found is None:
            self._status(HTTPStatus.NOT_FOUND)
            return None
        owner, report = found
        given = self.query.get("privacyKey") or self.query.get("readAccessKey") or ""
        if report.public or self.reader is owner or (report.privacy_key and given == report.privacy_key):
            return found
        self._status(HTTPStatus.UNAUTHORIZED if self.reader is None else HTTPStatus.FORBIDDEN)
        return None

    # --- how it fails, and how it answers

    def _fails(self, mode: str) -> bool:
        """Misbehave in this way; whether the request is thereby answered."""
        if mode == "slow":
            time.sleep(self.server.state.seconds)
            return False
        statuses = {"down": 503, "unauthorized": 401, "running": 404}
        contents = {"bad_xml": b"<validationReport result='PASSED'>", "entities": ENTITIES}
        targets = {"redirect_private": PRIVATE, "redirect_elsewhere": ELSEWHERE}
        if mode in statuses:
            self._status(HTTPStatus(statuses[mode]))
        elif mode in contents:
            self._send(HTTPStatus.OK, contents[mode], XML)
        elif mode in targets:
            self._send(HTTPStatus.FOUND, b"", PAGE, Location=targets[mode])
        elif mode == "page":
            self._send(HTTPStatus.OK, b"<!DOCTYPE html><html><body>Sign in</body></html>", PAGE)
        elif mode == "huge_xml":
            self._send(
                HTTPStatus.OK, b"<validationReport>" + b"<c/>" * 4_000_000 + b"</validationReport>", XML
            )
        return mode in {*statuses, *contents, *targets, "page", "huge_xml"}

    def _json(self, data: Any, **headers: str) -> None:
        self._send(HTTPStatus.OK, json.dumps(data).encode(), JSON, **headers)

    def _status(self, status: HTTPStatus) -> None:
        self._send(status, status.phrase.encode(), "text/plain")

    def _send(self, status: HTTPStatus, body: bytes, media_type: str, **headers: str) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # whoever asked has had enough
