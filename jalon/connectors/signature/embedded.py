"""PAdES signatures put into a PDF file, and what they are worth when it is read again.

A signature is an incremental update: the bytes signed before it stay as they were, so that the first one
still holds after the second. It shows nothing on the page (a stamp in a font that is not embedded would break
PDF/A); the page says itself who signs.
"""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from jalon.connectors.signature.authority import Authority, issue, load_authority


class UnreadablePdf(ValueError):
    """The file cannot be read as the signed PDF that it was: damaged, or never one."""


@dataclass(frozen=True)
class SignatureStatus:
    """What one signature in a file is worth.

    `intact`: what it covers has not changed by one bit, and nothing but further signatures was added.
    `trusted`: made under our own authority. `whole_file`: it is the last one and covers every byte.
    """

    field: str
    signer_name: str
    organisation: str
    signed_at: datetime | None
    intact: bool
    trusted: bool
    whole_file: bool

    @property
    def valid(self) -> bool:
        return self.intact and self.trusted


def sign_pdf(
    pdf: bytes, *, signer_name: str, organisation: str, reason: str, location: str, at: datetime
) -> bytes:
    """The file with one more signature (PAdES B-B), made now with a certificate for this signer alone.

    Raises NoAuthority.
    """
    authority = load_authority(settings.KEYS_DIR)
    certificate = issue(authority, name=signer_name, organisation=organisation, at=at)
    signer = signers.SimpleSigner(
        signing_cert=_asn1(certificate.certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(
            certificate.key.private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        ),
        cert_registry=_registry(authority),
    )
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    name = f"Signature{len(writer.prev.embedded_signatures) + 1}"
    meta = signers.PdfSignatureMetadata(
        field_name=name,
        md_algorithm="sha256",
        reason=reason,
        location=location,
        name=signer_name,
        subfilter=fields.SigSeedSubFilter.PADES,
    )
    # PDF/UA wants an annotation without a tag to stand off the page; PDF/A wants it printable and not hidden.
    spec = fields.SigFieldSpec(
        sig_field_name=name,
        readable_field_name=f"Signature électronique de {signer_name}",
        invis_sig_settings=fields.InvisSigSettings(box_out_of_bounds=True),
    )
    output: BytesIO = _SignerAt(meta, signer, at, spec).sign_pdf(writer, output=BytesIO())
    return output.getvalue()


def validate(pdf: bytes) -> list[SignatureStatus]:
    """Every signature of the file, in the order in which they were made. Raises UnreadablePdf, NoAuthority."""
    authority = load_authority(settings.KEYS_DIR)
    try:
        embedded = PdfFileReader(BytesIO(pdf)).embedded_signatures
        return [_status(signature, authority) for signature in embedded]
    except (
        PdfError,
        SignatureValidationError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        RecursionError,
    ) as e:
        # A damaged file fails anywhere inside a parser that expected a well-formed one.
        raise UnreadablePdf(str(e) or type(e).__name__) from e


class _SignerAt(signers.PdfSigner):
    """Signs with the instant that the act carries, not with a second reading of the clock."""

    def __init__(
        self,
        meta: signers.PdfSignatureMetadata,
        signer: signers.Signer,
        at: datetime,
        spec: fields.SigFieldSpec,
    ) -> None:
        super().__init__(meta, signer, new_field_spec=spec)
        self._at = at

    def init_signing_session(
        self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False
    ) -> signers.pdf_signer.PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._at
        return session


def _status(signature: EmbeddedPdfSignature, authority: Authority) -> SignatureStatus:
    context = ValidationContext(
        trust_roots=[_asn1(authority.root)],
        other_certs=[_asn1(authority.issuing)],
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    found = validate_pdf_signature(signature, signer_validation_context=context)
    certificate = x509.load_der_x509_certificate(found.signing_cert.dump())
    return SignatureStatus(
        field=signature.field_name,
        signer_name=_attribute(certificate, NameOID.COMMON_NAME),
        organisation=_attribute(certificate, NameOID.ORGANIZATION_NAME),
        signed_at=found.signer_reported_dt,
        intact=bool(found.intact and found.valid and found.docmdp_ok)
        and found.coverage >= SignatureCoverageLevel.ENTIRE_REVISION,
        trusted=bool(found.trusted),
        whole_file=found.coverage == SignatureCoverageLevel.ENTIRE_FILE,
    )


def _attribute(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""


def _registry(authority: Authority) -> SimpleCertificateStore:
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple([_asn1(authority.issuing), _asn1(authority.root)])
    return store


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
