"""Reports in XML: EVSClient, the Interoperability Test Bed, JUnit."""

import re
from collections import Counter
from collections.abc import Callable
from xml.parsers import expat

from jalon.connectors.reports.facts import LONGEST, Facts, Problem, all_of

MOST_DEPTH = 100
MOST_ELEMENTS = 500_000
DEEPEST_WORD = 5  # elements within one another, below which nothing is said of the whole


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
        "organisation": all_of(
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


_EVS = ("", "http://validationreport.gazelle.ihe.net/")
_XML: tuple[tuple[Callable[[XmlFacts], bool], Callable[[XmlFacts], Facts]], ...] = (
    (lambda x: x.root.casefold() == "validationreport" and x.namespace in _EVS, evs),
    (lambda x: "gitb.com/tr" in x.namespace or x.root in ("TAR", "TestStepReport"), test_bed),
    (lambda x: x.root in ("testsuites", "testsuite"), junit),
)


def xml_report(found: XmlFacts) -> Facts:
    reader = next((reader for known, reader in _XML if known(found)), None)
    if reader is None:
        raise Problem("unknown")
    return reader(found)
