"""What people are told about step 4, and the two mails of the signature by link."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from jalon.awards.models import SigningInvitation
from jalon.awards.queries.links import LinkState, link_state
from jalon.awards.secret_links import code_of, link_token
from jalon.core import clock
from jalon.notices.base import NoticeText, Params, address, brand, in_readers_language, mail_renderer
from jalon.programmes.definition.award_words import AwardWords


@dataclass(frozen=True, kw_only=True)
class AboutStep4(NoticeText):
    """Leads to step 4 of the application; its mail says that something waits, and nothing of what it is."""

    mails: ClassVar[bool] = True
    for_agency: bool = False

    def path(self) -> str:
        if self.for_agency:
            return f"/instruction/{self.application_number}/convention"
        return f"/candidatures/{self.application_number}/convention"


@dataclass(frozen=True, kw_only=True)
class ConventionDrawn(AboutStep4):
    kind: ClassVar[str] = "awards.convention_drawn"

    def title(self) -> str:
        return gettext("La convention est établie : le responsable légal est invité à la signer")


@dataclass(frozen=True, kw_only=True)
class InvitationReissued(AboutStep4):
    kind: ClassVar[str] = "awards.invitation_reissued"
    mails: ClassVar[bool] = False

    def title(self) -> str:
        return gettext("Un nouveau lien de signature a été envoyé au responsable légal")


@dataclass(frozen=True, kw_only=True)
class VendorSigned(AboutStep4):
    kind: ClassVar[str] = "awards.vendor_signed"

    def title(self) -> str:
        return gettext("L’éditeur a signé la convention")


@dataclass(frozen=True, kw_only=True)
class SignatureAwaited(AboutStep4):
    kind: ClassVar[str] = "awards.signature_awaited"

    def title(self) -> str:
        return gettext("Une convention attend la signature de l’agence")


@dataclass(frozen=True, kw_only=True)
class AgencySigned(AboutStep4):
    kind: ClassVar[str] = "awards.agency_signed"
    mails: ClassVar[bool] = False

    def title(self) -> str:
        return gettext("L’agence a signé la convention")


@dataclass(frozen=True, kw_only=True)
class OpinionAwaited(AboutStep4):
    kind: ClassVar[str] = "awards.opinion_awaited"

    def title(self) -> str:
        return gettext("Une candidature attend l’avis du collège")


@dataclass(frozen=True, kw_only=True)
class OpinionGiven(AboutStep4):
    kind: ClassVar[str] = "awards.opinion_given"

    def title(self) -> str:
        return gettext("Le collège a rendu son avis")


@dataclass(frozen=True, kw_only=True)
class ApplicationListed(AboutStep4):
    """In the words of the programme, as they were when it was pronounced."""

    kind: ClassVar[str] = "awards.application_listed"
    fr: str = ""  # both empty in what an older version kept
    en: str = ""

    def title(self) -> str:
        words = AwardWords().application
        fr, en = (self.fr, self.en) if self.fr else (words.fr, words.en)
        return in_readers_language(fr, en)


@dataclass(frozen=True, kw_only=True)
class ApplicationWithdrawn(AboutStep4):
    kind: ClassVar[str] = "awards.application_withdrawn"

    def title(self) -> str:
        return gettext("Candidature retirée")


INVITATION_MAIL = "awards.signature_invitation"
CODE_MAIL = "awards.signing_code"


@mail_renderer(INVITATION_MAIL)
def invitation_mail(params: Params) -> tuple[str, str] | None:
    """To a signer who may have no account. Nothing to say any more: the link was voided, used or is over."""
    invitation = _invitation(params)
    if invitation is None or link_state(invitation, clock.now()) not in _USABLE:
        return None
    until = date_format(localtime(invitation.expires_at, clock.PARIS), "DATETIME_FORMAT")
    text = gettext(
        "Bonjour %(name)s,\n\n"
        "Vous êtes invité à signer électroniquement une convention, en qualité de : %(function)s.\n"
        "Ce lien vous est personnel et ne sert qu’une fois. Il est valable jusqu’au %(until)s (Heure de Paris) :\n\n"
        "%(link)s\n\n"
        "Un code vous sera envoyé à cette adresse au moment de signer. Si vous n’êtes pas la bonne personne, "
        "n’ouvrez pas ce lien et prévenez votre entreprise."
    ) % {
        "name": invitation.signer_name,
        "function": invitation.signer_function,
        "until": until,
        "link": address(f"/signature/{link_token(invitation.nonce)}"),
    }
    return gettext("%(brand)s : une convention à signer") % {"brand": brand()}, text


@mail_renderer(CODE_MAIL)
def code_mail(params: Params) -> tuple[str, str] | None:
    """The code, made at this moment; nothing when a later code replaced it or its time is over."""
    invitation = _invitation(params)
    if invitation is None or invitation.codes_sent != params["sent"]:
        return None
    if link_state(invitation, clock.now()) is not LinkState.CODE_SENT:
        return None
    code = code_of(invitation.nonce, invitation.code_nonce)
    text = gettext(
        "Votre code pour signer la convention : %(code)s\n\n"
        "Il est valable 10 minutes. Ne le communiquez à personne : l’agence ne vous le demandera jamais."
    ) % {"code": f"{code[:3]}\u00a0{code[3:]}"}
    return gettext("%(brand)s : votre code de signature") % {"brand": brand()}, text


_USABLE = (LinkState.TO_OPEN, LinkState.OPEN, LinkState.CODE_SENT, LinkState.CODE_SPENT)


def _invitation(params: Params) -> SigningInvitation | None:
    return SigningInvitation.objects.select_related("convention").filter(pk=params["invitation"]).first()
