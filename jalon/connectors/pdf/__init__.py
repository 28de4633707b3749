"""The PDF files that we write ourselves: archivable (PDF/A-3a) and accessible (PDF/UA-1)."""

from jalon.connectors.pdf.rendering import PdfNotMade, render

__all__ = ["PdfNotMade", "render"]
