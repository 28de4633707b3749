"""XML, one element a line, indented. Entities are refused: nothing to fetch, nothing to blow up."""

from typing import Any, BinaryIO
from xml.parsers import expat

from jalon.documents.previews.readers.limits import MEGABYTE, MOST_SHOWN, Problem, cut, whole

MOST_BYTES = 16 * MEGABYTE
MOST_LINES = 4000
MOST_TEXT = 2000  # characters of a line
DEEPEST = 40  # steps of indentation that are shown


class _Enough(Exception):
    """Raised from a handler: as many lines as are shown."""


class _Lines:
    def __init__(self) -> None:
        self.lines: list[tuple[int, str]] = []
        self.depth = 0
        self.begun = ""  # an element that nothing has followed yet
        self.text = ""
        self.left = MOST_SHOWN

    def start(self, name: str, attributes: list[str]) -> None:
        self._flush()
        pairs = zip(attributes[::2], attributes[1::2], strict=True)
        self.begun = "<" + name + "".join(f' {key}="{_escaped(value)}"' for key, value in pairs)
        self.depth += 1

    def end(self, name: str) -> None:
        text = self.text.strip()
        self.depth -= 1
        if self.begun:
            whole_line = f"{self.begun}>{_escaped(text)}</{name}>" if text else f"{self.begun}/>"
            self.begun = self.text = ""
            self._add(whole_line)
            return
        self._flush()
        self._add(f"</{name}>")

    def characters(self, data: str) -> None:
        if len(self.text) <= MOST_TEXT:
            self.text += data

    def comment(self, data: str) -> None:
        self._flush()
        self._add(f"<!--{data}-->")

    def instruction(self, target: str, data: str) -> None:
        self._flush()
        self._add(f"<?{target} {data}?>")

    def _flush(self) -> None:
        text, self.text = self.text.strip(), ""
        if self.begun:
            begun, self.begun = self.begun, ""
            self.depth -= 1
            self._add(f"{begun}>")
            self.depth += 1
        if text:
            self._add(_escaped(text))

    def _add(self, line: str) -> None:
        line = cut(line, MOST_TEXT)
        self.left -= len(line)
        if len(self.lines) >= MOST_LINES or self.left < 0:
            raise _Enough
        self.lines.append((min(self.depth, DEEPEST), line))


def _escaped(text: str) -> str:
    return cut(text, MOST_TEXT).replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _refuse(*_: object) -> int:
    raise Problem("too_complex")


def read(file: BinaryIO) -> dict[str, Any]:
    lines, parser = _Lines(), expat.ParserCreate()
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    parser.StartElementHandler = lines.start
    parser.EndElementHandler = lines.end
    parser.CharacterDataHandler = lines.characters
    parser.CommentHandler = lines.comment
    parser.ProcessingInstructionHandler = lines.instruction
    is_cut = False
    try:
        parser.Parse(whole(file, MOST_BYTES), True)
    except _Enough:
        is_cut = True
    except (expat.ExpatError, LookupError, ValueError):
        raise Problem("damaged") from None
    return {"lines": lines.lines, "is_cut": is_cut}
