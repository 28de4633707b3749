"""The local certification authority: made once at set-up, kept with the other keys.

A root signs an issuing authority, which signs one certificate for each signature. The root's key is kept so
that the issuing one can be renewed; an operator may take it off the machine.

Signing only loads it: an authority made because the first one was lost would sign as somebody whom nobody knows.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from jalon.core import clock

_FOLDER = "signature-authority"
_ROOT_YEARS = 30
_ISSUING_YEARS = 20
_MOST_IN_A_NAME = 64  # X.520: upper bound of a common name and of an organisation


@dataclass(frozen=True)
class Authority:
    root: x509.Certificate
    issuing: x509.Certificate
    issuing_key: ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class SignerCertificate:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


class NoAuthority(Exception):
    """There is no authority to sign with, or what is kept of it cannot be used. The message is for operators."""


def has_authority(folder: Path) -> bool:
    """Whether one was made in `folder`, be it whole or not: it is never made over what is there."""
    return (folder / _FOLDER).exists()


def make_authority(folder: Path, *, operator: str = "Jalon") -> None:
    """At set-up. Where there is one it stays as it is; two at once make one."""
    if not has_authority(folder):
        _make(folder, folder / _FOLDER, operator)


def put_authority_aside(folder: Path) -> Path:
    """Out of the way of another one. Nothing of it is deleted. Where it lies now."""
    aside = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}-until-{clock.now():%Y-%m-%d}-", dir=folder))  # 0700
    return (folder / _FOLDER).rename(aside / _FOLDER)


def load_authority(folder: Path) -> Authority:
    """The authority kept in `folder`. Raises NoAuthority."""
    kept = folder / _FOLDER
    try:
        authority = Authority(
            root=x509.load_pem_x509_certificate((kept / "root.pem").read_bytes()),
            issuing=x509.load_pem_x509_certificate((kept / "issuing.pem").read_bytes()),
            issuing_key=_load_key(kept / "issuing.key"),
        )
    except OSError as error:
        raise NoAuthority(f"{error.filename}: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise NoAuthority(f"{kept} holds no keys and certificates that can be read") from error
    if authority.issuing_key.public_key() != authority.issuing.public_key():
        raise NoAuthority(f"{kept}: issuing.key is not the key of issuing.pem")
    return authority


def issue(authority: Authority, *, name: str, organisation: str, at: datetime) -> SignerCertificate:
    """A certificate for one signature. Its key lives in memory only and is forgotten after it has signed.

    That is why the certificate may be long-lived: nobody can sign with it again, and readers still find it in
    its time of validity years later.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(name, organisation)
    builder = _builder(subject, authority.issuing.subject, key, at - timedelta(minutes=1))
    certificate = (
        builder.not_valid_after(authority.issuing.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(content_commitment=True, digital_signature=True), critical=True)
        .add_extension(_authority_key_id(authority.issuing), critical=False)
        .sign(authority.issuing_key, hashes.SHA256())
    )
    return SignerCertificate(certificate, key)


def _make(folder: Path, kept: Path, operator: str) -> None:
    """All four files in a folder of its own, which then takes its name in one step: whole or not there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = Path(tempfile.mkdtemp(prefix=f".{_FOLDER}-", dir=folder))  # 0700
    now = clock.now()
    root_key = ec.generate_private_key(ec.SECP384R1())
    root = _authority_certificate(f"{operator} - Autorité racine", None, root_key, root_key, now)
    issuing_key = ec.generate_private_key(ec.SECP256R1())
    issuing = _authority_certificate(f"{operator} - Signatures", root, issuing_key, root_key, now)
    _write(draft / "root.key", _pem(root_key))
    _write(draft / "root.pem", root.public_bytes(serialization.Encoding.PEM))
    _write(draft / "issuing.key", _pem(issuing_key))
    _write(draft / "issuing.pem", issuing.public_bytes(serialization.Encoding.PEM))
    try:
        draft.rename(kept)
    except OSError:
        shutil.rmtree(draft)
        if not kept.exists():  # another process was not first: the disk refused
            raise


def _authority_certificate(
    common_name: str,
    parent: x509.Certificate | None,
    key: ec.EllipticCurvePrivateKey,
    signed_with: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> x509.Certificate:
    subject = _name(common_name, "")
    years = _ROOT_YEARS if parent is None else _ISSUING_YEARS
    issuer_key_id = (
        x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
        if parent is None
        else _authority_key_id(parent)
    )
    return (
        _builder(subject, subject if parent is None else parent.subject, key, now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=True, path_length=1 if parent is None else 0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(issuer_key_id, critical=False)
        .sign(signed_with, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, since: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _authority_key_id(authority: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    key_id = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id)


def _usage(
    *,
    content_commitment: bool = False,
    digital_signature: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str, organisation: str) -> x509.Name:
    """Longer names are cut here only: the document itself names people and companies in full."""
    parts = [(NameOID.COMMON_NAME, common_name)]
    if organisation:
        parts.append((NameOID.ORGANIZATION_NAME, organisation))
    return x509.Name([x509.NameAttribute(oid, value[:_MOST_IN_A_NAME]) for oid, value in parts])


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _load_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} holds no elliptic curve key")
    return key


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
