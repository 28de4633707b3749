"""Which dates of files are over, for what is handed in, and what a move or a declaration would ask for (R4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from jalon.applications.models import Application, Part, Round
from jalon.applications.queries.dates import chapter_due, file_dates
from jalon.applications.rules import gates
from jalon.applications.states import PartKind
from jalon.core import clock
from jalon.reviews.rules.moves import Effects
from jalon.reviews.states import Stay
from jalon.uploads.queries import checks_of

SOON = timedelta(days=1)  # a check that lasts longer is given up


def handed_in_until(application: Application, part: Part, now: datetime) -> datetime | None:
    """Until when a chapter that is with the vendor may be handed in, checks of its files counted."""
    checks = checks_of(application, now).get(part.key, ())
    return gates.kept_open(chapter_due(application, part, now), checks, now)


@dataclass(frozen=True)
class Awaited:
    """A date, and how long it waits for checks of files. `until` None: they go on."""

    due: datetime
    passed: bool
    until: datetime | None


def awaited_checks(application: Application, part: Part, now: datetime) -> Awaited | None:
    """What a vendor has to know while files of a chapter are checked around its date. None: nothing."""
    checks = checks_of(application, now).get(part.key)
    due = chapter_due(application, part, now) if checks else None
    if due is None or not checks:
        return None
    until, passed = gates.kept_open(due, checks, now), gates.is_passed(due, now)
    if gates.is_passed(until, now):
        return None
    checking = any(check.until is None for check in checks)
    if not passed:
        return Awaited(due, passed, None) if checking and due - now < SOON else None
    return Awaited(due, passed, None if checking else until)


class DatesOver:
    """The dates of several files, now. Four queries, however many files; none for no file."""

    def __init__(self, applications: Sequence[Application]) -> None:
        self._now = clock.now()
        self._dates = file_dates(applications) if applications else {}
        self._holds: dict[tuple[int, str], list[gates.Hold]] = {}
        if not applications:
            return
        rounds = Round.objects.filter(part__application__in=self._dates, part__kind=PartKind.CHAPTER)
        rows = rounds.values_list("part__application_id", "part__key", "submitted_at", "closed_at")
        for pk, key, since, until in rows.order_by("submitted_at"):
            self._holds.setdefault((pk, key), []).append(gates.Hold(since, until))

    def missed(self, application: Application, made: Effects) -> Stay | None:
        """What would be asked for after the date on which it could still be given."""
        if made.has_fresh_chapter and self._first_proofs_over(application):
            return Stay.GATE
        if any(self.exchanges_over(application, key) for key in made.chapters_to_correct):
            return Stay.EXCHANGES
        return None

    def _first_proofs_over(self, application: Application) -> bool:
        """A chapter can no longer be handed in for the first time."""
        of = self._dates[application.pk]
        return gates.is_passed(gates.proofs_due(of.calendar, of.administrative_holds, self._now), self._now)

    def exchanges_over(self, application: Application, chapter: str) -> bool:
        """That chapter, sent back now, could no longer be handed in again."""
        held = self._holds.get((application.pk, f"chapter:{chapter}"), [])
        due = gates.corrections_due(self._dates[application.pk].calendar, held, self._now)
        return gates.is_passed(due, self._now)
