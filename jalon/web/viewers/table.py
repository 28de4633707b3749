"""Tables of values: a page of rows under the names of their columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jalon.documents.previews.running import read
from jalon.web.viewers.shown import Source


@dataclass(frozen=True)
class Table:
    """`columns` of them in all, of which the first are shown; `rows` are numbered, the header not counted."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    columns: int
    page: int
    more: bool
    sheets: tuple[tuple[int, str, bool], ...] = ()

    @property
    def before(self) -> int | None:
        return self.page - 1 or None

    @property
    def after(self) -> int | None:
        return self.page + 1 if self.more else None

    @property
    def is_wide(self) -> bool:
        return self.columns > len(self.header)


def content(source: Source) -> Table:
    with source.open() as file:
        return table_of(read(file, "csv", page=source.page), source.page)


def table_of(said: Mapping[str, Any], page: int, sheets: tuple[tuple[int, str, bool], ...] = ()) -> Table:
    """Every row as long as the longest that is shown."""
    width = max((len(row) for row in (said["header"], *said["rows"])), default=0)
    return Table(
        header=_filled(said["header"], width),
        rows=tuple((n, _filled(row, width)) for n, row in enumerate(said["rows"], said["first"])),
        columns=said["columns"],
        page=page,
        more=said["more"],
        sheets=sheets,
    )


def _filled(row: list[str], width: int) -> tuple[str, ...]:
    return (*row, *[""] * (width - len(row)))
