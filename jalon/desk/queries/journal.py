"""Reads of the journal: the acts on a file, what a person of the agency may read."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from jalon.accounts.models import User
from jalon.accounts.standing import Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.models import Application
from jalon.journal.models import Entry


@dataclass(frozen=True)
class JournalLine:
    """One act and the name of who did it; empty when it was Jalon, or the holder of a link."""

    entry: Entry
    actor: str


def journal_lines(entries: Iterable[Entry]) -> list[JournalLine]:
    """With the names of people: two queries, however many lines."""
    rows = list(entries)
    refs = {row.actor_ref for row in rows}
    names = {user.ref: user.full_name for user in User.objects.filter(ref__in=refs)}
    return [JournalLine(row, names.get(row.actor_ref, "")) for row in rows]


def journal_of(application: Application) -> QuerySet[Entry]:
    """What was done on a file, the latest first."""
    return Entry.objects.filter(chain=f"application:{application.number}").order_by("-seq")


def journal_extract(application: Application, limit: int) -> QuerySet[Entry]:
    """The latest acts, without single verdicts."""
    return journal_of(application).exclude(event="reviews.verdict.given")[:limit]


def visible_journal(standing: Standing) -> QuerySet[Entry]:
    """The administrator reads every chain; a manager those of the visible files and of the own programmes."""
    if standing.has_staff_role(StaffRoleName.ADMINISTRATOR):
        return Entry.objects.all()
    visible = Application.objects.visible_to(standing)
    chains = [f"application:{number}" for number in visible.values_list("number", flat=True)]
    chains += [f"programme:{code}" for code in standing.programme_codes(StaffRoleName.MANAGER)]
    return Entry.objects.filter(chain__in=chains)
