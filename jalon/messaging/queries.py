"""Reads of the conversation."""

from dataclasses import dataclass

from django.db.models import BigIntegerField, Count, F, Max, OuterRef, QuerySet, Subquery, Value
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


@dataclass(frozen=True)
class ConversationLine:
    """One conversation in the list of a person."""

    application: Application
    last: Message
    unread: int


def conversations(standing: Standing) -> list[ConversationLine]:
    """The conversations that this person may read, the latest first: two queries, however many."""
    visible = Application.objects.visible_to(standing)
    last = Message.objects.filter(application__in=visible).values("application").annotate(n=Max("pk"))
    counted = unread_messages(standing).values("application").annotate(n=Count("pk"))
    unread = dict(counted.values_list("application_id", "n"))
    messages = (
        Message.objects.filter(pk__in=last.values("n"))
        .select_related("author", "application__programme", "application__revision")
        .defer("application__revision__content")
        .order_by("-pk")
    )
    return [ConversationLine(m.application, m, unread.get(m.application_id, 0)) for m in messages]
