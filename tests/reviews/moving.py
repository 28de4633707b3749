"""What tests of moves share: a file with chapters in several stages, moving it, and reading all of it."""

from collections.abc import Callable
from typing import Any

import pytest

from jalon.applications.models import Application, Part, Round
from jalon.applications.states import PartKind
from jalon.documents.models import Document
from jalon.evidence.models import Proof, ProofItem, Slot
from jalon.evidence.queries import slot_views
from jalon.evidence.states import SlotState
from jalon.programmes.models import Revision
from jalon.reviews.actions.moves import move_file
from jalon.reviews.models import Move, Verdict
from tests.kept import kept
from tests.scenarios.cast import Company, open_application_of_everybody
from tests.scenarios.revisions import Edit

INS, SPREAD = "gestion-ins", "propagation-ins"
G = [f"ins-va1.01.0{n}.01" for n in (1, 2, 3)] + [f"ins-va1.02.0{n}.01" for n in (1, 2, 3, 4, 5)]


@pytest.fixture
@kept
def world(db) -> Company:
    """Three chapters: one sent back (a proof to modify, the others conforming), one submitted, one begun."""
    company = open_application_of_everybody(chapters=3)
    company.eligible()
    company.give(INS).play.submit_chapters([INS]).judge(INS, to_modify={G[1]: "Montrez l’écran."})
    company.play.close(INS, send_back=True)
    company.give(SPREAD).play.submit_chapters([SPREAD])
    company.play.deposit(third(company), limit=1)
    return company


def third(world: Company) -> str:
    return world.play.chapters()[2]


def keys(world: Company, chapter: str) -> list[str]:
    return [view.key for view in slot_views(world.application, chapter)]


def states(world: Company) -> dict[str, SlotState]:
    """Every slot that is asked for, by key."""
    return {v.key: v.state for c in world.play.chapters() for v in slot_views(world.application, c)}


def chapters(world: Company) -> dict[str, tuple[str, int, int, int, int]]:
    rows = Part.objects.filter(application=world.application, kind=PartKind.CHAPTER)
    found = rows.values_list("key", "state", "expected", "given", "conform", "to_modify")
    return {key.removeprefix("chapter:"): (state, *counts) for key, state, *counts in found}


def move(world: Company, revision: Revision, who: str = "manager") -> Move | None:
    return move_file(actor=world[who], number=world.number, revision_number=revision.number)


def rows(world: Company) -> dict[str, list[Any]]:
    """Every row of the file that people see or that decides something, whole."""
    of = world.application
    return {
        "file": list(Application.objects.filter(pk=of.pk).values()),
        "parts": list(Part.objects.filter(application=of).order_by("pk").values()),
        "rounds": list(Round.objects.filter(part__application=of).order_by("pk").values()),
        "slots": list(Slot.objects.filter(application=of).order_by("pk").values()),
        "proofs": list(Proof.objects.filter(slot__application=of).order_by("pk").values()),
        "pieces": list(ProofItem.objects.filter(proof__slot__application=of).order_by("pk").values()),
        "verdicts": list(Verdict.objects.order_by("pk").values()),
        "files": list(Document.objects.order_by("pk").values()),
    }  # fmt: skip


def as_before(found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Without the versions of slots: they only grow, whatever is undone."""
    return {**found, "slots": [{k: v for k, v in row.items() if k != "version"} for row in found["slots"]]}


def whole_change(world: Company) -> Callable[[Edit], object]:
    """Something for each of the five states: text, proof added and dropped, requirement moved."""
    third_keys = keys(world, third(world))

    def change(edit: Edit) -> None:
        edit.reword(G[0]).reword(G[1]).drop(G[7]).add(G[3], "gestion-plus")
        edit.reword("ins-va1.60.01.01").drop("ins-va1.15.01.02")
        edit.reword(third_keys[0]).add(third_keys[0], "autre-plus")
        edit.retitle("ins-va1.02")

    return change
