"""Reads for the inbox: what waits for whom, what is new, what one follows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from jalon.accounts.standing import Standing
from jalon.accounts.states import StaffRoleName
from jalon.applications.models import (
    Application,
    Assignment,
    Milestone,
    MilestoneKind,
    MilestoneState,
    Part,
    Round,
    VersionDeclaration,
)
from jalon.applications.queries.facts import claims_waiting
from jalon.applications.queries.versions import VERSION_STATES
from jalon.applications.states import (
    ENDED_STATES,
    ApplicationState,
    PartKind,
    RoundOutcome,
    StepState,
    Turn,
)
from jalon.awards.models import Convention
from jalon.awards.queries.opinions import awaiting_college
from jalon.awards.states import ConventionState, OpinionOutcome, Party
from jalon.documents.models import Seal
from jalon.messaging.queries import unread_messages
from jalon.notices.models import Notice
from jalon.reviews.policy import SEALING_ROLES
from jalon.reviews.queries.proofs import proofs_to_validate

# The agency's own target: waiting longer is said in words (DESIGN §3).
TARGET_DAYS = 5


class TaskKind(Enum):
    FILE = "file"  # an administrative file to examine
    CHAPTER = "chapter"  # a chapter of proofs to examine
    PROOFS = "proofs"  # every proof conforms: step 3 to validate
    VERSION = "version"  # a technical version to accept or to refuse
    CLAIM = "claim"  # a claim declared anew, to confirm or not
    PREREQUISITE = "prerequisite"  # a document from another desk to record
    SEAL = "seal"  # a file that somebody else sealed: to destroy, or to open again
    MESSAGE = "message"  # a vendor waits for an answer
    REFERENT = "referent"  # a submitted file without referent
    OPINION = "opinion"
    SIGNATURE = "signature"


@dataclass(frozen=True)
class Task:
    """`key`: the oldest chapter to examine. `again`: it comes back after a request for change."""

    kind: TaskKind
    application_id: int
    since: datetime
    count: int = 1
    key: str = ""
    again: bool = False


@dataclass(frozen=True)
class News:
    """What this person has not looked at yet on one file."""

    notices: int = 0
    messages: int = 0

    def __bool__(self) -> bool:
        return bool(self.notices or self.messages)


@dataclass(frozen=True)
class Inbox:
    """The ids of what awaits this person, the oldest first, and counts. Rows: `rows_of` a page of ids."""

    tasks: Mapping[int, tuple[Task, ...]]
    news: Mapping[int, News]
    followed: tuple[int, ...]

    @property
    def mine(self) -> tuple[int, ...]:
        return tuple(sorted(self.tasks, key=lambda pk: (min(t.since for t in self.tasks[pk]), pk)))

    @property
    def new(self) -> tuple[int, ...]:
        return tuple(pk for pk in (*self.mine, *self.followed) if self.news.get(pk))

    def of_kind(self, kind: TaskKind) -> tuple[int, ...]:
        return tuple(pk for pk in self.mine if any(t.kind is kind for t in self.tasks[pk]))


def inbox(standing: Standing) -> Inbox:
    """What awaits this person. The number of queries does not depend on the number of files."""
    visible = Application.objects.visible_to(standing)
    programme_of = dict(visible.values_list("pk", "programme__code"))
    found: dict[int, list[Task]] = {}
    for task in _tasks(standing, visible):
        if _concerns(standing, task.kind, programme_of[task.application_id]):
            found.setdefault(task.application_id, []).append(task)
    tasks = {pk: tuple(sorted(some, key=lambda t: t.since)) for pk, some in found.items()}
    return Inbox(tasks, _news(standing), tuple(_followed(standing, visible, exclude=tasks)))


_ROLES: Mapping[TaskKind, tuple[StaffRoleName, ...]] = {
    TaskKind.FILE: (StaffRoleName.VERIFIER,),
    TaskKind.CHAPTER: (StaffRoleName.VERIFIER,),
    TaskKind.PROOFS: (StaffRoleName.VERIFIER,),
    TaskKind.VERSION: (StaffRoleName.VERIFIER,),
    TaskKind.CLAIM: (StaffRoleName.VERIFIER,),
    TaskKind.PREREQUISITE: (StaffRoleName.VERIFIER, StaffRoleName.REFERENT, StaffRoleName.MANAGER),
    TaskKind.SEAL: SEALING_ROLES,
    TaskKind.MESSAGE: (StaffRoleName.REFERENT,),
    TaskKind.REFERENT: (StaffRoleName.MANAGER,),
    TaskKind.OPINION: (StaffRoleName.COLLEGE,),
    TaskKind.SIGNATURE: (StaffRoleName.SIGNATORY,),
}


def _concerns(standing: Standing, kind: TaskKind, programme_code: str) -> bool:
    return standing.has_staff_role(*_ROLES[kind], programme_code=programme_code)


def _tasks(standing: Standing, visible: QuerySet[Application]) -> Iterable[Task]:
    """Every task on the visible files, whoever may do it; kinds that no role of this person does are not read."""
    readers = {
        TaskKind.FILE: _to_examine,  # and the chapters
        TaskKind.PROOFS: _to_validate,
        TaskKind.VERSION: _declared_versions,
        TaskKind.CLAIM: _declared_claims,
        TaskKind.PREREQUISITE: _deposited,
        TaskKind.SEAL: lambda visible: _sealed_by_others(standing, visible),
        TaskKind.MESSAGE: lambda _visible: _unanswered(standing),
        TaskKind.REFERENT: _without_referent,
        TaskKind.OPINION: awaiting_opinion,
        TaskKind.SIGNATURE: awaiting_signature,
    }
    for kind, read in readers.items():
        if standing.has_staff_role(*_ROLES[kind]):
            yield from read(visible)


def _to_examine(visible: QuerySet[Application]) -> list[Task]:
    """Administrative files, and chapters (one task a file, of its oldest chapter), in the agency's hands."""
    rounds = Round.objects.filter(outcome=RoundOutcome.PENDING, part__application__in=visible)
    rows = rounds.order_by("submitted_at", "pk").values_list(
        "part__application_id", "part__kind", "part__key", "submitted_at", "n"
    )
    found: dict[tuple[int, TaskKind], Task] = {}
    for pk, part_kind, key, since, n in rows:
        kind = TaskKind.FILE if part_kind == PartKind.FORM else TaskKind.CHAPTER
        first = found.get((pk, kind))
        found[pk, kind] = (
            replace(first, count=first.count + 1, again=first.again or n > 1)
            if first
            else Task(kind, pk, since, key=key.removeprefix("chapter:"), again=n > 1)
        )
    return list(found.values())


