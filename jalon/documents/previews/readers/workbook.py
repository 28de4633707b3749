"""A page of one sheet of a workbook: values, no formulas."""

import io
from itertools import islice
from typing import Any, BinaryIO

from python_calamine import CalamineError, CalamineWorkbook

from jalon.documents.previews.readers.csv_table import MOST_COLUMNS, MOST_TEXT, PAGE
from jalon.documents.previews.readers.limits import MEGABYTE, Problem, cut, whole

MOST_BYTES = 32 * MEGABYTE
MOST_SHEETS = 100


def read(file: BinaryIO, page: int, sheet: int) -> dict[str, Any]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(whole(file, MOST_BYTES)))
        names = book.sheet_names[:MOST_SHEETS]
        chosen = min(sheet, len(names))
        rows = book.get_sheet_by_index(chosen - 1).iter_rows() if names else iter(())
        header = next(rows, [])
        first = (page - 1) * PAGE
        found = list(islice(rows, first, first + PAGE + 1))
    except (CalamineError, OSError, ValueError):
        raise Problem("damaged") from None
    return {
        "sheets": [cut(name, 100) for name in names],
        "sheet": chosen,
        "header": _shown(header),
        "rows": [_shown(row) for row in found[:PAGE]],
        "first": first + 1,
        "columns": max((len(row) for row in (header, *found[:PAGE])), default=0),
        "more": len(found) > PAGE,
    }


def _shown(row: list[Any]) -> list[str]:
    return [cut(_text(cell), MOST_TEXT) for cell in row[:MOST_COLUMNS]]


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 10**15:
        return str(int(cell))
    return str(cell)
