"""What the demo's stand-in for a test platform holds, and the demo company's access to it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from jalon.accounts.models import User
from jalon.accounts.standing import standing_of
from jalon.connectors.gazelle import TakenReport, report_link
from jalon.connectors.reports.reading import read_report
from jalon.core import clock
from jalon.demo.samples import sample_link
from jalon.programmes.definition.folder import read_tree
from jalon.programmes.definition.schema import Definition, ProofKind
from jalon.vendors.actions import save_platform_access

KEYWORD, KEY = "CLAIRVUE", "cle-de-demonstration"
HOLDER = "nadia.belkacem"
_OID = "1.3.6.1.4.1.12559.11.36.8.3"
_XML = """<?xml version="1.0" encoding="UTF-8"?>
<validationReport xmlns="http://validationreport.gazelle.ihe.net/" uuid="{ref}" result="PASSED">
<validationOverview validationOverallResult="PASSED" validationDateTime="{day}"
 validationServiceName="Gazelle HL7v2.x validator" validatorID="ITI-30"><additionalMetadata>
<organizationKeyword>{organisation}</organizationKeyword><systemName>{product}</systemName>
</additionalMetadata></validationOverview>
<counters numberOfConstraints="42" numberOfErrors="0" numberOfWarnings="3"/>
</validationReport>
"""
_TEST_CASE = re.compile(r"\b[A-Z]{2,}(?:-\w+){3,}")  # as scenarios name them


def organisations(definitions: Path) -> list[dict[str, Any]]:
    """The seed of the stand-in: of each test that a programme asks for, a pass, a failure and one without result."""
    cases = sorted({case for one in _programmes(definitions) for case in _test_cases(one)}) or ["ITI-30"]
    held = [
        _report(10 * n + m, case, result, days)
        for n, case in enumerate([*cases, "ITI-31"], start=10)
        for m, (result, days) in enumerate((("PASSED", 3), ("FAILED", 9), ("UNDEFINED", 12)))
    ]
    running = {**_report(9, "ITI-30", "UNDEFINED", 0), "mode": "running"}
    return [{"keyword": KEYWORD, "key": KEY, "reports": [running, *held]}]


def give_access() -> None:
    """The demo company is known there."""
    holder = User.objects.get(subject=HOLDER)
    save_platform_access(actor=standing_of(holder), platform="gazelle", organisation=KEYWORD, key=KEY)


def sample_report(kind: ProofKind, n: int, *, organisation: str, product: str) -> TakenReport:
    """A pass of this vendor, as if it had just been taken over from the platform; different for each `n`."""
    link = report_link(sample_link(kind, n))
    if link is None:
        raise LookupError(f"No sample link of the kind {kind.key} leads to a report")
    raw = _XML.format(
        ref=link.ref,
        day=(clock.now() - timedelta(days=3)).isoformat(timespec="seconds"),
        organisation=escape(organisation),
        product=escape(product),
    ).encode()
    return TakenReport(link, read_report(raw), raw, f"gazelle-{link.ref}.xml")


def _programmes(definitions: Path) -> list[Definition]:
    return [loaded.definition for loaded in read_tree(definitions).programmes]


def _test_cases(definition: Definition) -> Iterator[str]:
    kinds = {kind.key for kind in definition.kinds if kind.reports}
    for chapter in definition.chapters:
        for scenario in (s for r in chapter.requirements for s in r.scenarios):
            if any(kinds & set(proof.kinds) for proof in scenario.proofs):
                yield from _TEST_CASE.findall(scenario.text.fr)


def _report(n: int, test: str, result: str, days: int) -> dict[str, Any]:
    made_at = clock.now().replace(hour=9, minute=12, second=0, microsecond=0) - timedelta(days=days)
    return {
        "ref": f"{_OID}.{n}",
        "test": test,
        "result": result,
        "date": made_at.isoformat(),
        "validator": "Gazelle CDA Validator"
        if "CDA" in test or "Create" in test
        else "Gazelle HL7v2.x validator",
        "product": "Clairvue Portail",
        "errors": 2 if result == "FAILED" else 0,
        "warnings": 3,
        "public": True,
    }
