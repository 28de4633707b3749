"""The process of a reader: limits first, then one file from the standard input, one answer to the standard output."""

import json
import sys
from importlib import import_module

from jalon.documents.previews.readers.limits import Problem, limit_process

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


def main() -> None:
    name, asked = sys.argv[1], json.loads(sys.argv[2])
    module = import_module(f"jalon.documents.previews.readers.{MODULES[name]}")
    limit_process()
    try:
        said = module.read(sys.stdin.buffer, **asked)
    except Problem as problem:
        said = {"problem": str(problem)}
    except (MemoryError, RecursionError):
        said = {"problem": "too_complex"}
    json.dump(said, sys.stdout)
