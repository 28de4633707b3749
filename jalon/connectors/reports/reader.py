"""Reads somebody's report, in a process of its own with little memory and little time (`jalon.core.readers`).

`answer` says what it read, or {"problem": CODE}. Imports nothing of Jalon.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any, BinaryIO
from xml.parsers import expat

MOST_BYTES = 20 * 1024 * 1024
MOST_DEPTH = 100
MOST_ELEMENTS = 500_000
DEEPEST_WORD = 5  # elements within one another, below which nothing is said of the whole
LONGEST = 300  # characters of a text that are kept

Facts = dict[str, Any]


class Problem(Exception):
    """Its only argument is a code that `reading` knows how to say."""


class XmlFacts:
    """A document as a flat list of what stands where: "overview/date" below the root, "overview@date" an attribute.

    Only names of the root's own namespace count; what stands deeper than a report's own words is only counted.
    """

    def __init__(self, data: bytes) -> None:
        self.root, self.namespace = "", ""
        self.suites: list[dict[str, str]] = []
        self.counted: Counter[str] = Counter()
        self._found: dict[str, list[str]] = {}
        self._path: list[str] = []
        self._seen = 0
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.EntityDeclHandler = parser.ExternalEntityRefHandler = self._refuse
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(data, True)
        except expat.ExpatError:
            raise Problem("damaged") from None

    def words(self, *places: str) -> list[str]:
        """All that is said at these places."""
        return [word.strip() for place in places for word in self._found.get(place, []) if word.strip()]

    def text(self, *places: str) -> str:
        return next(iter(self.words(*places)), "")

    def number(self, *places: str) -> int:
        found = self.text(*places)
        return int(found) if re.fullmatch(r"[0-9]{1,9}", found) else 0

    def _refuse(self, *_: object) -> int:
        raise Problem("xml_entities")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _space, local = name.rpartition(" ")
        self._seen += 1
        if self._seen > MOST_ELEMENTS or len(self._path) >= MOST_DEPTH:
            raise Problem("too_complex")
        if not self.root:
            self.root, self.namespace = local, namespace
        self._path.append(local if namespace == self.namespace else "?")
        self.counted[self._path[-1]] += 1
        own = {key: value[:LONGEST] for key, value in list(attributes.items())[:50] if " " not in key}
        if self._path[-1] in ("testsuite", "testsuites"):
            self.suites.append(own)
        if len(self._path) <= DEEPEST_WORD:
            for key, value in own.items():
                self._found.setdefault(f"{self._place}@{key}", []).append(value)
            self._found.setdefault(self._place, []).append("")

    def _end(self, _name: str) -> None:
        self._path.pop()

    def _text(self, text: str) -> None:
        if len(self._path) <= DEEPEST_WORD:
            so_far = self._found[self._place]
            so_far[-1] = (so_far[-1] + text)[: 4 * LONGEST]

    @property
    def _place(self) -> str:
        return "/".join(self._path[1:])


def _of_overview(*names: str) -> list[str]:
    """Where an EVSClient report tells these."""
    return [
        f"{place}{mark}{name}"
        for name in names
        for place in ("validationOverview", "overview", "validationOverview/additionalMetadata")
        for mark in "@/"
    ]


def evs(found: XmlFacts) -> Facts:
    """EVSClient, namespace validationreport.gazelle.ihe.net: an overview, counters, constraints."""
    return {
        "format": "evs",
        "said": found.words("@result", *_of_overview("validationOverallResult", "validationTestResult")),
        "test": found.text(*_of_overview("testName", "validationProfileName", "validatorID", "validator")),
        "validator": found.text(*_of_overview("validationServiceName", "validatorID")),
        "made_at": found.text(*_of_overview("validationDateTime", "validationDate", "dateTime")),
        "organisation": _all(
            found.words(*_of_overview("organizationKeyword", "organization", "institutionKeyword"))
        ),
        "product": found.text(*_of_overview("systemKeyword", "systemName")),
        "counters": {
            "total": found.number("counters@numberOfConstraints", "counters@numberOfAssertions"),
            "errors": found.number("counters@numberOfErrors", "counters@numberOfFailedWithErrors"),
            "warnings": found.number("counters@numberOfWarnings", "counters@numberOfFailedWithWarnings"),
        },
    }


def test_bed(found: XmlFacts) -> Facts:
    """EU Interoperability Test Bed: a Test Assertion Report (GITB, namespace gitb.com/tr)."""
    return {
        "format": "itb",
        "said": found.words("result"),
        "test": found.text("overview/profileID", "name", "@name"),
        "validator": found.text("overview/validationServiceName", "overview/validationServiceVersion"),
        "made_at": found.text("date"),
        "counters": {
            "total": found.number("counters/nrOfAssertions"),
            "errors": found.number("counters/nrOfErrors"),
            "warnings": found.number("counters/nrOfWarnings"),
        },
    }


def junit(found: XmlFacts) -> Facts:
    """JUnit: the worst of what the whole, its suites and their cases say."""
    whole = [found.suites[0]] if found.root == "testsuites" else []
    suites = found.suites[len(whole) :]
    sums = {name: max(_sum(whole, name), _sum(suites, name)) for name in _JUNIT}
    failed = max(sums["failures"] + sums["errors"], found.counted["failure"] + found.counted["error"])
    skipped = max(sums["skipped"], found.counted["skipped"])
    unclear = any(not _COUNT.fullmatch(e.get(name, "0")) for e in found.suites for name in _JUNIT)
    passed = sums["tests"] - failed - skipped
    said = "FAILED" if failed else "PASSED" if passed > 0 and not unclear else "UNDEFINED"
    first = suites[0] if suites else {}
    whole_of = whole[0] if whole else {}
    return {
        "format": "junit",
        "said": [said],
        "test": whole_of.get("name") or first.get("name", ""),
        "validator": "",
        "made_at": whole_of.get("timestamp") or first.get("timestamp", ""),
        "counters": {"total": sums["tests"], "errors": failed, "warnings": 0, "undefined": skipped},
    }


_JUNIT = ("tests", "failures", "errors", "skipped")
_COUNT = re.compile(r"[0-9]{1,9}")


def _sum(elements: list[dict[str, str]], name: str) -> int:
    return sum(int(e[name]) for e in elements if _COUNT.fullmatch(e.get(name, "")))


def _all(words: list[str]) -> str:
    """What is told once, or each of what is told differently: two names are never taken for one of them."""
    return " / ".join(dict.fromkeys(word for word in words if word))


def datahouse(item: Mapping[str, Any]) -> Facts:
    """An item of the Datahouse around a report: says whose it is; the report is its content."""
    content = item["content"]
    report = _json(content) if isinstance(content, str) else content
    if not isinstance(report, dict):
        raise Problem("unknown")
    found = _json_report(report)
    found["organisation"] = _referred(item, "organization", "organisation")
    found["product"] = _referred(item, "system") or _referred(item, "sut")
    found["made_at"] = found["made_at"] or item.get("date", "")
    return found


def _referred(item: Mapping[str, Any], *names: str) -> str:
    rows = [row for row in _list(item.get("references")) if isinstance(row, dict)]
    return _all([str(r.get("value", "")) for r in rows if str(r.get("name", "")).casefold() in names])


def test_report(report: Mapping[str, Any]) -> Facts:
    """TestReport of the new generation: a result, counters, the runs."""
    runs = [run for run in _list(report.get("testRunReports")) if isinstance(run, dict)]
    first = _dict(runs[0].get("test")) if runs else {}
    counters = _dict(report.get("testCounters"))
    failed = _whole(counters.get("failed")) + _whole(counters.get("unexpectedErrors"))
    return {
        "format": "gazelle_test",
        "said": _words(report.get("result")),
        "test": first.get("name") or first.get("id") or report.get("testSuiteName", ""),
        "validator": _dict(_dict(report.get("testService")).get("serviceIdentification")).get("name", ""),
        "made_at": report.get("dateTime", ""),
        "counters": {
            "total": _whole(counters.get("total")),
            "errors": failed,
            "warnings": 0,
            "undefined": _whole(counters.get("undefined")),
        },
    }


def validation_report(report: Mapping[str, Any]) -> Facts:
    """ValidationReport of the new generation."""
    method, counters = _dict(report.get("validationMethod")), _dict(report.get("counters"))
    failed = _whole(counters.get("numberOfFailedWithErrors")) + _whole(
        counters.get("numberOfUnexpectedErrors")
    )
    return {
        "format": "gazelle_validation",
        "said": _words(report.get("overallResult")),
        "test": method.get("validationProfileName") or method.get("validationProfileID", ""),
        "validator": method.get("validationServiceName", ""),
        "made_at": report.get("dateTime", ""),
        "counters": {
            "total": _whole(counters.get("numberOfAssertions")),
            "errors": failed,
            "warnings": _whole(counters.get("numberOfFailedWithWarnings")),
            "undefined": _whole(counters.get("numberOfUndefined")),
        },
    }


_INFERNO_BAD = ("fail", "error")
_INFERNO_KEYS = ("test_id", "test_group_id", "test_suite_id")


def inferno(results: list[Any]) -> Facts:
    """Results of an Inferno session: one a test, one a group, one for the suite, whose word counts."""
    rows = [row for row in results if isinstance(row, dict) and any(key in row for key in _INFERNO_KEYS)]
    if not rows:
        raise Problem("unknown")
    demanded = [row for row in rows if not row.get("optional")]
    tests = [str(row.get("result", "")) for row in demanded if row.get("test_id")]
    suites = [row for row in rows if row.get("test_suite_id") and not row.get("test_id")]
    bad = sum(word in _INFERNO_BAD for word in tests)
    passed = sum(word == "pass" for word in tests)
    any_bad = any(str(row.get("result", "")) in _INFERNO_BAD for row in demanded)
    worst = "fail" if any_bad else "pass" if passed and passed == len(tests) else "wait"
    suite = next(iter(suites), None)
    whole = suite or rows[0]
    return {
        "format": "inferno",
        "said": [word for row in suites for word in _words(row.get("result"))] if suites else [worst],
        "test": whole.get("test_suite_id") or whole.get("test_group_id") or whole.get("test_id") or "",
        "validator": "Inferno",
        "made_at": whole.get("updated_at") or whole.get("created_at") or "",
        "counters": {
            "total": len(tests),
            "errors": bad,
            "warnings": 0,
            "undefined": len(tests) - bad - passed,
        },
    }


class _Cells(HTMLParser):
    """The words of a page with the kind of cell that holds them, in order; rows of tables stand between."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.cells: list[tuple[str, str]] = []
        self._cell = ""
        self._silent = 0
        self.feed(data.decode("utf-8", errors="replace"))
        self.close()

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self._silent += tag in ("script", "style")
        if tag in ("tr", *_CELLS):
            self._begin("" if tag == "tr" else tag)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style") and self._silent > 0
        if tag in ("tr", "table", "dl", *_CELLS):
            self._begin("", closes=tag)

    def handle_data(self, data: str) -> None:
        if self._silent or not data.strip():
            return
        kind, said = self.cells[-1] if self.cells else ("", "")
        words = " ".join(f"{said} {data}".split())[:LONGEST]
        self.cells[-1:] = [(kind, words)]

    def _begin(self, cell: str, closes: str = "") -> None:
        """A new place for words; the end of a row leaves a mark, as no value stands in the next one."""
        if len(self.cells) > MOST_CELLS:
            raise Problem("too_complex")
        if self.cells and not self.cells[-1][1] and self.cells[-1][0] != _ROW:
            self.cells.pop()
        if closes in ("tr", "table", "dl") or (not cell and not closes):
            self.cells.append((_ROW, ""))
        self.cells.append((cell, ""))


