"""The process itself: limits first, then one reader. Run as `python -I <this folder> DEPTH READER PATH`."""

import contextlib
import ctypes
import json
import resource
import sys
from importlib import import_module
from pathlib import Path

MEMORY = 2 * 1024 * 1024 * 1024  # addresses, not resident: a decoder reserves more than it uses
SECONDS = 20
FILES = 32
NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
READERS = {
    "pdf": "papers:pdf",
    "zip": "archives:archive",
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


def confine() -> None:
    # Apart, so that SIGXCPU ends it: SIGKILL is what others do to it.
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    with contextlib.suppress(OSError, AttributeError):
        # A network of its own, with nothing in it. Systems that refuse this still have the other limits.
        ctypes.CDLL(None).unshare(NEW_USER | NEW_NETWORK)


def read(reader: str, path: Path, *, deep: bool) -> dict[str, object]:
    module, _colon, name = READERS[reader].partition(":")
    here = import_module(f"jalon.documents.checks.readers.{module}")
    trouble = import_module("jalon.documents.checks.readers.trouble").Trouble
    try:
        return dict(getattr(here, name)(path, deep=deep))
    except trouble as found:
        return {"troubles": [{"check": found.check, "case": found.case, "params": found.params}]}
    except (MemoryError, RecursionError):
        return {"troubles": [{"check": "readable", "case": "too_complex"}]}


def main(depth: str, reader: str, path: str) -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[4]))
    confine()
    sys.stdout.write(json.dumps(read(reader, Path(path), deep=depth == "deep")))


if __name__ == "__main__":
    main(*sys.argv[1:])
