"""Sample answers, files and links that any definition accepts: found by trying, not by knowing its fields."""

import re
import struct
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf

from jalon.applications.rules.answers import field_error
from jalon.core import clock
from jalon.programmes.definition.schema import Definition, FormField, ProofKind

FILM = Path(__file__).with_name("film.mp4")

# Tried in this order until the field accepts one.
_TEXTS = (
    "Clairvue", "123456789", "1234567", "ABCDEFGHIJ", "REF-2021-0042", "12", "2026-03-02",
    "https://www.exemple.fr/logiciel", "Oui",
)  # fmt: skip
_BY_KIND: Mapping[str, tuple[str, ...]] = {
    "email": ("claire.moreau@clairvue.example",),
    "telephone": ("02 40 00 00 00",),
    "country": ("FR",),
    "siren": ("732829320",),
    "siret": ("73282932000074",),
    "eu_vat": ("DE129273398",),
    "date": ("2026-03-02",),
    "number": ("12",),
    "yes_no": ("no",),
}


def sample_answer(field: FormField, answers: Mapping[str, Any], definition: Definition) -> Any:
    """A right answer to one question. Raises LookupError when none of the samples fits."""
    if field.kind == "profiles":
        free = [p.key for p in definition.profiles if not p.locked]
        return [p.key for p in definition.profiles if p.locked] + free[: field.at_least]
    if field.kind == "choice":
        return field.options[0].key
    if field.kind == "choices":
        return [o.key for o in field.options[: max(1, field.at_least)]]
    for text in (*_BY_KIND.get(field.kind, ()), *_TEXTS):
        if not field_error(field, text, answers, definition):
            return text
    raise LookupError(f"No sample answers the field {field.key}")


def sample_record(kind: ProofKind) -> str:
    found = next((t for t in ("196951", *_TEXTS) if not kind.pattern or re.fullmatch(kind.pattern, t)), None)
    if found is None:
        raise LookupError(f"No sample fits the kind {kind.key}")
    return found


def sample_link(kind: ProofKind, n: int) -> str:
    host = kind.hosts[0] if kind.hosts else "preuves.clairvue.example"
    return f"https://{host}/evs/report.seam?oid=1.3.6.1.4.1.12559.11.11.4.{n}"


def sample_file(kind: ProofKind, n: int, name: str = "preuve") -> tuple[str, bytes]:
    """A small real file of a format that the kind accepts, different for each `n`."""
    extension = next((e for e in MAKERS if e in kind.formats), None)
    if extension is None:
        raise LookupError(f"No sample file for the kind {kind.key}: {kind.formats}")
    data = MAKERS[extension](n)
    wanted = {check.check for check in kind.checks if check.level != "warning"}
    if extension == "pdf" and wanted & {"pdf_signed", "pdf_signature_age"}:
        data = sample_signed(data)
    if "report_passed" in wanted:
        extension, data = "xml", sample_junit(n)
    return f"{name}-{n}.{extension}", data


def sample_png(n: int) -> bytes:
    """A picture of a screen, 1280 × 720: a bar above a page, in colours that depend on `n`."""
    width, height = 1280, 720
    bar, page = bytes(((n * 37) % 200, (n * 91) % 200, 180)), b"\xf4\xf6\xf8"
    rows = (b"\x00" + bar * width) * 56 + (b"\x00" + bar * 240 + page * (width - 240)) * (height - 56)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    text = b"Comment\x00" + str(n).encode()
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"tEXt", text)
        + chunk(b"IDAT", zlib.compress(rows, 1))
        + chunk(b"IEND", b"")
    )


def sample_pdf(seed: str) -> bytes:
    """A small real PDF, different for each seed."""
    return _pdf(zlib.crc32(seed.encode()))


def _pdf(n: int) -> bytes:
    out = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.docinfo["/Title"] = f"Preuve {n}"
        with pdf.open_metadata() as metadata:
            metadata["pdfaid:part"], metadata["pdfaid:conformance"] = "1", "B"
        pdf.save(out)
    return out.getvalue()


def sample_signed(pdf: bytes) -> bytes:
    """By an auditor, now: what a penetration test form has to be."""
    from jalon.connectors.signature import embedded  # noqa: PLC0415  (slow to import, and hardly ever needed)

    return embedded.sign_pdf(
        pdf, signer_name="Inès Marchand", organisation="Audit Exemple", at=clock.now(), reason="Test d’intrusion",
        location="Paris",
    )  # fmt: skip


def sample_video(n: int) -> bytes:
    """A short film of a screen, H.264, told apart by a box that players skip."""
    mark = str(n).encode()
    return FILM.read_bytes() + struct.pack(">I4s", 8 + len(mark), b"free") + mark


def sample_text(n: int) -> bytes:
    return f"2026-03-02T10:{n % 60:02d}:00Z connexion réussie, session {n}\n".encode()


def _json(n: int) -> bytes:
    return f'{{"session": {n}}}\n'.encode()


def _xml(n: int) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<rapport numero="{n}"/>\n'.encode()


def sample_junit(n: int, failures: int = 0) -> bytes:
    """A test report, as many tools write it."""
    failed = '<failure message="non"/>' * bool(failures)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites><testsuite name="essai {n}" tests="1" '
        f'failures="{failures}" errors="0" timestamp="2026-03-02T09:00:00"><testcase name="a">{failed}</testcase>'
        "</testsuite></testsuites>\n"
    ).encode()


def _mail(n: int) -> bytes:
    return (
        f"From: a@exemple.fr\nTo: b@exemple.fr\nDate: Mon, 2 Mar 2026 09:00:00 +0100\nSubject: Test {n}\n"
        f"Message-ID: <{n}@exemple.fr>\nMIME-Version: 1.0\n\nBonjour\n"
    ).encode()


# A sample of each format, preferred first; each takes a number that makes it different.
MAKERS: Mapping[str, Callable[[int], bytes]] = {
    "png": sample_png,
    "pdf": _pdf,
    "eml": _mail,
    "txt": sample_text,
    "log": sample_text,
    "csv": sample_text,
    "json": _json,
    "xml": _xml,
    "mp4": sample_video,
}
