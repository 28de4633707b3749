"""`jalon programme impact` and `jalon programme migrate`."""

import json

import pytest
from click.testing import CliRunner, Result

from jalon.applications.models import Application
from jalon.cli import main
from tests.scenarios.cast import Company, open_application_of_everybody
from tests.scenarios.revisions import edited, published
from tests.scenarios.small import SMALL_CODE


@pytest.fixture
def world(db) -> Company:
    return open_application_of_everybody().eligible()


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["programme", *[str(argument) for argument in arguments]])


def answer(result: Result) -> dict:
    return json.loads(result.stdout)


def test_the_impact_of_the_draft_writes_nothing(world):
    edited(lambda e: e.reword("ins-va1.01.01.01").add("ins-va1.01.01.01", "plus"))
    before = list(Application.objects.values())
    told = answer(run("impact", SMALL_CODE, "--files", "--json"))
    assert (told["revision"], told["files"], told["moved"], told["exempt"], told["proofs"]["add"]) == (
        2,
        1,
        1,
        0,
        1,
    )
    assert [one["application"] for one in told["each"]] == [world.number]
    assert told["each"][0]["add"] == ["plus"]
    assert list(Application.objects.values()) == before
    assert run("impact", SMALL_CODE).exit_code == 0


def test_moving_all_files_twice(world):
    published(lambda e: e.add("ins-va1.01.01.01", "plus"))
    first, second = (run("migrate", SMALL_CODE, "--json") for _ in range(2))
    assert (answer(first)["moved"], answer(second)["moved"], first.exit_code, second.exit_code) == (
        1,
        0,
        0,
        0,
    )
    assert world.application.revision.number == 2


def test_moving_one_file(world):
    published(lambda e: e.add("ins-va1.01.01.01", "plus"))
    told = answer(run("migrate", SMALL_CODE, "--application", world.number, "--json"))
    assert (told["application"], told["revision"], told["move"]) == (world.number, 2, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ("impact", "nulle-part"),
        ("impact", SMALL_CODE, "--revision", 9),
        ("migrate", "nulle-part"),
        ("migrate", SMALL_CODE, "--revision", 9),
        ("migrate", SMALL_CODE, "--application", "AAAAAAAAAA"),
    ],
)
def test_what_is_not_there_exits_1(world, arguments):
    result = run(*arguments, "--json")
    assert (result.exit_code, answer(result)["ok"]) == (1, False)
