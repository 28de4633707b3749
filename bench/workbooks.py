"""The import of a requirement workbook, beside what the library needs to read its cells.

The base is the parser in a process of its own: a foreign file may be built to harm whoever parses it, so nobody who
reads one can do without. The parser inside our own process is shown too.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import python_calamine

from bench.figures import Figure, seconds
from jalon.programmes.definition.check import check
from jalon.programmes.definition.commands import TEMPLATE
from jalon.programmes.definition.folder import load_folder, write_folder
from jalon.programmes.definition.schema import Definition, Text
from jalon.programmes.definition.workbook.composing import read_definition
from jalon.programmes.definition.workbook.exporting import write_workbook
from jalon.programmes.definition.workbook.importing import import_workbook

REFERENCE = Path(os.environ.get("JALON_REFERENCE", Path(__file__).resolve().parents[1] / ".." / "shared"))
AT_MOST = 3.0
REPEAT = 40
BARE = """import sys
sys.path.append(sys.argv[1])
import python_calamine
python_calamine.CalamineWorkbook.from_path(sys.argv[2]).get_sheet_by_index(0).to_python()
"""


def run() -> Iterator[Figure]:
    path = REFERENCE / "rem" / "REM-RIS-Va2-B.xlsx"
    if not path.is_file():
        print(f"workbooks: no workbook in {path.parent}: set JALON_REFERENCE")
        return
    template = load_folder(TEMPLATE)
    # Turn by turn, so that all three meet the machine in the same mood.
    apart = inside = ours = float("inf")
    for _ in range(REPEAT):
        apart = min(apart, seconds(lambda: _apart(path), repeat=1))
        inside = min(inside, seconds(lambda: _inside(path), repeat=1))
        ours = min(ours, seconds(lambda: import_workbook(path, kinds=template.kinds), repeat=1))
    name = "import: 386 rows → requirements, mended and reported"
    yield Figure(
        name, ours * 1000, "ms", apart * 1000, "the library alone, in a process", limit_ratio=AT_MOST
    )
    yield Figure("import: the same", ours * 1000, "ms", inside * 1000, "the library alone, in this process")
    definition = definition_of(path, template)
    whole = seconds(lambda: _whole(path, template), repeat=5)
    yield Figure("import: as a folder, checked, from file to files", whole * 1000, "ms")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.xlsx"
        yield Figure("export: to a workbook", seconds(lambda: write_workbook(definition, out)) * 1000, "ms")


def _apart(path: Path) -> None:
    found = find_spec("python_calamine")
    assert found is not None
    assert found.origin is not None
    packages = str(Path(found.origin).parents[1])
    subprocess.run([sys.executable, "-I", "-S", "-c", BARE, packages, str(path)], check=True)


def _inside(path: Path) -> None:
    python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


def definition_of(path: Path, template: Definition) -> Definition:
    definition, report = read_definition(
        path, template=template, like=None, code="rem", track="track", title=Text(fr="Liste")
    )
    assert definition is not None, report.errors
    return definition


def _whole(path: Path, template: Definition) -> None:
    definition = definition_of(path, template)
    assert check(definition) == []
    with tempfile.TemporaryDirectory() as folder:
        write_folder(definition, Path(folder) / "rem")
