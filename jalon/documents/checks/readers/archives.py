"""Archives and what is one inside: office and OpenDocument files. Nothing is unpacked."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from jalon.documents.checks.readers.trouble import Read, Trouble

MOST_ENTRIES = 10_000
MOST_BYTES = 4 * 1024 * 1024 * 1024
MOST_RATIO = 200
RATIO_MATTERS_FROM = 10 * 1024 * 1024
_MACROS = re.compile(r"(?:^|/)(?:vbaproject\.bin$|macrosheets/|activex/)|^(?:basic|scripts)/", re.IGNORECASE)


def archive(path: Path, *, deep: bool) -> Read:
    """Both depths alike: the index says all that is asked."""
    del deep
    _names(path)
    return {}


def _names(path: Path) -> set[str]:
    """Refuses what an archive can do to whoever opens it; returns the names of its entries."""
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
    return {e.filename for e in entries}


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
        names = _names(path)
        if not {"[Content_Types].xml", part} <= names:
            raise Trouble("content_type", "other")
        return _without_macros(names)

    return open_as


workbook = _office("xl/workbook.xml")
text_document = _office("word/document.xml")
slides = _office("ppt/presentation.xml")


def open_document(path: Path, *, deep: bool) -> Read:
    del deep
    names = _names(path)
    if "content.xml" not in names:
        raise Trouble("content_type", "other")
    return _without_macros(names)


def _without_macros(names: set[str]) -> Read:
    if any(_MACROS.search(name) for name in names):
        raise Trouble("office_macros")
    return {}
