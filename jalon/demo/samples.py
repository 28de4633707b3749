"""Sample answers, files and links that any definition accepts: found by trying, not by knowing its fields."""

import re
import struct
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import pikepdf

from jalon.applications.rules.answers import field_error
from jalon.programmes.definition.schema import Definition, FormField, ProofKind

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
    return f"{name}-{n}.{extension}", MAKERS[extension](n)


def sample_png(n: int) -> bytes:
    """A plain picture of 320 × 200 whose colour depends on `n`."""
    width, height = 320, 200
    colour = bytes(((n * 37) % 200, (n * 91) % 200, 180))
    rows = b"".join(b"\x00" + colour * width for _row in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    text = b"Comment\x00" + str(n).encode()
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"tEXt", text)
        + chunk(b"IDAT", zlib.compress(rows))
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
        pdf.save(out)
    return out.getvalue()


def sample_video(n: int) -> bytes:
    """The shell of an MP4 file, without a picture: enough to be stored and told apart."""

    def box(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I4s", 8 + len(data), kind) + data

    movie_header = box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, n) + bytes(80))
    return box(b"ftyp", b"isom\x00\x00\x02\x00isomiso2mp41") + box(b"moov", movie_header) + box(b"mdat", b"")


def sample_text(n: int) -> bytes:
    return f"2026-03-02T10:{n % 60:02d}:00Z connexion réussie, session {n}\n".encode()


def _json(n: int) -> bytes:
    return f'{{"session": {n}}}\n'.encode()


def _xml(n: int) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<rapport numero="{n}"/>\n'.encode()


def _mail(n: int) -> bytes:
    return f"From: a@exemple.fr\nTo: b@exemple.fr\nSubject: Test {n}\nMIME-Version: 1.0\n\nBonjour\n".encode()


# A sample of each format, preferred first; each takes a number that makes it different.
MAKERS: Mapping[str, Callable[[int], bytes]] = {
    "png": sample_png,
    "pdf": _pdf,
    "txt": sample_text,
    "log": sample_text,
    "csv": sample_text,
    "json": _json,
    "xml": _xml,
    "eml": _mail,
    "mp4": sample_video,
}
