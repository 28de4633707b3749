"""Reads somebody's report in a process of its own, with little memory and little time.

Run by `reading` as a script, isolated from the application: `python -I reader.py < REPORT`. Prints one JSON object:
what it read, or {"problem": CODE}. Imports nothing of Jalon.
"""

import json
import re
import resource
import sys
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from typing import Any
from xml.parsers import expat

MEMORY = 512 * 1024 * 1024
SECONDS = 5
MOST_BYTES = 20 * 1024 * 1024
MOST_DEPTH = 100
MOST_ELEMENTS = 500_000
MOST_OF_A_NAME = 2000  # elements of one name that are kept
LONGEST = 300  # characters of a text that are kept

Facts = dict[str, Any]


class Problem(Exception):
    """Its only argument is a code that `reading` knows how to say."""


class XmlFacts:
    """A document as a flat list: the attributes and the first words of its elements, by local name."""

    def __init__(self, data: bytes) -> None:
        self.root, self.namespace = "", ""
        self.attributes: dict[str, list[dict[str, str]]] = {}
        self._texts: dict[str, str] = {}
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

    def text(self, *names: str) -> str:
        """The words of the first element of one of these names, else of an attribute called so."""
        for name in names:
            if found := self._texts.get(name, "").strip():
                return found
        return next((value for name in names for value in self._valued(name)), "")

    def number(self, *names: str) -> int:
        found = self.text(*names)
        return int(found) if re.fullmatch(r"\d{1,9}", found) else 0

    def _valued(self, name: str) -> Iterator[str]:
        return (found[name] for elements in self.attributes.values() for found in elements if found.get(name))

    def _refuse(self, *_: object) -> int:
        raise Problem("xml_entities")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _space, local = name.rpartition(" ")
        self._seen += 1
        if self._seen > MOST_ELEMENTS or len(self._path) >= MOST_DEPTH:
            raise Problem("too_complex")
        if not self.root:
            self.root, self.namespace = local, namespace
        self._path.append(local)
        kept = self.attributes.setdefault(local, [])
        if len(kept) < MOST_OF_A_NAME:
            kept.append(
                {key.rpartition(" ")[2]: value[:LONGEST] for key, value in list(attributes.items())[:50]}
            )

    def _end(self, _name: str) -> None:
        ended = self._path.pop()
        if self._texts.get(ended):
            self._texts[ended] += " "

    def _text(self, text: str) -> None:
        local = self._path[-1]
        so_far = self._texts.get(local, "")
        if len(so_far) < LONGEST and not so_far.endswith(
            " "
        ):  # a space at the end closes it: only the first counts
            self._texts[local] = (so_far + text.strip())[:LONGEST]


def evs(found: XmlFacts) -> Facts:
    """EVSClient, namespace validationreport.gazelle.ihe.net: an overview, counters, constraints."""
    return {
        "format": "evs",
        "said": found.text("validationOverallResult", "validationTestResult", "result"),
        "test": found.text("testName", "validationProfileName", "validatorID", "validator"),
        "validator": found.text("validationServiceName", "validatorID"),
        "made_at": found.text("validationDateTime", "validationDate", "dateTime"),
        "organisation": found.text("organizationKeyword", "organization", "institutionKeyword"),
        "product": found.text("systemKeyword", "systemName"),
        "counters": {
            "total": found.number("numberOfConstraints", "numberOfAssertions"),
            "errors": found.number("numberOfErrors", "numberOfFailedWithErrors"),
            "warnings": found.number("numberOfWarnings", "numberOfFailedWithWarnings"),
        },
    }


def test_bed(found: XmlFacts) -> Facts:
    """EU Interoperability Test Bed: a Test Assertion Report (GITB, namespace gitb.com/tr)."""
    return {
        "format": "itb",
        "said": found.text("result"),
        "test": found.text("profileID", "name"),
        "validator": found.text("validationServiceName", "validationServiceVersion"),
        "made_at": found.text("date"),
        "counters": {
            "total": found.number("nrOfAssertions"),
            "errors": found.number("nrOfErrors"),
            "warnings": found.number("nrOfWarnings"),
        },
    }


def junit(found: XmlFacts) -> Facts:
    """JUnit: the sums of the whole if they are given, else of the suites."""
    whole = found.attributes.get("testsuites", [{}])[0]
    suites = found.attributes.get("testsuite", [])
    sums = {name: _sum([whole] if name in whole else suites, name) for name in _JUNIT}
    failed = sums["failures"] + sums["errors"]
    passed = sums["tests"] - failed - max(sums["skipped"], 0)
    said = "FAILED" if failed else "PASSED" if passed > 0 else "UNDEFINED"
    first = suites[0] if suites else {}
    return {
        "format": "junit",
        "said": said,
        "test": whole.get("name") or first.get("name", ""),
        "validator": "",
        "made_at": whole.get("timestamp") or first.get("timestamp", ""),
        "counters": {"total": sums["tests"], "errors": failed, "warnings": 0, "undefined": sums["skipped"]},
    }


