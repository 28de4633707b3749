"""JSON as a tree: what opens, what stands in it, what closes, one after the other. Numbers stay as they are written."""

import json
from typing import Any, BinaryIO

from jalon.documents.previews.readers.limits import MEGABYTE, MOST_SHOWN, Problem, cut, whole

MOST_BYTES = 16 * MEGABYTE
MOST_STEPS = 3000
DEEPEST = 20
MOST_TEXT = 2000


class _Object(list[tuple[str, Any]]):
    """The pairs in their order, those with the same key too."""


class _Number(str):
    __slots__ = ()


class _Tree:
    def __init__(self) -> None:
        self.steps: list[dict[str, Any]] = []
        self.is_cut = False
        self.left = MOST_SHOWN

    def is_full(self) -> bool:
        return len(self.steps) >= MOST_STEPS or self.left < 0

    def add(self, key: str, value: Any, depth: int) -> None:
        key = cut(key, 300)
        text = "" if isinstance(value, list) else _text(value)
        self.left -= len(key) + len(text)
        if self.is_full():
            self.is_cut = True
            return
        if not isinstance(value, list):
            self.steps.append({"key": key, "kind": _kind(value), "text": text})
            return
        kind = "object" if isinstance(value, _Object) else "array"
        if depth >= DEEPEST or not value:
            self.is_cut = self.is_cut or bool(value)
            self.steps.append({"key": key, "kind": kind, "text": "", "count": len(value)})
            return
        self.steps.append({"key": key, "kind": "open", "of": kind, "count": len(value), "depth": depth})
        pairs = value if isinstance(value, _Object) else ((str(n), item) for n, item in enumerate(value))
        for name, item in pairs:
            self.add(name, item, depth + 1)
            if self.is_cut and self.is_full():
                break
        self.steps.append({"key": "", "kind": "close"})


def _kind(value: Any) -> str:
    if isinstance(value, _Number):
        return "number"
    return "text" if isinstance(value, str) else "word"


def _text(value: Any) -> str:
    words = {None: "null", True: "true", False: "false"}
    return cut(value, MOST_TEXT) if isinstance(value, str) else words[value]


def read(file: BinaryIO) -> dict[str, Any]:
    data = whole(file, MOST_BYTES)
    try:
        value = json.loads(
            data, object_pairs_hook=_Object, parse_int=_Number, parse_float=_Number, parse_constant=_Number
        )
    except RecursionError:
        raise Problem("too_complex") from None
    except ValueError:
        raise Problem("damaged") from None
    tree = _Tree()
    tree.add("", value, 0)
    return {"steps": tree.steps, "is_cut": tree.is_cut}
