"""Which column is which. Lists come in two layouts, whose headers have had several wordings (docs/definitions.md)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jalon.core.text import fold

COLUMNS = (
    "Périmètre", "ID", "Chapitre", "Fonction", "Exigence", "Commentaire", "Profil", "N° scénario",
    "Scénario de conformité", "N° preuve", "Preuve", "Profil historique", "Criticité", "Ordre",
)  # fmt: skip
# Beside the fourteen: known from the public lists.
NATURE, BEFORE, CONDITIONAL = "Nature de l’exigence", "VA N-1", "Exigence conditionnelle"

# Other wordings of headers, in normal form; those of COLUMNS are added below.
_ALIASES = {
    "n exigence": "ID", "section": "Chapitre", "nature de l exigence": NATURE, "nature": NATURE,
    "scenario": "Scénario de conformité", "va n 1": BEFORE, "exigence conditionnelle": CONDITIONAL,
    "exigence conditionnelle oui non": CONDITIONAL,
    "enonce de l exigence": "Exigence",
    "enonce de l exigence doit ou de la preconisation peut": "Exigence",
}  # fmt: skip
_LONGEST = 120
_NUMBERED = re.compile(r"(n preuve|preuve) ([1-9][0-9]?)")

# Without these there is no requirement list; the others may be missing.
_NEEDED_BY_PROOF = (
    "Périmètre",
    "ID",
    "Chapitre",
    "Exigence",
    "Profil",
    "N° scénario",
    "N° preuve",
    "Preuve",
)
_NEEDED_BY_SCENARIO = ("ID", "Chapitre", "Exigence", "Profil", "N° scénario", "Preuve 1")


@dataclass(frozen=True)
class Header:
    """A header row that was understood. `columns`: place → column; `names`: column → the words that stand there."""

    row: int
    columns: dict[int, str]
    names: dict[str, str]
    unknown: dict[int, str]
    twice: dict[int, str]

    @property
    def by_scenario(self) -> bool:
        """One row a scenario, its proofs side by side; else one row a proof."""
        return any(is_numbered(column) for column in self.columns.values())

    @property
    def missing(self) -> tuple[str, ...]:
        needed = _NEEDED_BY_SCENARIO if self.by_scenario else _NEEDED_BY_PROOF
        return tuple(column for column in needed if column not in self.names)

    @property
    def proof_pairs(self) -> tuple[tuple[str, str], ...]:
        """("N° preuve 1", "Preuve 1"), …"""
        numbers = sorted({int(c.rsplit(" ", 1)[1]) for c in self.names if is_numbered(c)})
        return tuple((f"N° preuve {n}", f"Preuve {n}") for n in numbers)


def find_header(rows: Sequence[Sequence[object]], within: int = 30) -> Header | None:
    """The row in which most columns are recognised, the first of equals; None where no row has three."""
    best: Header | None = None
    for number, row in enumerate(rows[:within]):
        header = _header(number, row)
        if best is None or len(header.columns) > len(best.columns):
            best = header
        if not header.missing:
            break
    return best if best and len(best.columns) >= 3 else None


def _header(number: int, row: Iterable[object]) -> Header:
    header = Header(number, {}, {}, {}, {})
    for place, cell in enumerate(row):
        if cell == "" or not (name := _shown(str(cell))):
            continue
        column = _column(name) if len(name) <= _LONGEST else None
        if column is None:
            header.unknown[place] = name
        elif column in header.names:
            header.twice[place] = name
        else:
            header.columns[place] = column
            header.names[column] = name
    return header


def _column(name: str) -> str | None:
    plain = normal(name)
    if numbered := _NUMBERED.fullmatch(plain):
        return f"{'Preuve' if numbered[1] == 'preuve' else 'N° preuve'} {int(numbered[2])}"
    return _KNOWN.get(plain)


def normal(name: str) -> str:
    """Lower case, no accents, no punctuation; "N°", "No" and "Numéro" are one."""
    plain = re.sub(r"[^a-z0-9]+", " ", fold(name)).strip()
    return re.sub(r"^(no|num|numero) (de |d |du )?", "n ", plain)


def _shown(name: str) -> str:
    return " ".join(re.sub("[\u200b\u200c\u200d\u2060\ufeff]", "", name).split())


def is_numbered(column: str) -> bool:
    return column[-1:].isdigit() and column.rsplit(" ", 1)[0] in ("Preuve", "N° preuve")


_KNOWN = {**{normal(column): column for column in COLUMNS}, **_ALIASES}
