"""French is in the code, English in the catalogue, and neither is ahead of the other."""

import ast
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import polib
import pytest

from tests.architecture.source import PACKAGE, modules

CATALOGUE = PACKAGE / "locale" / "en" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
# French quotes, straight quotes and apostrophes, a space before a mark. HTML in a sentence keeps its own quotes.
NOT_ENGLISH_TYPE = re.compile(r"[«»']|\w [:;?!]")

TRANSLATE_TAG = re.compile(r"""\{% trans(?:late)? (["'])(.*?)\1 (?!context)""")


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


def test_translations_are_set_as_english_is():
    texts = [text for entry in catalogue() for text in (entry.msgstr, *entry.msgstr_plural.values())]
    assert [text for text in texts if NOT_ENGLISH_TYPE.search(text)] == []


def test_translations_keep_the_spaces_at_their_ends():
    """Pieces such as " et " stand between two others: the end counts (English has no space before a colon)."""
    entries = [(e.msgid, text) for e in catalogue() for text in (e.msgstr, *e.msgstr_plural.values()) if text]
    assert [msgid for msgid, text in entries if text.endswith(" ") != msgid.endswith(" ")] == []


def test_translators_go_by_the_names_that_are_collected():
    """`gettext_lazy as lazy` works, and hides each of its sentences from the catalogue."""
    hidden = []
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
                hidden += [
                    f"{path}: {name.name} as {name.asname}"
                    for name in node.names
                    if "gettext" in name.name and name.asname not in (None, "_")
                ]
    assert hidden == []


def test_no_word_is_asked_for_with_and_without_a_number():
    """Xgettext makes one entry of both, and the gettext of early 3.11 finds nothing there for a bare word."""
    numbered = {entry.msgid for entry in catalogue() if entry.msgid_plural and not entry.msgctxt}
    bare = []
    for path, tree in modules():
        for node in ast.walk(tree):
            match node:
                case ast.Call(
                    func=ast.Name(id="_" | "gettext" | "gettext_lazy"),
                    args=[ast.Constant(value=str(word)), *_],
                ) if word in numbered:
                    bare.append(f"{path}:{node.lineno}: {word}")
    for path in PACKAGE.rglob("*.html"):
        words = (found[2] for found in TRANSLATE_TAG.finditer(path.read_text(encoding="utf-8")))
        bare += [f"{path.relative_to(PACKAGE)}: {word}" for word in words if word in numbered]
    assert bare == []
