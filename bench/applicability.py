"""What applies to one application, beside a bare pass over the same rows."""

from collections.abc import Iterator
from itertools import cycle

from bench.figures import Figure, seconds
from bench.workbooks import REFERENCE, definition_of
from jalon.programmes.definition.applicability import applicability
from jalon.programmes.definition.commands import TEMPLATE
from jalon.programmes.definition.conditions import Facts
from jalon.programmes.definition.folder import load_folder
from jalon.programmes.definition.workbook.exporting import lines_of

AT_MOST = 5.0  # milliseconds
TIMES = 50


def run() -> Iterator[Figure]:
    path = REFERENCE / "rem" / "REM-RIS-Va2-B.xlsx"
    if not path.is_file():
        print(f"applicability: no workbook in {path.parent}: set JALON_REFERENCE")
        return
    definition = definition_of(path, load_folder(TEMPLATE))
    profiles = [profile.key for profile in definition.profiles]
    sets = cycle([Facts(frozenset(profiles[:n])) for n in range(len(profiles))])
    rows = [(line["Périmètre"], line["Profil"]) for line in lines_of(definition)]
    ours = seconds(lambda: [applicability(definition, next(sets)) for _ in range(TIMES)]) / TIMES
    bare = seconds(lambda: [_bare(rows, set(profiles[:4])) for _ in range(TIMES)]) / TIMES
    name = "applicability: one application of 246 requirements"
    yield Figure(name, ours * 1000, "ms", bare * 1000, "two look-ups a row", AT_MOST)


def _bare(rows: list[tuple[str | int, str | int]], profiles: set[str]) -> list[bool]:
    return [perimeter == "Vague 2" and profile in profiles for perimeter, profile in rows]
