"""The parser of workbooks, alone in a process with limits: a foreign file may be built to harm it.

`cells.py` runs this file as a script, without site packages but the one named: it starts in a few milliseconds. A
workbook comes in on standard input; what goes out is marshalled: sheets as plain values, or a refusal.
"""

import gc
import io
import marshal
import resource
import sys
from posix import _exit  # `os`, which hands it on, takes longer to import than a list to send

TYPE_CHECKING = False
if TYPE_CHECKING:  # `typing` takes longer to import than a list to read
    from types import ModuleType
    from typing import Any

MEMORY = 1024 * 1024 * 1024
SECONDS = 20
_PLAIN = (float, int, bool)


def main() -> None:
    gc.disable()  # it lives for one file, and makes no cycles
    sys.path.append(sys.argv[1])
    max_rows, max_columns, max_text = (int(number) for number in sys.argv[2:5])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    import python_calamine  # noqa: PLC0415 (from the path that was just added)

    content = sys.stdin.buffer.read()
    if not content:
        return  # refused before it was read
    try:
        answer = _sheets(python_calamine, content, max_rows, max_columns, max_text)
    except python_calamine.PasswordError:
        answer = "protected"
    except python_calamine.CalamineError:
        answer = "broken"
    sys.stdout.buffer.write(marshal.dumps(answer))
    sys.stdout.buffer.flush()
    _exit(0)  # taking the sheets apart again would take longer than reading them


def _sheets(calamine: "ModuleType", content: bytes, max_rows: int, max_columns: int, max_text: int) -> "Any":
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    found = []
    text = 0
    texts: dict[str, str] = {}
    for known in book.sheets_metadata:
        if known.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(known.name)
        top, left = sheet.start or (0, 0)
        bottom, right = sheet.end or (0, 0)
        if bottom >= max_rows or right >= max_columns:
            return ("rows" if bottom >= max_rows else "columns", known.name, bottom + 1, right + 1)
        rows = sheet.to_python()
        text += _plain(rows, texts)
        if text > max_text:
            return ("text", known.name, 0, 0)
        found.append((known.name, top, left, rows, sheet.merged_cell_ranges or []))
    return found


def _plain(rows: "list[list[Any]]", texts: dict[str, str]) -> int:
    """Cells as plain values, equal texts as one: sent once, however many rows say it. The length of all texts."""
    length = 0
    for row in rows:
        for place, cell in enumerate(row):
            if cell.__class__ is str:
                length += len(cell)
                row[place] = texts.setdefault(cell, cell)
            elif cell.__class__ not in _PLAIN:
                row[place] = str(cell)
    return length


if __name__ == "__main__":
    main()
