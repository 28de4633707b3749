"""Taking over a report of a test platform into a slot: fetched first, outside any transaction, then put there."""

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.applications.models import Application
from jalon.applications.queries import definition_for
from jalon.applications.queries.answers import company_document
from jalon.connectors.gazelle import ReportLink, TakenReport, get_report, report_link
from jalon.connectors.reports.reading import ReportError
from jalon.connectors.web_fetch import FetchError
from jalon.core import clock
from jalon.core.actions import act, draft, step
from jalon.core.canonical import canonical_json
from jalon.core.errors import InvalidInput, NotVisible
from jalon.documents.actions import store_fetched
from jalon.evidence.actions.places import Place, add_item, check_may_deposit, draft_proof, open_slot, row_of
from jalon.evidence.models import ExternalRecord, ItemKind
from jalon.evidence.queries import expected_proof
from jalon.evidence.queries.platforms import report_host, report_kind, report_source
from jalon.evidence.rules import kinds_of, link_error
from jalon.evidence.states import ReportVerdict
from jalon.programmes.definition.schema import ProofKind


@act
def import_report(
    *, actor: Standing, number: str, item_key: str, url: str, arrived_at: datetime | None = None
) -> ReportVerdict:
    """Fetch the report of a permanent link, keep it as it is now, and put it into the slot. Returns what it found.

    InvalidInput (the slot's key) says why it cannot be had. Taken again, a report that differs takes the place of its
    former copy in the draft; both copies stay on record. `arrived_at`: when the click was here, from which it counts.
    """
    application, kind = _place_of_reports(actor, number, item_key)
    link = _permanent_link(kind, item_key, url)
    source = report_source(application.company_id, kind)
    key_holds = source is not None and link.host == report_host(kind)
    try:
        taken = get_report(
            link,
            hosts=kind.hosts or [link.host],
            authorization=source.authorization if source and key_holds else "",
        )
    except (FetchError, ReportError) as failed:
        raise InvalidInput({item_key: f"{failed.message} {failed.remedy}"}) from failed
    document = store_fetched(
        actor=actor,
        company_id=application.company_id,
        name=taken.name,
        data=taken.raw,
        media_type=taken.media_type,
    )
    deposit_report(
        actor=actor,
        number=number,
        item_key=item_key,
        taken=taken,
        document_id=document.pk,
        arrived_at=arrived_at,
    )
    return ReportVerdict(taken.report.verdict.value)


@draft
def deposit_report(
    *,
    actor: Standing,
    number: str,
    item_key: str,
    taken: TakenReport,
    document_id: int,
    arrived_at: datetime | None = None,
) -> None:
    """Put a report that was taken over into a slot. The same report, unchanged, is there once."""
    place = open_slot(actor, number, item_key, arrived_at)
    kind = report_kind(place.kinds)
    if kind is None:
        raise InvalidInput({item_key: _("Cette preuve ne se donne pas par un rapport de test.")})
    document = company_document(place.application, document_id)
    slot = row_of(place)
    proof = draft_proof(actor, slot)
    former = proof.items.filter(kind=ItemKind.LINK, url=taken.link.url, backs=False)
    if former.filter(record__document__content=document.content).exists():
        return
    record = _keep_record(actor, place, taken, document.pk)
    former.delete()
    place = replace(place, slot=slot)
    add_item(actor, place, kind=ItemKind.LINK, proof_kind=kind.key, url=taken.link.url, record=record)


@step
def _keep_record(actor: Standing, place: Place, taken: TakenReport, document_id: int) -> ExternalRecord:
    report = taken.report
    return ExternalRecord.objects.create(
        company_id=place.application.company_id,
        connector="gazelle",
        ref=taken.link.ref,
        url=taken.link.url,
        format=report.format,
        verdict=report.verdict.value,
        said=report.said,
        test=report.test,
        validator=report.validator,
        made_at=report.made_at,
        organisation=report.organisation,
        product=report.product,
        counters=canonical_json(dict(report.counters)),
        document_id=document_id,
        taken_by_id=actor.person_id,
        taken_at=clock.now(),
    )


def _place_of_reports(actor: Standing, number: str, item_key: str) -> tuple[Application, ProofKind]:
    """Rights and place, looked at before anything is fetched; the draft looks again under its lock."""
    application = Application.objects.visible_to(actor).filter(number=number).first()
    if application is None:
        raise NotVisible(number)
    check_may_deposit(actor, application)
    found = expected_proof(application, item_key)
    kind = report_kind(kinds_of(definition_for(application), found[1])) if found else None
    if kind is None:
        raise NotVisible(item_key)
    return application, kind


def _permanent_link(kind: ProofKind, item_key: str, url: str) -> ReportLink:
    error = link_error([kind], url.strip())
    link = None if error else report_link(url)
    if link is None:
        raise InvalidInput(
            {
                item_key: error
                or _(
                    "Ce lien n’est pas le lien permanent d’un rapport. Ouvrez le rapport, puis copiez son adresse : "
                    "elle contient « report.seam?oid= », « TestInstance.seam?id= » ou « /reports/ »."
                )
            }
        )
    return link
