"""Notices as they are read."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext

from jalon.accounts.standing import Standing
from jalon.notices.base import notice_class
from jalon.notices.models import Mail, MailState, Notice


@dataclass(frozen=True)
class NoticeLine:
    id: int
    title: str
    path: str
    application_number: str
    at: datetime
    is_read: bool


def unread_count(standing: Standing) -> int:
    return _notices_of(standing).filter(read_at=None).count()


def notices_of(standing: Standing, *, limit: int = 100) -> list[NoticeLine]:
    """The person's notices in the active language, newest first."""
    return [_line(notice) for notice in _notices_of(standing).order_by("-at", "-pk")[:limit]]


def notices_about(standing: Standing, application_number: str) -> list[NoticeLine]:
    """All that the person was told of one application, newest first."""
    about = _notices_of(standing).filter(application_number=application_number)
    return [_line(notice) for notice in about.order_by("-at", "-pk")]


def notice_line(standing: Standing, notice_id: int) -> NoticeLine | None:
    """One of the person's notices."""
    notice = _notices_of(standing).filter(pk=notice_id).first()
    return _line(notice) if notice else None


def mails_given_up() -> QuerySet[Mail]:
    """For the operator: what could not be delivered and waits for a decision."""
    return Mail.objects.filter(state=MailState.FAILED).order_by("due_at", "pk")


def _notices_of(standing: Standing) -> QuerySet[Notice]:
    return Notice.objects.filter(user_id=standing.user_id or 0)


def _line(notice: Notice) -> NoticeLine:
    found = notice_class(notice.kind)
    title, path = gettext("Notification"), "/"
    if found is not None:  # a kind of an older version has no words any more, but still its line
        words = found.restore(notice.params, notice.application_number)
        title, path = words.title(), words.path()
    return NoticeLine(
        notice.pk, title, path, notice.application_number, notice.at, notice.read_at is not None
    )
