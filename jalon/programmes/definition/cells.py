"""The cells of a workbook, read by another process under limits: a foreign file may be a bomb.

`python -m jalon.programmes.definition.cells FILE` prints one JSON object; `read_cells` runs it.
"""

import datetime as dt
import json
import re
import resource
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import python_calamine

from jalon.core.text import fold
from jalon.programmes.definition.findings import DefinitionError, Finding

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_PARTS = 1000
MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_TEXT = 64 * 1024 * 1024
_MEMORY = 1024 * 1024 * 1024
_SECONDS = 60
_HEADER_WITHIN = 20

COLUMNS = (
    "Périmètre", "ID", "Chapitre", "Fonction", "Exigence", "Commentaire", "Profil", "N° scénario",
    "Scénario de conformité", "N° preuve", "Preuve", "Profil historique", "Criticité", "Ordre",
)  # fmt: skip
# Without these there is no requirement list; the others may be missing.
_NEEDED = ("Périmètre", "ID", "Chapitre", "Exigence", "Profil", "N° scénario", "N° preuve", "Preuve")
_CELL = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")


@dataclass(frozen=True)
class Cells:
    """The rows under the header. Each row: its number in the sheet, and its texts by column of `COLUMNS`."""

    sheet: str
    rows: tuple[tuple[int, dict[str, str]], ...]


def read_cells(path: Path) -> Cells:
    """Read a workbook; DefinitionError says why not."""
    if not path.is_file():
        raise DefinitionError([Finding("file.missing", file=str(path), params={"name": path.name})])
    try:
        done = subprocess.run(  # noqa: S603 (our own module; the path is one argument)
            [sys.executable, "-m", __name__, str(path.resolve())],
            capture_output=True, timeout=_SECONDS * 2, check=False, cwd=Path(__file__).resolve().parents[3],
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise _too_large(path, "temps de lecture", "time to read", f"{_SECONDS} s") from error
    if done.returncode:
        # The child died of a limit: memory, time, or the parser's own despair.
        raise _too_large(path, "mémoire ou temps de lecture", "memory or time", f"{_SECONDS} s")
    answer = json.loads(done.stdout)
    if "refused" in answer:
        code, params = answer["refused"]
        raise DefinitionError([Finding(code, file=str(path), params=params)])
    return Cells(answer["sheet"], tuple((number, dict(row)) for number, row in answer["rows"]))


def _too_large(path: Path, what: str, what_en: str, limit: str) -> DefinitionError:
    params = {"what": what, "what_en": what_en, "limit": limit}
    return DefinitionError([Finding("workbook.too_large", file=str(path), params=params)])


# --- In the other process -----------------------------------------------------------------------------------


class _Refused(Exception):
    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.answer = [code, params]


def _too_many(what: str, what_en: str, limit: str) -> _Refused:
    return _Refused("workbook.too_large", what=what, what_en=what_en, limit=limit)


def look_into(path: Path) -> None:
    """Refuse what is no workbook or would unfold beyond measure, before anything parses it."""
    if path.stat().st_size > MAX_BYTES:
        raise _too_many("taille du fichier", "size of the file", f"{MAX_BYTES // 1024**2} Mo")
    try:
        with zipfile.ZipFile(path) as archive:
            _look_into_archive(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        protected = path.read_bytes()[:8] == bytes.fromhex("d0cf11e0a1b11ae1")
        raise _Refused("workbook.protected" if protected else "workbook.not_one") from error


def _look_into_archive(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > MAX_PARTS:
        raise _too_many("parties", "parts", str(MAX_PARTS))
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise _too_many("taille décompressée", "unpacked size", f"{MAX_UNPACKED // 1024**2} Mo")
    if "xl/workbook.xml" not in archive.namelist():
        raise _Refused("workbook.not_one")
    for part in parts:
        if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
            _look_into_sheet(archive, part)


def _look_into_sheet(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """The parser makes a full rectangle: one cell at XFD1048576 would take all memory there is."""
    rest = b""
    with archive.open(part) as stream:
        while block := stream.read(1 << 20):
            window = rest + block
            for letters, digits in _CELL.findall(window):
                if int(digits) > MAX_ROWS + _HEADER_WITHIN:
                    raise _too_many("lignes", "rows", str(MAX_ROWS))
                if _column_number(letters) > MAX_COLUMNS:
                    raise _too_many("colonnes", "columns", str(MAX_COLUMNS))
            rest = window[-32:]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def read_sheet(path: Path) -> dict[str, Any]:
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
        names = sorted(workbook.sheet_names, key=lambda name: fold(name) != "exigences")
        best: list[str] = list(_NEEDED)
        for name in names:
            sheet = workbook.get_sheet_by_name(name)
            top = sheet.start[0] if sheet.start else 0
            rows = sheet.to_python(skip_empty_area=True)
            at, columns, missing = _header(rows)
            if not missing:
                found = [(top + n + 1, _texts(row, columns)) for n, row in enumerate(rows) if n > at]
                return {"sheet": name, "rows": _bounded([row for row in found if row[1]])}
            best = min(best, missing, key=len)
    except python_calamine.PasswordError as error:
        raise _Refused("workbook.protected") from error
    except python_calamine.CalamineError as error:
        raise _Refused("workbook.not_one") from error
    raise _Refused("workbook.columns", names=", ".join(best))


def _header(rows: list[list[Any]]) -> tuple[int, dict[int, str], list[str]]:
    """Where the header is, which column is which, and what is missing from the best candidate."""
    known = {_plain(name): name for name in COLUMNS}
    best: tuple[int, dict[int, str], list[str]] = (0, {}, list(_NEEDED))
    for n, row in enumerate(rows[:_HEADER_WITHIN]):
        columns: dict[int, str] = {}
        for i, cell in enumerate(row):
            name = known.get(_plain(str(cell)))
            if name and name not in columns.values():
                columns[i] = name
        missing = [name for name in _NEEDED if name not in columns.values()]
        if len(missing) < len(best[2]):
            best = (n, columns, missing)
    return best


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]+", " ", fold(name)).strip()


def _texts(row: list[Any], columns: dict[int, str]) -> dict[str, str]:
    texts = {name: _text(row[i]) for i, name in columns.items() if i < len(row)}
    return {name: text for name, text in texts.items() if text.strip()}


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def _bounded(rows: list[tuple[int, dict[str, str]]]) -> list[tuple[int, dict[str, str]]]:
    if len(rows) > MAX_ROWS:
        raise _too_many("lignes", "rows", str(MAX_ROWS))
    if sum(len(text) for _, row in rows for text in row.values()) > MAX_TEXT:
        raise _too_many("texte", "text", f"{MAX_TEXT // 1024**2} Mo")
    return rows


def main(path: Path) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    try:
        look_into(path)
        answer = read_sheet(path)
    except _Refused as refused:
        answer = {"refused": refused.answer}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
