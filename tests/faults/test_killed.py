"""A server killed at any point of an act: state, journal and notices are all there, or none is; a retry gives one.

The points are enumerated: before and after each SQL statement of the act, and before and after each commit. On
PostgreSQL, where a process of its own holds what no commit has ended, before each that changes rows and at each commit.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from jalon.accounts.models import User
from jalon.accounts.standing import NOBODY, SYSTEM, standing_of
from jalon.accounts.states import StaffRoleName
from jalon.applications.models import Application, Part
from jalon.applications.queries.answers import answer_marks
from jalon.awards.actions.decisions import pronounce_award
from jalon.awards.actions.signing import open_invitation, send_code, sign_as_agency, sign_as_vendor
from jalon.awards.models import Award, Convention, Signature, SigningInvitation
from jalon.awards.secret_links import code_of, link_token
from jalon.cli.database import set_up
from jalon.core import clock
from jalon.demo.play import Cast, Play
from jalon.documents.models import Content, Seal, SealOutcome
from jalon.documents.tasks import destroy
from jalon.evidence.models import ProofItem, Slot
from jalon.evidence.queries import slot_views
from jalon.jobs.models import Job
from jalon.journal.models import Entry
from jalon.messaging.models import Message
from jalon.notices.models import Mail, Notice
from jalon.reviews.actions.chapters import submit_chapter
from jalon.reviews.actions.examination import return_chapter
from jalon.reviews.actions.files import submit_application
from jalon.reviews.actions.moves import undo_move
from jalon.reviews.actions.orders import move_ordered_file, order_moves
from jalon.reviews.actions.sealing import seal_file, settle_sealed_file
from jalon.reviews.models import Move, MoveOrder, MoveUndone
from tests.faults.files import WORKS, Work, outcome, wrong
from tests.faults.killing import (
    Database,
    content,
    in_child,
    killed_before,
    killed_in,
    new_database,
    onlooker,
    points_of,
)
from tests.scenarios.people import person, product, staff
from tests.scenarios.revisions import published
from tests.scenarios.small import SMALL_CODE, open_small_programme
from tests.stand_ins.gazelle import gazelle, served_gazelle

__all__ = ["gazelle", "served_gazelle"]  # fixtures
pytestmark = [pytest.mark.processes]


def the_application() -> Application:
    return Application.objects.get()


def play() -> Play:
    vendor, verifier = (
        User.objects.get(subject="nadia"),
        User.objects.get(staff_login="thomas@agence.example"),
    )
    return Play(Cast(vendor, verifier), the_application().number)


def look() -> dict[str, Any]:
    """What must be all there or not at all: states, journal lines, messages, notices, mails, jobs."""
    application = the_application()
    return {
        "application": [application.state, application.turn, application.given, application.conform],
        "parts": sorted(Part.objects.values_list("key", "state", "round", "to_modify")),
        "slots": sorted(Slot.objects.values_list("item_key", "part__key", "asked", "state", "version")),
        "moves": [application.revision.number, Move.objects.count(), MoveUndone.objects.count()],
        "journal": sorted(Entry.objects.filter(chain__startswith="application:").values_list("seq", "event")),
        "messages": Message.objects.count(),
        "notices": sorted(Notice.objects.values_list("kind", "user__subject")),
        "mails": sorted(Mail.objects.values_list("kind", "recipient")),
        # Not by key: it may be a row's number, and PostgreSQL takes no number back from who was killed.
        "jobs": sorted(Job.objects.exclude(name__startswith="documents.").values_list("name", flat=True)),
        "signatures": sorted(Signature.objects.values_list("party", flat=True)),
        "conventions": sorted(Convention.objects.values_list("n", "state")),
        "seals": sorted([s.reason, s.outcome, s.destroyed_at is not None] for s in Seal.objects.all()),
        "sealed": Content.objects.exclude(sealed_at=None).count(),
        "destroyed": Content.objects.exclude(destroyed_at=None).count(),
        "awards": sorted(Award.objects.values_list("number", flat=True)),
    }  # fmt: skip


@dataclass(frozen=True)
class Stage:
    """How far a file has come: what was done last, and the stage before it."""

    name: str
    play: Callable[[], Any]
    after: "Stage | None" = None


@dataclass(frozen=True)
class Case:
    """An act, the stage that it needs, and the journal line that it leaves."""

    name: str
    stage: Stage
    act: Callable[[], Any]
    event: str


def fill() -> None:
    play().fill()


def act_submit_application() -> None:
    submit_application(
        actor=play().vendor,
        number=play().number,
        seen=answer_marks(the_application()),
        received_at=clock.now(),
    )


def find_eligible() -> None:
    play().submit().find_eligible()


def deposit() -> None:
    p = play()
    p.deposit(p.chapters()[0])


def act_submit_chapter() -> None:
    p = play()
    submit_chapter(
        actor=p.vendor, number=p.number, chapter=p.chapters()[0], round_n=0, received_at=clock.now()
    )


def judge() -> None:
    p = play()
    chapter = p.chapters()[0]
    p.judge(chapter, to_modify={slot_views(p.application, chapter)[0].key: "Montrez l’écran entier."})


def act_return_chapter() -> None:
    p = play()
    return_chapter(actor=p.verifier, number=p.number, chapter=p.chapters()[0], round_n=1)


def invite_to_sign() -> None:
    p = play().prove().meet_prerequisites().draw()
    p.give_opinion(User.objects.get(staff_login="bernard@agence.example"))
    token = link_token(SigningInvitation.objects.get().nonce)
    open_invitation(actor=NOBODY, token=token, ip="127.0.0.1")
    send_code(actor=NOBODY, token=token)


def act_sign_as_vendor() -> None:
    invitation = SigningInvitation.objects.get()
    code = code_of(invitation.nonce, invitation.code_nonce)
    sign_as_vendor(actor=NOBODY, token=link_token(invitation.nonce), code=code, ip="127.0.0.1")


def act_sign_as_agency() -> None:
    sign_as_agency(
        actor=standing_of(User.objects.get(staff_login="sophie@agence.example")), number=play().number
    )


def act_pronounce() -> None:
    pronounce_award(actor=SYSTEM, application_id=the_application().pk)


def order() -> None:
    p = play()
    p.deposit(p.chapters()[0], limit=2)
    published(
        lambda e: e.reword("ins-va1.01.01.01").add("ins-va1.60.01.01", "plus").move("ins-va1.02", "autre")
    )
    order_moves(actor=SYSTEM, programme_code=SMALL_CODE, revision_number=2)
    staff("manon", StaffRoleName.MANAGER, programme=SMALL_CODE)


def act_move() -> None:
    move_ordered_file(actor=SYSTEM, order_id=MoveOrder.objects.get().pk, application_id=the_application().pk)


def act_undo_move() -> None:
    manager = standing_of(User.objects.get(staff_login="manon@agence.example"))
    undo_move(actor=manager, number=the_application().number, n=1)


def act_seal() -> None:
    item = ProofItem.objects.filter(document__isnull=False).earliest("pk")
    if item.document is not None and item.document.content.sealed_at is None:
        seal_file(actor=play().verifier, number=play().number, document_id=item.document_id, reason="health")


def appoint_manager() -> None:
    staff("manon", StaffRoleName.MANAGER, programme=SMALL_CODE)


def act_settle_seal() -> None:
    manager = standing_of(User.objects.get(staff_login="manon@agence.example"))
    settle_sealed_file(
        actor=manager, number=play().number, seal_id=Seal.objects.get().pk, outcome=SealOutcome.DESTROYED
    )


def act_destroy() -> None:
    """What the worker does; the files are shared by every copy of the database, and gone after the first time."""
    destroy(Seal.objects.get().pk)


FILLED = Stage("filled", fill)
ELIGIBLE = Stage("eligible", find_eligible, FILLED)
DEPOSITED = Stage("deposited", deposit, ELIGIBLE)
HANDED_IN = Stage("handed in", act_submit_chapter, DEPOSITED)
JUDGED = Stage("judged", judge, HANDED_IN)
TO_SIGN = Stage("to sign", invite_to_sign, ELIGIBLE)
TO_COUNTERSIGN = Stage("to countersign", act_sign_as_vendor, TO_SIGN)
TO_PRONOUNCE = Stage("to pronounce", act_sign_as_agency, TO_COUNTERSIGN)
ORDERED = Stage("ordered", order, ELIGIBLE)
MOVED = Stage("moved", act_move, ORDERED)
MANAGED = Stage("managed", appoint_manager, HANDED_IN)
SEALED = Stage("sealed", act_seal, MANAGED)
TO_DESTROY = Stage("to destroy", act_settle_seal, SEALED)

CASES = (
    Case("submit-application", FILLED, act_submit_application, "reviews.file.submitted"),
    Case("submit-chapter", DEPOSITED, act_submit_chapter, "reviews.chapter.submitted"),
    Case("send-back", JUDGED, act_return_chapter, "reviews.chapter.returned"),
    Case("sign-vendor", TO_SIGN, act_sign_as_vendor, "awards.convention.signed"),
    Case("sign-agency", TO_COUNTERSIGN, act_sign_as_agency, "awards.convention.signed"),
    Case("pronounce", TO_PRONOUNCE, act_pronounce, "awards.award.pronounced"),
    Case("move", ORDERED, act_move, "reviews.move.made"),
    Case("undo-move", MOVED, act_undo_move, "reviews.move.undone"),
    Case("seal", MANAGED, act_seal, "reviews.piece.sealed"),
    Case("second-word", SEALED, act_settle_seal, "reviews.piece.destruction_confirmed"),
    Case("destroy", TO_DESTROY, act_destroy, "documents.content.destroyed"),
)


class Stages:
    """A database for each stage, made when it is first asked for from that of the stage before. Only to copy."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: dict[str, Database] = {}

    def at(self, stage: Stage | None) -> Database:
        name = stage.name if stage else "opened"
        if name not in self.made:
            database = new_database(name.replace(" ", "_"), self.folder)
            if stage:
                self.at(stage.after).copy_to(database)
            in_child(database, lambda: _done(stage.play if stage else _open))
            self.made[name] = database
        return self.made[name]

    def forget(self) -> None:
        for database in self.made.values():
            database.forget()


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[Stages]:
    with django_db_blocker.unblock():
        made = Stages(tmp_path_factory.mktemp("faults"))
        yield made
        made.forget()