_JUNIT = ("tests", "failures", "errors", "skipped")


def _sum(elements: list[dict[str, str]], name: str) -> int:
    return sum(int(e[name]) for e in elements if re.fullmatch(r"\d{1,9}", e.get(name, "")))


def datahouse(item: Mapping[str, Any]) -> Facts:
    """An item of the Datahouse around a report: says whose it is; the report is its content."""
    content = item["content"]
    report = json.loads(content) if isinstance(content, str) else content
    if not isinstance(report, dict):
        raise Problem("unknown")
    told = {
        str(r.get("name", "")).casefold(): str(r.get("value", ""))
        for r in _list(item.get("references"))
        if isinstance(r, dict)
    }
    found = _json_report(report)
    found["organisation"] = told.get("organization", "") or told.get("organisation", "")
    found["product"] = told.get("system", "") or told.get("sut", "")
    found["made_at"] = found["made_at"] or item.get("date", "")
    return found


def test_report(report: Mapping[str, Any]) -> Facts:
    """TestReport of the new generation: a result, counters, the runs."""
    runs = [run for run in _list(report.get("testRunReports")) if isinstance(run, dict)]
    first = _dict(runs[0].get("test")) if runs else {}
    counters = _dict(report.get("testCounters"))
    failed = _whole(counters.get("failed")) + _whole(counters.get("unexpectedErrors"))
    return {
        "format": "gazelle_test",
        "said": report.get("result", ""),
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
        "said": report.get("overallResult", ""),
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


_INFERNO_KEYS = ("test_id", "test_group_id", "test_suite_id")


def inferno(results: list[Any]) -> Facts:
    """Results of an Inferno session: one a test, one a group, one for the suite, whose word counts."""
    rows = [row for row in results if isinstance(row, dict) and any(key in row for key in _INFERNO_KEYS)]
    if not rows:
        raise Problem("unknown")
    tests = [str(row.get("result", "")) for row in rows if row.get("test_id") and not row.get("optional")]
    suite = next((row for row in rows if row.get("test_suite_id")), None)
    bad = sum(word in ("fail", "error") for word in tests)
    passed = sum(word == "pass" for word in tests)
    worst = "fail" if bad else "pass" if passed and passed == len(tests) else "wait"
    whole = suite or rows[0]
    return {
        "format": "inferno",
        "said": suite.get("result", "") if suite else worst,
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


class _Words(HTMLParser):
    """The words of a page, in order, without scripts and styles."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.words: list[str] = []
        self._silent = 0
        self.feed(data.decode("utf-8", errors="replace"))

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self._silent += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style") and self._silent > 0

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip() and len(self.words) < 20_000:
            self.words.append(" ".join(data.split())[:LONGEST])


# What a page of Test Management calls what stands beside it, in its two languages.
_LABELS = {
    "said": ("status", "last status", "statut", "last result", "test instance status"),
    "test": ("test", "test name", "keyword", "test keyword", "mot-clé"),
    "made_at": ("last changed", "last modification", "end date", "date"),
    "organisation": ("organization", "organisation", "institution"),
    "product": ("system", "système", "system keyword"),
}


def test_instance(data: bytes) -> Facts:
    """The page of a test instance: read as a person reads it, what stands beside "Status" being the status."""
    words = _Words(data).words
    told = dict(zip((w.rstrip(" :").casefold() for w in words[:-1]), words[1:], strict=True))
    found: Facts = {
        key: next((told[label] for label in labels if label in told), "") for key, labels in _LABELS.items()
    }
    if not found["said"]:
        raise Problem("unknown")
    return {"format": "gazelle_instance", "validator": "", "counters": {}, **found}


_XML: tuple[tuple[Callable[[XmlFacts], bool], Callable[[XmlFacts], Facts]], ...] = (
    (lambda x: x.root.casefold() == "validationreport", evs),
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
        content = json.loads(data)
    except (ValueError, RecursionError):
        raise Problem("damaged" if head[:1] in (b"{", b"[") else "unknown") from None
    return _json_report(content)


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


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else 0


def main() -> str:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        return json.dumps(read(sys.stdin.buffer.read(MOST_BYTES + 1)))
    except Problem as problem:
        return json.dumps({"problem": str(problem)})
    except (MemoryError, RecursionError):
        return json.dumps({"problem": "too_complex"})
    except (ValueError, KeyError, TypeError):
        return json.dumps({"problem": "damaged"})


if __name__ == "__main__":
    sys.stdout.write(main())
