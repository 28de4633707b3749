"""Reads behind a link to sign: its state, its page, its document."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from jalon.awards.models import SigningInvitation
from jalon.awards.paper import Representative
from jalon.awards.queries import signature_of
from jalon.awards.secret_links import nonce_of
from jalon.awards.states import ConventionState, Party
from jalon.core import clock
from jalon.core.errors import NotVisible
from jalon.documents.models import Document

MAX_CODE_ATTEMPTS = 5

MAX_CODES = 10


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
    related = SigningInvitation.objects.select_related(
        "convention__application", "convention__latest__content"
    )
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
