"""The antivirus: clamd, by its INSTREAM command, on a TCP port or a Unix socket."""

from collections.abc import Iterable

from django.conf import settings

from jalon.connectors.antivirus import clamd
from jalon.connectors.antivirus.clamd import AntivirusError, TooLarge

__all__ = ["AntivirusError", "TooLarge", "is_configured", "scan"]


def is_configured() -> bool:
    return bool(settings.ENVIRONMENT.clamd)


def scan(chunks: Iterable[bytes], *, patience: float = clamd.TIMEOUT) -> str:
    """The name of what was found, or "" when nothing was. AntivirusError: no verdict, ask again later.

    `patience`: seconds to wait for a word of it.
    """
    return clamd.scan(settings.ENVIRONMENT.clamd, chunks, patience=patience)
