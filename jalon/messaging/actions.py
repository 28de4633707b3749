"""Writing in the conversation of an application."""

from django.utils.translation import gettext as _

from jalon.accounts.standing import Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.actions.steps import lock_application
from jalon.applications.models import INSTRUCTION_ROLES, Application
from jalon.applications.policy import can_fill, can_read_as_agency
from jalon.applications.queries import instructors
from jalon.core import clock
from jalon.core.actions import draft, step, verb
from jalon.core.canonical import sha256_hex
from jalon.core.errors import InvalidInput, NotAllowed
from jalon.journal.actions import record
from jalon.messaging.models import Message, ReadMark
from jalon.messaging.notices import AgencyWrote, VendorWrote
from jalon.notices.actions import tell
from jalon.vendors.queries import people_with_access

MAX_LENGTH = 10_000


@verb
def post_message(*, actor: Standing, number: str, body: str, after_id: int = 0) -> Message:
    """Write to the other side. The same words sent again with the same `after_id` (a retry) are one message.

    `after_id`: the last message that the writer saw; 0 when the conversation was empty.
    """
    application = lock_application(actor, number)
    from_agency = actor.is_staff
    allowed = can_read_as_agency(actor, application) if from_agency else can_fill(actor, application)
    if not allowed:
        raise NotAllowed(_("Vous ne pouvez pas écrire dans cette conversation."))
    text = body.replace("\x00", "").replace("\r\n", "\n").strip()
    if not text:
        raise InvalidInput({"body": _("Écrivez votre message.")})
    if len(text) > MAX_LENGTH:
        raise InvalidInput(
            {"body": _("Ce message dépasse 10 000 caractères. Raccourcissez-le, ou joignez un document.")}
        )
    sent = Message.objects.filter(
        application=application, author_id=actor.person_id, body=text, pk__gt=after_id
    )
    if (again := sent.first()) is not None:
        return again
    message = write(application, author_id=actor.person_id, from_agency=from_agency, body=text)
    record(
        chain=f"application:{application.number}",
        event="messaging.message.posted",
        actor_ref=actor.user_ref,
        message=message.pk,
        digest=sha256_hex(text),
    )
    _tell_other_side(application, message)
    return message


@step
def write(
    application: Application,
    *,
    author_id: int | None,
    from_agency: bool,
    body: str,
    ref_kind: str = "",
    ref_key: str = "",
) -> Message:
    """One line of the conversation, as part of a verb: a change request, a decision."""
    return Message.objects.create(
        application=application,
        author_id=author_id,
        from_agency=from_agency,
        body=body,
        ref_kind=ref_kind,
        ref_key=ref_key,
        at=clock.now(),
    )


def _tell_other_side(application: Application, message: Message) -> None:
    number, key = application.number, f"message:{message.pk}"
    if message.from_agency:
        people = people_with_access(application.version.product)
        tell(AgencyWrote(application_number=number), users=people, dedupe=key)
        return
    referents = instructors(application, StaffRoleName.REFERENT)
    named = [person for person in referents if person.pk == application.referent_id]
    people = named or referents or instructors(application, *INSTRUCTION_ROLES)
    tell(VendorWrote(application_number=number), users=people, dedupe=key)


@draft
def mark_conversation_read(*, actor: Standing, number: str) -> None:
    """The person has the conversation on the screen."""
    application = lock_application(actor, number)
    last = Message.objects.filter(application=application).order_by("-pk").first()
    if last is None or actor.user_id is None:
        return
    ReadMark.objects.update_or_create(
        application=application, user_id=actor.person_id, defaults={"message": last, "at": clock.now()}
    )
