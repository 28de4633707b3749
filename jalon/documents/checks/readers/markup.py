"""XML: is it well formed, without entities of its own, and is it a page or a drawing that a browser would run?"""

import re
from collections.abc import Callable
from typing import IO, Literal
from xml.parsers import expat

from jalon.documents.checks.readers.trouble import Trouble

ENOUGH: Literal["enough"] = "enough"  # of elements: the rest goes faster
Begun = Callable[[str, dict[str, str]], Literal["enough"] | None]
MOST_WATCHED = 1_000_000  # elements looked at one by one: some half second
_PAGES = {"http://www.w3.org/1999/xhtml": "HTML", "http://www.w3.org/2000/svg": "SVG"}
_BARE_ROOTS = {"html": "HTML", "script": "HTML", "iframe": "HTML", "svg": "SVG"}  # in no namespace
_EVENT = re.compile(r"(?:.*:)?on(?:load|error|click|begin|mouseover)", re.IGNORECASE)


def parse(file: IO[bytes], begun: Begun | None = None) -> None:
    """Nothing to fetch, nothing to blow up. `begun` is told of each element. Raises ExpatError, Trouble."""
    parser = expat.ParserCreate()
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse

    def next_begun(name: str, attributes: dict[str, str]) -> None:
        if begun and begun(name, attributes) is ENOUGH:
            parser.StartElementHandler = None

    parser.StartElementHandler = next_begun if begun else None
    parser.ParseFile(file)


def read_markup(file: IO[bytes]) -> None:
    """Nothing to run either. Raises Trouble."""
    watch = _Watch()
    try:
        parse(file, watch.element)
    except expat.ExpatError:
        if not watch.page:  # pages are seldom well formed: it is told what it is
            raise Trouble("readable", "damaged") from None
    if watch.page:
        raise Trouble("content_type", found=watch.page)


def _refuse(*_: object) -> int:
    raise Trouble("xml_entities")


class _Watch:
    """The names are those that are written: a parser that knows namespaces refuses messages cut out of others.

    `page`: what the root is, HTML or SVG; "" for XML of its own. A prefix that has stood for pages once is not
    trusted again, wherever it stands: clinical records hold pages inside, which have no scripts.
    """

    def __init__(self) -> None:
        self.page = ""
        self.prefixes: dict[str, str] = {}
        self.seen = 0

    def element(self, name: str, attributes: dict[str, str]) -> Literal["enough"] | None:
        if attributes:
            self._bind(attributes)
        prefix, _, local = name.rpartition(":")
        kind = self.prefixes.get(prefix, "")
        if not self.seen:
            is_bare = not prefix and "xmlns" not in attributes
            self.page = kind or (_BARE_ROOTS.get(local.lower(), "") if is_bare else "")
        kind = kind or self.page
        if kind and (local.lower() == "script" or any(_runs(*one) for one in attributes.items())):
            raise Trouble("active_markup", found=kind)
        self.seen += 1
        return None if self.seen < MOST_WATCHED else ENOUGH

    def _bind(self, attributes: dict[str, str]) -> None:
        for key, value in attributes.items():
            if key.startswith("xmlns") and (kind := _PAGES.get(value.strip())):
                self.prefixes[key[5:].removeprefix(":")] = kind


def _runs(key: str, value: str) -> bool:
    return bool(_EVENT.fullmatch(key)) or value.lstrip().lower().startswith("javascript:")
