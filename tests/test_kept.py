"""Worlds that are put back are the worlds that were played."""

from dataclasses import dataclass

import pytest

from jalon.accounts.models import User
from jalon.journal.models import Entry
from tests.kept import kept
from tests.scenarios.people import person

pytestmark = pytest.mark.django_db
PLAYED: list[str] = []


@dataclass
class Pair:
    first: User
    second: User


@kept
def somebody(name: str) -> User:
    PLAYED.append(name)
    return person(name)


@kept
def beside(first: User, second: User) -> Pair:
    """Says in the database who was meant."""
    PLAYED.append(f"{first.subject} beside {second.subject}")
    User.objects.filter(pk=second.pk).update(given_name=f"next to {first.subject}")
    return Pair(first, second)


@pytest.fixture(autouse=True)
def played() -> list[str]:
    PLAYED.clear()
    return PLAYED


def rows() -> tuple[list[tuple[object, ...]], int]:
    return list(User.objects.order_by("pk").values_list("pk", "subject", "given_name")), Entry.objects.count()


_FIRST: list[object] = []


@pytest.mark.parametrize("time", [1, 2])
def test_what_was_played_once_is_put_back(played, time):
    pair = beside(somebody("ines"), somebody("hugo"))
    _FIRST.append((rows(), pair.first.pk, pair.second.subject))
    assert _FIRST[0] == _FIRST[-1]
    assert [subject for _pk, subject, _name in rows()[0]] == ["ines", "hugo"]
    assert played == [[], ["ines", "hugo", "ines beside hugo"]][time == 1]


def test_arguments_are_told_apart_though_they_are_objects(played):
    ines, hugo = somebody("ines"), somebody("hugo")
    beside(ines, hugo)
    names = dict(User.objects.values_list("subject", "given_name"))
    assert names == {"ines": "Nadia", "hugo": "next to ines"}


def test_the_other_way_round_is_another_step(played):
    ines, hugo = somebody("ines"), somebody("hugo")
    beside(hugo, ines)
    names = dict(User.objects.values_list("subject", "given_name"))
    assert names == {"ines": "next to hugo", "hugo": "Nadia"}
    assert "hugo beside ines" in played


@pytest.mark.parametrize("time", [1, 2])
def test_objects_stay_the_ones_that_the_test_holds(time):
    ines, hugo = somebody("ines"), somebody("hugo")
    pair = beside(ines, hugo)
    assert (pair.first is ines, pair.second is hugo) == (True, True)


def test_after_something_else_was_written_it_is_played(played):
    person("rosa")
    somebody("ines")
    assert played == ["ines"]
    assert User.objects.count() == 2


def test_after_something_was_changed_between_two_steps_the_second_is_played(played):
    ines = somebody("ines")
    User.objects.update(given_name="Autre")
    hugo = somebody("hugo")
    assert "hugo" in played
    assert set(User.objects.values_list("subject", "given_name")) == {("ines", "Autre"), ("hugo", "Nadia")}
    assert (ines.subject, hugo.subject) == ("ines", "hugo")


def test_what_no_step_returned_names_nothing(played):
    ines, hugo = somebody("ines"), User.objects.get(pk=somebody("hugo").pk)
    beside(ines, hugo)
    assert "ines beside hugo" in played


def test_who_patches_gets_what_is_played(played, monkeypatch):
    made = person
    monkeypatch.setattr("tests.test_kept.person", lambda name: made(f"{name}.bis"))
    assert somebody("ines").subject == "ines.bis"
    assert played == ["ines"]


def test_under_a_stopped_clock_all_is_played(played, freeze):
    freeze("2026-05-13T11:59")
    somebody("ines")
    assert played == ["ines"]
