"""The words and the properties of a text or of slides (Office Open XML, OpenDocument); nothing of their looks."""

import re
import zipfile
import zlib
from typing import Any, BinaryIO
from xml.parsers import expat

from jalon.documents.previews.readers.limits import MEGABYTE, MOST_SHOWN, Problem, cut

MOST_PART = 32 * MEGABYTE  # of one part, unpacked
MOST_PARAGRAPHS = 2000
MOST_TEXT = 2000
# Their local names, in both families.
PARAGRAPHS = {"p", "h"}
TEXTS = {"t"}
PROPERTIES = {
    "title": "title", "creator": "author", "initial-creator": "author", "lastModifiedBy": "changed_by",
    "created": "created", "creation-date": "created", "modified": "changed", "date": "changed",
}  # fmt: skip


# RuntimeError, of which one that is not implemented is one: an entry that wants a password, or an unknown packing.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, expat.ExpatError, ValueError, OSError, LookupError,
)  # fmt: skip


class _Enough(Exception):
    pass


class _Words:
    """OpenDocument writes its words straight into paragraphs, Office Open XML into texts within them."""

    def __init__(self, paragraphs: list[str], *, open_document: bool) -> None:
        self.paragraphs, self.open_document = paragraphs, open_document
        self.inside = 0
        self.text = ""
        self.left = MOST_SHOWN

    def start(self, name: str, _attributes: object) -> None:
        local = _local(name)
        self.inside += local in (PARAGRAPHS if self.open_document else TEXTS)
        if local in ("tab", "s"):
            self.text += " "

    def end(self, name: str) -> None:
        local = _local(name)
        self.inside -= local in (PARAGRAPHS if self.open_document else TEXTS)
        if local in PARAGRAPHS and self.text.strip():
            self.left -= len(self.text)
            if len(self.paragraphs) >= MOST_PARAGRAPHS or self.left < 0:
                raise _Enough
            self.paragraphs.append(cut(self.text.strip(), MOST_TEXT))
        if local in PARAGRAPHS:
            self.text = ""

    def characters(self, data: str) -> None:
        if self.inside > 0 and len(self.text) <= MOST_TEXT:
            self.text += data


class _Properties:
    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self.name = ""

    def start(self, name: str, _attributes: object) -> None:
        self.name = PROPERTIES.get(_local(name), "")

    def end(self, _name: str) -> None:
        self.name = ""

    def characters(self, data: str) -> None:
        if self.name:
            self.found[self.name] = cut(self.found.get(self.name, "") + data, 300)


def read(file: BinaryIO) -> dict[str, Any]:
    paragraphs: list[str] = []
    properties = _Properties()
    is_cut = False
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            open_document = "content.xml" in names
            for part in ("docProps/core.xml", "meta.xml"):
                if part in names:
                    _parse(_part(archive, part), properties)
            for part in _parts(names):
                _parse(_part(archive, part), _Words(paragraphs, open_document=open_document))
    except _Enough:
        is_cut = True
    except _DAMAGED:
        raise Problem("damaged") from None
    return {"properties": properties.found, "paragraphs": paragraphs, "is_cut": is_cut}


def _parts(names: list[str]) -> list[str]:
    """What holds the words: the text, or the slides in their order."""
    slides = [
        (int(found[1]), name)
        for name in names
        if (found := re.fullmatch(r"ppt/slides/slide(\d{1,5})\.xml", name))
    ]
    return [name for name in ("word/document.xml", "content.xml") if name in names] + [
        n for _i, n in sorted(slides)
    ]


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        data = part.read(MOST_PART + 1)
    if len(data) > MOST_PART:
        raise Problem("too_big")
    return data


def _parse(data: bytes, into: _Words | _Properties) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = into.start
    parser.EndElementHandler = into.end
    parser.CharacterDataHandler = into.characters
    parser.Parse(data, True)


def _refuse(*_: object) -> int:
    raise Problem("too_complex")


def _local(name: str) -> str:
    return name.rpartition(":")[2]
