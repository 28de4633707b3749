"""Reads of the conversation."""

from django.db.models import BigIntegerField, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from jalon.accounts.standing import Standing
from jalon.applications.models import Application
from jalon.messaging.models import Message, ReadMark


def conversation(application: Application) -> QuerySet[Message]:
    return Message.objects.filter(application=application).select_related("author").order_by("pk")


def unread_messages(standing: Standing) -> QuerySet[Message]:
    """Messages of visible applications, written by the other side, that this person has not read."""
    last_read = Coalesce(
        Subquery(
            ReadMark.objects.filter(
                application_id=OuterRef("application_id"), user_id=standing.user_id or 0
            ).values("message_id")[:1]
        ),
        Value(0),
        output_field=BigIntegerField(),
    )
    return (
        Message.objects.filter(
            application__in=Application.objects.visible_to(standing), from_agency=not standing.is_staff
        )
        .alias(last_read=last_read)
        .filter(pk__gt=F("last_read"))
    )
