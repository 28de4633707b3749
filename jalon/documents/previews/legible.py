"""Text of somebody else's, made fit for a page: nothing that hides or turns the rest of it, nothing that has no bytes.

Imports nothing of Django, like all of this package.
"""

import re
from typing import Any

# Half of a character, which no encoding writes: an answer that holds one cannot be sent.
_HALVES = re.compile("[\ud800-\udfff]")
# What turns, hides or breaks what follows is shown by its number.
_TURNING = re.compile(
    "[\u0080-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
# The other controls, but for the end of a line and the tab, by their picture.
_CONTROL = {code: chr(0x2400 + code) for code in range(32) if code not in (9, 10)} | {127: "\u2421"}


def shown(text: str) -> str:
    """The text without anything that hides or turns the rest of a page."""
    whole = _HALVES.sub("\ufffd", text.translate(_CONTROL))
    return _TURNING.sub(lambda hit: f"[U+{ord(hit.group()):04X}]", whole)


def legible(said: Any) -> Any:
    """An answer of a reader, every text in it as it may be shown."""
    if isinstance(said, str):
        return shown(said.replace("\r\n", "\n"))
    if isinstance(said, list):
        return [legible(one) for one in said]
    if isinstance(said, dict):
        return {name: legible(one) for name, one in said.items()}
    return said
