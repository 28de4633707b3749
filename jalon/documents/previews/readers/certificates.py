"""Certificates: whose, by whom, until when, and their fingerprint. Nothing is verified, nobody is asked."""

import warnings
from typing import Any, BinaryIO

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from jalon.documents.previews.readers.limits import MEGABYTE, Problem, cut, whole

MOST_BYTES = 4 * MEGABYTE
MOST_CERTIFICATES = 50
MOST_TEXT = 1000


def read(file: BinaryIO) -> dict[str, Any]:
    data = whole(file, MOST_BYTES)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of certificates that only nearly follow the norm
            found = _loaded(data)
            shown = [_certificate(one) for one in found[:MOST_CERTIFICATES]]
    except (ValueError, UnsupportedAlgorithm):
        raise Problem("damaged") from None
    return {"certificates": shown, "count": len(found)}


def _loaded(data: bytes) -> list[x509.Certificate]:
    if b"-----BEGIN CERTIFICATE-----" in data:
        return x509.load_pem_x509_certificates(data)
    return [x509.load_der_x509_certificate(data)]


def _certificate(one: x509.Certificate) -> dict[str, Any]:
    return {
        "subject": cut(one.subject.rfc4514_string(), MOST_TEXT),
        "issuer": cut(one.issuer.rfc4514_string(), MOST_TEXT),
        "self_signed": one.subject == one.issuer,
        "serial": f"{one.serial_number:X}",
        "not_before": one.not_valid_before_utc.isoformat(),
        "not_after": one.not_valid_after_utc.isoformat(),
        "names": _names(one),
        "key": _key(one),
        "sha256": one.fingerprint(hashes.SHA256()).hex(":").upper(),
    }


def _names(one: x509.Certificate) -> list[str]:
    try:
        found = one.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return []
    return [cut(str(name.value), 200) for name in found][:50]


def _key(one: x509.Certificate) -> str:
    try:
        key = one.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return ""
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}"
    return type(key).__name__.lstrip("_").removesuffix("PublicKey")
