"""One report, taken over as it is at that moment: reports change and go, so what counts is our copy."""

from collections.abc import Collection
from dataclasses import dataclass

from jalon.connectors.gazelle.links import ReportLink
from jalon.connectors.reports.reading import read_report
from jalon.connectors.reports.report import Report
from jalon.connectors.web_fetch import Limits, Network, fetch

TAKING = Limits(seconds=8, max_bytes=8 * 1024 * 1024, redirects=2)
_TYPES = {
    "validation": ("application/xml", "text/xml"),
    "item": ("application/json",),
    "instance": ("text/html", "application/xhtml+xml"),
}
_EXTENSIONS = {"validation": "xml", "item": "json", "instance": "html"}


@dataclass(frozen=True)
class TakenReport:
    """`raw`: the very bytes that Gazelle sent; `name`: what a file of them is called."""

    link: ReportLink
    report: Report
    raw: bytes
    name: str

    @property
    def media_type(self) -> str:
        """As it is kept: a page is text, never opened as a page."""
        return _TYPES[self.link.kind][0] if self.link.kind != "instance" else "text/plain"


def get_report(
    link: ReportLink, *, hosts: Collection[str], authorization: str = "", network: Network | None = None
) -> TakenReport:
    """Fetch and read the report of a permanent link. FetchError or ReportError: it cannot be had, or not read.

    `hosts`: the only ones that may be asked. `authorization` is the company's own, for this host.
    """
    answer = fetch(
        link.address,
        hosts=hosts,
        media_types=_TYPES[link.kind],
        authorization=authorization,
        limits=TAKING,
        network=network,
    )
    name = f"gazelle-{link.ref}.{_EXTENSIONS[link.kind]}"
    return TakenReport(link, read_report(answer.body), answer.body, name)
