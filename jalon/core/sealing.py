"""Secrets of others at rest: sealed with keys that do not lie in the database.

The first key seals, all of them open: a new one is put in front, what is kept is sealed again, the old one goes.
"""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unsealable(Exception):
    """None of the keys opens this: it was sealed with one that is gone."""


def seal(secret: str) -> str:
    return _box().encrypt(secret.encode()).decode("ascii")


def unseal(sealed: str) -> str:
    """Unsealable: ask for the secret again."""
    try:
        return _box().decrypt(sealed.encode("ascii")).decode()
    except InvalidToken:
        raise Unsealable("none of the sealing keys opens it") from None


def sealed_anew(sealed: str) -> str:
    """The same secret under the first key."""
    try:
        return _box().rotate(sealed.encode("ascii")).decode("ascii")
    except InvalidToken:
        raise Unsealable("none of the sealing keys opens it") from None


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.SEALING_KEYS])
