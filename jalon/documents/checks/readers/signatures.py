"""Electronic signatures and timestamps of a PDF: who, when, and whether the file is still what was signed.

Whether the authority behind a certificate is to be trusted is not said: that takes lists fetched from outside. The
verifier reads the name.
"""

import contextlib
import logging
from pathlib import Path
from typing import Any

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from jalon.documents.checks.readers.trouble import plain

MOST = 20
# A damaged signature fails anywhere inside a parser that expected a well-formed one.
FAULTS = (
    PdfError, SignatureValidationError, ValueError, TypeError, LookupError, AttributeError, OSError,
)  # fmt: skip


def signatures(path: Path) -> dict[str, list[dict[str, Any]]]:
    """`signatures` and `timestamps` as in `facts.Pdf`, each in the order in which they were made.

    A timestamp stands in a field of signature too, but nobody signs by it: it proves that what it covers was there.
    """
    logging.disable(logging.CRITICAL)  # certificates that it does not know are no news here
    with path.open("rb") as file:
        try:
            document = PdfFileReader(file)
            signed = document.embedded_regular_signatures[:MOST]
            stamped = document.embedded_timestamp_signatures[:MOST]
        except FAULTS:
            return {"signatures": [{"signer": ""}]}
        return {"signatures": [_one(one) for one in signed], "timestamps": [_stamp(one) for one in stamped]}


def _one(signature: EmbeddedPdfSignature) -> dict[str, Any]:
    told: dict[str, Any] = {"signer": "", "intact": False}
    with contextlib.suppress(*FAULTS):
        told["signer"] = _named(signature)
        subject = signature.signer_cert.subject.native
        told["organisation"] = plain(_first(subject.get("organization_name")))
    with contextlib.suppress(*FAULTS):
        if signature.self_reported_timestamp is not None:
            told["signed_at"] = signature.self_reported_timestamp.isoformat()
    with contextlib.suppress(*FAULTS):
        status = validate_pdf_signature(signature, signer_validation_context=_context())
        told["intact"] = bool(
            status.intact
            and status.valid
            and status.docmdp_ok
            and status.coverage >= SignatureCoverageLevel.ENTIRE_REVISION
        )
        stamp = status.timestamp_validity
        if stamp is not None and stamp.intact and stamp.valid:
            told |= {"signed_at": stamp.timestamp.isoformat(), "timestamped": True}
    return told


def _stamp(stamp: EmbeddedPdfSignature) -> dict[str, Any]:
    told: dict[str, Any] = {"authority": "", "intact": False}
    with contextlib.suppress(*FAULTS):
        told["authority"] = _named(stamp)
    with contextlib.suppress(*FAULTS):
        status = validate_pdf_timestamp(stamp, validation_context=_context())
        told["made_at"] = status.timestamp.isoformat()
        told["intact"] = bool(
            status.intact and status.valid and status.coverage >= SignatureCoverageLevel.ENTIRE_REVISION
        )
    return told


def _context() -> ValidationContext:
    return ValidationContext(trust_roots=[], allow_fetching=False)


def _named(signature: EmbeddedPdfSignature) -> str:
    subject = signature.signer_cert.subject
    return plain(_first(subject.native.get("common_name")) or subject.human_friendly)


def _first(value: object) -> object:
    return (value[0] if value else "") if isinstance(value, list) else value or ""
