"""The page of a test instance in Gazelle's Test Management."""

from html.parser import HTMLParser
from itertools import pairwise

from jalon.connectors.reports.facts import LONGEST, Facts, Problem, all_of


class _Cells(HTMLParser):
    """The words of a page with the kind of cell that holds them, in order; rows of tables stand between."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.cells: list[tuple[str, str]] = []
        self._cell = ""
        self._silent = 0
        self.feed(data.decode("utf-8", errors="replace"))
        self.close()

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self._silent += tag in ("script", "style")
        if tag in ("tr", *_CELLS):
            self._begin("" if tag == "tr" else tag)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style") and self._silent > 0
        if tag in ("tr", "table", "dl", *_CELLS):
            self._begin("", closes=tag)

    def handle_data(self, data: str) -> None:
        if self._silent or not data.strip():
            return
        kind, said = self.cells[-1] if self.cells else ("", "")
        words = " ".join(f"{said} {data}".split())[:LONGEST]
        self.cells[-1:] = [(kind, words)]

    def _begin(self, cell: str, closes: str = "") -> None:
        """A new place for words; the end of a row leaves a mark, as no value stands in the next one."""
        if len(self.cells) > MOST_CELLS:
            raise Problem("too_complex")
        if self.cells and not self.cells[-1][1] and self.cells[-1][0] != _ROW:
            self.cells.pop()
        if closes in ("tr", "table", "dl") or (not cell and not closes):
            self.cells.append((_ROW, ""))
        self.cells.append((cell, ""))


_ROW = "/"
MOST_CELLS = 50_000
_CELLS = ("dt", "dd", "th", "td", "label")
_BESIDE = {"dt": ("dd",), "th": ("td",), "td": ("td",), "label": ("", "td", "dd")}
# What a page of Test Management calls what stands beside it, in its two languages.
_LABELS = {
    "said": ("status", "last status", "statut", "last result", "test instance status"),
    "test": ("test", "test name", "keyword", "test keyword", "mot-clé"),
    "made_at": ("last changed", "last modification", "end date", "date"),
    "organisation": ("organization", "organisation", "institution"),
    "product": ("system", "système", "system keyword"),
}


def test_instance(data: bytes) -> Facts:
    """The page of a test instance: what stands in the cell beside "Status" is the status. Running text is none."""
    cells = [cell for cell in _Cells(data).cells if cell[1] or cell[0] == _ROW]
    told: dict[str, list[str]] = {}
    for (kind, label), (beside, value) in pairwise(cells):
        if kind in _BESIDE and beside in _BESIDE[kind]:
            told.setdefault(label.rstrip(" :").casefold(), []).append(value)
    found = {
        key: [value for label in labels for value in told.get(label, [])] for key, labels in _LABELS.items()
    }
    if not found["said"]:
        raise Problem("unknown")
    first = {key: next(iter(found[key]), "") for key in ("test", "made_at", "product")}
    owner = all_of(found["organisation"])
    return {
        "format": "gazelle_instance", "validator": "", "counters": {}, **first,
        "said": found["said"], "organisation": owner,
    }  # fmt: skip
