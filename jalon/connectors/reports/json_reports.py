"""Reports in JSON: the Datahouse, both new reports of Gazelle, Inferno."""

import json
from collections.abc import Mapping
from typing import Any

from jalon.connectors.reports.facts import Facts, Problem, all_of


def once_named(text: str | bytes) -> Any:
    return json.loads(text, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that is there twice says two things: such a text is no report."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name twice")
    return found


def json_report(content: Any) -> Facts:
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


def datahouse(item: Mapping[str, Any]) -> Facts:
    """An item of the Datahouse around a report: says whose it is; the report is its content."""
    content = item["content"]
    report = once_named(content) if isinstance(content, str) else content
    if not isinstance(report, dict):
        raise Problem("unknown")
    found = json_report(report)
    found["organisation"] = _referred(item, "organization", "organisation")
    found["product"] = _referred(item, "system") or _referred(item, "sut")
    found["made_at"] = found["made_at"] or item.get("date", "")
    return found


def _referred(item: Mapping[str, Any], *names: str) -> str:
    rows = [row for row in _list(item.get("references")) if isinstance(row, dict)]
    return all_of([str(r.get("value", "")) for r in rows if str(r.get("name", "")).casefold() in names])


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
