"""How an entry's hash is made. Pure, so that a journal can be verified without the application."""

from jalon.core.canonical import canonical_json, sha256_hex

GENESIS = "0" * 64


def entry_hash(  # noqa: PLR0917  (the fields, in the order in which they are hashed)
    chain: str, seq: int, at: str, event: str, actor_ref: str, payload: str, prev: str
) -> str:
    """SHA-256 over every field of the entry and the hash of the one before. `at` is ISO 8601 in UTC."""
    return sha256_hex(canonical_json([chain, seq, at, event, actor_ref, payload, prev]))


def digest_root(number: int, day: str, heads: str, previous_root: str) -> str:
    """SHA-256 over a daily digest: its number and day, the heads that moved, and the root before."""
    return sha256_hex(canonical_json([number, day, heads, previous_root]))
