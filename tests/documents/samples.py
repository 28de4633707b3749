"""Real files made here, good and broken: films, pictures, papers signed or not, sources of e-mails."""

import io
import tempfile
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import pikepdf
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image
from pyhanko.pdf_utils.generic import NumberObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

TODAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AUDITOR = "Inès Auditrice"


@cache
def film(
    codec="libx264", container="mp4", *, seconds=2, width=1280, height=720, blank=False, gap=0, live=False
) -> bytes:
    """A moving bar, 5 pictures a second. `live`: as a browser records, which never tells how long it became."""
    options = {
        "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
        "libsvtav1": {"preset": "12"},
        "libx265": {"x265-params": "log-level=none"},
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"film.{container}"
        with av.open(str(path), "w", options={"live": "1"} if live else {}) as out:
            stream = out.add_stream(codec, rate=5, options=options.get(codec, {}))
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.gop_size = gap or 5
            for n in range(seconds * 5):
                picture = Image.new("RGB", (width, height), "navy")
                if not blank:
                    picture.paste("white", (n * 11 % width, 0, min(width, n * 11 % width + 40), height))
                frame = av.VideoFrame.from_image(picture)
                frame.pts, frame.time_base = n, Fraction(1, 5)
                for packet in stream.encode(frame):
                    out.mux(packet)
            for packet in stream.encode():
                out.mux(packet)
        return path.read_bytes()


@cache
def sound() -> bytes:
    """An MP4 with nothing to see."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sound.mp4"
        with av.open(str(path), "w") as out:
            stream = out.add_stream("aac", rate=8000)
            stream.layout = "mono"
            for n in range(8):
                frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
                frame.sample_rate, frame.pts = 8000, n * 1024
                for plane in frame.planes:
                    plane.update(bytes(plane.buffer_size))
                for packet in stream.encode(frame):
                    out.mux(packet)
            for packet in stream.encode():
                out.mux(packet)
        return path.read_bytes()


def picture(kind="PNG", *, width=1280, height=720, blank=False) -> bytes:
    image, out = Image.new("RGB", (width, height), "navy"), io.BytesIO()
    if not blank:
        image.paste("white", (10, 10, width // 2, height // 2))
    image.save(out, kind)
    return out.getvalue()


def paper(*, pages=1, pdf_a="", change=None, **options) -> bytes:
    """A PDF. `change` is called with the open document before it is saved."""
    document, out = pikepdf.new(), io.BytesIO()
    for _page in range(pages):
        document.add_blank_page()
    if pdf_a:
        with document.open_metadata() as metadata:
            metadata["pdfaid:part"], metadata["pdfaid:conformance"] = pdf_a[0], pdf_a[1]
    if change:
        change(document)
    document.save(out, **options)
    return out.getvalue()


@cache
def _certified(name: str, organisation: str, *, stamps=False):
    """A certificate and its key. Timestamps are made with RSA alone."""
    key = rsa.generate_private_key(65537, 2048) if stamps else ec.generate_private_key(ec.SECP256R1())
    usage = [ExtendedKeyUsageOID.TIME_STAMPING] if stamps else [ExtendedKeyUsageOID.EMAIL_PROTECTION]
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    subject = x509.Name(attributes)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(TODAY - timedelta(days=4000))
        .not_valid_after(TODAY + timedelta(days=4000))
        .add_extension(x509.ExtendedKeyUsage(usage), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = certificate.public_bytes(serialization.Encoding.DER)
    return asn1_x509.Certificate.load(public), asn1_keys.PrivateKeyInfo.load(secret)


@cache
def _signer(name: str, organisation: str) -> signers.SimpleSigner:
    certificate, key = _certified(name, organisation)
    return signers.SimpleSigner(
        signing_cert=certificate, signing_key=key, cert_registry=SimpleCertificateStore()
    )


class _SignerAt(signers.PdfSigner):
    """Dates the signature as the test wants."""

    at = TODAY

    def init_signing_session(self, pdf_out, existing_fields_only=False):
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.at
        return session


def signed(data=None, *, at=TODAY, name=AUDITOR, field="Signature1") -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(data or paper()))
    meta = signers.PdfSignatureMetadata(field_name=field, md_algorithm="sha256")
    signer = _SignerAt(meta, _signer(name, "Audit & Fils"))
    signer.at = at
    return signer.sign_pdf(writer, output=io.BytesIO()).getvalue()


def stamped(data, *, at=TODAY) -> bytes:
    """One more revision, of a timestamp over the whole document."""
    certificate, key = _certified("Horodateur", "Temps & Fils", stamps=True)
    stamper = signers.PdfTimeStamper(DummyTimeStamper(certificate, key, fixed_dt=at))
    out = io.BytesIO()
    stamper.timestamp_pdf(IncrementalPdfFileWriter(io.BytesIO(data)), "sha256", output=out)
    return out.getvalue()


def kept_for_long(data) -> bytes:
    """One more revision, of what verifies the signatures later: their certificates."""
    out = io.BytesIO(data)
    for one in PdfFileReader(io.BytesIO(data)).embedded_regular_signatures:
        DocumentSecurityStore.add_dss(out, one.pkcs7_content.hex().encode(), certs=[one.signer_cert])
    return out.getvalue()


def changed_after_signing(data=None) -> bytes:
    """One more revision behind the signature, which turns a page."""
    out = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(data or signed()))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = NumberObject(90)
    writer.update_container(page)
    writer.write(out)
    return out.getvalue()


MAIL = (
    b"Received: from a.test by b.test; Mon, 2 Mar 2026 09:00:00 +0100\r\n"
    b"Message-ID: <1@a.test>\r\nDate: Mon, 2 Mar 2026 09:00:00 +0100\r\n"
    b"From: =?utf-8?q?H=C3=A9l=C3=A8ne?= <h@a.test>\r\nTo: b@b.test\r\n"
    b"Subject: =?utf-8?b?RXNzYWkgw6A=?=\r\nMIME-Version: 1.0\r\n\r\nBonjour\r\n"
)
