"""French is in the code, English in the catalogue, and neither is ahead of the other."""

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import polib
import pytest

from tests.architecture.source import PACKAGE

CATALOGUE = PACKAGE / "locale" / "en" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def key(entry: polib.POEntry) -> tuple[str, str]:
    return (entry.msgctxt or "", entry.msgid)


@pytest.fixture(scope="module")
def wanted(tmp_path_factory) -> set[tuple[str, str]]:
    """What the code says today, collected as `make messages` does, in a copy."""
    if not shutil.which("xgettext"):
        pytest.fail("xgettext is missing: make install-dev, or apt-get install gettext")
    copy = tmp_path_factory.mktemp("messages") / "jalon"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "locale", "static"))
    (copy / "locale").mkdir()
    command = [
        Path(sys.executable).parent / "django-admin", "makemessages", "--locale", "en", "--settings", "config.settings",
    ]  # fmt: skip
    subprocess.run(
        command,
        cwd=copy,
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
    )
    return {key(entry) for entry in polib.pofile(str(copy / "locale/en/LC_MESSAGES/django.po"))}


@cache
def catalogue() -> tuple[polib.POEntry, ...]:
    if not CATALOGUE.exists():
        pytest.fail(f"{CATALOGUE.relative_to(PACKAGE.parent)} is missing: make messages, then translate")
    return tuple(entry for entry in polib.pofile(str(CATALOGUE)) if not entry.obsolete)


def test_every_sentence_is_in_the_catalogue(wanted):
    assert sorted(wanted - {key(entry) for entry in catalogue()}) == []


def test_the_catalogue_holds_nothing_that_nobody_says(wanted):
    assert sorted({key(entry) for entry in catalogue()} - wanted) == []


def test_every_sentence_is_translated_for_certain():
    assert [entry.msgid for entry in catalogue() if not entry.translated()] == []


def test_translations_keep_the_placeholders():
    wrong = []
    for entry in catalogue():
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            sources = [
                set(PLACEHOLDER.findall(source)) for source in (entry.msgid, entry.msgid_plural) if source
            ]
            if text and set(PLACEHOLDER.findall(text)) not in sources:
                wrong.append(entry.msgid)
    assert wrong == []