def _to_validate(visible: QuerySet[Application]) -> list[Task]:
    return [Task(TaskKind.PROOFS, pk, since) for pk, since in proofs_to_validate(visible).items()]


def _declared_versions(visible: QuerySet[Application]) -> list[Task]:
    """Technical versions without an answer, where one can still be given."""
    waiting = VersionDeclaration.objects.filter(
        decision=None, application__in=visible, application__state__in=VERSION_STATES
    )
    rows = waiting.order_by("at", "pk").values_list("application_id", "at")
    return [Task(TaskKind.VERSION, pk, since) for pk, since in rows]


def _declared_claims(visible: QuerySet[Application]) -> list[Task]:
    """Claims declared since an agent last decided on them, where it can still be decided."""
    drawn = Part.objects.filter(kind=PartKind.CONVENTION).exclude(state=StepState.LOCKED)
    open_files = visible.filter(state__in=VERSION_STATES).exclude(pk__in=drawn.values("application_id"))
    return [
        Task(TaskKind.CLAIM, pk, min(claims.values()), len(claims))
        for pk, claims in claims_waiting(open_files).items()
    ]


def _deposited(visible: QuerySet[Application]) -> list[Task]:
    """Prerequisites whose latest fact is a document of the vendor."""
    facts = Milestone.objects.filter(kind=MilestoneKind.PREREQUISITE, application__in=visible)
    latest = facts.values("application", "key").annotate(last=Max("pk")).values("last")
    waiting = Milestone.objects.filter(pk__in=latest, state=MilestoneState.DEPOSITED)
    live = waiting.exclude(application__state__in=[*ENDED_STATES, ApplicationState.LISTED])
    rows = live.values("application").annotate(n=Count("pk"), since=Min("at")).order_by("application")
    return [Task(TaskKind.PREREQUISITE, row["application"], row["since"], row["n"]) for row in rows]


