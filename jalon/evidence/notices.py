"""What is told about proofs in slots."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jalon.accounts.models import User
from jalon.accounts.standing import standing_of
from jalon.applications.models import Application
from jalon.core import clock, dates
from jalon.evidence.models import ExpiryReminder
from jalon.evidence.queries.ageing import Ageing, ageing
from jalon.notices.base import NoticeText, Params, address, brand, mail_renderer

CODES = 8  # named in one line of a mail
EXPIRING = "/preuves-de-l-entreprise?echeance=1"


@dataclass(frozen=True, kw_only=True)
class ProofsExpire(NoticeText):
    """Files that have still to be accepted will soon be, or are, too old to be handed in: all of one day."""

    kind: ClassVar[str] = "evidence.proofs_expire"
    mails: ClassVar[bool] = True
    company: int
    person: int
    told_on: str  # ISO
    first_on: str  # ISO: the earliest of the last days that are to come, or the latest that was
    files: int
    over: int = 0  # of them

    def title(self) -> str:
        told = {"n": self.files, "over": self.over, "day": dates.day(date.fromisoformat(self.first_on))}
        if not self.over:
            return (
                ngettext(
                    "%(n)s preuve bientôt trop ancienne : à soumettre au plus tard le %(day)s",
                    "%(n)s preuves bientôt trop anciennes : la première à soumettre au plus tard le %(day)s",
                    self.files,
                )
                % told
            )
        if self.over == self.files:
            return (
                ngettext(
                    "%(n)s preuve est devenue trop ancienne pour être soumise",
                    "%(n)s preuves sont devenues trop anciennes pour être soumises",
                    self.files,
                )
                % told
            )
        return _("%(n)s preuves à renouveler, dont déjà trop anciennes : %(over)s") % told

    def path(self) -> str:
        return EXPIRING


@mail_renderer(ProofsExpire.kind)
def _mail(params: Params) -> tuple[str, str] | None:
    """The list, as it stands when the mail leaves: what was replaced or accepted meanwhile is not told any more."""
    person = User.objects.filter(pk=params["person"]).first()
    if person is None:
        return None
    standing = standing_of(person, params["company"])
    files = Application.objects.visible_to(standing).filter(company=params["company"])
    told = ExpiryReminder.objects.filter(
        application__in=files.order_by().values("pk"), told_on=params["told_on"]
    )
    keys = set(told.values_list("application", "content", "expires_on"))
    lines = _lines([one for one in ageing(files) if key_of(one) in keys])
    if not lines:
        return None
    subject = _("%(brand)s : des preuves à renouveler") % {"brand": brand()}
    lead = _(
        "Ces preuves ne sont pas encore acceptées, et ne peuvent être soumises que jusqu’à un certain jour :"
    )
    return subject, "\n\n".join((lead, "\n".join(lines), address(EXPIRING)))


def key_of(one: Ageing) -> tuple[int, int, date]:
    """A file in an application, however many slots it stands in, and its last day."""
    document = one.piece.document
    return one.piece.proof.slot.application_id, document.content_id if document else 0, one.expires_on


def _lines(found: list[Ageing]) -> list[str]:
    """One for each file of an application, the first to end first."""
    grouped: dict[tuple[int, int, date], list[Ageing]] = {}
    for one in found:
        grouped.setdefault(key_of(one), []).append(one)
    today = clock.paris_date(clock.now())
    ordered = sorted(grouped.values(), key=lambda uses: uses[0].expires_on)
    return [_line(uses, is_over=uses[0].expires_on < today) for uses in ordered]


def _line(uses: list[Ageing], *, is_over: bool) -> str:
    application = uses[0].piece.proof.slot.application
    codes = ", ".join(one.code for one in uses[:CODES]) + ("…" if len(uses) > CODES else "")
    told = {
        "software": f"{application.product_name} {application.version_label}",
        "codes": codes,
        "day": dates.day(uses[0].expires_on),
    }
    if is_over:
        return _("- %(software)s, %(codes)s : n’était recevable que jusqu’au %(day)s") % told
    return _("- %(software)s, %(codes)s : jusqu’au %(day)s") % told
