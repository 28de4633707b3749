"""Checks of test reports: taken over by a connector, or handed in as the file that the platform made. Pure.

Who judges says whose report is expected, as settings: `product`, `organisation`, `first_day`, `last_day`.
"""

from collections.abc import Iterator, Mapping

from jalon.documents.checks.model import Problem, Setting, Subject


def report_passed(subject: Subject, _settings: Mapping[str, Setting]) -> Iterator[Problem]:
    if subject.report is None:
        if subject.facts is not None:
            yield "no_report", {}
    elif subject.report.verdict != "passed":
        yield ("failed" if subject.report.verdict == "failed" else "undefined"), {}


def report_product(subject: Subject, settings: Mapping[str, Setting]) -> Iterator[Problem]:
    """Names are compared as people write them: case and spaces do not count. A report that names none is left."""
    expected, found = str(settings["product"]), subject.report.product if subject.report else ""
    if expected and found and _plain(found) != _plain(expected):
        yield "", {"found": found, "expected": expected}


def report_organisation(subject: Subject, settings: Mapping[str, Setting]) -> Iterator[Problem]:
    expected, found = str(settings["organisation"]), subject.report.organisation if subject.report else ""
    if expected and found and _plain(found) != _plain(expected):
        yield "", {"found": found}


def report_owner_known(subject: Subject, settings: Mapping[str, Setting]) -> Iterator[Problem]:
    """Until it is, nothing tells this vendor's reports from another's: both sides are told so."""
    found = subject.report.organisation if subject.report else ""
    if found and not settings["organisation"]:
        yield "", {"found": found}


def report_dates(subject: Subject, settings: Mapping[str, Setting]) -> Iterator[Problem]:
    day = subject.report.tested_on.isoformat() if subject.report and subject.report.tested_on else ""
    first, last = str(settings["first_day"]), str(settings["last_day"])
    if day and ((first and day < first) or (last and day > last)):
        yield "", {"day": day}


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
