"""Permanent links: the shapes that Gazelle gives, and nothing that only looks like one."""

import pytest

from jalon.connectors.gazelle import report_link

OID = "1.3.6.1.4.1.12559.11.11.4.17466"
EVS = "https://g.example/evs/rest/validations"


@pytest.mark.parametrize(
    ("url", "kind", "ref", "kept", "address"),
    [
        (f"https://g.example/evs/report.seam?oid={OID}", "validation", OID, None, f"{EVS}/{OID}/report"),
        (
            f"https://g.example/evs/report.seam?oid={OID}&privacyKey=aB-9", "validation", OID, None,
            f"{EVS}/{OID}/report?privacyKey=aB-9",
        ),
        (
            f"https://g.example/evs/report.seam?oid={OID}&standard=31#x", "validation", OID,
            f"https://g.example/evs/report.seam?oid={OID}", f"{EVS}/{OID}/report",
        ),
        (
            f"{EVS}/{OID}?privacyKey=k", "validation", OID,
            f"https://g.example/evs/report.seam?oid={OID}&privacyKey=k", f"{EVS}/{OID}/report?privacyKey=k",
        ),
        (
            "https://g.example/EU-CAT/testing/test/test/TestInstance.seam?id=4211", "instance", "4211", None,
            "https://g.example/EU-CAT/testing/test/test/TestInstance.seam?id=4211",
        ),
        (
            "https://g.example/gazelle/test-execution/reports/b7c1?testSessionId=3", "item", "b7c1",
            "https://g.example/gazelle/test-execution/reports/b7c1", "https://g.example/datahouse/items/b7c1",
        ),
        (
            "https://g.example/validation-portal/reports/b7c1?readAccessKey=z", "item", "b7c1", None,
            "https://g.example/datahouse/items/b7c1?readAccessKey=z",
        ),
    ],
)  # fmt: skip
def test_a_permanent_link_names_its_report(url, kind, ref, kept, address):
    found = report_link(url)
    assert found
    assert (found.kind, found.ref, found.url, found.address) == (kind, ref, kept or url, address)


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "https://g.example/", f"http://g.example/evs/report.seam?oid={OID}", "https://g.example/evs/report.seam",
        "https://g.example/evs/report.seam?oid=../../etc", "https://g.example/evs/report.seam?oid=1",
        f"https://u@g.example/evs/report.seam?oid={OID}", "https://[::1/evs/report.seam?oid=1.2.3",
        "https://g.example/testing/test/test/TestInstance.seam?id=1%20or%201",
        "https://g.example/test-execution/reports/../../admin", "https://g.example/simulation-portal/reports/a%2Fb",
        f"https://g.example/evs/../x/report.seam?oid={OID}",
        f"https://g.example/evs/report.seam?oid=1.2.{'3' * 125}", f"{EVS}/1.2.{'3' * 300}",
    ],
)  # fmt: skip
def test_anything_else_is_no_permanent_link(url):
    assert report_link(url) is None
