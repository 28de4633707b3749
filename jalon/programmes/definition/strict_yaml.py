"""YAML without surprises, read with line numbers (ARCHITECTURE: decision 16).

Plain `true`, `false`, `null` and decimal integers have a type; all else is text: `no`, `1.0`, `08`, dates.
Refused: keys written twice, anchors, aliases, tags, several documents, control characters, and what is too
large or too deep.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from jalon.programmes.definition.findings import DefinitionError, Finding, Path

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 40

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass
class Sources:
    """Which file and line each part of an assembled definition came from."""

    places: dict[Path, tuple[str, int]] = field(default_factory=dict)

    def add(self, prefix: Path, file: str, lines: dict[Path, int]) -> None:
        for path, line in lines.items():
            self.places[prefix + path] = (file, line)

    def place(self, path: Path) -> tuple[str, int]:
        """The place of `path`, or of the nearest thing around it."""
        for length in range(len(path), -1, -1):
            if found := self.places.get(path[:length]):
                return found
        return ("", 0)


@dataclass
class Document:
    value: Any
    lines: dict[Path, int]


def read_yaml(file: FilePath, name: str) -> Document:
    """The content of one file. `name` is what findings call it."""
    if file.stat().st_size > MAX_BYTES:
        raise DefinitionError(
            [Finding("file.too_large", file=name, params={"limit": f"{MAX_BYTES // 1024**2} Mo"})]
        )
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DefinitionError([Finding("file.not_text", file=name)]) from error
    return parse(text, name)


def parse(text: str, name: str = "") -> Document:
    try:
        return _Reader(yaml.parse(text, Loader=yaml.CSafeLoader), name).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = str(getattr(error, "problem", None) or error).strip()
        line = mark.line + 1 if mark else 0
        raise DefinitionError(
            [Finding("yaml.syntax", file=name, line=line, params={"problem": problem})]
        ) from error


class _Reader:
    """Builds values straight from the parser's events: nothing is resolved that we did not ask for."""

    def __init__(self, events: Iterator[Any], name: str) -> None:
        self.events = events
        self.name = name
        self.lines: dict[Path, int] = {}

    def document(self) -> Document:
        next(self.events)  # the stream begins
        if isinstance(next(self.events), yaml.StreamEndEvent):
            raise self.fault("yaml.empty", line=1)
        value = self.value(next(self.events), ())
        next(self.events)  # the document ends
        following = next(self.events)
        if not isinstance(following, yaml.StreamEndEvent):
            raise self.fault("yaml.several", line=following.start_mark.line + 1)
        return Document(value, self.lines)

    def value(self, event: Any, path: Path) -> Any:
        line = event.start_mark.line + 1
        self.lines.setdefault(path, line)
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise self.fault("yaml.alias", path, line)
        if event.tag is not None:
            raise self.fault("yaml.tag", path, line)
        if len(path) > MAX_DEPTH:
            raise self.fault("yaml.deep", path, line, limit=str(MAX_DEPTH))
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, path, line)
        return self.sequence(path) if isinstance(event, yaml.SequenceStartEvent) else self.mapping(path)

    def scalar(self, event: Any, path: Path, line: int) -> Any:
        text: str = event.value
        if _CONTROL.search(text):
            raise self.fault("yaml.character", path, line)
        if event.style not in (None, ""):  # quoted, or a block: text
            return text
        if text in _WORDS:
            return _WORDS[text]
        return int(text) if _INTEGER.fullmatch(text) else text

    def sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.value(event, (*path, len(items))))
        return items

    def mapping(self, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
                raise self.fault("yaml.key", path, line)
            key: str = event.value
            here = (*path, key)
            if key in result:
                raise self.fault("yaml.duplicate", here, line, name=key, first=str(self.lines[here]))
            self.lines[here] = line
            result[key] = self.value(next(self.events), here)
        return result

    def fault(self, code: str, path: Path = (), line: int = 0, **params: str) -> DefinitionError:
        return DefinitionError([Finding(code, path, self.name, line, params)])
