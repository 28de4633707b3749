"""Reads of step 4: what is missing, the convention, its signatures, the award, and the papers."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.utils.translation import get_language, gettext

from jalon.accounts.models import User
from jalon.accounts.standing import Standing
from jalon.applications.models import Application, MilestoneKind, MilestoneState
from jalon.applications.queries import definition_for, parts_of, visible_application
from jalon.applications.queries.answers import answers_of
from jalon.applications.queries.facts import declared_facts, frozen_facts, milestones, pending_claims
from jalon.applications.rules.answers import declared_claims, form_steps
from jalon.applications.states import ApplicationState, ChapterState, PartKind, StepState, Turn
from jalon.awards.models import Award, AwardDocument, Convention, Opinion, Signature, SigningInvitation
from jalon.awards.paper import Representative
from jalon.awards.rules import AwardFacts, Code, Condition, Item, missing_conditions
from jalon.awards.secret_links import nonce_of
from jalon.awards.states import ConventionState, OpinionOutcome, Party
from jalon.core import clock
from jalon.core.errors import NotVisible
from jalon.documents.models import Document
from jalon.programmes.definition.applicability import applicability
from jalon.programmes.definition.conditions import Facts
from jalon.programmes.definition.schema import Definition, Text

MAX_CODE_ATTEMPTS = 5
MAX_CODES = 10


# --- What the award needs -----------------------------------------------------------------------------------


def award_facts(application: Application) -> AwardFacts:
    """What R11 looks at, read anew; names are in the active language."""
    definition = definition_for(application)
    parts = {key: part.state for key, part in parts_of(application).items()}
    opinion = opinion_of(application)
    convention = live_convention(application)
    parties = {s.party for s in convention.signatures.all()} if convention else set()
    return AwardFacts(
        steps=tuple(
            Item(s.key, _in(s.title), parts.get(f"step:{s.key}") == StepState.VALIDATED)
            for s in form_steps(definition)
        ),
        claims=_claims(application, definition),
        chapters=_chapters(application, definition, parts),
        prerequisites=_prerequisites(application, definition),
        opinion=OpinionOutcome(opinion.outcome) if opinion else None,
        convention_drawn=convention is not None,
        vendor_signed=Party.VENDOR in parties,
        agency_signed=Party.AGENCY in parties,
        withdrawn=application.state == ApplicationState.WITHDRAWN,
    )


def missing_for(application: Application) -> list[Condition]:
    return missing_conditions(award_facts(application))


def _in(text: Text) -> str:
    return text.in_language((get_language() or "fr")[:2])


def _facts(application: Application) -> Facts:
    """Frozen once the file is found eligible; before that, what is declared now."""
    return frozen_facts(application) if application.facts != "{}" else declared_facts(application)


def _claims(application: Application, definition: Definition) -> tuple[Item, ...]:
    """What was declared and waits for an agent, or was confirmed. What an agent refused takes no effect: the file is
    proven without it, and nothing more is needed.
    """
    declared = declared_claims(definition, answers_of(application))
    if not declared:
        return ()
    waiting = pending_claims(application)
    rulings = milestones(application, MilestoneKind.CLAIM)
    refused = {key for key, row in rulings.items() if row.state == MilestoneState.REJECTED} - waiting
    return tuple(
        Item(claim.key, _in(claim.label), claim.key in rulings and claim.key not in waiting)
        for claim in definition.claims
        if claim.key in declared - refused
    )


def _chapters(application: Application, definition: Definition, parts: dict[str, str]) -> tuple[Item, ...]:
    """From what applies on the pinned revision, not from the rows: a chapter without a row is missing too."""
    due = applicability(definition, _facts(application)).chapters
    return tuple(
        Item(c.key, _in(c.title), parts.get(f"chapter:{c.key}") == ChapterState.VALIDATED) for c in due
    )


def _prerequisites(application: Application, definition: Definition) -> tuple[Item, ...]:
    held, facts = milestones(application, MilestoneKind.PREREQUISITE), _facts(application)
    return tuple(
        Item(
            p.key,
            f"{p.number} {_in(p.title)}".strip(),
            p.key in held and held[p.key].state == MilestoneState.CONFIRMED,
        )
        for p in definition.prerequisites
        if p.needed_for_award and (p.when is None or p.when.holds(facts))
    )


# --- Convention, opinion, award -----------------------------------------------------------------------------


def live_convention(application: Application) -> Convention | None:
    """The convention that is being signed or is signed: at most one (a constraint)."""
    live = Convention.objects.filter(application=application).exclude(state=ConventionState.VOID)
    return live.select_related("application__programme", "latest", "unsigned").first()


def signature_of(convention: Convention, party: Party) -> Signature | None:
    return convention.signatures.select_related("document", "evidence").filter(party=party).first()


def live_invitation(convention: Convention) -> SigningInvitation | None:
    """The latest link that was not voided; it may have expired, or have served."""
    return convention.invitations.filter(voided_at=None).first()


def opinion_of(application: Application) -> Opinion | None:
    return Opinion.objects.filter(application=application).select_related("given_by").first()


def award_of(application: Application) -> Award | None:
    return Award.objects.filter(application=application).first()


def frozen_representative(convention: Convention) -> Representative:
    """To whom the convention is bound."""
    return Representative(**json.loads(convention.snapshot)["representative"])


def convention_step_key(application: Application) -> str | None:
    """The key of step 4's part; a programme may have none."""
    steps = definition_for(application).steps
    return next((f"step:{s.key}" for s in steps if s.kind == PartKind.CONVENTION.value), None)