_ROW = "/"
MOST_CELLS = 50_000
_CELLS = ("dt", "dd", "th", "td", "label")
_BESIDE = {"dt": ("dd",), "th": ("td",), "td": ("td",), "label": ("", "td", "dd")}
# What a page of Test Management calls what stands beside it, in its two languages.
_LABELS = {
    "said": ("status", "last status", "statut", "last result", "test instance status"),
    "test": ("test", "test name", "keyword", "test keyword", "mot-clé"),
    "made_at": ("last changed", "last modification", "end date", "date"),
    "organisation": ("organization", "organisation", "institution"),
    "product": ("system", "système", "system keyword"),
}


def test_instance(data: bytes) -> Facts:
    """The page of a test instance: what stands in the cell beside "Status" is the status. Running text is none."""
    cells = [cell for cell in _Cells(data).cells if cell[1] or cell[0] == _ROW]
    told: dict[str, list[str]] = {}
    for (kind, label), (beside, value) in pairwise(cells):
        if kind in _BESIDE and beside in _BESIDE[kind]:
            told.setdefault(label.rstrip(" :").casefold(), []).append(value)
    found = {
        key: [value for label in labels for value in told.get(label, [])] for key, labels in _LABELS.items()
    }
    if not found["said"]:
        raise Problem("unknown")
    first = {key: next(iter(found[key]), "") for key in ("test", "made_at", "product")}
    owner = _all(found["organisation"])
    return {
        "format": "gazelle_instance", "validator": "", "counters": {}, **first,
        "said": found["said"], "organisation": owner,
    }  # fmt: skip


