"""A programme is data: none of its names stands in the code (R1), of the shipped ones or of the made-up one.

Titles, corridors, profiles, perimeters, claims and tracks are looked for as words in texts of the code (comments and
docstrings may cite the guide), templates, scripts and styles. Keys and codes are looked for as whole texts of the code:
that is how code would compare with one.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.architecture.source import PACKAGE, ROOT, modules, templates, texts

FOLDERS = (ROOT / "definitions", ROOT / "tests" / "data" / "definitions")
OTHER_FILES = ("*.txt", "*.js", "*.css", "*.typ", "*.svg")

# In names of programmes, but words of the whole field: desks, registers and numbers that any programme may ask for.
COMMON = {
    "SMS",  # a way to send a code
    "ISO",  # standards that any product may claim
    "EDC", "PSC", "CNDA",  # desks that deliver what applications need
    "NIL", "NIE", "NRU",  # numbers of the software, its vendor and an application
}  # fmt: skip
# Keys that are ordinary words of the code as well.
ORDINARY = {
    "general",  # the errors of a form that belong to no field
    "solution",  # what is awarded, in the words of an award
}


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@cache
def programmes() -> tuple[tuple[dict[str, Any], dict[str, Any], tuple[dict[str, Any], ...]], ...]:
    """(programme.yaml, track.yaml, steps) of every definition folder but templates (in `_`)."""
    return tuple(
        (read(path), read(path.parents[1] / "track.yaml"), tuple(map(read, sorted(path.parent.glob("steps/*.yaml")))))
        for folder in FOLDERS
        for path in sorted(folder.glob("[!_]*/[!_]*/programme.yaml"))
    )  # fmt: skip


@cache
def names() -> frozenset[str]:
    """Words that people read, with their abbreviations."""
    found: set[str] = set()
    for definition, track, _steps in programmes():
        labels = [definition["title"], definition.get("corridor") or {}, track["title"]]
        for part in ("profiles", "perimeters", "claims"):
            labels += [one["label"] for one in definition.get(part, ())]
            found |= {one["workbook"] for one in definition.get(part, ()) if "workbook" in one}
        for label in labels:
            for text in label.values():
                found |= {text, *re.findall(r"\b[A-Z]{3,}\b", text)}
        found |= {definition["code"], track["code"]}
    return frozenset(found - COMMON - {"Général"})  # an ordinary word, as a column of a workbook


@cache
def keys() -> frozenset[str]:
    found: set[str] = set()
    for definition, track, steps in programmes():
        found |= {definition["code"], track["code"]}
        for part in ("profiles", "perimeters", "claims"):
            found |= {one["key"] for one in definition.get(part, ())}
        found |= {step["key"] for step in steps if step["kind"] == "form"}
    return frozenset(found - ORDINARY)


def told(text: str) -> list[str]:
    return [name for name in sorted(names()) if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)]


def test_there_are_names_to_look_for():
    assert {"RIS", "CIBA", "RIS vague 2", "Vague 1", "Logiciel de bibliothèque conforme"} <= names()
    assert {"eligibility", "vague-1", "ciba", "edc-psc-editeur", "iso-27001", "catalogue-neuf"} <= keys()
    assert len(programmes()) >= 4


def test_no_programme_is_named_in_code():
    found = [
        f"{path}:{line}: {name}"
        for path, tree in modules()
        for line, text in texts(tree)
        for name in told(text)
    ]
    assert found == []


def test_no_key_of_a_programme_is_compared_with_in_code():
    found = [
        f"{path}:{line}: {text}"
        for path, tree in modules()
        for line, text in texts(tree)
        if text.partition(":")[2] in keys() or text in keys()
    ]
    assert found == []


def test_no_programme_is_named_in_a_template_or_a_script():
    found = []
    for path in [*templates(), *(p for kind in OTHER_FILES for p in PACKAGE.rglob(kind))]:
        text = re.sub(
            r"\{#.*?#\}|\{% comment.*?endcomment %\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        found += [f"{path.relative_to(ROOT)}: {name}" for name in told(text)]
    assert found == []