def turn_of(application: Application) -> Turn:
    """Who must act now that the convention is drawn up."""
    convention, opinion = live_convention(application), opinion_of(application)
    parties = {s.party for s in convention.signatures.all()} if convention else set()
    if Party.VENDOR not in parties:
        return Turn.VENDOR
    if opinion is None:
        return Turn.COLLEGE
    if Party.AGENCY not in parties:
        return Turn.SIGNATORY
    missing = {condition.code for condition in missing_for(application)}
    return Turn.VENDOR if missing == {Code.PREREQUISITE_MET} else Turn.AGENCY


# --- The page of step 4 -------------------------------------------------------------------------------------


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


def signer_language(application: Application, email: str) -> str:
    """In which language to write to a signer: that of the account with this address, else the programme's."""
    account = User.objects.filter(email__iexact=email, is_active=True).order_by("pk").first()
    return account.locale if account else definition_for(application).language


def _papers(convention: Convention | None, award: Award | None) -> list[Paper]:
    found = []
    if convention:
        found.append(_paper("convention", gettext("Convention"), convention.latest))
        for signature in convention.signatures.select_related("evidence").order_by("pk"):
            title = gettext("Preuve de signature : %(party)s") % {"party": signature.get_party_display()}
            found.append(_paper("evidence", title, signature.evidence))
    if award:
        rows = AwardDocument.objects.filter(award=award).select_related("document").order_by("pk")
        title = definition_for(award.application).award.certificate.in_language(get_language() or "fr")
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


# --- The page behind a link ---------------------------------------------------------------------------------


class LinkState(Enum):
    TO_OPEN = "to_open"
    OPEN = "open"
    CODE_SENT = "code_sent"
    CODE_SPENT = "code_spent"  # too many wrong codes, or too late: another code is needed
    USED = "used"
    EXPIRED = "expired"
    VOIDED = "voided"


@dataclass(frozen=True)
class SigningPage:
    """What somebody sees who holds a link. Names and the document only once the link was opened."""

    state: LinkState
    signer: Representative
    title: str
    company: str
    product: str
    version: str
    agency: str
    application_number: str
    expires_at: datetime
    code_expires_at: datetime | None
    attempts_left: int
    codes_left: int
    signed_at: datetime | None
    can_renew: bool
    sha256: str
    size: int
    may_read: bool

    @property
    def masked_email(self) -> str:
        """Enough to know which mailbox to look into."""
        name, _at, domain = self.signer.email.partition("@")
        return f"{name[:1]}…\u2060@{domain}"  # no line break after the ellipsis


def invitation_for(token: str) -> SigningInvitation:
    """The invitation behind a link, or NotVisible: a link that this server did not make leads nowhere."""
    nonce = nonce_of(token)
    related = SigningInvitation.objects.select_related("convention__application", "convention__latest")
    invitation = related.filter(nonce=nonce).first() if nonce else None
    if invitation is None:
        raise NotVisible("signature")
    return invitation


def link_state(invitation: SigningInvitation, now: datetime) -> LinkState:
    if invitation.used_at is not None:
        return LinkState.USED
    if invitation.voided_at is not None or invitation.convention.state != ConventionState.SIGNING:
        return LinkState.VOIDED
    if now >= invitation.expires_at:
        return LinkState.EXPIRED
    return LinkState.TO_OPEN if invitation.opened_at is None else _code_state(invitation, now)


def _code_state(invitation: SigningInvitation, now: datetime) -> LinkState:
    if invitation.code_expires_at is None:
        return LinkState.OPEN
    if invitation.code_attempts >= MAX_CODE_ATTEMPTS or now >= invitation.code_expires_at:
        return LinkState.CODE_SPENT
    return LinkState.CODE_SENT


def signing_page(token: str) -> SigningPage:
    invitation = invitation_for(token)
    convention, state = invitation.convention, link_state(invitation, clock.now())
    frozen, document = json.loads(convention.snapshot), _document_of_link(invitation)
    return SigningPage(
        state=state,
        signer=Representative(invitation.signer_name, invitation.signer_function, invitation.signer_email),
        title=frozen["title"],
        company=frozen["company"],
        product=frozen["product"],
        version=frozen["version"],
        agency=frozen["agency"]["name"],
        application_number=frozen["application_number"],
        expires_at=invitation.expires_at,
        code_expires_at=invitation.code_expires_at,
        attempts_left=max(0, MAX_CODE_ATTEMPTS - invitation.code_attempts),
        codes_left=max(0, MAX_CODES - invitation.codes_sent),
        signed_at=invitation.used_at,
        can_renew=state is LinkState.EXPIRED and invitation.voided_at is None,
        sha256=document.sha256,
        size=document.size,
        may_read=_may_read(invitation),
    )


def document_behind(token: str) -> Document:
    """The convention, for the holder of a link that was opened: to sign, and for a while to keep."""
    invitation = invitation_for(token)
    if not _may_read(invitation):
        raise NotVisible("signature")
    return _document_of_link(invitation)


def _may_read(invitation: SigningInvitation) -> bool:
    usable = invitation.opened_at is not None and invitation.voided_at is None
    return usable and clock.now() < invitation.expires_at


def _document_of_link(invitation: SigningInvitation) -> Document:
    """What is signed through the link; once it is, the file with that signature and no later one."""
    signed = signature_of(invitation.convention, Party.VENDOR) if invitation.used_at else None
    return signed.document if signed else invitation.convention.latest
