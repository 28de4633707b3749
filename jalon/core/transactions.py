"""Whether what is written now is written together with the rest of an act."""

from django.db import connection


def is_open() -> bool:
    """Whether an act has begun its transaction."""
    return connection.in_atomic_block