def _open() -> None:
    """A small programme, people and one application just opened."""
    set_up(verbosity=0)
    open_small_programme(reports=True)
    vendor = person("nadia")
    staff("thomas", StaffRoleName.VERIFIER, programme=SMALL_CODE)
    staff("bernard", StaffRoleName.COLLEGE, programme=SMALL_CODE)
    staff("sophie", StaffRoleName.SIGNATORY, programme=SMALL_CODE)
    Play.begin(
        Cast(vendor, User.objects.get(staff_login="thomas@agence.example")), SMALL_CODE, product(vendor)
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_killed_at_every_point_all_is_there_or_nothing(
    case: Case, stages: Stages, tmp_path: Path, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock():
        copy = new_database(case.name.replace("-", "_"), tmp_path)
        try:
            _kill_everywhere(case, stages.at(case.stage), copy)
        finally:
            copy.forget()


def _kill_everywhere(case: Case, ready: Database, copy: Database) -> None:
    ready.copy_to(copy)
    with onlooker(copy, {"facts": look, "content": content}) as seen:
        before, untouched = seen("facts"), seen("content")
        on_postgres = connection.vendor == "postgresql"
        points = points_of(copy, case.act, only_writes=on_postgres)
        after = seen("facts")
        assert _lines(after, case.event) == _lines(before, case.event) + 1
        assert len(points) >= (5 if on_postgres else 20)
        retried_after: set[int] = set()  # so many commits: what they wrote, a retry has found already
        outcomes = set()
        ready.copy_to(copy)
        for point in points:
            killed_in(copy, case.act, point)
            now = seen("content")
            left = before if now == untouched else seen("facts")
            assert left in (before, after), f"half of it was left {point}: {_neither(left, before, after)}"
            outcomes.add("all" if left == after else "nothing")
            assert point.passed or now == untouched, f"{point}: rows that no commit wrote"
            if point.passed not in retried_after:
                retried_after.add(point.passed)
                in_child(copy, lambda: _done(case.act))
                assert seen("facts") == after, f"a retry after dying {point} is not one act"
                ready.copy_to(copy)
            elif now != untouched:
                ready.copy_to(copy)
        assert outcomes == {"all", "nothing"}


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.name)
def test_killed_again_and_again_no_file_is_lost_or_doubled(
    work: Work, stages: Stages, tmp_path: Path, django_db_blocker: Any, settings: Any, gazelle: Any
) -> None:
    """One after the other dies before the next thing that lasts; the last one comes to the end."""
    with django_db_blocker.unblock():
        begins = stages.at(ELIGIBLE)
    settings.FILES_DIR = tmp_path / "files"
    settings.FILES_DIR.mkdir()
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"fetch_stand_ins": gazelle.setting})
    with django_db_blocker.unblock():
        ready, copy = new_database("ready", tmp_path), new_database("again", tmp_path)
        try:
            begins.copy_to(ready)
            in_child(ready, lambda: _done(work.prepare))
            shutil.copytree(settings.FILES_DIR, tmp_path / "untouched")
            ready.copy_to(copy)
            in_child(copy, lambda: _done(work.act))
            expected = in_child(copy, outcome)
            shutil.rmtree(settings.FILES_DIR)
            (tmp_path / "untouched").rename(settings.FILES_DIR)
            ready.copy_to(copy)
            _kill_again_and_again(work, copy)
            found = in_child(copy, outcome)
            if not work.resumes:  # each try took its own copy: one that died left an object that no row names
                found["on the disk"] = sorted(set(found["on the disk"]))
            assert found == expected
        finally:
            ready.forget()
            copy.forget()


def _kill_again_and_again(work: Work, copy: Database) -> None:
    with onlooker(copy, {"content": content, "wrong": wrong}) as seen:
        before, n, commits = seen("content"), 1, 0
        while killed_before(copy, n, work.act):
            left = seen("content")
            assert seen("wrong") == []
            commits += left != before
            n = 1 if work.resumes and left != before else n + 1
            before = left
        assert commits >= 1


def _done(act: Callable[[], Any]) -> None:
    """The act, whatever it returns."""
    act()


def _neither(left: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What is as neither of them, or as the one where the rest is as the other."""
    nearer = max((before, after), key=lambda whole: sum(left[name] == whole[name] for name in left))
    return {name: (left[name], nearer[name]) for name in left if left[name] != nearer[name]}


def _lines(seen: dict[str, Any], event: str) -> int:
    return sum(line[1] == event for line in seen["journal"])
