"""What a file must be to be taken in: its name, its size, its bytes. The first thing that is wrong is told, alone."""

import re
from collections.abc import Sequence
from pathlib import Path

import puremagic

from jalon.documents.checks.facts import Facts, Trouble
from jalon.documents.checks.frames import FRAMES, behind, is_also_archive
from jalon.documents.checks.reading import read
from jalon.documents.rules import (
    HEAD,
    Format,
    appended_label,
    content_label,
    display_name,
    extension_of,
    known_formats,
)

_SCRIPT = re.compile(rb"<script\b|\bon(?:load|error|click|begin|mouseover)\s*=|javascript:", re.IGNORECASE)

ARCHIVES = frozenset({"zip", "xlsx", "docx", "pptx", "open_document"})


def examine(
    path: Path, name: str, extensions: Sequence[str], *, size: int, max_bytes: int, deep: bool = False
) -> Facts:
    """All of it, for a file on this machine. `deep`: what its content says too. Raises NotRead."""
    shown = display_name(name)
    wrong = name_troubles(shown, extensions) or size_troubles(shown, size, max_bytes)
    facts = Facts(troubles=wrong) if wrong else read_content(path, shown, extensions, deep=deep)
    return facts if facts.troubles else facts.model_copy(update={"troubles": hidden_troubles(name)})


def hidden_troubles(name: str) -> tuple[Trouble, ...]:
    """Only a warning: the name was made plain."""
    shown = display_name(name)
    held = name.strip().strip(". ")
    is_hidden = any(not c.isprintable() for c in held) or "/" in held or "\\" in held
    return (Trouble(check="name_plain", params={"name": shown}),) if is_hidden else ()


def name_troubles(name: str, extensions: Sequence[str]) -> tuple[Trouble, ...]:
    formats = known_formats(extensions)
    if format_of(name, formats) is not None:
        return ()
    found = extension_of(name)
    params: dict[str, str | int] = {"name": name, "found": found.upper(), "accepted": accepted_label(formats)}
    return (Trouble(check="format_accepted", case="" if found else "no_extension", params=params),)


def size_troubles(name: str, size: int, max_bytes: int) -> tuple[Trouble, ...]:
    if size == 0:
        return (Trouble(check="not_empty", params={"name": name}),)
    if size > max_bytes:
        params: dict[str, str | int] = {"name": name, "size": size, "limit_bytes": max_bytes}
        return (Trouble(check="size_allowed", params=params),)
    return ()


def read_content(path: Path, name: str, extensions: Sequence[str], *, deep: bool, reader: str = "") -> Facts:
    """What is in the bytes of a file of that name. `reader`: another than that of its format. Raises NotRead."""
    formats = known_formats(extensions)
    expected = format_of(name, formats)
    if expected is None:
        return Facts(troubles=name_troubles(name, extensions))
    words: dict[str, str | int] = {
        "name": name, "expected": expected.extension.upper(), "accepted": accepted_label(formats),
    }  # fmt: skip
    trouble = _outside(path, expected)
    facts = (
        Facts(troubles=(trouble,)) if trouble else read(path, reader or _reader(path, expected), deep=deep)
    )
    told = tuple(t.model_copy(update={"params": {**words, **t.params}}) for t in facts.troubles)
    return facts.model_copy(update={"format": expected.extension, "troubles": told})


def format_of(name: str, formats: Sequence[Format]) -> Format | None:
    extension = extension_of(name)
    return next((known for known in formats if known.extension == extension), None)


def accepted_label(formats: Sequence[Format]) -> str:
    """For people: "PDF, PNG, JPG"."""
    return ", ".join(known.extension.upper() for known in formats)


_BROKEN = {
    "truncated": Trouble(check="truncated"),
    "goes_on": Trouble(check="polyglot", case="goes_on"),
}


def _outside(path: Path, expected: Format) -> Trouble | None:
    """What a few bytes say, read here."""
    head = _head(path)
    if not expected.begins(head):
        return _mismatch(head)
    if expected.reader not in ARCHIVES and is_also_archive(path):
        return Trouble(check="polyglot", params={"other": "ZIP"})
    problem = FRAMES[expected.frame](path) if expected.frame else "ok"
    if problem != "ok":
        return _BROKEN.get(problem) or Trouble(check="readable", case=problem)
    other = appended_label(behind(path, expected.frame))
    return Trouble(check="polyglot", params={"other": other}) if other else None


def _reader(path: Path, expected: Format) -> str:
    """A text is read as an e-mail only where it begins as one: logs are long. HL7 is XML in its version 3 alone."""
    if expected.reader == "text":
        return "mail" if known_formats(["eml"])[0].begins(_head(path)) else ""
    if expected.extension == "hl7":  # framed for the wire, or version 2: nothing that a browser would run
        is_bare = not _head(path).lstrip(b" \t\r\n").startswith((b"\x0b", b"MSH|", b"FHS|", b"BHS|"))
        return expected.reader if is_bare else ""
    return expected.reader


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)


def _mismatch(head: bytes) -> Trouble:
    found = content_label(head)
    if found in ("SVG", "HTML") and _SCRIPT.search(head):
        return Trouble(check="active_markup", params={"found": found})
    found = found or _guess(head)
    if not found:
        return Trouble(check="content_type", case="unknown")
    return Trouble(check="content_type", params={"found": found})


def _guess(head: bytes) -> str:
    """Puremagic knows thousands of formats that we only have to name, not to accept."""
    try:
        guesses = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return ""
    return next((str(guess.extension).removeprefix(".").upper() for guess in guesses if guess.extension), "")
