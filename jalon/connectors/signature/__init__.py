"""Electronic signatures inside a PDF file. The default provider is embedded: an authority of our own."""

from jalon.connectors.signature.authority import ensure_authority
from jalon.connectors.signature.embedded import SignatureStatus, UnreadablePdf, sign_pdf, validate

__all__ = ["SignatureStatus", "UnreadablePdf", "ensure_authority", "sign_pdf", "validate"]
