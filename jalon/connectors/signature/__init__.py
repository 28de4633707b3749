"""Electronic signatures inside a PDF file. The default provider is embedded: an authority of our own."""

from jalon.connectors.signature.authority import (
    NoAuthority,
    has_authority,
    load_authority,
    make_authority,
    put_authority_aside,
)
from jalon.connectors.signature.embedded import SignatureStatus, UnreadablePdf, sign_pdf, validate

__all__ = [
    "NoAuthority",
    "SignatureStatus",
    "UnreadablePdf",
    "has_authority",
    "load_authority",
    "make_authority",
    "put_authority_aside",
    "sign_pdf",
    "validate",
]
