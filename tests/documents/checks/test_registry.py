"""Every check is listed for people, says what it found in both languages, and sets French spaces nowhere."""

import re
import string
from pathlib import Path

import pytest

from jalon.documents.checks.registry import CHECKS, DECLARABLE, DOOR
from jalon.documents.checks.sentences import SENTENCES, day_words, size_words

ROOT = Path(__file__).resolve().parents[3]


def test_the_page_of_the_checks_lists_each_one_with_its_level_and_settings():
    page = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    rows = {
        row[0]: (row[1], row[2])
        for row in re.findall(r"^\| `(\w+)` \| (blocking|warning) \| (.+) \|$", page, re.MULTILINE)
    }
    expected = {}
    for check in CHECKS.values():
        settings = ", ".join(f"`{p.name}`" for p in check.parameters)
        expected[check.name] = (
            str(check.level),
            f"{check.what}{f' Settings: {settings}' if settings else ''}",
        )
    assert rows == expected


def test_each_check_says_something_and_nothing_is_said_by_no_check():
    assert {name.partition(".")[0] for name in SENTENCES} == set(CHECKS)


def test_both_languages_name_the_same_things():
    def named(sentence):
        return {field for _, field, _, _ in string.Formatter().parse(sentence) if field}

    for words in SENTENCES.values():
        assert named(words.message[0]) == named(words.message[1])
        assert named(words.remedy[0]) == named(words.remedy[1])
        assert not re.search("[\u00a0\u202f']", "".join((*words.message, *words.remedy)))


def test_what_is_declared_runs_and_the_door_is_always_there():
    assert all(check.run for check in DECLARABLE.values())
    assert not any(check.run or check.parameters for check in DOOR)


@pytest.mark.parametrize(
    ("size", "french", "english"),
    [(1, "1 octets", "1 bytes"), (412 * 1024, "412 Ko", "412 KB"), (3 * 1024**2, "3,0 Mo", "3.0 MB")],
)
def test_sizes_are_said_as_people_do(size, french, english):
    assert (size_words(size, "fr"), size_words(size, "en")) == (french, english)


def test_days_are_said_as_people_do():
    assert (day_words("2026-03-02", "fr"), day_words("2026-03-02", "en")) == ("02/03/2026", "2 March 2026")
