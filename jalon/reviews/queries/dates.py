"""Which dates of files are over, for what a move or a declaration would ask for (R4)."""

from collections.abc import Sequence

from jalon.applications.models import Application, Round
from jalon.applications.queries.dates import file_dates
from jalon.applications.rules import gates
from jalon.applications.states import PartKind
from jalon.core import clock
from jalon.reviews.rules.moves import Effects
from jalon.reviews.states import Stay


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
