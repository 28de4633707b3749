"""PDF files that we write: archivable, accessible, and deaf to what people type."""

import subprocess
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from jalon.connectors.pdf import PdfNotMade, render

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
HEAD = '#set document(title: "Titre")\n#set text(lang: "fr")\n#let d = json(bytes(sys.inputs.data))\n'


@pytest.fixture
def template(tmp_path: Path) -> Path:
    file = tmp_path / "page.typ"
    file.write_text(HEAD + "= Titre\n#d.text", encoding="utf-8")
    return file


def test_equal_data_make_equal_bytes(template):
    data = {"text": "« Été »"}
    assert render(template, data, at=AT) == render(template, data, at=AT)


def test_the_file_claims_pdf_a_and_pdf_ua_and_is_tagged(template):
    pdf = pikepdf.open(BytesIO(render(template, {"text": "x"}, at=AT)))
    with pdf.open_metadata() as meta:
        assert (meta["pdfaid:part"], meta["pdfaid:conformance"], meta["pdfuaid:part"]) == ("3", "A", "1")
    assert str(pdf.Root.Lang) == "fr"
    assert bool(pdf.Root.MarkInfo.Marked) is True


@pytest.mark.parametrize(
    "typed",
    ['#panic("x")', "*gras* _italique_ $x$", '#read("/etc/passwd")', '"; #import', "\\ @ <label> = Titre"],
)
def test_what_people_type_is_text_and_never_markup(template, tmp_path, typed):
    file = tmp_path / "out.pdf"
    file.write_bytes(render(template, {"text": typed}, at=AT))
    text = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout
    assert " ".join(text.replace("Titre\n", "", 1).split()) == typed


def test_a_template_reads_nothing_outside_its_folder(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    file = tmp_path / "in" / "page.typ"
    file.write_text(HEAD + '= T\n#read("../secret.txt")', encoding="utf-8")
    with pytest.raises(PdfNotMade):
        render(file, {}, at=AT)


def test_missing_data_is_an_error_and_not_a_hole_in_the_page(template):
    with pytest.raises(PdfNotMade, match=r"page\.typ"):
        render(template, {}, at=AT)
