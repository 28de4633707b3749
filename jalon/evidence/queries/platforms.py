"""Where a slot's test reports are listed and fetched, and as whom: the programme's hosts, the company's credentials."""

from collections.abc import Sequence

from jalon.applications.models import Application
from jalon.applications.queries import definition_for
from jalon.connectors.gazelle import Api, Source
from jalon.evidence.queries.judged import Owner
from jalon.programmes.definition.schema import ProofKind
from jalon.vendors.queries import platform_access, platform_credentials


def report_kind(kinds: Sequence[ProofKind]) -> ProofKind | None:
    """The first kind whose reports Jalon lists and takes over."""
    return next((kind for kind in kinds if kind.form == "link" and kind.reports), None)


def report_host(kind: ProofKind) -> str:
    """The host of the lists."""
    named = kind.reports.host if kind.reports else ""
    return (named or next(iter(kind.hosts), "")).casefold()


def report_source(company_id: int, kind: ProofKind) -> Source | None:
    """None: the company has not said how it is known there, so nothing can be listed."""
    if kind.reports is None:
        return None
    credentials = platform_credentials(company_id, kind.reports.platform)
    if credentials is None:
        return None
    return Source(Api(kind.reports.api), report_host(kind), credentials.organisation, credentials.key)


def owner_of(application: Application) -> Owner:
    """Whose reports this application may give. One query, where its programme takes reports at all."""
    kind = report_kind(definition_for(application).kinds)
    if kind is None or kind.reports is None:
        return Owner()
    access = platform_access(application.company_id, kind.reports.platform)
    return Owner(application.product_name, access.organisation if access else "")
