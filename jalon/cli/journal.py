"""`jalon journal`: verify the record, take the daily anchor."""

from pathlib import Path

import click

from jalon.cli.report import finish, json_option
from jalon.cli.start import start_django


@click.group()
def journal() -> None:
    """The append-only record of every act."""


@journal.command()
@click.option(
    "--anchor",
    "anchor_dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the anchors kept elsewhere. Default: JALON_JOURNAL_ANCHOR_DIR.",
)
@json_option
def verify(anchor_dir: Path | None, as_json: bool) -> None:
    """Recompute every hash and name the first bad line.

    With the anchors, notice even a journal that was rewritten throughout.
    """
    start_django()
    from django.conf import settings

    from jalon.journal.queries import verify as verify_journal

    report = verify_journal(anchor_dir or settings.JOURNAL_ANCHOR_DIR)
    finish(report.ok, report.as_facts(), report.lines(), as_json=as_json)


@journal.command()
@json_option
def anchor(as_json: bool) -> None:
    """Take the digest of the chains that moved since the last one, and append its line to the anchor file."""
    start_django()
    from jalon.accounts.standing import SYSTEM
    from jalon.journal.actions import take_digest
    from jalon.journal.anchors import AnchorMismatch, publish_anchors

    digest = take_digest(actor=SYSTEM)
    try:
        written = publish_anchors()
    except AnchorMismatch as error:
        finish(False, {"error": str(error)}, [str(error)], as_json=as_json)
    number = digest.number if digest else None
    line = (
        f"Digest {number} taken; {written} line(s) appended."
        if digest
        else f"Nothing moved; {written} line(s) appended."
    )
    finish(True, {"digest": number, "appended": written}, [line], as_json=as_json)
