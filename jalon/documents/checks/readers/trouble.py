from typing import Any

Read = dict[str, Any]  # a part of `Facts`, as JSON


class Trouble(Exception):
    """The name of a check that the file does not pass, the case, and what the sentence names."""

    def __init__(self, check: str, case: str = "", **params: str | int) -> None:
        super().__init__(check, case, params)
        self.check, self.case, self.params = check, case, params


def plain(text: object, limit: int = 200) -> str:
    """Words found in a file, fit to be shown: one line, no control or direction characters, cut."""
    shown = "".join(c if c.isprintable() else " " for c in str(text))
    return " ".join(shown.split())[:limit]
