"""Telling people something: in Jalon, and by mail."""

import json
import logging
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.db.models import F

from jalon.accounts.models import User
from jalon.accounts.standing import Standing
from jalon.core import clock
from jalon.core.actions import draft, step
from jalon.core.canonical import canonical_json
from jalon.jobs.queue import enqueue, enqueue_missing
from jalon.notices.base import NoticeText, check_params, has_mail_words
from jalon.notices.models import Mail, MailState, Notice

logger = logging.getLogger(__name__)

SEND_TASK = "notices.send_mail"
MAX_KEY_LENGTH = 200
SWEEP = 500  # mails looked at in one go


@step
def tell(notice: NoticeText, *, users: Iterable[User], dedupe: str) -> None:
    """Tell people once, in Jalon and, if the kind mails, by mail. `dedupe` names the event, e.g. "round:12".

    Somebody without access any more is told nothing; somebody without an address gets no mail.
    """
    now = clock.now()
    told = list({user.pk: user for user in users if user.is_active}.values())
    params = notice.params()
    Notice.objects.bulk_create(
        [
            Notice(
                user=user,
                kind=notice.kind,
                application_number=notice.application_number,
                params=params,
                dedupe_key=_dedupe_key(notice.kind, dedupe, user),
                at=now,
            )
            for user in told
        ],
        ignore_conflicts=True,
    )
    if not notice.mails:
        return
    mail_params = canonical_json({**json.loads(params), "application_number": notice.application_number})
    _put_in_outbox(
        [
            _mail(
                email=user.email,
                locale=user.locale,
                kind=notice.kind,
                params=mail_params,
                dedupe_key=_dedupe_key(notice.kind, dedupe, user),
                due_at=now,
            )
            for user in told
            if user.email
        ]
    )


@step
def mail_to(
    *,
    email: str,
    locale: str,
    kind: str,
    params: Mapping[str, Any],
    dedupe_key: str,
    due_at: datetime | None = None,
) -> None:
    """A mail to somebody who may have no account. Its words come from the renderer registered for `kind`.

    `params` holds codes, numbers and references, never the secret itself: the outbox can be read.
    """
    if not has_mail_words(kind):
        raise LookupError(f"No words for mails of the kind {kind}: register a mail_renderer")
    check_params(kind, params)
    mail = _mail(
        email=email,
        locale=locale,
        kind=kind,
        params=canonical_json(dict(params)),
        dedupe_key=_bounded(f"{kind}:{dedupe_key}"),
        due_at=due_at or clock.now(),
    )
    _put_in_outbox([mail])


@draft
def mark_read(*, actor: Standing, notice_id: int) -> None:
    """The person saw it. Somebody else's notice is left alone, without a word."""
    Notice.objects.filter(pk=notice_id, user_id=_id_of(actor), read_at=None).update(read_at=clock.now())


@draft
def mark_all_read(*, actor: Standing, application_number: str = "") -> None:
    """All of the person's notices, or those of one application."""
    unread = Notice.objects.filter(user_id=_id_of(actor), read_at=None)
    if application_number:
        unread = unread.filter(application_number=application_number)
    unread.update(read_at=clock.now())


@draft
def record_sent(*, mail_id: int) -> None:
    Mail.objects.filter(pk=mail_id, state=MailState.WAITING).update(
        state=MailState.SENT, sent_at=clock.now(), attempts=F("attempts") + 1, last_error=""
    )


@draft
def record_dropped(*, mail_id: int) -> None:
    Mail.objects.filter(pk=mail_id, state=MailState.WAITING).update(state=MailState.DROPPED)


@draft
def record_failed_attempt(*, mail_id: int, error: str, final: bool) -> None:
    """The mail stays in the outbox; `final`: until somebody sends it again by hand."""
    state = MailState.FAILED if final else MailState.WAITING
    Mail.objects.filter(pk=mail_id, state=MailState.WAITING).update(
        state=state, attempts=F("attempts") + 1, last_error=error.replace("\x00", "")[:2000]
    )


@draft
def send_again(*, mail_id: int) -> None:
    """Take up a mail that had been given up, e.g. once the address of the server is right."""
    if Mail.objects.filter(pk=mail_id, state=MailState.FAILED).update(state=MailState.WAITING):
        enqueue(SEND_TASK, key=str(mail_id), mail_id=mail_id)


@draft
def enqueue_due_mails() -> None:
    """Whatever became of its job: a mail that waits and is due is asked for again."""
    due = Mail.objects.filter(state=MailState.WAITING, due_at__lte=clock.now()).order_by("due_at")
    mail_ids = due.values_list("pk", flat=True)[:SWEEP]
    enqueue_missing(SEND_TASK, {str(mail_id): {"mail_id": mail_id} for mail_id in mail_ids})


def _put_in_outbox(mails: list[Mail]) -> None:
    Mail.objects.bulk_create(mails, ignore_conflicts=True)
    keys = [mail.dedupe_key for mail in mails]
    waiting = Mail.objects.filter(dedupe_key__in=keys, state=MailState.WAITING).order_by("pk")
    for mail_id, due_at in waiting.values_list("pk", "due_at"):
        enqueue(SEND_TASK, key=str(mail_id), run_after=due_at, mail_id=mail_id)


def _mail(*, email: str, locale: str, kind: str, params: str, dedupe_key: str, due_at: datetime) -> Mail:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "jalon.invalid"
    return Mail(
        recipient=email,
        locale=locale,
        kind=kind,
        params=params,
        dedupe_key=dedupe_key,
        due_at=due_at,
        message_id=f"<{uuid.uuid4().hex}@{domain}>",
    )


def _dedupe_key(kind: str, dedupe: str, user: User) -> str:
    return _bounded(f"{kind}:{dedupe}:{user.pk}")


def _bounded(key: str) -> str:
    if len(key) > MAX_KEY_LENGTH:
        raise ValueError(f"The key of a notice has at most {MAX_KEY_LENGTH} characters: {key}")
    return key


def _id_of(actor: Standing) -> int:
    return actor.user_id or 0
