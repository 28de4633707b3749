"""What a file is, before anything parses it; and why the parser gave up, after.

An `.xlsx` file is a zip archive of XML. Everything here reads it once, block by block, under limits.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 100 * 1024 * 1024
MAX_PARTS = 1000
MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_TEXT = 64 * 1024 * 1024
MAX_INDEX = 2 * 1024 * 1024  # the list of the sheets
MB = 1024 * 1024

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_BLOCK = 1 << 20
_OVERLAP = 64
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINKS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_COMPUTING = re.compile(rb"""<(?:\w+:)?f[\s>/]|\bt\s*=\s*["']e["']""")
_SIGNS_OF_IT = (b"<f", b":f", b'"e"', b"'e'")  # ten times faster to look for
_BROKEN = (
    zipfile.BadZipFile, zlib.error, ET.ParseError, NotImplementedError, RuntimeError, EOFError, OSError, KeyError,
    ValueError,
)  # fmt: skip
_STRING = re.compile(rb"<(?:\w+:)?si\b")


class Refused(Exception):
    """The file cannot be read as a list; the code of a finding, and where."""

    def __init__(
        self, code: str, *, sheet: str = "", row: int = 0, column: str = "", read: str = "", **params: str
    ) -> None:
        super().__init__(code)
        self.code, self.sheet, self.row, self.column, self.read = code, sheet, row, column, read
        self.params = params


@dataclass(frozen=True)
class Archive:
    content: bytes
    sheets: dict[str, str]  # name → part
    computing: frozenset[str]  # parts that hold formulas or their errors


def look_into(content: bytes) -> Archive:
    """Refuse what is no workbook, what carries programs, and what would unfold beyond measure."""
    if len(content) > MAX_BYTES:
        raise Refused("workbook.too_large", limit=f"{MAX_BYTES // MB} Mo")
    if not content.startswith(b"PK"):
        raise Refused(_other_format(content))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _look_at_parts(archive)
            computing = frozenset(
                part.filename for part in _xml_parts(archive) if _look_at_xml(archive, part)
            )
            return Archive(content, _sheets(archive), computing)
    except _BROKEN as error:
        raise Refused("workbook.broken") from error


def _other_format(content: bytes) -> str:
    if content.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in content
        return "workbook.protected" if encrypted else "workbook.old_format"
    first = content[:4096].split(b"\n", 1)[0]
    if b"\0" not in first and any(first.count(mark) >= 2 for mark in (b";", b",", b"\t")):
        return "workbook.csv"
    return "workbook.not_one"


def _look_at_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = {part.filename.lower() for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("workbook.protected")
    if len(parts) > MAX_PARTS:
        raise Refused("workbook.too_many_parts", limit=str(MAX_PARTS), read=str(len(parts)))
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise Refused("workbook.zip_bomb", limit=f"{MAX_UNPACKED // MB} Mo")
    if "xl/workbook.bin" in names:
        raise Refused("workbook.binary")
    if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names):
        raise Refused("workbook.macros")
    if "xl/workbook.xml" not in names:
        raise Refused(
            "workbook.open_document" if {"mimetype", "content.xml"} <= names else "workbook.not_one"
        )


def _xml_parts(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    return (part for part in archive.infolist() if part.filename.lower().endswith((".xml", ".rels")))


def _look_at_xml(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether the part holds formulas. A document type is where XML bombs live; no spreadsheet program writes one."""
    sheet = part.filename.startswith("xl/worksheets/")
    found = False
    for window in _windows(archive, part):
        if b"<!" in window and (b"<!DOCTYPE" in window or b"<!ENTITY" in window):
            raise Refused("workbook.xml_bomb", read=part.filename)
        if b"\0" in window:
            raise Refused("workbook.broken", read=part.filename)  # UTF-16 would hide the former
        found = found or (sheet and _computes(window))
    return found


def _computes(window: bytes) -> bool:
    return any(sign in window for sign in _SIGNS_OF_IT) and _COMPUTING.search(window) is not None


def _windows(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    rest = b""
    with archive.open(part) as stream:
        while block := stream.read(_BLOCK):
            yield rest + block
            rest = block[-_OVERLAP:]


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheets by name. No document type is left at this point, so the standard parser is safe."""
    workbook = _index(archive, "xl/workbook.xml")
    links = _index(archive, "xl/_rels/workbook.xml.rels")
    targets = {link.get("Id"): (link.get("Target") or "").lstrip("/") for link in links}
    found = {}
    for sheet in workbook.iter(f"{_MAIN}sheet"):
        target = targets.get(sheet.get(f"{_LINKS}id"), "")
        found[sheet.get("name") or ""] = target if target.startswith("xl/") else f"xl/{target}"
    return found


def _index(archive: zipfile.ZipFile, part: str) -> ET.Element:
    """The whole part as a tree, which takes many times its size."""
    if archive.getinfo(part).file_size > MAX_INDEX:
        raise Refused("workbook.too_heavy", read=part)
    return ET.fromstring(archive.read(part))  # noqa: S314


def why_too_much(content: bytes) -> Refused:
    """The parser died of its limits: what was it that had no measure?"""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = {part: name for name, part in _sheets(archive).items()}
        cells = 0
        for part in archive.infolist():
            if part.filename in names:
                for window in _windows(archive, part):
                    cells += window.count(b"<c ")
                    if far := _far_away(window, names[part.filename]):
                        return far
        if "xl/sharedStrings.xml" in archive.namelist() and cells * _longest_string(archive) > MAX_TEXT:
            return Refused("workbook.too_much_text", limit=f"{MAX_TEXT // MB} Mo")
    return Refused("workbook.too_heavy")


def _far_away(window: bytes, sheet: str) -> Refused | None:
    for letters, digits in _PLACE.findall(window):
        if int(digits) > MAX_ROWS:
            return too_many_rows(sheet, int(digits))
        if column_number(letters) > MAX_COLUMNS:
            return too_many_columns(sheet, int(digits), letters.decode())
    return None


def too_many_rows(sheet: str, row: int) -> Refused:
    return Refused("workbook.too_many_rows", sheet=sheet, row=row, read=str(row), limit=str(MAX_ROWS))


def too_many_columns(sheet: str, row: int, column: str) -> Refused:
    return Refused("workbook.too_many_columns", sheet=sheet, row=row, column=column, limit=str(MAX_COLUMNS))


def _longest_string(archive: zipfile.ZipFile) -> int:
    """In bytes of XML. The part may be as large as all the rest: it is never held whole."""
    longest = current = 0
    rest = b""
    with archive.open("xl/sharedStrings.xml") as stream:
        while block := stream.read(_BLOCK):
            window = rest + block
            cut = window.rfind(b"<", -_OVERLAP)  # a tag that the next block may end
            window, rest = (window[:cut], window[cut:]) if cut >= 0 else (window, b"")
            first, *others = map(len, _STRING.split(window))
            longest = max(longest, current + first, *others)
            current = others[-1] if others else current + first
    return max(longest, current + len(rest))


def column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def column_letters(number: int) -> str:
    """1 is A."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
