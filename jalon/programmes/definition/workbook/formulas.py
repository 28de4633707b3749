"""The cells of a sheet that hold a formula, or the error of one: what the parser of workbooks does not tell.

A foreign sheet is read here in our own process, so each of its bytes is looked at a bounded number of times, and
nothing is kept but what was asked for.
"""

import io
import re
import zipfile
from dataclasses import dataclass
from xml.parsers import expat

from jalon.programmes.definition.workbook.archive import Archive, Refused, column_number

MAX_ELEMENTS = 2_000_000
MAX_DEPTH = 100
MAX_NAMES = 10_000
MAX_TAG = 1 << 18

_BLOCK = 1 << 16
_PLACE = re.compile("([A-Z]{1,3})([0-9]{1,7})")


@dataclass(frozen=True)
class Computed:
    """A cell that holds a formula or the error of one. `value` is None where nobody ever computed it."""

    formula: str
    value: str | None
    error: bool


def computed_cells(archive: Archive, sheet: str) -> dict[tuple[int, int], Computed]:
    """Cells with formulas or errors, by row and column from 0."""
    part = archive.sheets.get(sheet, "")
    if part not in archive.computing:
        return {}
    with zipfile.ZipFile(io.BytesIO(archive.content)) as file, file.open(part) as stream:
        scan = _Scan(part)
        try:
            while block := stream.read(_BLOCK):
                scan.feed(block)
            scan.close()
        except expat.ExpatError as error:
            raise Refused("workbook.broken", read=part) from error
    return scan.found


class _Scan:
    """One pass over a sheet. Tags beyond measure are refused: the parser would keep them, or read them anew."""

    def __init__(self, part: str) -> None:
        self.part = part
        self.found: dict[tuple[int, int], Computed] = {}
        self.read = self.elements = self.depth = 0
        self.cell: dict[str, str] | None = None
        self.texts: dict[str, list[str]] = {}  # of the cell: its formula, its value, in pieces
        self.within = ""
        self.names: dict[str, str] = {}
        self.parser = expat.ParserCreate(intern=self.names)
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end

    def feed(self, block: bytes) -> None:
        self.parser.Parse(block, False)
        self.read += len(block)
        # A tag that has not ended is read again from its beginning with each block.
        if self.read - self.parser.CurrentByteIndex > MAX_TAG or len(self.names) > MAX_NAMES:
            raise self.too_heavy()

    def close(self) -> None:
        self.parser.Parse(b"", True)

    def too_heavy(self) -> Refused:
        return Refused("workbook.too_heavy", read=self.part)

    def doctype(self, *_: object) -> None:
        raise Refused("workbook.xml_bomb", read=self.part)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        self.depth += 1
        if self.elements > MAX_ELEMENTS or self.depth > MAX_DEPTH:
            raise self.too_heavy()
        name = tag.rpartition(":")[2]
        if name == "c":
            self.cell, self.texts = attributes, {}
        elif self.cell is not None and name in ("f", "v") and name not in self.texts:
            self.texts[name] = []
            self.within = name
            self.parser.CharacterDataHandler = self.text

    def text(self, text: str) -> None:
        self.texts[self.within].append(text)

    def end(self, tag: str) -> None:
        self.depth -= 1
        name = tag.rpartition(":")[2]
        if self.within and name == self.within:
            self.within = ""
            self.parser.CharacterDataHandler = None
        elif name == "c" and self.cell is not None:
            self.keep(self.cell)
            self.cell = None

    def keep(self, cell: dict[str, str]) -> None:
        error = cell.get("t") == "e"
        if "f" not in self.texts and not error:
            return
        formula = "=" + "".join(self.texts["f"]) if "f" in self.texts else ""
        value = "".join(self.texts["v"]) if "v" in self.texts else None
        if place := _PLACE.fullmatch(cell.get("r", "")):
            at = (int(place[2]) - 1, column_number(place[1].encode()) - 1)
            self.found[at] = Computed(formula, value, error)
