"""Real files of each kind, small, made here."""

import io
import struct
import zipfile
import zlib

import pikepdf
import pytest

from jalon.accounts.models import Company
from jalon.accounts.standing import Standing
from jalon.documents import actions
from tests.append_only import tables_that_can_be_emptied
from tests.documents.antivirus import clamd
from tests.documents.samples import film, picture

__all__ = ["clamd", "tables_that_can_be_emptied"]


@pytest.fixture
def files_dir(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    return settings.FILES_DIR


@pytest.fixture
def company(db):
    return Company.objects.create(register_number="552100554", name="Éditeur", name_norm="editeur")


@pytest.fixture
def receive(files_dir, company):
    """Send bytes as a file, as a vendor would."""

    def send(
        name,
        data,
        *,
        formats=("pdf", "png", "mp4", "zip"),
        max_bytes=1_000_000,
        chunk=1000,
        company_id=company.pk,
    ):
        chunks = (data[start : start + chunk] for start in range(0, len(data), chunk))
        return actions.receive_file(
            actor=Standing(),
            company_id=company_id,
            name=name,
            chunks=chunks,
            formats=formats,
            max_bytes=max_bytes,
        )

    return send


def pdf_bytes(**options):
    document = pikepdf.new()
    document.add_blank_page()
    out = io.BytesIO()
    document.save(out, **options)
    return out.getvalue()


def png_bytes():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0\xff\0\0")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def box(kind, data=b""):
    return struct.pack(">I4s", len(data) + 8, kind) + data


def mp4_bytes(brand=b"isom"):
    return box(b"ftyp", brand + bytes(4)) + box(b"moov", box(b"mvhd", bytes(100))) + box(b"mdat", bytes(500))


def zip_bytes(entries, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def xlsx_bytes(**more):
    return zip_bytes({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>", **more})


def docx_bytes():
    return zip_bytes({"[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>"})


def open_document_bytes(kind):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr("content.xml", "<content/>")
    return out.getvalue()


DER = b"\x30\x82\x01\x00" + bytes(256)
PEM = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"

GOOD = {
    "a.pdf": pdf_bytes(),
    "a.png": png_bytes(),
    "a.jpg": picture("JPEG", width=40, height=30),
    "a.jpeg": picture("JPEG", width=30, height=40),
    "a.mp4": mp4_bytes(),
    "a.mov": mp4_bytes(b"qt  "),
    "a.webm": film("libvpx-vp9", "webm", width=320, height=200),
    "a.mkv": film("libx264", "mkv", width=320, height=200),
    "a.zip": zip_bytes({"journal.log": "une ligne\n"}),
    "a.xlsx": xlsx_bytes(),
    "a.docx": docx_bytes(),
    "a.pptx": zip_bytes({"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<p/>"}),
    "a.odt": open_document_bytes("text"),
    "a.ods": open_document_bytes("spreadsheet"),
    "a.odp": open_document_bytes("presentation"),
    "a.webp": picture("WEBP", width=40, height=30),
    "a.pem": PEM,
    "a.crt": PEM,
    "a.cer": DER,
    "a.der": DER,
    "a.conf": b"cle = valeur\n",
    "a.ini": b"[section]\ncle=valeur\n",
    "a.yml": b"cle: valeur\n",
    "a.hl7": b"\x0bMSH|^~\\&|RIS|SITE|\rPID|1||\r\x1c\r",
    "a.csv": "nom;valeur\nété;1\n".encode(),
    "b.csv": "nom;valeur\nété;1\n".encode("cp1252"),
    "c.csv": "nom\tvaleur\nété\t1\n".encode("utf-16"),
    "a.txt": b"Bonjour.\n",
    "a.log": b"2026-03-02 \x1b[31mERROR\x1b[0m <html> in a line\n",
    "a.eml": b"Received: from a by b\r\nFrom: a@b.test\r\nSubject: x\r\n\r\nTexte\r\n",
    "a.xml": b'<?xml version="1.0"?>\n<configuration><cle>1</cle></configuration>',
    "a.json": b'\xef\xbb\xbf{"cle": [1, 2]}',
}
