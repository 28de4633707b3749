"""The table of contents of an archive; nothing in it is unpacked."""

import zipfile
from typing import Any, BinaryIO

from jalon.documents.previews.readers.limits import Problem, cut

PAGE = 500
MOST_ENTRIES = 10_000
MOST_NAME = 500


def read(file: BinaryIO, page: int) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise Problem("damaged") from None
    if len(entries) > MOST_ENTRIES:
        raise Problem("too_complex")
    entries.sort(key=lambda entry: entry.filename)
    first = (page - 1) * PAGE
    return {
        "entries": [_entry(entry) for entry in entries[first : first + PAGE]],
        "count": sum(not entry.is_dir() for entry in entries),
        "size": sum(entry.file_size for entry in entries),
        "total": len(entries),
    }


def _entry(entry: zipfile.ZipInfo) -> dict[str, Any]:
    folder, slash, name = entry.filename.rstrip("/").rpartition("/")
    return {
        "folder": cut(folder + slash, MOST_NAME),
        "name": cut(name, MOST_NAME),
        "is_folder": entry.is_dir(),
        "size": entry.file_size,
        "at": "{:04}-{:02}-{:02}T{:02}:{:02}".format(*entry.date_time[:5]),
    }
