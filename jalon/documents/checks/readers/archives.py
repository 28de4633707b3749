"""Archives and what is one inside: office and OpenDocument files. Entries are read through; nothing is kept."""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from xml.parsers import expat

from jalon.documents.checks.readers.entries import MOST_READ, READ, broken, read_through
from jalon.documents.checks.readers.markup import Begun, parse
from jalon.documents.checks.readers.trouble import Read, Trouble

MOST_ENTRIES = 10_000
MOST_BYTES = 4 * 1024 * 1024 * 1024
MOST_RATIO = 200
RATIO_MATTERS_FROM = 10 * 1024 * 1024
_MACROS = re.compile(r"(?:^|/)(?:vbaproject\.bin$|macrosheets/|activex/)|^(?:basic|scripts)/", re.IGNORECASE)


def archive(path: Path, *, deep: bool) -> Read:
    """Both depths alike: what is asked is asked at the door."""
    del deep
    if all(entry.is_dir() for entry in _entries(path).values()):
        raise Trouble("not_empty", "archive")
    return {}


def index(path: Path, *, deep: bool) -> Read:
    """Of an archive whose entries come in one by one: each of them is read, and refused, by itself."""
    del deep
    _indexed(path)
    return {}


def _entries(path: Path) -> dict[str, zipfile.ZipInfo]:
    """Refuses what an archive can do to whoever opens it; returns its entries by name."""
    entries = _indexed(path)
    with path.open("rb") as file:
        read_through(file, entries)
    return {e.filename: e for e in entries}


def _indexed(path: Path) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(path) as opened:
            entries, comment = opened.infolist(), opened.comment
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise Trouble("readable", "damaged") from None
    if len(entries) > MOST_ENTRIES:
        raise Trouble("archive_entries", limit=MOST_ENTRIES)
    for entry in entries:
        _check_entry(entry)
    total = sum(e.file_size for e in entries)
    packed = path.stat().st_size  # not what the entries claim: overlapping ones claim the same bytes
    if total > MOST_BYTES or (total > RATIO_MATTERS_FROM and total > MOST_RATIO * packed):
        raise Trouble("archive_bomb")
    if b"%%EOF" in comment or b"<script" in comment.lower():
        raise Trouble("polyglot", other="PDF" if b"%%EOF" in comment else "HTML")
    return entries


def _check_entry(entry: zipfile.ZipInfo) -> None:
    parts = entry.orig_filename.replace("\\", "/").split("/")
    is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
    if ".." in parts or parts[0] == "" or ":" in parts[0] or "\0" in entry.orig_filename or is_link:
        raise Trouble("archive_paths")
    if entry.flag_bits & 0x1:
        raise Trouble("archive_encrypted")


def _office(part: str) -> Callable[..., Read]:
    def open_as(path: Path, *, deep: bool) -> Read:
        del deep
        entries = _entries(path)
        if not {"[Content_Types].xml", part} <= entries.keys():
            raise Trouble("content_type", "other")
        _parse_part(path, entries[part])
        return _without_macros(entries)

    return open_as


workbook = _office("xl/workbook.xml")
text_document = _office("word/document.xml")
slides = _office("ppt/presentation.xml")


def open_document(path: Path, *, deep: bool) -> Read:
    del deep
    entries = _entries(path)
    if "content.xml" not in entries:
        raise Trouble("content_type", "other")
    if manifest := entries.get("META-INF/manifest.xml"):
        _parse_part(path, manifest, _refuse_locked)
    _parse_part(path, entries["content.xml"])
    return _without_macros(entries)


def _parse_part(path: Path, entry: zipfile.ZipInfo, begun: Begun | None = None) -> None:
    """It was read through, so it bursts no more; one too long for that is believed."""
    if entry.file_size > MOST_READ:
        return
    if entry.compress_type not in READ:  # those that both norms allow
        raise broken(entry)
    try:
        with zipfile.ZipFile(path) as opened, opened.open(entry) as file:
            parse(file, begun)
    except (expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        raise broken(entry) from None


def _refuse_locked(name: str, _attributes: object) -> None:
    """OpenDocument locks its parts by itself; to an archive they are not locked."""
    if name.rpartition(":")[2] == "encryption-data":
        raise Trouble("archive_encrypted")


def _without_macros(names: Iterable[str]) -> Read:
    if any(_MACROS.search(name) for name in names):
        raise Trouble("office_macros")
    return {}
