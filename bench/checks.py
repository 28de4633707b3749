"""The checks of a 50-page PDF, as the command line and the job after a deposit make them."""

import io
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pikepdf

from bench.figures import Figure, seconds
from jalon.programmes.definition.trying import default_kinds, kind_called, try_file
from tests.documents.samples import TODAY, signed

PAGES = 50
AT_MOST = 0.3  # seconds
BARE = "import sys, pikepdf\nwith pikepdf.open(sys.argv[1]) as pdf: len(pdf.pages)"


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.pdf"
        plain.write_bytes(_pages())
        yield _figure("checks: a PDF of 50 pages", plain, "document", AT_MOST)
        formed = Path(folder) / "signed.pdf"
        formed.write_bytes(signed(plain.read_bytes()))
        # Importing what verifies a signature takes most of it: shown, not judged, as it is done by a job.
        yield _figure("checks: the same, signed", formed, "pentest_form", None)


def _figure(name: str, path: Path, kind: str, limit: float | None) -> Figure:
    chosen = kind_called(default_kinds(), kind)
    assert chosen is not None
    ours = seconds(lambda: try_file(path, chosen, TODAY), repeat=5)
    command = [sys.executable, "-I", "-c", BARE, str(path)]
    bare = seconds(lambda: subprocess.run(command, check=True), repeat=5)
    return Figure(name, ours, "s", bare, "a process that opens it with pikepdf", limit)


def _pages() -> bytes:
    """Text on each page, as a report has."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        font = document.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
        )
        for n in range(PAGES):
            page = document.add_blank_page()
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            lines = "".join(f"1 0 0 1 40 {780 - 14 * k} Tm (Page {n}, ligne {k}) Tj\n" for k in range(50))
            page.Contents = document.make_stream(f"BT /F1 10 Tf\n{lines}ET".encode())
        document.save(out)
    return out.getvalue()
