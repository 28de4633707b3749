"""Hostile or broken files, each with the check that names it. Made here; none is kept in the repository."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name

from tests.documents.antivirus import EICAR
from tests.documents.conftest import GOOD, docx_bytes, open_document_bytes, xlsx_bytes, zip_bytes
from tests.documents.samples import film, paper, picture, signed

PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00" + bytes(300)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

XHTML = b'<h:html xmlns:h="http://www.w3.org/1999/xhtml"><h:script>x()</h:script></h:html>'


@dataclass(frozen=True)
class Hostile:
    """`level`: as promised, whatever the registry has come to say.

    `stream` instead of `data`: bytes that nobody holds in memory. `kept`: the name under which it is taken.
    """

    what: str
    name: str
    check: str
    level: str
    data: Callable[[], bytes] = bytes
    stream: Callable[[], Iterator[bytes]] | None = None
    kept: str = ""


def _action(**entries):
    def change(document):
        document.Root.OpenAction = Dictionary(**entries)

    return change


def _in_annotation(document):
    action = Dictionary(S=Name.Launch, F=b"calc.exe")
    note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
    document.pages[0].Annots = Array([note])


def _xfa(document):
    document.Root.AcroForm = Dictionary(Fields=Array([]), XFA=document.make_stream(b"<xdp/>"))


def _in_names(document):
    script = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
    document.Root.Names = Dictionary(
        JavaScript=Dictionary(Names=Array(["a", document.make_indirect(script)]))
    )


def _on_page(**entries):
    def change(document):
        document.pages[0].obj.AA = Dictionary(O=Dictionary(**entries))

    return change


def _attached(name, data):
    def change(document):
        document.attachments[name] = pikepdf.AttachedFileSpec(document, data, filename=name)

    return change


def _on_annotation(**entries):
    def change(document):
        note = Dictionary(Type=Name.Annot, Rect=Array([0, 0, 9, 9]), **entries)
        document.pages[0].Annots = Array([document.make_indirect(note)])

    return change


def _behind_a_pin(name, data):
    """A file carried by an annotation alone: the list of attachments does not name it."""

    def change(document):
        carried = Dictionary(F=document.make_stream(data))
        spec = document.make_indirect(Dictionary(Type=Name.Filespec, F=name, UF=name, EF=carried))
        _on_annotation(Subtype=Name.FileAttachment, FS=spec)(document)

    return change


def _scene(document):
    script = document.make_stream(b"host.getURL()")
    scene = document.make_stream(b"U3D", Type=Name("/3D"), OnInstantiate=script)
    _on_annotation(**{"Subtype": Name("/3D"), "3DD": scene})(document)


def _leads_to(address):
    return _on_annotation(Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=address))


def _zip64() -> bytes:
    """What many entries, or gigabytes, make of an archive: its end leads to another end."""
    small = zip_bytes({"a": "b"})
    place = small.rindex(b"PK\x05\x06")
    length, start = struct.unpack("<II", small[place + 12 : place + 20])
    large = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, length, start)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, place, 1)
    most = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return small[:place] + large + locator + most


def _encrypted_entry() -> bytes:
    data = bytearray(zip_bytes({"a.txt": "b"}, zipfile.ZIP_STORED))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _link_entry() -> bytes:
    entry = zipfile.ZipInfo("lien")
    entry.external_attr = 0o120777 << 16
    return zip_bytes({entry: "/etc/passwd"})


def _overlapping() -> bytes:
    """Many entries that are one: the index says 400 times the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(1_000_000))
        first = archive.infolist()[0]
        for n in range(400):
            copy = zipfile.ZipInfo(f"b{n}")
            for field in ("compress_type", "CRC", "compress_size", "file_size", "header_offset"):
                setattr(copy, field, getattr(first, field))
            archive.filelist.append(copy)
            archive.NameToInfo[copy.filename] = copy
    return out.getvalue()


