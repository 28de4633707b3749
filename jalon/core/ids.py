"""Identifiers shown outside. Inside, keys are integers."""

import secrets
import string

_LETTERS = string.ascii_uppercase


def application_number() -> str:
    """Ten capital letters, drawn at random (Guide RIS: "Candidature n° SEKWAOLGFJ")."""
    return "".join(secrets.choice(_LETTERS) for _ in range(10))


def random_ref() -> str:
    """A person's reference in the journal: says nothing about the person (26 lower-case characters)."""
    alphabet = string.ascii_lowercase + "234567"
    return "".join(secrets.choice(alphabet) for _ in range(26))
