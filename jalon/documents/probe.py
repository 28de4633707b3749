"""Opens somebody's file in a process of its own, with little memory and little time, and says what is wrong.

Run by `inspection` as a script, isolated from the application: `python -I probe.py KIND PATH`. Prints one
word: "ok", or the code of the problem. Imports nothing of Jalon.
"""

import json
import resource
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.parsers import expat

MEMORY = 1024 * 1024 * 1024
SECONDS = 20
CHUNK = 1024 * 1024

ZIP_MAX_ENTRIES = 10_000
ZIP_MAX_TOTAL = 4 * 1024 * 1024 * 1024
ZIP_MAX_RATIO = 200
ZIP_RATIO_MATTERS_FROM = 10 * 1024 * 1024


class Problem(Exception):
    """Its only argument is a code that `inspection` knows how to say."""


def pdf(path: Path) -> None:
    import pikepdf  # noqa: PLC0415  (only this kind pays for it)

    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 2048))
        if b"%%EOF" not in file.read():
            raise Problem("truncated")
    try:
        with pikepdf.open(path) as document:
            if len(document.pages) == 0:
                raise Problem("damaged")
    except pikepdf.PasswordError:
        raise Problem("encrypted") from None
    except pikepdf.PdfError:
        raise Problem("damaged") from None


def zip_archive(path: Path) -> list[str]:
    """Refuses what an archive can do to whoever opens it; returns the names of its entries."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise Problem("damaged") from None
    if len(entries) > ZIP_MAX_ENTRIES:
        raise Problem("zip_entries")
    for entry in entries:
        _check_entry(entry)
    total = sum(e.file_size for e in entries)
    packed = path.stat().st_size  # not what the entries claim: overlapping ones claim the same bytes
    if total > ZIP_MAX_TOTAL or (total > ZIP_RATIO_MATTERS_FROM and total > ZIP_MAX_RATIO * packed):
        raise Problem("zip_bomb")
    return [e.filename for e in entries]


def _check_entry(entry: zipfile.ZipInfo) -> None:
    parts = entry.orig_filename.replace("\\", "/").split("/")
    is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
    if ".." in parts or parts[0] == "" or ":" in parts[0] or "\0" in entry.orig_filename or is_link:
        raise Problem("zip_path")
    if entry.flag_bits & 0x1:
        raise Problem("encrypted")


def office(part: str) -> Callable[[Path], None]:
    def open_as(path: Path) -> None:
        names = set(zip_archive(path))
        if not {"[Content_Types].xml", part} <= names:
            raise Problem("other_content")
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise Problem("macros")

    return open_as


def open_document(path: Path) -> None:
    if "content.xml" not in zip_archive(path):
        raise Problem("other_content")


def certificate(path: Path) -> None:
    """PEM or DER, whole; and never a private key, which belongs on nobody else's machine."""
    data = path.read_bytes()
    if b"PRIVATE KEY-----" in data:
        raise Problem("private_key")
    if data[:1] != b"\x30":
        if b"-----BEGIN CERTIFICATE" not in data:
            raise Problem("other_content")
        if data.count(b"-----BEGIN ") != data.count(b"-----END "):
            raise Problem("truncated")
        return
    octets = data[1] & 0x7F  # the length of the outer sequence takes that many bytes
    if 2 + octets + int.from_bytes(data[2 : 2 + octets], "big") != len(data):
        raise Problem("truncated")


def xml(path: Path) -> None:
    """Well formed, and without entities of its own: nothing to fetch, nothing to blow up."""

    def refuse(*_: object) -> int:
        raise Problem("xml_entities")

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except expat.ExpatError:
        raise Problem("damaged") from None


def json_text(path: Path) -> None:
    try:
        json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise Problem("damaged") from None


PROBES: dict[str, Callable[[Path], object]] = {
    "pdf": pdf,
    "zip": zip_archive,
    "xlsx": office("xl/workbook.xml"),
    "docx": office("word/document.xml"),
    "pptx": office("ppt/presentation.xml"),
    "open_document": open_document,
    "certificate": certificate,
    "xml": xml,
    "json": json_text,
}


def main(kind: str, path: str) -> str:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        PROBES[kind](Path(path))
    except Problem as problem:
        return str(problem)
    except MemoryError:
        return "too_complex"
    return "ok"


if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1], sys.argv[2]))
