"""Telling a company, in time, of the files that grow too old before they are accepted."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from jalon.accounts.models import Company
from jalon.accounts.standing import SYSTEM, Standing
from jalon.applications.models import Application
from jalon.core import clock
from jalon.core.actions import verb
from jalon.core.errors import NotAllowed
from jalon.evidence.models import ExpiryReminder
from jalon.evidence.notices import ProofsExpire, key_of
from jalon.evidence.queries.ageing import Ageing, ageing
from jalon.evidence.rules import reminder_due
from jalon.journal.actions import record
from jalon.notices.actions import tell
from jalon.vendors.queries import people_by_product


@verb
def remind_of_expiry(*, actor: Standing, company_id: int) -> int:
    """The clock's act: once a file, application and mark; each person is told of all of a day at once.

    Answers how many were told of.
    """
    if actor is not SYSTEM:
        raise NotAllowed(_("Cet acte est celui de l’horloge."))
    # One after the other for a company. NO KEY: who holds an application and adds a row of that company (an upload, a
    # report) goes on meanwhile; else each would wait for the other.
    Company.objects.select_for_update(no_key=True).get(pk=company_id)
    today = clock.paris_date(clock.now())
    due = _due(ageing(Application.objects.filter(company=company_id)), company_id, today)
    if not due:
        return 0
    ExpiryReminder.objects.bulk_create(due)
    record(
        chain=f"company:{company_id}",
        event="evidence.expiry.reminded",
        actor_ref=actor.user_ref,
        files=len(due),
        first_on=min(one.expires_on for one in due).isoformat(),
    )
    _tell(company_id, due, today)
    return len(due)


def _due(found: Iterable[Ageing], company_id: int, today: date) -> list[ExpiryReminder]:
    """What has come to a mark that nobody was told of. Who gives a file that is too old is told on the spot.

    Nothing more on a day on which people were told already: what came since is told on the next.
    """
    told = ExpiryReminder.objects.filter(application__company=company_id)
    rows = list(told.values_list("application", "content", "expires_on", "mark", "told_on"))
    if any(row[4] == today for row in rows):
        return []
    known = {row[:4] for row in rows}
    due: dict[tuple[int, int, date], ExpiryReminder] = {}
    for one in found:
        mark, key = reminder_due(one.expires_on, today), key_of(one)
        was_over = one.expires_on < clock.paris_date(one.piece.added_at)
        if mark is not None and not was_over and (*key, mark) not in known:
            application, content, ends = key
            due[key] = ExpiryReminder(
                application_id=application, content_id=content, expires_on=ends, mark=mark, told_on=today
            )
    return list(due.values())


def _tell(company_id: int, due: list[ExpiryReminder], today: date) -> None:
    people = people_by_product(company_id)
    files = Application.objects.filter(pk__in={one.application_id for one in due})
    product_of = dict(files.values_list("pk", "version__product"))
    theirs: dict[int, list[ExpiryReminder]] = {}
    everybody = {}
    for one in due:
        for person in people.get(product_of[one.application_id], ()):
            everybody[person.pk] = person
            theirs.setdefault(person.pk, []).append(one)
    for pk, told in theirs.items():
        notice = _notice(company_id, pk, told, today)
        tell(notice, users=[everybody[pk]], dedupe=f"{company_id}:{today.isoformat()}")


def _notice(company_id: int, person_id: int, told: list[ExpiryReminder], today: date) -> ProofsExpire:
    over = [one.expires_on for one in told if one.expires_on < today]
    ahead = [one.expires_on for one in told if one.expires_on >= today]
    return ProofsExpire(
        company=company_id,
        person=person_id,
        told_on=today.isoformat(),
        first_on=(min(ahead) if ahead else max(over)).isoformat(),
        files=len(told),
        over=len(over),
    )
