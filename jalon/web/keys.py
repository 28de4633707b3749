"""Whole numbers that come from outside: keys of rows, counters of forms. Whatever else is sent is not a number."""

from django.urls import register_converter

DIGITS = 18  # fits every database's integer


def whole(sent: str | None, otherwise: int = 0) -> int:
    """The number that a form or an address carries. `otherwise` for "", "²", "-1", or more digits than any key has."""
    return int(sent) if sent and sent.isdecimal() and len(sent) <= DIGITS else otherwise


class KeyConverter:
    """`<key:document_id>` in an address: unlike Django's own `int`, never more than a database can look up."""

    regex = f"[0-9]{{1,{DIGITS}}}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


def register() -> None:
    register_converter(KeyConverter, "key")
