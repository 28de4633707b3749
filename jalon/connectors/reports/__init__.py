"""Reports of test platforms, whichever wrote them, read into one shape.

Gazelle (EVSClient, test instances, Datahouse), the EU Interoperability Test Bed, Inferno and JUnit are known by
their content. The bytes are somebody else's: `reader` opens them in a process of its own, with limits.
"""

from jalon.connectors.reports.reading import Report, ReportError, Verdict, read_report

__all__ = ["Report", "ReportError", "Verdict", "read_report"]