def _sealed_by_others(standing: Standing, visible: QuerySet[Application]) -> list[Task]:
    """Seals that want a second word, and not of who sealed: on the file in which it was asked."""
    waiting = Seal.objects.filter(outcome="").exclude(asked_by=standing.user_id or 0)
    chains = waiting.values("chain").annotate(n=Count("pk"), since=Min("asked_at")).order_by("chain")
    rows = {row["chain"].removeprefix("application:"): row for row in chains}
    ids = visible.filter(number__in=rows).values_list("pk", "number") if rows else ()
    return [Task(TaskKind.SEAL, pk, rows[number]["since"], rows[number]["n"]) for pk, number in ids]


def _unanswered(standing: Standing) -> list[Task]:
    rows = unread_messages(standing).values("application").annotate(n=Count("pk"), since=Min("at"))
    return [
        Task(TaskKind.MESSAGE, row["application"], row["since"], row["n"])
        for row in rows.order_by("application")
    ]


def _without_referent(visible: QuerySet[Application]) -> list[Task]:
    rows = visible.filter(referent=None).exclude(state__in=[*ENDED_STATES, ApplicationState.LISTED])
    return [
        Task(TaskKind.REFERENT, pk, since)
        for pk, since in rows.values_list("pk", "first_submitted_at")
        if since
    ]


def awaiting_opinion(visible: QuerySet[Application]) -> list[Task]:
    rows = awaiting_college(visible)
    return [Task(TaskKind.OPINION, pk, since) for pk, since in rows.values_list("pk", "state_since")]


def awaiting_signature(visible: QuerySet[Application]) -> list[Task]:
    """Conventions that the vendor signed and on which the college was favourable: the agency signs last."""
    ready = Convention.objects.filter(
        state=ConventionState.SIGNING,
        application__in=visible,
        application__state=ApplicationState.CONVENTION_SIGNING,
        application__opinion__outcome=OpinionOutcome.FAVOURABLE,
        signatures__party=Party.VENDOR,
    )
    rows = ready.values_list("application_id", "signatures__signed_at", "application__opinion__given_at")
    return [Task(TaskKind.SIGNATURE, pk, max(signed, given)) for pk, signed, given in rows.order_by("pk")]


def _news(standing: Standing) -> dict[int, News]:
    """Unread notices and messages, by application id."""
    mine = Notice.objects.filter(user_id=standing.user_id or 0, read_at=None).exclude(application_number="")
    notices = dict(
        mine.values("application_number").annotate(n=Count("pk")).values_list("application_number", "n")
    )
    counted = unread_messages(standing).values("application").annotate(n=Count("pk"))
    messages: dict[int, int] = dict(counted.values_list("application", "n"))
    visible = Application.objects.visible_to(standing)
    ids = dict(visible.filter(number__in=notices).values_list("pk", "number"))
    return {pk: News(notices.get(ids.get(pk, ""), 0), messages.get(pk, 0)) for pk in {*ids, *messages}}


def _followed(standing: Standing, visible: QuerySet[Application], *, exclude: Mapping[int, Any]) -> list[int]:
    """Files given to this person on which somebody else must move: the vendor's first, then oldest first."""
    given = visible.filter(given_to(standing)).exclude(state__in=[*ENDED_STATES, ApplicationState.LISTED])
    rows = given.order_by("turn_since", "pk").values_list("pk", "turn")
    order = list(Turn)
    return [pk for pk, turn in sorted(rows, key=lambda row: order.index(Turn(row[1]))) if pk not in exclude]


def given_to(standing: Standing) -> Q:
    assigned = Assignment.objects.filter(user_id=standing.user_id or 0, until=None)
    return Q(referent_id=standing.user_id or 0) | Q(pk__in=assigned.values("application_id"))
