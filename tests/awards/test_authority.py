"""The authority that signs, lost after it has signed: nobody signs as another, and an operator is told."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from jalon.awards.actions.files import read_pdf
from jalon.awards.models import Signature
from jalon.awards.states import Party
from jalon.cli import main
from jalon.connectors.signature import make_authority, validate
from jalon.core.errors import TransitionRefused


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def findings() -> list[str]:
    return json.loads(run("doctor", "--json").stdout)["findings"]


@pytest.fixture
def lost(world, settings, tmp_path):
    """The vendor has signed, the college is favourable, and then the keys are gone."""
    world.draw()
    world.sign()
    world.favour()
    settings.KEYS_DIR = tmp_path / "keys"
    return world


def test_without_its_authority_nobody_signs_and_none_is_made(lost, settings, caplog):
    with pytest.raises(TransitionRefused, match="La signature électronique est indisponible"):
        lost.countersign()
    assert [one.party for one in Signature.objects.all()] == [Party.VENDOR]
    assert not settings.KEYS_DIR.exists()
    assert "root.pem: No such file" in caplog.text


def test_set_up_makes_no_other_in_its_place_and_the_doctor_says_so(lost, settings):
    done = run("migrate")
    assert (done.exit_code, "Conventions cannot be signed" in done.stderr) == (0, True)
    assert not settings.KEYS_DIR.exists()
    (finding,) = findings()
    assert "root.pem: No such file" in finding


def test_an_operator_makes_another_one_knowingly(lost, settings):
    made = run("keys", "authority", "--json")
    assert (made.exit_code, json.loads(made.stdout)["ok"]) == (0, True)
    assert findings() == []
    lost.countersign()
    vendor, agency = validate(read_pdf(lost.convention.latest))
    assert [(s.intact, s.trusted) for s in (vendor, agency)] == [(True, False), (True, True)]
    again = run("keys", "authority", "--json")
    assert (again.exit_code, json.loads(again.stdout)["ok"]) == (1, False)


@pytest.fixture
def damaged(lost, settings):
    """What signed is there again, without the key that signs."""
    make_authority(settings.KEYS_DIR)
    (settings.KEYS_DIR / "signature-authority" / "issuing.key").unlink()
    return lost


@pytest.mark.parametrize("command", ["migrate", "doctor"])
def test_a_damaged_one_is_told_with_the_command_that_helps(damaged, command):
    done = run(command)
    assert done.exit_code == (0 if command == "migrate" else 1)
    (told,) = [line for line in done.output.splitlines() if "Conventions cannot be signed" in line]
    assert "issuing.key: No such file" in told
    assert "`jalon keys authority`" in told
    assert "`jalon migrate`" not in told  # makes none over it


def test_a_damaged_one_is_put_aside_whole_and_another_made(damaged, settings):
    kept = settings.KEYS_DIR / "signature-authority"
    before = {file.name: file.read_bytes() for file in kept.iterdir()}
    made = run("keys", "authority", "--json")
    assert made.exit_code == 0
    aside = Path(json.loads(made.stdout)["aside"])
    assert aside.is_relative_to(settings.KEYS_DIR)
    assert {file.name: file.read_bytes() for file in aside.iterdir()} == before
    assert findings() == []
    damaged.countersign()
    (kept / "issuing.key").unlink()  # and once more, the same day
    lines = run("keys", "authority").stdout.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["put aside", "made"]
    assert lines[0] != f"put aside: {aside}"
    assert aside.is_dir()
