"""Gazelle, the interoperability test platform: a company's reports, and the report behind a permanent link.

Two generations answer: EVSClient (REST, XML reports) and the Datahouse (items, JSON reports). What they send is read by
`connectors.reports`, fetched by `connectors.web_fetch`; each fails with a sentence (FetchError, ReportError).

links      permanent links: the shapes that Gazelle gives to people
listing    the reports of an organisation
taking     one report, with its bytes
"""

from jalon.connectors.gazelle.links import ReportLink, report_link
from jalon.connectors.gazelle.listing import Api, ListedReport, Source, list_reports
from jalon.connectors.gazelle.taking import TakenReport, get_report

__all__ = [
    "Api",
    "ListedReport",
    "ReportLink",
    "Source",
    "TakenReport",
    "get_report",
    "list_reports",
    "report_link",
]
