"""Secrets of the signature by link: made from a random nonce with the server's key, whenever they are needed.

Neither the outbox nor a copy of the database is enough to sign in somebody's place: the key is elsewhere.
"""

import base64
import hmac

from django.utils.crypto import constant_time_compare, salted_hmac

_LINK = "jalon.awards.signing-link"
_CODE = "jalon.awards.signing-code"


def link_token(nonce: str) -> str:
    """What stands in the address: the nonce and its seal."""
    return f"{nonce}.{_seal(nonce)}"


def nonce_of(token: str) -> str | None:
    """The nonce of a token that this server made, else None."""
    nonce, _dot, seal = token.partition(".")
    return nonce if constant_time_compare(seal, _seal(nonce)) else None


def code_of(nonce: str, code_nonce: str) -> str:
    """The six digits of one sending of the code."""
    digest = salted_hmac(_CODE, f"{nonce}:{code_nonce}", algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def is_code(nonce: str, code_nonce: str, typed: str) -> bool:
    given = "".join(c for c in typed if c.isalnum())
    return bool(code_nonce) and hmac.compare_digest(given.encode(), code_of(nonce, code_nonce).encode())


def _seal(nonce: str) -> str:
    digest = salted_hmac(_LINK, nonce, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()
