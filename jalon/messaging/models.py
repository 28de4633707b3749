"""The conversation of an application: "Accéder à la conversation dans la messagerie"."""

from django.db import models

from jalon.accounts.models import User
from jalon.applications.models import Application
from jalon.core.db.append_only import AppendOnlyModel


class Message(AppendOnlyModel):
    """One message. `author` is empty when Jalon itself speaks for an act of the agency."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    from_agency = models.BooleanField()
    body = models.TextField()
    ref_kind = models.CharField(max_length=20, blank=True, default="")  # "part"
    ref_key = models.CharField(max_length=120, blank=True, default="")
    at = models.DateTimeField()


class ReadMark(models.Model):
    """Up to which message somebody has read a conversation."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "user"], name="read_mark_one")]
