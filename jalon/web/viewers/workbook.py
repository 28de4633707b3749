"""Workbooks: the values of one sheet, a page of rows at a time."""

from jalon.documents.previews.running import read
from jalon.web.viewers.shown import Source
from jalon.web.viewers.table import Table, table_of


def content(source: Source) -> Table:
    with source.open() as file:
        said = read(file, "workbook", page=source.page, sheet=source.number("feuille"))
    sheets = tuple((n, name, n == said["sheet"]) for n, name in enumerate(said["sheets"], 1))
    return table_of(said, source.page, sheets)
