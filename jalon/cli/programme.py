"""`jalon programme`: definitions of programmes, on disk and in the database."""

import click


@click.group()
def programme() -> None:
    """Programmes as data: check a folder, import a workbook, load and publish."""
