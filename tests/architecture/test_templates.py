"""Templates compile, carry nothing that the content security policy refuses, and miss no variable unseen."""

import re

import pytest
from django.template import engines
from django.template.loader import get_template

from tests.architecture.source import PACKAGE, templates

REFUSED = {
    "inline script": re.compile(
        r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")[^>]*>", re.IGNORECASE
    ),
    "inline style": re.compile(r"<style\b|<[^>]*\sstyle\s*=", re.IGNORECASE),
    "inline handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "foreign address": re.compile(
        r"<(?:script|link|img|iframe)\b[^>]*\s(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE
    ),
}


def name_of(path):
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", templates(), ids=name_of)
def test_a_template_carries_nothing_that_the_policy_refuses(path):
    text = path.read_text(encoding="utf-8")
    found = [f"{what}: {hit.group()}" for what, rule in REFUSED.items() for hit in rule.finditer(text)]
    assert found == []


@pytest.mark.parametrize("path", templates(), ids=name_of)
def test_a_template_compiles(path):
    inside = str(path).split("/templates/", 1)[1]
    assert get_template(inside)


def test_an_undefined_variable_fails():
    with pytest.raises(AssertionError, match="undefined template variable: nobody"):
        engines["django"].from_string("{{ nobody }}").render({})
