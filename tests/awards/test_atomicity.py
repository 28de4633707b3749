"""R6: cut at any SQL statement, an act of step 4 leaves nothing behind, and a second try gives one effect.

Signing, countersigning and pronouncing are killed for real in tests/faults.
"""

import pytest
from django.apps import apps
from django.db import connection

from jalon.awards.actions.conventions import reissue_invitation, void_and_redraw
from jalon.awards.actions.decisions import withdraw_application
from jalon.awards.paper import Representative


class Cut(Exception):
    """The process ends here."""


class CutAt:
    """Lets `n` statements pass and stops at the next one; then only the rollback goes through.

    Savepoints are not counted: the test's own transaction makes them, in service it is BEGIN and COMMIT.
    """

    def __init__(self, n: int) -> None:
        self.left = n
        self.cut = False

    def __call__(self, execute, sql, params, many, context):
        if "SAVEPOINT" not in sql:
            if self.left == 0 and not self.cut:
                self.cut = True
                raise Cut
            self.left -= 1
        return execute(sql, params, many, context)


WRITTEN = ("awards", "applications", "journal", "notices", "jobs")


def everything() -> dict[str, list]:
    """Every row that an act of step 4 may write, but files: an object that no row names is harmless."""
    models = [m for label in WRITTEN for m in apps.get_app_config(label).get_models()]
    return {m._meta.db_table: list(m.objects.order_by("pk").values()) for m in models}


def draw(world):
    world.draw()


def favour(world):
    world.favour()


def redraw(world):
    successor = Representative("Paul Durand", "Directeur", "paul@noel.example")
    void_and_redraw(actor=world.leader, number=world.number, reason="Nomination", representative=successor)


def reissue(world):
    number = world.number
    reissue_invitation(actor=world.leader, number=number, invitation_id=world.application.first_invitation)


def withdraw(world):
    withdraw_application(actor=world.leader, number=world.number)


def drawn(world):
    world.draw()
    world.application.first_invitation = world.invitation.pk


def code_asked(world):
    world.draw()
    world.open()
    world.ask_code()


def nothing(world):
    pass


CASES = [
    (nothing, draw),
    (drawn, favour),
    (drawn, redraw),
    (drawn, reissue),
    (code_asked, withdraw),
]


@pytest.mark.parametrize(("before", "act"), CASES, ids=[act.__name__ for _before, act in CASES])
def test_an_act_cut_anywhere_leaves_nothing_and_a_second_try_gives_one(world, before, act):
    before(world)
    untouched = everything()
    reached = 0
    while True:
        cut = CutAt(reached)
        with connection.execute_wrapper(cut):
            try:
                act(world)
                break
            except Cut:
                pass
        assert everything() == untouched, f"cut before statement {reached}"
        reached += 1
    assert reached > 10
    done = everything()
    assert done != untouched
    act(world)
    assert everything() == done
