"""Files that are right, and stand at the edge of what a page can show."""

import datetime as dt
import io
import zipfile
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def archive_of(*names: str, **entries: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, text in {**dict.fromkeys(names, "x"), **entries}.items():
            packed.writestr(name, text)
    return out.getvalue()


def office_file(changed: str) -> bytes:
    """A text that says when it was changed."""
    core = f'<c xmlns:t="t"><t:modified>{changed}</t:modified></c>'
    return archive_of(**{"word/document.xml": '<w:document xmlns:w="w"/>', "docProps/core.xml": core})


@cache
def endless_certificate() -> bytes:
    """RFC 5280, 4.1.2.5: the last second of the year 9999 says that it has no well-defined end."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sans fin")])
    key = ec.generate_private_key(ec.SECP256R1())
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    built = built.not_valid_after(dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC))
    return built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
