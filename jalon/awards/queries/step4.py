"""Reads for the page of step 4: convention, signatures, papers."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language, gettext

from jalon.accounts.standing import Standing
from jalon.applications.models import Application
from jalon.applications.queries import definition_for, visible_application
from jalon.awards.models import Award, AwardDocument, Convention, Opinion, Signature, SigningInvitation
from jalon.awards.paper import Representative
from jalon.awards.queries import award_of, frozen_representative, live_convention, live_invitation, opinion_of
from jalon.awards.queries.conditions import missing_for
from jalon.awards.rules import Condition
from jalon.awards.states import ConventionState, Party
from jalon.core import clock
from jalon.documents.models import Document


@dataclass(frozen=True)
class SignatureView:
    party: Party
    name: str
    function: str
    signed_at: datetime
    document_id: int
    evidence_id: int


@dataclass(frozen=True)
class InvitationView:
    id: int
    email: str
    sent_at: datetime
    expires_at: datetime
    opened_at: datetime | None
    expired: bool
    used: bool


@dataclass(frozen=True)
class ConventionView:
    n: int
    state: ConventionState
    drawn_at: datetime
    representative: Representative
    document_id: int
    signatures: tuple[SignatureView, ...]
    invitation: InvitationView | None

    def signed_by(self, party: Party) -> SignatureView | None:
        return next((s for s in self.signatures if s.party == party), None)

    @property
    def vendor_signature(self) -> SignatureView | None:
        return self.signed_by(Party.VENDOR)

    @property
    def agency_signature(self) -> SignatureView | None:
        return self.signed_by(Party.AGENCY)


@dataclass(frozen=True)
class Paper:
    """One file of step 4. `kind`: convention, evidence, certificate."""

    kind: str
    title: str
    document_id: int
    name: str
    size: int
    at: datetime


@dataclass(frozen=True)
class Dossier:
    """Everything that the page of step 4 shows, to the vendor or to the agency."""

    application: Application
    missing: tuple[Condition, ...]
    convention: ConventionView | None
    opinion: Opinion | None
    award: Award | None
    papers: tuple[Paper, ...]

    @property
    def is_listed(self) -> bool:
        return self.award is not None


def dossier(standing: Standing, number: str) -> Dossier:
    """Step 4 of an application that this person may see."""
    application = visible_application(standing, number)
    convention, award = live_convention(application), award_of(application)
    return Dossier(
        application=application,
        missing=() if award else tuple(missing_for(application)),
        convention=_convention_view(convention) if convention else None,
        opinion=opinion_of(application),
        award=award,
        papers=tuple(_papers(convention, award)),
    )


def _convention_view(convention: Convention) -> ConventionView:
    invitation = live_invitation(convention)
    return ConventionView(
        n=convention.n,
        state=ConventionState(convention.state),
        drawn_at=convention.drawn_at,
        representative=frozen_representative(convention),
        document_id=convention.latest_id,
        signatures=tuple(
            SignatureView(
                Party(s.party), s.signer_name, s.signer_function, s.signed_at, s.document_id, s.evidence_id
            )
            for s in convention.signatures.order_by("pk")
        ),
        invitation=_invitation_view(invitation) if invitation else None,
    )


def _invitation_view(invitation: SigningInvitation) -> InvitationView:
    return InvitationView(
        id=invitation.pk,
        email=invitation.signer_email,
        sent_at=invitation.sent_at,
        expires_at=invitation.expires_at,
        opened_at=invitation.opened_at,
        expired=invitation.used_at is None and clock.now() >= invitation.expires_at,
        used=invitation.used_at is not None,
    )


def _papers(convention: Convention | None, award: Award | None) -> list[Paper]:
    found = []
    if convention:
        found.append(_paper("convention", gettext("Convention"), convention.latest))
        for signature in convention.signatures.select_related("evidence__content").order_by("pk"):
            title = gettext("Preuve de signature : %(party)s") % {"party": signature.get_party_display()}
            found.append(_paper("evidence", title, signature.evidence))
    if award:
        rows = AwardDocument.objects.filter(award=award).select_related("document__content").order_by("pk")
        title = definition_for(award.application).award.certificate.shown_in(get_language() or "fr")
        found += [_paper(row.kind, title, row.document) for row in rows]
    return found


def _paper(kind: str, title: str, document: Document) -> Paper:
    return Paper(kind, title, document.pk, document.name, document.size, document.added_at)


def document_of(application: Application, document_id: int) -> Document | None:
    """A file of step 4 that belongs to this application: whoever sees the application may open it."""
    conventions = Convention.objects.filter(application=application).exclude(state=ConventionState.VOID)
    signatures = Signature.objects.filter(convention__in=conventions)
    papers = AwardDocument.objects.filter(award__application=application)
    known = {
        *conventions.values_list("latest_id", flat=True),
        *conventions.values_list("unsigned_id", flat=True),
        *signatures.values_list("document_id", flat=True),
        *signatures.values_list("evidence_id", flat=True),
        *papers.values_list("document_id", flat=True),
    }
    return Document.objects.get(pk=document_id) if document_id in known else None
