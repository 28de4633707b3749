"""The sheets of a workbook as plain values, read by another process while this one looks into the archive."""

import marshal
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jalon.programmes.definition.workbook import archive, reader
from jalon.programmes.definition.workbook.archive import Archive, Refused, look_into
from jalon.programmes.definition.workbook.formulas import Computed, computed_cells

_SECONDS = 30
Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Sheet:
    """`rows` begins at row `top` and column `left`, both from 0, and is a rectangle."""

    name: str
    top: int
    left: int
    rows: list[list[Any]]
    merged: list[Range]


@dataclass(frozen=True)
class Sheets:
    sheets: tuple[Sheet, ...]
    archive: Archive

    def computed(self, sheet: Sheet) -> dict[tuple[int, int], Computed]:
        return computed_cells(self.archive, sheet.name)


def read_sheets(path: Path) -> Sheets:
    """Read a workbook. Refused says why not."""
    if not path.is_file():
        raise Refused("file.missing", name=path.name)
    with path.open("rb") as file:
        content = file.read(archive.MAX_BYTES + 1)
    with _started() as process:
        try:
            looked = look_into(content)
            answer = _answer(process, content)
        finally:
            process.kill()
    return Sheets(tuple(Sheet(*sheet) for sheet in answer), looked)


def _started() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 (our own file, our own numbers)
        _command(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.defpath, "LANG": "C.UTF-8"},  # none of our secrets
        cwd="/",
        start_new_session=True,  # Ctrl-C at the terminal is for us, not for it
    )


@cache
def _command() -> list[str]:
    found = find_spec("python_calamine")
    assert found is not None
    assert found.origin is not None
    limits = (archive.MAX_ROWS, archive.MAX_COLUMNS, archive.MAX_TEXT)
    packages = str(Path(found.origin).parents[1])
    return [sys.executable, "-I", "-S", reader.__file__, packages, *map(str, limits)]


def _answer(process: "subprocess.Popen[bytes]", content: bytes) -> list[tuple[Any, ...]]:
    try:
        output, _ = process.communicate(content, timeout=_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise archive.why_too_much(content) from error
    if process.returncode:
        # It died of a limit: memory, time, or the parser's own despair.
        raise archive.why_too_much(content)
    answer = marshal.loads(output)  # noqa: S302 (written by our own reader)
    if isinstance(answer, list):
        return answer
    raise _refusal(answer)


def _refusal(answer: Any) -> Refused:
    if isinstance(answer, str):
        return Refused(f"workbook.{answer}")
    what, sheet, rows, columns = answer
    if what == "rows":
        return archive.too_many_rows(sheet, rows)
    if what == "columns":
        return archive.too_many_columns(sheet, 0, archive.column_letters(columns))
    return Refused("workbook.too_much_text", sheet=sheet, limit=f"{archive.MAX_TEXT // archive.MB} Mo")
