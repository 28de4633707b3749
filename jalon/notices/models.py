"""Notices inside Jalon, and mails: written in the transaction of the act, sent afterwards."""

from django.db import models

from jalon.accounts.models import User


class Notice(models.Model):
    """One line in somebody's notifications. `params` are codes and numbers; the words come from its class."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=60)
    application_number = models.CharField(max_length=10, blank=True, default="", db_index=True)
    params = models.TextField(default="{}")
    dedupe_key = models.CharField(max_length=200, unique=True)  # telling the same twice is telling it once
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "read_at"], name="notice_unread")]

    def __str__(self) -> str:
        return self.dedupe_key


class MailState(models.TextChoices):
    """Dropped: when it was due, there was nothing left to say."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class Mail(models.Model):
    """One message to send, once: `dedupe_key` is unique, `message_id` is the same on every attempt.

    Carries no content of the file and no secret: a count, a link; the exceptions are named in `notices`.
    """

    recipient = models.EmailField()
    locale = models.CharField(max_length=5, default="fr")
    kind = models.CharField(max_length=60)
    params = models.TextField(default="{}")
    dedupe_key = models.CharField(max_length=200, unique=True)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=MailState, default=MailState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    message_id = models.CharField(max_length=200, unique=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"], name="mail_due")]

    def __str__(self) -> str:
        return self.dedupe_key
