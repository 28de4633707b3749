"""Answers as a page sends them and as a reader sees them. Names of inputs are the keys of the definition."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from jalon.applications.models import AnswerDocument
from jalon.programmes.definition.schema import Definition, FormField, FormStep, Repeat
from jalon.web.answers import SEVERAL, answer_lines, block_lines, french_only, said

__all__ = ["block_lines", "french_only", "lines", "said"]  # as vendor pages know them
VERSION = "_v."  # hidden inputs that say which version of an answer the page was made of
_MAX_BLOCKS = 200
_NAME = re.compile(r"^(?P<repeat>[^.]+)\.(?P<index>\d{1,4})\.(?P<field>.+)$")


def questions(step: FormStep) -> list[FormField]:
    """Questions whose answers a page sends as values: neither shown ones nor files."""
    return [f for s in step.sections for f in s.fields if f.kind not in ("shown", "documents")]


def file_questions(step: FormStep) -> list[FormField]:
    return [f for s in step.sections for f in s.fields if f.kind == "documents"]


def repeats(step: FormStep) -> list[Repeat]:
    return [s.repeat for s in step.sections if s.repeat]


@dataclass(frozen=True)
class Typed:
    """What one page sent: raw values by key, each with the version of the answer that the page showed."""

    values: Mapping[str, Any]
    versions: Mapping[str, int]

    def with_versions(self) -> dict[str, tuple[Any, int]]:
        return {key: (value, self.versions.get(key, 0)) for key, value in self.values.items()}


def typed(post: QueryDict, step: FormStep, skipped: frozenset[str]) -> Typed:
    """The answers of a step in a posted page. `skipped`: keys that this person may not give."""
    values: dict[str, Any] = {}
    for field in questions(step):
        if field.key not in skipped:
            values[field.key] = post.getlist(field.key) if field.kind in SEVERAL else post.get(field.key, "")
    for repeat in repeats(step):
        if repeat.key not in skipped:
            values[repeat.key] = _blocks(post, repeat)
    return Typed(values, {key: version(post.get(f"{VERSION}{key}")) for key in values})


def _blocks(post: QueryDict, repeat: Repeat) -> list[dict[str, Any]]:
    """Blocks in the order of their numbers; a page may leave gaps."""
    kinds = {f.key: f.kind for f in repeat.fields}
    found: dict[int, dict[str, Any]] = {}
    for name in post:
        match = _NAME.match(name)
        if match and match["repeat"] == repeat.key and match["field"] in kinds:
            key = match["field"]
            value = post.getlist(name) if kinds[key] in SEVERAL else post.get(name, "")
            found.setdefault(int(match["index"]), {})[key] = value
    return [found[index] for index in sorted(found)][:_MAX_BLOCKS]


def version(sent: str | None) -> int:
    return int(sent) if sent and sent.isdecimal() and len(sent) < 10 else 0


def autosaved_value(step: FormStep, key: str, sent: Sequence[str]) -> Any:
    """One answer as the script sends it: a list of strings; a repeated block as one JSON list of objects."""
    if any(repeat.key == key for repeat in repeats(step)):
        try:
            blocks = json.loads(sent[0]) if sent else []
        except ValueError:
            return []
        return blocks if isinstance(blocks, list) else []
    several = any(field.key == key and field.kind in SEVERAL for field in questions(step))
    return list(sent) if several else (sent[0] if sent else "")


# --- As a reader sees them ----------------------------------------------------------------------------------


def lines(
    field: FormField, value: Any, definition: Definition, files: Sequence[AnswerDocument] = ()
) -> list[str]:
    """An answer in words, one line a value; nothing when there is none."""
    if field.kind == "documents":
        return [row.document.name for row in files]
    return answer_lines(field, value, definition)


def answer_label(definition: Definition, step: FormStep, key: str, value: Any) -> str:
    """Any answer of a step in one line."""
    for repeat in repeats(step):
        if repeat.key == key:
            return _(" ; ").join(block_lines(repeat, value, definition))
    field = next((f for f in questions(step) if f.key == key), None)
    return ", ".join(lines(field, value, definition)) if field else str(value)
