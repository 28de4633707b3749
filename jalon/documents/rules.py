"""The formats that Jalon knows, what their bytes begin with, and how a file's name is made safe to show."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

MAX_NAME = 255
HEAD = 64 * 1024  # bytes at the start that are looked at
UNNAMED_KEPT = timedelta(days=30)  # what no row names, from the look that found it so


@dataclass(frozen=True)
class Format:
    """`frame`: what we read it as ourselves; `reader`: what a separate process opens it as; "" for nothing.

    `inline`: a browser may show it.
    """

    extension: str
    media_type: str
    begins: Callable[[bytes], bool]
    frame: str = ""
    reader: str = ""
    inline: bool = False


def _pdf(head: bytes) -> bool:
    # The norm allows junk before it; that is how a file is two things at once. A BOM and spaces may pass.
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n").startswith(b"%PDF-")


def _png(head: bytes) -> bool:
    return head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR"


def _jpeg(head: bytes) -> bool:
    return head.startswith(b"\xff\xd8\xff")


def _iso_media(head: bytes) -> bool:
    return head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip") and head[0] < 0x10


def _ebml(document_type: bytes) -> Callable[[bytes], bool]:
    def begins(head: bytes) -> bool:
        return head.startswith(b"\x1a\x45\xdf\xa3") and document_type in head[:4096]

    return begins


def _zip(head: bytes) -> bool:
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


_OTHER_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_MARKUP = re.compile(rb"<(?:!doctype\s+html|html|svg|script|body|iframe)\b", re.IGNORECASE)
_MAIL_HEADER = re.compile(
    rb"^(?:From|To|Date|Subject|Message-ID|Received|Return-Path|MIME-Version):", re.IGNORECASE | re.MULTILINE
)
_ANY_HEADER = re.compile(rb"^(?:From |[!-9;-~]+:)")


def _text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # what Excel calls Unicode text
        return True
    begins_as_page = _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf").lstrip())
    return not _OTHER_CONTROL.search(head) and not begins_as_page and not _pdf(head)


_HTML_ROOT = re.compile(rb"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_UTF_16 = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def _plain_start(head: bytes) -> bytes:
    """What stands behind the mark of the encoding and empty lines, in an encoding that has the letters of ASCII."""
    for mark, encoding in _UTF_16:
        if head.startswith(mark):
            head = head[2:].decode(encoding, "replace").encode()
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


def _xml(head: bytes) -> bool:
    """Its root says whether it is XML of its own, a page or a drawing; only a reader gets that far."""
    content = _plain_start(head)
    return content.startswith(b"<") and not _HTML_ROOT.match(content)


_JSON_START = re.compile(rb'[\[{"\-0-9tfn]')


def _json(head: bytes) -> bool:
    return _text(head) and bool(_JSON_START.match(head.removeprefix(b"\xef\xbb\xbf").lstrip()))


def _mail_source(head: bytes) -> bool:
    content = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    has_no_nul = b"\x00" not in head
    return has_no_nul and bool(_ANY_HEADER.match(content)) and bool(_MAIL_HEADER.search(content))


def _webp(head: bytes) -> bool:
    return head.startswith(b"RIFF") and head[8:12] == b"WEBP"


def _open_document(kind: str) -> Callable[[bytes], bool]:
    """The norm wants the type in clear, as the first entry of the archive, uncompressed."""
    wanted = f"mimetypeapplication/vnd.oasis.opendocument.{kind}".encode()
    return lambda head: _zip(head) and head[30:].startswith(wanted)


def _pem(head: bytes) -> bool:
    return b"-----BEGIN " in head and _text(head)


def _der(head: bytes) -> bool:
    return len(head) > 2 and head[0] == 0x30 and 0x81 <= head[1] <= 0x84


def _certificate(head: bytes) -> bool:
    return _pem(head) or _der(head)


def _hl7(head: bytes) -> bool:
    """HL7 v2, framed for the wire (MLLP) or not, or v3, which is XML."""
    return head.lstrip(b"\x0b\r\n").startswith((b"MSH|", b"FHS|", b"BHS|")) or _xml(head)


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
FORMATS: dict[str, Format] = {
    known.extension: known
    for known in (
        Format("pdf", "application/pdf", _pdf, reader="pdf", inline=True),
        Format("png", "image/png", _png, frame="png", reader="picture", inline=True),
        Format("jpg", "image/jpeg", _jpeg, frame="jpeg", reader="picture", inline=True),
        Format("webp", "image/webp", _webp, frame="riff", reader="picture", inline=True),
        Format("mp4", "video/mp4", _iso_media, frame="iso_media", reader="film", inline=True),
        Format("mov", "video/quicktime", _iso_media, frame="iso_media", reader="film", inline=True),
        Format("webm", "video/webm", _ebml(b"webm"), frame="ebml", reader="film", inline=True),
        Format("mkv", "video/x-matroska", _ebml(b"matroska"), frame="ebml", reader="film"),
        Format("zip", "application/zip", _zip, reader="zip"),
        Format("xlsx", f"{_OFFICE}.spreadsheetml.sheet", _zip, reader="xlsx"),
        Format("docx", f"{_OFFICE}.wordprocessingml.document", _zip, reader="docx"),
        Format("pptx", f"{_OFFICE}.presentationml.presentation", _zip, reader="pptx"),
        Format("odt", f"{_OPEN}.text", _open_document("text"), reader="open_document"),
        Format("ods", f"{_OPEN}.spreadsheet", _open_document("spreadsheet"), reader="open_document"),
        Format("odp", f"{_OPEN}.presentation", _open_document("presentation"), reader="open_document"),
        Format("csv", "text/csv", _text),
        Format("txt", "text/plain", _text, reader="text"),
        Format("log", "text/plain", _text),
        Format("conf", "text/plain", _text),
        Format("ini", "text/plain", _text),
        Format("yaml", "application/yaml", _text),
        Format("hl7", "application/hl7-v2", _hl7, reader="xml"),
        Format("pem", "application/x-pem-file", _pem, reader="certificate"),
        Format("crt", "application/pkix-cert", _certificate, reader="certificate"),
        Format("cer", "application/pkix-cert", _certificate, reader="certificate"),
        Format("der", "application/pkix-cert", _der, reader="certificate"),
        Format("eml", "message/rfc822", _mail_source, reader="mail"),
        Format("xml", "application/xml", _xml, reader="xml"),
        Format("json", "application/json", _json, reader="json"),
    )
}
_ALIASES = {"jpeg": "jpg", "yml": "yaml"}


def canonical_extension(extension: str) -> str:
    """For ".JPEG", "jpg"."""
    plain = extension.lower().removeprefix(".")
    return _ALIASES.get(plain, plain)


def is_known_format(extension: str) -> bool:
    return canonical_extension(extension) in FORMATS


def known_formats(extensions: Sequence[str]) -> list[Format]:
    """The formats behind the extensions of a definition, in its order. ValueError: one is not known."""
    unknown = [e for e in extensions if not is_known_format(e)]
    if unknown:
        raise ValueError(f"Jalon knows no format called {', '.join(unknown)}; it knows {', '.join(FORMATS)}")
    return list(dict.fromkeys(FORMATS[canonical_extension(e)] for e in extensions))


def extension_of(name: str) -> str:
    """The canonical extension of a file name, "" when it has none."""
    stem, dot, extension = name.rpartition(".")
    return canonical_extension(extension) if dot and stem else ""


# What people may send by mistake or on purpose, so that the refusal can name it.
_FOUND: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("PDF", _pdf),
    ("PNG", _png),
    ("JPEG", _jpeg),
    ("MP4", lambda head: head[4:8] == b"ftyp"),
    ("WEBM", _ebml(b"webm")),
    ("MKV", _ebml(b"matroska")),
    ("ZIP", _zip),
    ("EXE", lambda head: head.startswith(b"MZ")),
    ("ELF", lambda head: head.startswith(b"\x7fELF")),
    ("GIF", lambda head: head.startswith((b"GIF87a", b"GIF89a"))),
    ("GZIP", lambda head: head.startswith(b"\x1f\x8b")),
    ("7Z", lambda head: head.startswith(b"7z\xbc\xaf\x27\x1c")),
    ("RAR", lambda head: head.startswith(b"Rar!\x1a\x07")),
    ("DOC/XLS/MSG", lambda head: head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
    ("SVG", lambda head: b"<svg" in head[:2048].lower()),
    ("XML", lambda head: _plain_start(head).startswith(b"<?xml") and not _HTML_ROOT.search(head[:2048])),
    ("HTML", lambda head: bool(_MARKUP.search(head[:2048]))),
)


def content_label(head: bytes) -> str:
    """What the bytes look like, "" when we cannot tell."""
    return next((label for label, begins in _FOUND if begins(head)), "")


_RUNS_OR_UNPACKS = ("PDF", "ZIP", "EXE", "ELF", "GZIP", "7Z", "RAR", "DOC/XLS/MSG", "SVG", "HTML")
# Long enough to stand nowhere by chance.
_ANYWHERE = re.compile(rb"%PDF-\d|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|\x7fELF[\x01\x02]|(?i:<script\b|<html\b)")


def appended_label(behind: bytes) -> str:
    """What is hidden behind the end of a picture, "" for nothing that runs or unpacks.

    Cameras add data of their own there, a second picture, a short film.
    """
    begins, found = behind.lstrip(b"\0 \t\r\n"), _ANYWHERE.search(behind)
    candidates = (begins[:HEAD], behind[found.start() :][:HEAD] if found else b"")
    return next((label for one in candidates if (label := content_label(one)) in _RUNS_OR_UNPACKS), "")


_SEPARATORS = re.compile(r"[/\\]")
# Control, format (bidirectional overrides, zero width), surrogate, private use, unassigned.
_UNSHOWN = ("Cc", "Cf", "Cs", "Co", "Cn")


def display_name(name: str) -> str:
    """A person's file name without path, without characters that hide or turn others, cut at 255."""
    last = _SEPARATORS.split(name)[-1]
    shown = "".join(c for c in last if unicodedata.category(c) not in _UNSHOWN)
    shown = " ".join(unicodedata.normalize("NFC", shown).split()).strip(". ")
    if not shown:
        return "fichier"
    stem, dot, extension = shown.rpartition(".")
    if len(shown) <= MAX_NAME or not dot or len(extension) > 10:
        return shown[:MAX_NAME]
    return f"{stem[: MAX_NAME - len(extension) - 1]}.{extension}"