def _claiming(true_size: int, **claims: int) -> bytes:
    """An archive of that many zeros, whose index claims otherwise."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", bytes(true_size))
        for field, value in claims.items():
            setattr(archive.infolist()[0], field, value)
    return out.getvalue()


def _lying() -> bytes:
    return _claiming(60_000_000, file_size=1000)


def _damaged_entry() -> bytes:
    data = bytearray(zip_bytes({"a.txt": "b" * 5000}, zipfile.ZIP_STORED))
    data[100] ^= 1
    return bytes(data)


def _huge_picture() -> bytes:
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


def _endless() -> Iterator[bytes]:
    """Ten gigabytes, claimed by sending on and on; whoever reads must stop at the limit."""
    piece = bytes(1024 * 1024)
    for _n in range(10 * 1024):
        yield piece


LAUGHS = (
    b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;&c;&c;</a>'
)
FETCH = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
LOCKED = (
    '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><m:file-entry m:full-path="content.xml">'
    '<m:encryption-data m:checksum="x"/></m:file-entry></m:manifest>'
)

HOSTILE = (
    Hostile("a virus by its test signature", "a.txt", "virus", "blocking", lambda: EICAR),
    Hostile("nothing", "a.pdf", "not_empty", "blocking"),
    Hostile("a program called a film", "film.mp4", "content_type", "blocking", lambda: PROGRAM),
    Hostile("a program called a text", "a.txt", "content_type", "blocking", lambda: PROGRAM),
    Hostile("a program by its name", "facture.pdf.exe", "format_accepted", "blocking", lambda: PROGRAM),
    Hostile("direction turned in the name", "facture\u202efdp.exe", "format_accepted", "blocking", lambda: PROGRAM),
    Hostile("no extension", "preuve", "format_accepted", "blocking", paper),
    Hostile("a page called a PDF", "a.pdf", "content_type", "blocking", lambda: b"<!doctype html><p>a"),
    Hostile("a drawing with a script", "a.png", "active_markup", "blocking", lambda: SVG),
    Hostile("a drawing with a script, as XML", "a.xml", "active_markup", "blocking",
            lambda: b"<?xml version='1.0'?>" + SVG),
    Hostile("a drawing with a script, behind a long comment", "a.xml", "active_markup", "blocking",
            lambda: b"<!--" + b"x" * 3000 + b"-->" + SVG),
    Hostile("a page with a script, under a prefix", "a.xml", "active_markup", "blocking", lambda: XHTML),
    Hostile("a page with a script, inside a message", "a.xml", "active_markup", "blocking",
            lambda: b"<a>" + XHTML + b"</a>"),
    Hostile("a page with a script, as a message", "a.hl7", "active_markup", "blocking", lambda: XHTML),
    Hostile("a page with a script, as CSV", "a.csv", "active_markup", "blocking",
            lambda: b"<html><script>x()</script>"),
    Hostile("a PDF behind a picture", "a.pdf", "content_type", "blocking", lambda: b"GIF89a" + paper()),
    Hostile("a PDF that is an archive", "a.pdf", "polyglot", "blocking", lambda: paper() + zip_bytes({"a": "b"})),
    Hostile("a PDF with a page behind", "a.pdf", "polyglot", "blocking", lambda: paper() + b"<script>a()</script>"),
    Hostile("a picture that is an archive", "a.png", "polyglot", "blocking", lambda: picture() + zip_bytes({"a": "b"})),
    Hostile("a picture and an archive, and one byte", "a.png", "polyglot", "blocking",
            lambda: picture() + zip_bytes({"a": "b"}) + b"\n"),
    Hostile("a picture that is a large archive", "a.png", "polyglot", "blocking", lambda: picture() + _zip64()),
    Hostile("a photograph that is a large archive", "a.jpg", "polyglot", "blocking",
            lambda: picture("JPEG") + _zip64()),
    Hostile("a picture with a page behind", "a.png", "polyglot", "blocking",
            lambda: picture() + b"<script>x()</script>"),
    Hostile("a photograph with a page behind", "a.jpg", "polyglot", "blocking",
            lambda: picture("JPEG") + b"<html><script>x()</script></html>"),
    Hostile("a photograph with an archive behind, RAR", "a.jpg", "polyglot", "blocking",
            lambda: picture("JPEG") + bytes(99) + b"Rar!\x1a\x07\x00" + bytes(500)),
    Hostile("a photograph with a PDF behind", "a.jpg", "polyglot", "blocking",
            lambda: picture("JPEG") + b"--" + paper()),
    Hostile("a photograph with a program behind", "a.jpg", "polyglot", "blocking", lambda: picture("JPEG") + PROGRAM),
    Hostile("a WebP picture with a page behind", "a.webp", "polyglot", "blocking",
            lambda: picture("WEBP") + b"<script>x()</script>"),
    Hostile("a PDF with a password", "a.pdf", "pdf_encrypted", "blocking",
            lambda: paper(encryption=pikepdf.Encryption(user="s", owner="o"))),
    Hostile("a PDF locked by its owner", "a.pdf", "pdf_encrypted", "blocking",
            lambda: paper(encryption=pikepdf.Encryption(user="", owner="o"))),
    Hostile("a script when a PDF opens", "a.pdf", "pdf_active_content", "blocking",
            lambda: paper(change=_action(S=Name.JavaScript, JS="app.alert(1)"))),
    Hostile("a script among the names", "a.pdf", "pdf_active_content", "blocking", lambda: paper(change=_in_names)),
    Hostile("a program that a link starts", "a.pdf", "pdf_active_content", "blocking",
            lambda: paper(change=_in_annotation)),
    Hostile("an XFA form", "a.pdf", "pdf_active_content", "blocking", lambda: paper(change=_xfa)),
    Hostile("a program attached", "a.pdf", "pdf_attached_program", "blocking",
            lambda: paper(change=_attached("mise-a-jour.exe", b"x"))),
    Hostile("a program attached as a text", "a.pdf", "pdf_attached_program", "blocking",
            lambda: paper(change=_attached("lisez-moi.txt", PROGRAM))),
    Hostile("a program behind a pin on a page", "a.pdf", "pdf_attached_program", "blocking",
            lambda: paper(change=_behind_a_pin("setup.exe", b"x"))),
    Hostile("a program called a text behind a pin", "a.pdf", "pdf_attached_program", "blocking",
            lambda: paper(change=_behind_a_pin("a.txt", PROGRAM))),
    Hostile("a script in a 3D scene", "a.pdf", "pdf_active_content", "blocking", lambda: paper(change=_scene)),
    Hostile("a script in the place of an address", "a.pdf", "pdf_active_content", "blocking",
            lambda: paper(change=_leads_to("javascript:alert(1)"))),
    Hostile("a script in an address that is made hard to see", "a.pdf", "pdf_active_content", "blocking",
            lambda: paper(change=_leads_to(" Java\nScript\t:alert(1)"))),
    Hostile("a form that a PDF sends when it opens", "a.pdf", "pdf_active_content", "blocking",
            lambda: paper(change=_action(S=Name.SubmitForm, F="https://a.test"))),
    Hostile("another file that a page of a PDF opens", "a.pdf", "pdf_active_content", "blocking",
            lambda: paper(change=_on_page(S=Name.GoToR, F="//a.test/b.pdf"))),
    Hostile("a form that is sent after a jump", "a.pdf", "pdf_active_content", "blocking",
            lambda: paper(change=_action(S=Name.GoTo, Next=Dictionary(S=Name.SubmitForm, F="https://a.test")))),
    Hostile("a PDF cut short", "a.pdf", "truncated", "blocking", lambda: paper(pages=9)[:-60]),
    Hostile("a PDF cut in its last revision", "a.pdf", "truncated", "blocking",
            lambda: signed(first := paper(pages=3))[: len(first) + 1500]),
    Hostile("a PDF cut at its very end", "a.pdf", "truncated", "blocking", lambda: signed().rstrip()[:-5]),
    Hostile("a PDF with nothing in it", "a.pdf", "readable", "blocking", lambda: b"%PDF-1.7\n%%EOF"),
    Hostile("a film cut short", "a.mp4", "truncated", "blocking", lambda: film()[:-500]),
    Hostile("a film cut short, WebM", "a.webm", "truncated", "blocking", lambda: GOOD["a.webm"][:-500]),
    Hostile("a picture cut short", "a.png", "truncated", "blocking", lambda: picture()[:-50]),
    Hostile("a photograph cut short", "a.jpg", "truncated", "blocking", lambda: picture("JPEG")[:-300]),
    Hostile("a huge picture", "a.png", "image_bomb", "blocking", _huge_picture),
    Hostile("an archive that bursts", "a.zip", "archive_bomb", "blocking",
            lambda: zip_bytes({"zeros": bytes(50_000_000)})),
    Hostile("an archive that overlaps", "a.zip", "archive_bomb", "blocking", _overlapping),
    Hostile("too many entries", "a.zip", "archive_entries", "blocking",
            lambda: zip_bytes({str(n): "" for n in range(10_001)})),
    Hostile("paths that leave", "a.zip", "archive_paths", "blocking", lambda: zip_bytes({"../../etc/cron.d/x": "x"})),
    Hostile("a link in an archive", "a.zip", "archive_paths", "blocking", _link_entry),
    Hostile("a locked entry", "a.zip", "archive_encrypted", "blocking", _encrypted_entry),
    Hostile("an archive that is damaged", "a.zip", "readable", "blocking", lambda: zip_bytes({"a": "b"})[:-10]),
    Hostile("an archive of nothing", "a.zip", "not_empty", "blocking", lambda: zip_bytes({})),
    Hostile("an archive of folders", "a.zip", "not_empty", "blocking", lambda: zip_bytes({"a/": "", "a/b/": ""})),
    Hostile("an archive that holds more than it says", "a.zip", "archive_bomb", "blocking", _lying),
    Hostile("an archive with a damaged item", "a.zip", "readable", "blocking", _damaged_entry),
    Hostile("an archive with a cut item", "a.zip", "readable", "blocking", lambda: _claiming(50_000, compress_size=20)),
    Hostile("a text locked by its own means", "a.odt", "archive_encrypted", "blocking",
            lambda: with_entry(open_document_bytes("text"), "META-INF/manifest.xml", LOCKED)),
    Hostile("a text whose main part is cut", "a.docx", "readable", "blocking",
            lambda: zip_bytes({"[Content_Types].xml": "<Types/>", "word/document.xml": "<document>"})),
    Hostile("macros in a workbook", "a.xlsx", "office_macros", "blocking",
            lambda: xlsx_bytes(**{"xl/vbaProject.bin": "x"})),
    Hostile("a text called a workbook", "a.xlsx", "content_type", "blocking", docx_bytes),
    Hostile("entities that multiply", "a.xml", "xml_entities", "blocking", lambda: LAUGHS),
    Hostile("entities that fetch", "a.xml", "xml_entities", "blocking", lambda: FETCH),
    Hostile("a private key", "a.pem", "private_key", "blocking",
            lambda: b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
    Hostile("JSON without an end", "a.json", "readable", "blocking", lambda: b"[" * 200_000),
    Hostile("ten gigabytes", "a.mp4", "size_allowed", "blocking", stream=_endless),
    Hostile("a path in the name", "../../etc/a.pdf", "name_plain", "warning", lambda: paper(pages=2), kept="a.pdf"),
    Hostile("NUL in the name", "a\x00.pdf", "name_plain", "warning", lambda: paper(pages=3), kept="a.pdf"),
    Hostile("direction turned in the name of a PDF", "fdp\u202e.pdf", "name_plain", "warning", lambda: paper(pages=4),
            kept="fdp.pdf"),
    Hostile("macros in a text", "a.odt", "office_macros", "blocking",
            lambda: with_entry(open_document_bytes("text"), "Basic/script.xml")),
)  # fmt: skip


def with_entry(archive: bytes, name: str, text: str = "x") -> bytes:
    out = io.BytesIO(archive)
    with zipfile.ZipFile(out, "a") as opened:
        opened.writestr(name, text)
    return out.getvalue()
