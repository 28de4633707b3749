"""One mail from the outbox to the outside: words found, handed over, outcome recorded."""

import json

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext, override

from jalon.connectors import mail as connector
from jalon.connectors.mail import MailRefused, OutgoingMail
from jalon.jobs.queue import GiveUp
from jalon.notices import actions
from jalon.notices.base import brand, mail_words
from jalon.notices.models import Mail, MailState


def deliver(mail_id: int) -> None:
    """Send a mail that waits. Done again after a crash, it sends the same Message-ID again."""
    mail = Mail.objects.get(pk=mail_id)
    if mail.state != MailState.WAITING:
        return
    try:
        outgoing = compose(mail)
        if outgoing is None:
            actions.record_dropped(mail_id=mail_id)
            return
        connector.send(outgoing)
    except MailRefused as error:
        actions.record_failed_attempt(mail_id=mail_id, error=str(error), final=True)
        raise GiveUp(str(error)) from error
    except Exception as error:
        actions.record_failed_attempt(mail_id=mail_id, error=f"{type(error).__name__}: {error}", final=False)
        raise
    actions.record_sent(mail_id=mail_id)


def compose(mail: Mail) -> OutgoingMail | None:
    """The mail in its recipient's language, or None when it has become pointless."""
    with override(mail.locale):
        words = mail_words(mail.kind, json.loads(mail.params))
        if words is None:
            return None
        subject, text = words
        footer = gettext(
            "Ce message est envoyé automatiquement par %(brand)s, merci de ne pas y répondre."
        ) % {"brand": brand()}
        page = {"subject": subject, "text": text, "footer": footer, "locale": mail.locale}
        return OutgoingMail(
            recipient=mail.recipient,
            sender=settings.DEFAULT_FROM_EMAIL,
            subject=subject,
            text=f"{text}\n\n-- \n{footer}\n",
            html=render_to_string("notices/mail.html", page),
            locale=mail.locale,
            message_id=mail.message_id,
            date=mail.due_at,
        )
