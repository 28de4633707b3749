"""A page of a table of values, whatever parts them."""

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

from jalon.documents.previews.encoding import HEAD, encoding_of
from jalon.documents.previews.readers.limits import Problem, cut

PAGE = 100  # rows
MOST_COLUMNS = 60
MOST_TEXT = 300
LONGEST_CELL = 16 * 1024 * 1024
LONGEST_LINE = 64 * 1024 * 1024


def read(file: BinaryIO, page: int) -> dict[str, Any]:
    """`header` is the first row; `first` the number of the first row of the page, the header not counted."""
    head = file.read(HEAD)
    encoding = encoding_of(head)
    file.seek(encoding.start)
    lines = io.TextIOWrapper(file, encoding.codec, errors="replace", newline="")
    delimiter = _delimiter(head[encoding.start :].decode(encoding.codec, errors="replace"))
    csv.field_size_limit(LONGEST_CELL)
    rows = csv.reader(_without_nul(lines), delimiter=delimiter)
    first = (page - 1) * PAGE
    try:
        header = next(rows, [])
        found = list(islice(rows, first, first + PAGE + 1))
    except csv.Error:
        raise Problem("damaged") from None
    columns = max((len(row) for row in (header, *found[:PAGE])), default=0)
    return {
        "encoding": encoding.label,
        "delimiter": delimiter,
        "header": _shown(header),
        "rows": [_shown(row) for row in found[:PAGE]],
        "first": first + 1,
        "columns": columns,
        "more": len(found) > PAGE,
    }


def _without_nul(lines: io.TextIOWrapper) -> Iterator[str]:
    while line := lines.readline(LONGEST_LINE):
        yield line.replace("\0", "\u2400")


def _delimiter(head: str) -> str:
    """The sign that the first line has most of, outside quotation marks."""
    line = "".join(head.partition("\n")[0].split('"')[::2])
    return max(";,\t|", key=line.count) if line else ";"


def _shown(row: list[str]) -> list[str]:
    return [cut(cell, MOST_TEXT) for cell in row[:MOST_COLUMNS]]
