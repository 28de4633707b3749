"""Mail goes out here: to SMTP when an address is configured, else to the local mailbox."""

from django.conf import settings

from jalon.connectors.mail import mailbox, smtp
from jalon.connectors.mail.message import MailRefused, OutgoingMail

__all__ = ["MailRefused", "OutgoingMail", "send"]


def send(mail: OutgoingMail) -> None:
    """Hand one mail over. MailRefused: it will never be taken; any other error: worth another attempt."""
    if settings.ENVIRONMENT.smtp_url:
        smtp.send(mail, settings.ENVIRONMENT.smtp_url)
    else:
        mailbox.store(mail, settings.MAILBOX_DIR)