_EVS = ("", "http://validationreport.gazelle.ihe.net/")
_XML: tuple[tuple[Callable[[XmlFacts], bool], Callable[[XmlFacts], Facts]], ...] = (
    (lambda x: x.root.casefold() == "validationreport" and x.namespace in _EVS, evs),
    (lambda x: "gitb.com/tr" in x.namespace or x.root in ("TAR", "TestStepReport"), test_bed),
    (lambda x: x.root in ("testsuites", "testsuite"), junit),
)


def read(data: bytes) -> Facts:
    if len(data) > MOST_BYTES:
        raise Problem("too_complex")
    head = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:512].lower()
    if head.startswith((b"<!doctype html", b"<html")):
        return test_instance(data)
    if head.startswith(b"<"):
        found = XmlFacts(data)
        if found.root.casefold() == "html":
            return test_instance(data)
        reader = next((reader for known, reader in _XML if known(found)), None)
        if reader is None:
            raise Problem("unknown")
        return reader(found)
    try:
        content = _json(data)
    except (ValueError, RecursionError):
        raise Problem("damaged" if head[:1] in (b"{", b"[") else "unknown") from None
    return _json_report(content)


def _json(text: str | bytes) -> Any:
    return json.loads(text, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that is there twice says two things: such a text is no report."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name twice")
    return found


def _json_report(content: Any) -> Facts:
    if isinstance(content, dict) and isinstance(content.get("results"), list):
        content = content["results"]
    if isinstance(content, list):
        return inferno(content)
    if not isinstance(content, dict):
        raise Problem("unknown")
    if "content" in content and "overallResult" not in content and "testCounters" not in content:
        return datahouse(content)
    if "testCounters" in content or "testRunReports" in content:
        return test_report(content)
    if "overallResult" in content:
        return validation_report(content)
    raise Problem("unknown")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _words(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else []


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else 0


def answer(file: BinaryIO) -> Facts:
    try:
        return read(file.read(MOST_BYTES + 1))
    except Problem as problem:
        return {"problem": str(problem)}
    except (MemoryError, RecursionError):
        return {"problem": "too_complex"}
    except (ValueError, KeyError, TypeError):
        return {"problem": "damaged"}
