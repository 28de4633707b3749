"""Reads for lists of files: their rows, filters, order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from django.db.models import Count, F, Q, QuerySet, Sum

from jalon.accounts.standing import Standing
from jalon.applications.models import AnswerDocument, Application, Part
from jalon.applications.queries.dates import GateProgress, gate_progress
from jalon.applications.states import (
    AGENCY_TURNS,
    CHAPTER_UNDER_EXAMINATION,
    VENDOR_TURNS,
    ApplicationState,
    PartKind,
    Turn,
)
from jalon.awards.models import Opinion
from jalon.core.text import fold
from jalon.desk.queries.inbox import Inbox, News, Task, given_to


@dataclass(frozen=True)
class FileRow:
    """One line of the inbox or of the list."""

    application: Application
    tasks: tuple[Task, ...]
    news: News
    gates: tuple[GateProgress, ...]
    submitted: int  # proofs that the agency has in its hands

    @property
    def task(self) -> Task | None:
        """The oldest thing that awaits this person."""
        return min(self.tasks, key=lambda t: t.since, default=None)

    @property
    def next_gate(self) -> GateProgress | None:
        return next((g for g in self.gates if g.state == "next"), None)


def rows_of(ids: Sequence[int], work: Inbox) -> list[FileRow]:
    """The lines of these files, in this order. Six queries, however many."""
    found = _with_related(Application.objects.all()).in_bulk(list(ids))
    return _rows([found[pk] for pk in ids if pk in found], work)


def _with_related(applications: QuerySet[Application]) -> QuerySet[Application]:
    return applications.select_related("programme", "revision", "referent").defer("revision__content")


def _rows(applications: Sequence[Application], work: Inbox | None) -> list[FileRow]:
    gates, submitted = gate_progress(applications), _submitted(applications)
    return [
        FileRow(
            a,
            work.tasks.get(a.pk, ()) if work else (),
            work.news.get(a.pk, News()) if work else News(),
            tuple(gates.get(a.pk, ())),
            submitted.get(a.pk, 0),
        )
        for a in applications
    ]


def _submitted(applications: Sequence[Application]) -> dict[int, int]:
    parts = Part.objects.filter(
        application__in=[a.pk for a in applications],
        kind=PartKind.CHAPTER,
        state__in=CHAPTER_UNDER_EXAMINATION,
    )
    counted = parts.values("application").annotate(n=Sum(F("given") - F("conform")))
    return dict(counted.values_list("application", "n"))


Sort = Literal["product", "number", "state", "turn", "since", "submitted"]
_SORTS: Mapping[str, tuple[str, ...]] = {
    "product": ("title_norm",),
    "number": ("number",),
    "state": ("state", "turn_since"),
    "turn": ("turn", "turn_since"),
    "since": ("turn_since",),
    "submitted": ("first_submitted_at",),
}


@dataclass(frozen=True)
class FileFilter:
    """What the reader asked for; unknown values are the same as none."""

    state: str = ""
    programme: str = ""
    turn: str = ""
    text: str = ""
    mine: bool = False
    sort: str = "since"
    descending: bool = False

    @property
    def ordering(self) -> list[str]:
        columns = _SORTS.get(self.sort, _SORTS["since"])
        sign = "-" if self.descending else ""
        return [*(f"{sign}{column}" for column in columns), "pk"]


@dataclass(frozen=True)
class FileList:
    """`files` is not read yet: a page of it is."""

    files: QuerySet[Application]
    by_state: Mapping[str, int]
    programmes: tuple[str, ...]

    @property
    def total(self) -> int:
        return sum(self.by_state.values())


def file_list(standing: Standing, asked: FileFilter) -> FileList:
    """The files that this person may see. Counts by state are those of everything but the state filter."""
    visible = Application.objects.visible_to(standing)
    codes = tuple(visible.order_by("programme__code").values_list("programme__code", flat=True).distinct())
    narrowed = _narrowed(visible, standing, asked)
    counted = narrowed.order_by("state").values("state").annotate(n=Count("pk"))
    by_state = dict(counted.values_list("state", "n"))
    if asked.state in ApplicationState.values:
        narrowed = narrowed.filter(state=asked.state)
    return FileList(_with_related(narrowed).order_by(*asked.ordering), by_state, codes)


_TURNS_ASKED = {Turn.VENDOR.value: VENDOR_TURNS, Turn.AGENCY.value: AGENCY_TURNS}


def _narrowed(files: QuerySet[Application], standing: Standing, asked: FileFilter) -> QuerySet[Application]:
    for word in fold(asked.text).split()[:8]:
        files = files.filter(Q(title_norm__contains=word) | Q(number__startswith=word.upper()))
    if asked.programme:
        files = files.filter(programme__code=asked.programme)
    if asked.turn in Turn.values:
        files = files.filter(turn__in=_TURNS_ASKED.get(asked.turn, (asked.turn,)))
    return files.filter(given_to(standing)) if asked.mine else files


def list_rows(applications: Sequence[Application]) -> list[FileRow]:
    """The lines of one page of the list."""
    return _rows(applications, None)


def submitted_documents(application: Application, ids: Iterable[int]) -> dict[int, AnswerDocument]:
    """Files that answered a question when the file was handed in, taken out since or not, by document id."""
    rows = AnswerDocument.objects.filter(application=application, document_id__in=list(ids))
    return {
        row.document_id: row for row in rows.select_related("document__content", "added_by").order_by("pk")
    }


def decided_opinions(visible: QuerySet[Application]) -> QuerySet[Opinion]:
    """The college's opinions on these files, the latest first."""
    rows = Opinion.objects.filter(application__in=visible).select_related("application", "given_by")
    return rows.order_by("-session_on", "-pk")
