"""What the process of a reader does: one reader, and its trouble as an answer."""

from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from jalon.documents.checks.readers.trouble import Trouble

READERS = {
    "pdf": "papers:pdf",
    "zip": "archives:archive",
    "zip_index": "archives:index",
    "xlsx": "archives:workbook",
    "docx": "archives:text_document",
    "pptx": "archives:slides",
    "open_document": "archives:open_document",
    "certificate": "texts:certificate",
    "xml": "texts:xml",
    "json": "texts:json_text",
    "mail": "texts:mail",
    "text": "texts:text",
    "film": "films:film",
    "picture": "pictures:picture",
}


def module_of(reader: str) -> str:
    return f"{__package__}.{READERS[reader].partition(':')[0]}"


def answer(file: BinaryIO, *, reader: str, deep: bool) -> dict[str, Any]:
    read = getattr(import_module(module_of(reader)), READERS[reader].partition(":")[2])
    try:
        return dict(read(Path(f"/dev/fd/{file.fileno()}"), deep=deep))
    except Trouble as found:
        return {"troubles": [{"check": found.check, "case": found.case, "params": found.params}]}
    except (MemoryError, RecursionError):
        return {"troubles": [{"check": "readable", "case": "too_complex"}]}
