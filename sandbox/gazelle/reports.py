"""The reports that the stand-in holds, and each as the true platform writes it."""

import html
import json
import re
from dataclasses import dataclass, field, fields
from typing import Any
from xml.sax.saxutils import escape, quoteattr


@dataclass(frozen=True)
class HeldReport:
    ref: str
    test: str
    result: str = "PASSED"
    date: str = "2027-02-11T09:12:00+01:00"
    validator: str = "Gazelle HL7v2.x validator"
    product: str = ""
    errors: int = 0
    warnings: int = 0
    public: bool = True
    privacy_key: str = ""
    mode: str = ""

    @property
    def kind(self) -> str:
        if re.fullmatch(r"[0-9]+(\.[0-9]+)+", self.ref):
            return "validation"
        return "instance" if self.ref.isdigit() else "item"


@dataclass
class Organisation:
    keyword: str
    key: str
    reports: list[HeldReport] = field(default_factory=list)

    @classmethod
    def read(cls, data: dict[str, Any]) -> "Organisation":
        known = {f.name for f in fields(HeldReport)}
        reports = [HeldReport(**{k: v for k, v in r.items() if k in known}) for r in data.get("reports", ())]
        return cls(data["keyword"], data.get("key", ""), reports)


def evs_line(organisation: Organisation, report: HeldReport) -> dict[str, Any]:
    """One line of a list of validations."""
    return {
        "oid": report.ref,
        "privacyKey": report.privacy_key,
        "testName": report.test,
        "validationServiceName": report.validator,
        "status": "DONE_" + report.result if report.mode != "running" else "IN_PROGRESS",
        "date": report.date,
        "organization": organisation.keyword,
        "systemKeyword": report.product,
    }


def evs_report(organisation: Organisation, report: HeldReport) -> bytes:
    constraints = "".join(
        f'<gvr:constraint priority="MANDATORY" severity="ERROR" testResult="FAILED"><gvr:constraintDescription>'
        f"Contrainte {n + 1} non respectée.</gvr:constraintDescription></gvr:constraint>"
        for n in range(min(report.errors, 50))
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gvr:validationReport xmlns:gvr="http://validationreport.gazelle.ihe.net/" '
        f"uuid={quoteattr(report.ref)} result={quoteattr(report.result)}>"
        f"<gvr:validationOverview validationOverallResult={quoteattr(report.result)} "
        f"validationDateTime={quoteattr(report.date)} validationServiceName={quoteattr(report.validator)} "
        f"validatorID={quoteattr(report.test)}><gvr:additionalMetadata>"
        f"<gvr:organizationKeyword>{escape(organisation.keyword)}</gvr:organizationKeyword>"
        f"<gvr:systemName>{escape(report.product)}</gvr:systemName></gvr:additionalMetadata></gvr:validationOverview>"
        f'<gvr:counters numberOfConstraints="42" numberOfErrors="{report.errors}" '
        f'numberOfWarnings="{report.warnings}"/>'
        f'<gvr:subReport name="Modèle" subReportResult={quoteattr(report.result)}>{constraints}</gvr:subReport>'
        "</gvr:validationReport>\n"
    ).encode()


def item(organisation: Organisation, report: HeldReport) -> dict[str, Any]:
    """An item of the Datahouse; its content is JSON within JSON, as there."""
    counters = {"total": 7, "passed": 7 - report.errors, "failed": report.errors, "undefined": 0}
    content = {
        "uuid": report.ref,
        "result": report.result,
        "dateTime": report.date,
        "testService": {"serviceIdentification": {"name": report.validator, "version": "1"}},
        "testSuiteName": report.validator,
        "testCounters": {**counters, "unexpectedErrors": 0},
        "testRunReports": [
            {
                "dateTime": report.date,
                "result": report.result,
                "test": {"id": report.ref, "name": report.test},
            }
        ],
    }
    return {
        "id": report.ref,
        "type": "TEST_REPORT",
        "date": report.date,
        "content": json.dumps(content, ensure_ascii=False),
        "references": [
            {"name": "organization", "value": organisation.keyword, "refType": "string", "type": "user"},
            {"name": "system", "value": report.product, "refType": "string", "type": "user"},
        ],
    }


def page(organisation: Organisation, report: HeldReport) -> bytes:
    """What a person sees: a test instance, or the page of a report."""
    status = {"PASSED": "verified", "FAILED": "failed"}.get(report.result, "completed")
    told = {
        "Test": report.test,
        "Status": status if report.kind == "instance" else report.result,
        "Organization": organisation.keyword,
        "System": report.product,
        "Last changed": report.date,
    }
    rows = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in told.items()
    )
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Gazelle (stand-in)</title></head>'
        f"<body><h1>{html.escape(report.ref)}</h1><dl>{rows}</dl></body></html>"
    ).encode()
