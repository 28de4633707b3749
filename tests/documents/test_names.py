"""What is kept of a person's file name."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jalon.documents.rules import display_name, extension_of


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Rapport d’activité 2026.pdf", "Rapport d’activité 2026.pdf"),
        ("C:\\Users\\Camille\\Mes documents\\preuve.pdf", "preuve.pdf"),
        ("../../../etc/passwd", "passwd"),
        ("/etc/preuve.pdf", "preuve.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("preuve.pdf\x00.exe", "preuve.pdf.exe"),
        ("facture\u202efdp.exe", "facturefdp.exe"),
        ("a\u200b\ufeffb\u2066.pdf", "ab.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("  deux   espaces .pdf", "deux espaces .pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("..", "fichier"),
        ("", "fichier"),
        ("\u202e", "fichier"),
        (".bashrc", "bashrc"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("y" * 300, "y" * 255),
    ],
)
def test_shown_as(sent, shown):
    assert display_name(sent) == shown


@given(st.text())
def test_whatever_is_sent_the_name_is_short_safe_and_stable(sent):
    shown = display_name(sent)
    assert 0 < len(shown) <= 255
    assert not set("/\\") & set(shown)
    assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs") for c in shown)
    assert display_name(shown) == shown


@pytest.mark.parametrize(
    ("name", "extension"),
    [("A.PDF", "pdf"), ("a.tar.gz", "gz"), ("a.JPEG", "jpg"), ("pdf", ""), (".pdf", "")],
)
def test_extension(name, extension):
    assert extension_of(name) == extension
