"""What the repository ships: definitions without a finding, and a schema that is up to date."""

import json
from pathlib import Path

import pytest

from jalon.accounts.standing import SYSTEM
from jalon.programmes import queries
from jalon.programmes.actions import loading
from jalon.programmes.definition.commands import DEFINITIONS, TEMPLATE, check_folder, schema, write_schema
from jalon.programmes.definition.folder import load_folder, read_tree, write_folder

ROOT = DEFINITIONS.parent
FOLDERS = sorted(file.parent for file in DEFINITIONS.glob("*/*/programme.yaml"))


def test_the_definitions_hold_together() -> None:
    answer = check_folder(DEFINITIONS)
    assert answer["findings"] == []
    assert len(answer["programmes"]) == len(FOLDERS) > 0


@pytest.mark.parametrize("folder", [TEMPLATE, *FOLDERS], ids=lambda folder: folder.name)
def test_each_definition_survives_writing(folder: Path, tmp_path: Path) -> None:
    assert check_folder(folder)["findings"] == []
    definition = load_folder(folder)
    write_folder(definition, tmp_path / "copy")
    assert load_folder(tmp_path / "copy") == definition


def test_tracks_stand_under_an_entry_of_the_menu() -> None:
    tree = read_tree(DEFINITIONS)
    assert tree.portal is not None
    assert {track.menu for track in tree.tracks} <= {entry.key for entry in tree.portal.menu}
    assert {part.definition.track for part in tree.programmes} <= {track.code for track in tree.tracks}


def test_the_published_schema_is_up_to_date(tmp_path: Path) -> None:
    published = ROOT / "docs" / "definitions" / "schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == schema()
    assert write_schema(tmp_path / "schema.json")["changed"] is True
    assert (tmp_path / "schema.json").read_bytes() == published.read_bytes()


@pytest.mark.django_db
def test_the_definitions_load_and_load_again() -> None:
    first = loading.load_definitions(actor=SYSTEM, folder=DEFINITIONS)
    again = loading.load_definitions(actor=SYSTEM, folder=DEFINITIONS)
    assert {result.outcome for result in first} == {"created"}
    assert {result.outcome for result in again} == {"unchanged"}
    assert [entry.definition.code for entry in queries.tracks()] == [
        t.code for t in read_tree(DEFINITIONS).tracks
    ]
