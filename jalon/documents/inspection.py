"""Is a file what its name says, and harmless to open? The checks of the door, said to the person who sent it."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from django.utils.translation import get_language

from jalon.core.typography import french_spaces
from jalon.documents.checks import door
from jalon.documents.checks.facts import Trouble
from jalon.documents.checks.judging import of_troubles
from jalon.documents.checks.model import Finding
from jalon.documents.rules import known_formats


def name_refusal(name: str, extensions: Sequence[str]) -> str:
    """Why a file of that name is not among the accepted formats, or ""."""
    return _said(door.name_troubles(name, extensions))


def size_refusal(name: str, size: int, max_bytes: int) -> str:
    """Why a file of that size cannot be kept, or ""."""
    return _said(door.size_troubles(name, size, max_bytes))


def content_refusal(path: Path, name: str, extensions: Sequence[str]) -> str:
    """Why the bytes are not what the name says, or cannot be opened safely, or "". Raises NotRead."""
    return _said(door.read_content(path, name, extensions, deep=False).troubles)


def index_refusal(path: Path, name: str) -> str:
    """Why an archive cannot be opened to take in its entries, each of which is looked at by itself, or "".

    Raises NotRead.
    """
    return _said(door.read_content(path, name, ["zip"], deep=False, reader="zip_index").troubles)


def not_now(name: str) -> str:
    """To somebody who waits, when the machine did not manage: nothing is wrong with the file."""
    return _said([Trouble(check="readable", case="not_now", params={"name": name})])


def media_type_of(name: str, extensions: Sequence[str]) -> str:
    found = door.format_of(name, known_formats(extensions))
    return found.media_type if found else "application/octet-stream"


def message_of(finding: Finding) -> str:
    """For a page: what is wrong."""
    language = (get_language() or "fr").split("-")[0]
    return _set(finding.message(language), language)


def remedy_of(finding: Finding) -> str:
    """For a page: how to mend it."""
    language = (get_language() or "fr").split("-")[0]
    return _set(finding.remedy(language), language)


def _said(troubles: Iterable[Trouble]) -> str:
    return " ".join(f"{message_of(found)} {remedy_of(found)}" for found in of_troubles(troubles))


def _set(sentence: str, language: str) -> str:
    return sentence if language == "en" else french_spaces(sentence)
