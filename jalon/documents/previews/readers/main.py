"""What the process of a reader does: one reader, and its problem as an answer."""

from importlib import import_module
from typing import Any, BinaryIO

from jalon.documents.previews.readers.limits import Problem

MODULES = {
    "archive": "archive",
    "certificates": "certificates",
    "csv": "csv_table",
    "json": "json_tree",
    "mail": "mail",
    "office": "office",
    "workbook": "workbook",
    "xml": "xml_lines",
}


def module_of(reader: str) -> str:
    return f"{__package__}.{MODULES[reader]}"


def answer(file: BinaryIO, *, reader: str, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return dict(import_module(module_of(reader)).read(file, **asked))
    except Problem as problem:
        return {"problem": str(problem)}
    except (MemoryError, RecursionError):
        return {"problem": "too_complex"}
