"""Every notice can be shown and mailed: with its words, its path and, in a mail, nothing of its content."""

import importlib
from dataclasses import MISSING, fields
from typing import Any

import pytest
from django.utils import translation

from jalon.notices.base import NoticeText, notice_class, notice_kinds
from tests.architecture.source import ROOT, paths

for _path in paths():
    if _path.name == "notices.py":
        importlib.import_module(".".join(_path.relative_to(ROOT).with_suffix("").parts))

CANARY = "canary"
EXAMPLES = {int: 7, "int": 7, str: CANARY, "str": CANARY, bool: True, "bool": True}


def example(cls: type[NoticeText]) -> NoticeText:
    """One with a value in every field; dates where the name says so."""
    values: dict[str, Any] = {}
    for field in fields(cls):
        if field.name.endswith("_on"):
            values[field.name] = "2026-05-13"
        elif field.name.endswith("_at"):
            values[field.name] = "2026-05-13T12:00:00+00:00"
        elif field.type in EXAMPLES:
            values[field.name] = EXAMPLES[field.type]
        else:
            assert field.default is not MISSING or field.default_factory is not MISSING, (cls, field.name)
    return cls(**{**values, "application_number": "SEKWAOLGFJ"})


@pytest.mark.parametrize("kind", notice_kinds())
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_notice_has_its_words_and_its_path(kind, language):
    cls = notice_class(kind)
    assert cls
    with translation.override(language):
        notice = example(cls)
        assert notice.title().strip()
        assert notice.path().startswith("/")


@pytest.mark.parametrize("kind", [kind for kind in notice_kinds() if notice_class(kind).mails])  # type: ignore[union-attr]
def test_the_mail_of_a_notice_says_nothing_of_its_content(kind):
    cls = notice_class(kind)
    assert cls
    notice = example(cls)
    assert CANARY not in notice.mail_subject() + notice.mail_sentence()
    assert notice.mail_subject().strip()
    assert notice.mail_sentence().strip()
